"""What journeys tell on a customer's timeline."""

from siyu.timeline.types import OF_JOURNEYS as FACTS

__all__ = ["FACTS"]
