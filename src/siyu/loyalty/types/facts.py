"""What the ledger tells on a customer's timeline."""

from siyu.timeline.types import OF_LEDGER as FACTS

__all__ = ["FACTS"]
