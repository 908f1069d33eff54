"""All SQL of content."""
