"""The HTTP face of channels: doors for platforms and for people who sign in, accounts, the mirror, entry codes and their pages."""

from siyu.channels.http.accounts import router as accounts
from siyu.channels.http.acts import router as acts
from siyu.channels.http.callback import router as callback
from siyu.channels.http.codes import router as codes
from siyu.channels.http.door import PushDoor
from siyu.channels.http.entry import router as entry
from siyu.channels.http.logins import LoginDoor
from siyu.channels.http.logins import router as logins
from siyu.channels.http.media import router as media
from siyu.channels.http.mirror import router as mirror
from siyu.channels.http.operators import router as operators
from siyu.channels.http.tasks import router as tasks

__all__ = [
    "LoginDoor",
    "PushDoor",
    "accounts",
    "acts",
    "callback",
    "codes",
    "entry",
    "logins",
    "media",
    "mirror",
    "operators",
    "tasks",
]
