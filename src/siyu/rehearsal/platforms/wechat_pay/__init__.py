"""A fake WeChat Pay: its API v3 for one merchant, with signatures both ways, notifications that are repeated, and faults."""
