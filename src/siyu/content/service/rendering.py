"""A script as people get it: offers chosen, variables filled in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection

from siyu.content.rules import offering
from siyu.content.rules.limits import Shown
from siyu.content.rules.variables import fill, names
from siyu.content.service.materials import attachments, known_materials
from siyu.content.service.scripts import script_version
from siyu.content.store import scripts as store
from siyu.content.types import MEDIUM, Arm, Body, NoValue, Offer, Rendered
from siyu.customers import service as customers
from siyu.engines.vault import service as vault

Personal = Literal["masked", "clear"]


class _Pieces(NamedTuple):
    """What is said and shown beside the text of an offer."""

    texts: list[str]
    attachments: list[Shown]


def render(
    conn: Connection,
    script_id: int,
    version: int | None,
    customer_ids: Sequence[int],
    *,
    arm: Arm | Mapping[int, Arm] = "a",
    given: Mapping[int, Collection[str]] | None = None,
    personal: Personal = "clear",
    public_url: str = "",
    actor: str = "system:content",
    now: datetime | None = None,
) -> dict[int, Rendered]:
    """A version of a script for many people, by customer; writes nothing but the audit.

    Whoever has neither value nor fallback for a variable is told by ``missing``, to whom nothing may be offered by
    ``nothing_left``: neither is to be sent, and nobody else is hindered.

    Args:
        conn: an open transaction.
        script_id: which script.
        version: which of its versions; the newest when ``None``.
        customer_ids: as OneID knows them now.
        arm: which bait, for all or for each.
        given: kinds that somebody was given before; what excludes them is closed to that person.
        personal: names, phones and the like in clear, which leaves one audit row for all; or masked.
        public_url: of this Siyu, from where platforms fetch pictures that were uploaded here; without, attachments
            name the medium and whoever sends them has to bring it to the platform.
        actor: who looks, for the audit.
        now: the moment for the audit; the database's clock when absent.

    Raises:
        NotFound: there is no such version.
    """
    body = script_version(conn, script_id, version).body
    sets = store.exclusions(conn)
    shown = {offer: _shown(conn, offer, public_url) for _, _, offer in offering.offers(body)}
    reason = f"script:{script_id}"
    values = _values(conn, customer_ids, _wanted(body, shown), personal, actor, reason, now)
    answer = {}
    for customer_id in customer_ids:
        its: Arm = arm if isinstance(arm, str) else arm.get(customer_id, "a")
        closed = offering.closed_by((given or {}).get(customer_id, ()), sets)
        answer[customer_id] = _one(customer_id, body, its, closed, shown, values.get(customer_id, {}))
    return answer


def preview(
    conn: Connection,
    body: Body,
    customer_id: int,
    *,
    arm: Arm = "a",
    given: Collection[str] = (),
    strict: bool = False,
) -> Rendered:
    """What one person would get of a body that need not be saved; personal data is masked.

    Args:
        conn: an open transaction.
        body: what is being written.
        customer_id: as OneID knows them now.
        arm: which bait.
        given: kinds that they were given before.
        strict: raise where a variable has neither value nor fallback, instead of telling it by ``missing``.

    Raises:
        NoValue: with ``strict``.
        UnfitContent, KindsExclude, BadVariable: the body is none.
        NotFound: a material does not exist.
    """
    sets = store.exclusions(conn)
    offering.check(body, sets)
    shown = {offer: _shown(conn, offer) for _, _, offer in offering.offers(body)}
    values = _values(conn, [customer_id], _wanted(body, shown), "masked", "", "", None)
    closed = offering.closed_by(given, sets)
    found = _one(customer_id, body, arm, closed, shown, values.get(customer_id, {}))
    if strict and found.missing:
        raise no_value(found)
    return found


def render_for_all(conn: Connection, script_id: int, version: int | None, *, arm: Arm = "a") -> Rendered:
    """A version of a script as it is said to many at once, as in a group chat: every variable by its fallback, whoever
    listens. ``customer_id`` is 0; ``missing`` tells variables without fallback.

    Raises:
        NotFound: there is no such version.
    """
    body = script_version(conn, script_id, version).body
    shown = {offer: _shown(conn, offer) for _, _, offer in offering.offers(body)}
    return _one(0, body, arm, frozenset(), shown, {})


def no_value(found: Rendered) -> NoValue:
    """The error that says which variables one person has no value for."""
    return NoValue(
        customer_id=found.customer_id,
        names=", ".join(found.missing),
        names_zh="、".join(found.missing),
        example=f"{{{{{found.missing[0]}|…}}}}",
    )


def _one(
    customer_id: int,
    body: Body,
    arm: Arm,
    closed: Collection[str],
    shown: Mapping[Offer, _Pieces],
    values: Mapping[str, Any],
) -> Rendered:
    chosen = offering.choose(body, arm, closed)
    if chosen is None:
        return Rendered(customer_id, "", (), frozenset(), nothing_left=True)
    texts: list[str] = []
    pieces: list[tuple[str, dict[str, str]]] = []
    missing: list[str] = []
    for offer in chosen.offers:
        for said in (offer.text, *shown[offer].texts):
            text, unknown = fill(said, values)
            missing += unknown
            if text.strip():
                texts.append(text)
        for one in shown[offer].attachments:
            fields: dict[str, str] = {}
            for name, value in one.fields.items():
                fields[name], unknown = fill(value, values)
                missing += unknown
            pieces.append((str(one.kind), fields))
    kinds = frozenset(kind for offer in chosen.offers for kind in offer.kinds)
    return Rendered(customer_id, "\n".join(texts), tuple(pieces), kinds, chosen.fallback, tuple(dict.fromkeys(missing)))


def _shown(conn: Connection, offer: Offer, public_url: str = "") -> _Pieces:
    """The materials of an offer: texts are said after its own, the others attached."""
    texts = [one.text for one in known_materials(conn, offer.materials) if one.kind == "text"]
    return _Pieces(texts, [_public(one, public_url) for one in attachments(conn, offer.materials)])


def _public(one: Shown, public_url: str) -> Shown:
    name = {"image": "pic_url", "link": "picurl"}.get(one.kind)
    if not public_url or name is None or MEDIUM not in one.fields:
        return one
    fields = {key: value for key, value in one.fields.items() if key != MEDIUM}
    return Shown(one.kind, {name: f"{public_url}/media/{one.fields[MEDIUM]}", **fields}, one.size)


def _wanted(body: Body, shown: Mapping[Offer, _Pieces]) -> tuple[str, ...]:
    said = [offer.text for _, _, offer in offering.offers(body)]
    for some in shown.values():
        said += [*some.texts, *(value for one in some.attachments for value in one.fields.values())]
    return names(said)


def _values(
    conn: Connection,
    customer_ids: Sequence[int],
    wanted: Collection[str],
    personal: Personal,
    actor: str,
    reason: str,
    now: datetime | None,
) -> dict[int, dict[str, Any]]:
    """What is known of each, of the variables that are asked for."""
    if not wanted:
        return {}
    found = customers.traits_of(conn, customer_ids, wanted)
    prints = {
        one: {name: item for name, item in items.items() if name in wanted}
        for one, items in customers.personal_prints(conn, customer_ids).items()
    }
    items = sorted({item for some in prints.values() for item in some.values()})
    if items:
        clear = (
            vault.reveal(conn, actor=actor, items=items, reason=reason, now=now)
            if personal == "clear"
            else vault.masked(conn, items)
        )
        for one, some in prints.items():
            found.setdefault(one, {}).update({name: clear[p] for name, (_, p) in some.items() if p in clear})
    return found
