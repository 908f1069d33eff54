"""The HTTP face of channels: the door at which platforms push, accounts, the mirror, entry codes and their pages."""

from siyu.channels.http.accounts import router as accounts
from siyu.channels.http.callback import router as callback
from siyu.channels.http.codes import router as codes
from siyu.channels.http.door import PushDoor
from siyu.channels.http.entry import router as entry
from siyu.channels.http.mirror import router as mirror

__all__ = ["PushDoor", "accounts", "callback", "codes", "entry", "mirror"]
