"""All SQL of journeys."""
