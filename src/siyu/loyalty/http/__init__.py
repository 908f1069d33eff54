"""The HTTP face of the ledger: what customers have and why, units, rules of earning, and postings by hand."""

from siyu.loyalty.http.accounts import router as accounts
from siyu.loyalty.http.by_hand import router as by_hand
from siyu.loyalty.http.earning import router as earning

__all__ = ["accounts", "by_hand", "earning"]
