"""The HTTP face of touch: rules, touches with their reasons, programmes and their harm guard, one person by hand, and what
staff are asked to say themselves.
"""

from siyu.touch.http.announcements import router as announcements
from siyu.touch.http.guard import router as guard
from siyu.touch.http.rules import router as rules
from siyu.touch.http.tasks import router as tasks
from siyu.touch.http.touches import router as touches
from siyu.touch.http.trials import router as trials

__all__ = ["announcements", "guard", "rules", "tasks", "touches", "trials"]
