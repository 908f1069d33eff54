"""The HTTP face of the ledger: what customers have and why, units, rules of earning, tiers, check-in, tasks, and postings by hand."""

from siyu.loyalty.http.accounts import router as accounts
from siyu.loyalty.http.by_hand import router as by_hand
from siyu.loyalty.http.check_in import router as check_in
from siyu.loyalty.http.earning import router as earning
from siyu.loyalty.http.tasks import router as tasks
from siyu.loyalty.http.tiers import router as tiers
from siyu.loyalty.http.whole import router as whole

__all__ = ["accounts", "by_hand", "check_in", "earning", "tasks", "tiers", "whole"]
