"""Plans → SQL → arrays on ClickHouse; definitions, membership, what is due and lists in PostgreSQL."""
