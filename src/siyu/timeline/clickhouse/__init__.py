"""The facts in ClickHouse: an image of the log that can be queried."""
