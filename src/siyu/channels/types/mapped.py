"""Visitors of pages and apps who may be contacts of an account."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is known by what an app of ours told of them; both ids are of the same app."""

    union_id: str = field(repr=False)
    open_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which contact a visitor is.

    Attributes:
        contact_id: empty when they are none.
        pending_id: under which the platform knows them again should they come later; empty where it has no such thing.
        pending_until: so long.
    """

    contact_id: str = ""
    pending_id: str = ""
    pending_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recognising:
    """What one run of asking came to.

    Attributes:
        asked: visitors who were asked for.
        found: of them and of contacts who came later, who turned out to be one person.
        ended: ``done``; ``quota``: it goes on when there is some again; ``later``: the platform cannot answer now;
            ``refused``: it will not.
    """

    asked: int = 0
    found: int = 0
    ended: Literal["done", "quota", "later", "refused"] = "done"
