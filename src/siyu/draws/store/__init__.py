"""All SQL of draws."""
