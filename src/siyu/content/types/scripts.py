"""Scripts (话术): what to say, in versions; with baits and a hook where they are to bring people in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

_STRICT = ConfigDict(extra="forbid")
_Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Arm = Literal["a", "b"]
OFFER_KINDS: Final = ("red_packet", "coupon", "service", "experience_officer", "gift", "points")


@checked(frozen=True, slots=True, config=_STRICT)
class Offer:
    """One thing that is said, with what is shown beside it.

    Attributes:
        text: may hold variables ``{{name|fallback}}``.
        materials: ids, in order.
        kinds: what it offers, for exclusions: :data:`OFFER_KINDS`, or words of the brand's own.
    """

    text: Annotated[str, Field(max_length=4000)] = ""
    materials: Annotated[tuple[int, ...], Field(max_length=9)] = ()
    kinds: Annotated[tuple[_Kind, ...], Field(max_length=10)] = ()


@checked(frozen=True, slots=True, config=_STRICT)
class Body:
    """What a version says: a plain text, or baits and a hook.

    Attributes:
        plain: the whole, where there is no bait.
        bait_a: what brings people in; ``bait_b`` its rival in an experiment, for half of them.
        hook: what keeps them, said after either bait.
        fallbacks: taken instead of a bait whose kind a person may not get any more, the first that fits.
    """

    plain: Offer | None = None
    bait_a: Offer | None = None
    bait_b: Offer | None = None
    hook: Offer | None = None
    fallbacks: Annotated[tuple[Offer, ...], Field(max_length=10)] = ()


BODY: Final = TypeAdapter(Body)


@dataclass(frozen=True, slots=True)
class Script:
    """A script; ``newest`` is the number of its newest version."""

    id: int
    name: str
    archived: bool
    newest: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ScriptVersion:
    """One version; it never changes.

    Attributes:
        unsure: variables without a fallback: people without a value cannot get it.
    """

    script_id: int
    version: int
    body: Body
    at: datetime
    actor: str
    note: str
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A script as one person gets it.

    Attributes:
        attachments: as (kind, fields), as channels take them.
        kinds: what it offers, for the exclusions of the gate.
        fallback: the place of the fallback that was taken, ``None`` when the bait itself was.
        missing: variables without value and fallback; what has some must not be sent.
    """

    customer_id: int
    text: str = field(repr=False)
    attachments: tuple[tuple[str, Mapping[str, str]], ...]
    kinds: frozenset[str]
    fallback: int | None = None
    missing: tuple[str, ...] = ()
    nothing_left: bool = False
