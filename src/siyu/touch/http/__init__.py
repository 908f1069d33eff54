"""The HTTP face of touch: rules, touches with their reasons, programmes and their harm guard, and one person by hand."""

from siyu.touch.http.guard import router as guard
from siyu.touch.http.rules import router as rules
from siyu.touch.http.touches import router as touches

__all__ = ["guard", "rules", "touches"]
