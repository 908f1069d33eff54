"""What other rooms may know of a message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

MessageType = Literal["track", "page", "screen", "identify", "group", "alias", "order", "customer"]
Strength = Literal["self", "contact"]


@dataclass(frozen=True, slots=True)
class IdentifierClaim:
    """One identifier as a message names it, not yet normalised.

    Attributes:
        type: a name of ``identity.types.IdentifierType``: ``user_id``, ``anonymous_id``, ``phone``, ``union_id`` …
        scope: within what the value is unique: source id, app id, corp id, shop; empty where it is unique by itself.
        value: as it came.
        strength: ``self`` when the person themselves acts under it (log-in, registration, buyer account);
            ``contact`` when it was only given with something (the receiver's phone of an order).
    """

    type: str
    scope: str
    value: str
    strength: Strength = "self"


@dataclass(frozen=True, slots=True)
class Message:
    """What came in, before it is understood.

    Attributes:
        type: of the Segment contract, or ``order`` / ``customer`` for a row of a file.
        source_id: the source it came through.
        message_id: unique within the source; the same id is the same message.
        occurred_at: when it happened, corrected for the sender's clock, UTC.
        received_at: when it reached us, UTC.
        claims: the identifiers it names, strongest first is not required.
        payload: the rest, as JSON.
    """

    type: str
    source_id: int
    message_id: str
    occurred_at: datetime
    received_at: datetime
    claims: tuple[IdentifierClaim, ...]
    payload: Mapping[str, Any] = field(default_factory=dict)
