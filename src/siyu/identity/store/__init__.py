"""All SQL of OneID: what is known (reading), what was decided (writing), many at once (bulk)."""
