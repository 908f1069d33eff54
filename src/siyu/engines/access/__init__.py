"""Who may do what: operators, sessions, API keys, sources with their write keys, one table of rights, the audit.

Publishes no facts: what is done here is about operators, not customers, and stands in the audit.
"""
