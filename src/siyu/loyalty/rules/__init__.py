"""Decisions of the ledger: what may be posted, and what it does to lots. Pure."""
