"""All SQL of channels."""
