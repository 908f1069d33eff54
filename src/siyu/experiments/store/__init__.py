"""All SQL of experiments: assignments in PostgreSQL, harm from the facts in ClickHouse."""
