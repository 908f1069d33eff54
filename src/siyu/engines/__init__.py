"""What everything stands on: PostgreSQL, ClickHouse, jobs, HTTP, settings, access, vault. Knows no business noun."""
