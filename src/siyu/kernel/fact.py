"""A fact: what happened to one customer, at a time, from a source. Never changed once written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class FactKind:
    """The name, version and schema of one kind of fact; every kind is declared by the room that publishes it.

    Attributes:
        name: ``noun.verb_in_the_past``, for example ``order.paid``.
        version: raised when the meaning or a field changes; readers see it beside the name.
        en: one sentence of meaning.
        zh: the same for operators; also the label on the timeline.
        fields: field name → (JSON type, meaning with unit). JSON types: string, integer, number, boolean, object, array.
    """

    name: str
    version: int
    en: str
    zh: str
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    open: bool = False  # further fields may come with it (what a tracking SDK sent)


class Fact(NamedTuple):
    """One entry on a customer's timeline. A tuple, because the pipeline makes tens of thousands a second.

    Attributes:
        kind: the name of a declared :class:`FactKind`.
        customer_id: whose it is, as OneID knew it when the fact was written.
        via: id of the identifier that decided whose it is; 0 when an operator did.
        occurred_at: when it happened, tz-aware UTC.
        source_id: which source said so; 0 for Siyu itself.
        message_id: the message it came from, empty when none.
        name: what the source calls it (the event of a track call, the page), empty when the kind says it all.
        amount_fen: the money it speaks of in fen (negative when it flows back), 0 when none.
        properties: the rest, JSON-serialisable.
    """

    kind: str
    customer_id: int
    via: int
    occurred_at: datetime
    source_id: int = 0
    message_id: str = ""
    name: str = ""
    amount_fen: int = 0
    properties: Mapping[str, Any] = _NOTHING
