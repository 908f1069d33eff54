"""The HTTP face of members: who asks, and how they sign in."""

from siyu.members.http.asking import Asking, Key, theirs
from siyu.members.http.door import MemberDoor, TheDoor
from siyu.members.http.sign_in import router as sign_in

__all__ = ["Asking", "Key", "MemberDoor", "TheDoor", "sign_in", "theirs"]
