"""The HTTP face of the ledger: what customers have and why, units, and postings by hand."""

from siyu.loyalty.http.accounts import router as accounts
from siyu.loyalty.http.by_hand import router as by_hand

__all__ = ["accounts", "by_hand"]
