"""Pieces, points and rewards of a trial as postings of the ledger."""

from datetime import datetime, timedelta

from siyu.loyalty.types import Account, Posting, customer, gift, issuer, spent, stock
from siyu.trials.types import TrialTerms


def unit_of(trial_id: int) -> str:
    """The unit of the pieces of a trial."""
    return f"stock:trial.{trial_id}"


def stock_of(trial_id: int) -> Account:
    """Where the pieces lie that nobody was chosen for."""
    return stock(trial_id, unit_of(trial_id))


def filling(trial_id: int, pieces: int) -> tuple[Posting, ...]:
    """The pieces with which a trial begins; below 0 what is left goes back."""
    return Posting(stock_of(trial_id), pieces), Posting(issuer(unit_of(trial_id)), -pieces)


def choosing(trial_id: int, customer_id: int) -> tuple[Posting, ...]:
    """A piece is somebody's."""
    return Posting(stock_of(trial_id), -1), Posting(customer(customer_id, unit_of(trial_id)), 1)


def sending(trial_id: int, customer_id: int) -> tuple[Posting, ...]:
    """It is with them."""
    unit = unit_of(trial_id)
    return Posting(customer(customer_id, unit), -1), Posting(spent(unit), 1)


def rewarding(terms: TrialTerms, customer_id: int, now: datetime) -> tuple[Posting, ...]:
    """What a report earns in points."""
    until = now + timedelta(terms.reward_days) if terms.reward_days else None
    return gift(customer_id, "points", terms.reward_points, until)
