"""Which identifiers a message ties together: a star around its strongest claim."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from siyu.identity.rules.linking import CONTACT, SELF
from siyu.identity.types import TYPES
from siyu.intake.types import IdentifierClaim, Message

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_PRIORITY = {kind.name: kind.priority for kind in TYPES.values()}

Key = tuple[str, str, str]  # type, scope, stored value


class Link(NamedTuple):
    """Two identifiers named together, by their place among the keys; the stronger first."""

    stronger: int
    weaker: int
    strength: int
    message: int


def claims_of(message: Message) -> tuple[IdentifierClaim, ...]:
    """The claims of a message; an ``alias`` also names the id that the person had before."""
    if message.type != "alias":
        return message.claims
    previous = message.payload.get("previousId")
    if not isinstance(previous, str) or any(claim.value == previous for claim in message.claims):
        return message.claims
    # The contract lets it be either. SDKs make anonymous ids as UUIDs; two user ids of one source go to review.
    kind = "anonymous_id" if _UUID.fullmatch(previous.strip()) else "user_id"
    return (*message.claims, IdentifierClaim(kind, str(message.source_id), previous))


def stars(
    messages: Sequence[Message], place_of: Callable[[IdentifierClaim], int], keys: Sequence[Key]
) -> tuple[list[int], list[Link]]:
    """For each message the place of the identifier that decides (-1 for none), and every link in order.

    Whoever acts decides before what was only given as a contact; then the higher priority; then what was named first.
    """
    deciding: list[int] = []
    links: list[Link] = []
    for number, message in enumerate(messages):
        claims = claims_of(message)
        if len(claims) == 1:  # most are those of somebody who is known by one thing
            deciding.append(place_of(claims[0]))
            continue
        strengths: dict[int, int] = {}
        for claim in claims:
            place = place_of(claim)
            if place >= 0:
                strength = CONTACT if claim.strength == "contact" else SELF
                strengths[place] = max(strength, strengths.get(place, 0))
        if not strengths:
            deciding.append(-1)
            continue
        centre = max(strengths, key=lambda place: (strengths[place], _PRIORITY[keys[place][0]]))
        deciding.append(centre)
        for place, strength in strengths.items():
            if place != centre:
                links.append(Link(centre, place, min(strength, strengths[centre]), number))
    return deciding, links


def as_custom(claim: IdentifierClaim) -> tuple[str, str]:
    """Type and scope of a claim; a type that Siyu does not know becomes a ``custom_id`` scoped by its name."""
    if claim.type in TYPES:
        return claim.type, claim.scope
    return "custom_id", f"{claim.type}:{claim.scope}"
