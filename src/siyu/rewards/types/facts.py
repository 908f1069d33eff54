"""What rewards tell on a customer's timeline."""

from siyu.timeline.types import OF_REWARDS as FACTS

__all__ = ["FACTS"]
