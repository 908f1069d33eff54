"""All SQL of trials."""
