"""What draws tell on a customer's timeline."""

from siyu.timeline.types import OF_DRAWS as FACTS

__all__ = ["FACTS"]
