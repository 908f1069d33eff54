"""What the tests of OneID share: short ways to write messages and to read the partition."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import Connection

from siyu.engines.postgres import rows
from siyu.intake.types import IdentifierClaim, Message

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
_numbers = count(1)

People = set[frozenset[str]]


def _claim(text: str) -> IdentifierClaim:
    name, value = text.split(":", 1)
    strength = "contact" if name.endswith("?") else "self"
    kind, _, scope = name.removesuffix("?").partition("@")
    return IdentifierClaim(kind, scope or "1", value, strength)


def _message(*claims: str, kind: str = "track", **payload: object) -> Message:
    return Message(kind, 1, f"m{next(_numbers)}", NOW, NOW, tuple(_claim(text) for text in claims), payload)


def _people(conn: Connection) -> People:
    groups: dict[int, set[str]] = {}
    for row in rows(conn, "SELECT customer_id, type, scope, value FROM identity.identifier"):
        name = row.type if row.scope in {"1", ""} else f"{row.type}@{row.scope}"
        groups.setdefault(row.customer_id, set()).add(f"{name}:{row.value}")
    return {frozenset(group) for group in groups.values()}


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def say() -> Callable[..., Message]:
    """Make a message of source 1 from claims like ``user_id:anna``, ``member_no@shop1:7``, ``phone?:13800138000``.

    The question mark says that it was only given as a contact.
    """
    return _message


@pytest.fixture(scope="session")
def people() -> Callable[[Connection], People]:
    """Read who is one person, as sets of ``type@scope:value`` (scope 1 and none are left out)."""
    return _people
