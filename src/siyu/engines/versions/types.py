"""A version of something that people change as a whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Version(Generic[T]):
    """Rules as they were from a moment on, with who changed them and why.

    Attributes:
        version: the number, from 1.
        rules: all of them.
        at: since when.
        actor: who changed them.
        reason: why.
    """

    version: int
    rules: T
    at: datetime
    actor: str
    reason: str
