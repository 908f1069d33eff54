"""What trials tell on a customer's timeline."""

from siyu.timeline.types import OF_TRIALS as FACTS

__all__ = ["FACTS"]
