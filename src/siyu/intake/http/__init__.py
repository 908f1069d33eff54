"""The HTTP door: the Segment contract (docs/reference/segment.md), group commit, protection of the queue."""

from siyu.intake.http.door import Door
from siyu.intake.http.routes import router

__all__ = ["Door", "router"]
