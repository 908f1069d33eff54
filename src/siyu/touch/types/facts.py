"""What touches tell on a customer's timeline."""

from siyu.timeline.types import OF_TOUCHES as FACTS

__all__ = ["FACTS"]
