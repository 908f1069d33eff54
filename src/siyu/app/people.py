"""One customer as a whole: what the rooms know of them, put together. Also what merges and splits move in each room."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import Connection

from siyu.app.social import SocialValue, social_values
from siyu.channels import service as channels
from siyu.commerce import service as commerce
from siyu.commerce.types import Value
from siyu.customers import service as customers
from siyu.customers.types import CustomerList, CustomerRow, ListFilter, Prediction, Profile, Sort
from siyu.draws import service as draws
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.clickhouse.client import Client
from siyu.engines.vault import service as vault
from siyu.experiments import service as experiments
from siyu.identity import service as identity
from siyu.identity.types import TYPES, BulkResult, Evidence, Graph, Identifier, Resolution, SplitPreview
from siyu.journeys import service as journeys
from siyu.kernel.errors import NotFound
from siyu.loyalty import service as loyalty
from siyu.members import service as members
from siyu.payments import service as payments
from siyu.rewards import service as rewards
from siyu.timeline import service as timeline
from siyu.timeline.types import TimelinePage
from siyu.touch import service as touch
from siyu.trials import service as trials


@dataclass(frozen=True, slots=True)
class Known:
    """One identifier as it may be shown, a personal one masked, and whose it is."""

    id: int
    customer_id: int
    type: str
    scope: str
    value: str
    state: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Waiting(Evidence):
    """A link that waits for an operator, with what it would tie together."""

    stronger_is: Known
    weaker_is: Known


@dataclass(frozen=True, slots=True)
class Person:
    """Profile with its layer on the ladder, identifiers, what they spent, those whom they brought, and what they will."""

    customer_id: int
    profile: Profile
    identifiers: tuple[Known, ...]
    value: Value
    social: SocialValue
    prediction: Prediction | None


def person(conn: Connection, customer_id: int) -> Person:
    """The customer that this id stands for now: a merged one's id leads to the one that stayed.

    Raises:
        NotFound: nobody ever had this id.
    """
    living = identity.living(conn, customer_id)
    value = commerce.values_of(conn, [living], customers.basis(conn).purchase)[living]
    return Person(
        customer_id=living,
        profile=customers.profile(conn, living, purchases=value.orders),
        identifiers=shown(conn, identity.graph(conn, living).identifiers),
        value=value,
        social=social_values(conn, [living])[living],
        prediction=customers.prediction(conn, living),
    )


def search(
    conn: Connection,
    words: str | None,
    wanted: ListFilter,
    *,
    sort: Sort = "last_seen",
    descending: bool = True,
    cursor: str | None = None,
    limit: int = 50,
) -> CustomerList:
    """An operator's list of customers, with what they see of each in one answer; personal data is masked.

    Args:
        conn: an open transaction.
        words: a name, any identifier, or the number of a customer, matched exactly; everybody when empty.
        wanted: see :class:`ListFilter`.
        sort: see :func:`siyu.customers.service.list_page`.
        descending: the greatest first.
        cursor: ``next`` of the page before.
        limit: 1 to 5000.

    Raises:
        BadInput: the cursor is none of ours.
    """
    if words := (words or "").strip():
        found = {*find(conn, words), *_numbered(conn, words)}
        wanted = replace(wanted, ids=tuple(sorted(found)), name=words)
    page = customers.list_page(conn, wanted, sort=sort, descending=descending, cursor=cursor, limit=limit)
    return replace(page, customers=_with_phones(conn, page.customers))


def _numbered(conn: Connection, words: str) -> list[int]:
    """The customer with this number, or the one they were merged into."""
    if not (words.isascii() and words.isdecimal() and len(words) < 19):
        return []
    try:
        return [identity.living(conn, int(words))]
    except NotFound:
        return []


def _with_phones(conn: Connection, found: Sequence[CustomerRow]) -> tuple[CustomerRow, ...]:
    """Whoever has no phone among their traits is shown with the one they were last seen under."""
    without = [one.customer_id for one in found if "phone" not in one.personal]
    phones = identity.phones_of(conn, without) if without else {}
    masks = vault.masked(conn, [("phone", prints[0]) for prints in phones.values()])
    return tuple(
        [
            replace(one, personal={**one.personal, "phone": masks.get(phones[one.customer_id][0], "***")})
            if one.customer_id in phones
            else one
            for one in found
        ]
    )


def find(conn: Connection, value: str, kind: str | None = None) -> list[int]:
    """Customers with this identifier, whatever its type: a phone, a member number, an anonymous id.

    Raises:
        BadInput: there is no identifier type ``kind``.
    """
    return sorted({found.customer_id for found in identity.find(conn, value, kind)})


def shown(conn: Connection, identifiers: Sequence[Identifier]) -> tuple[Known, ...]:
    """Identifiers with the personal ones masked."""
    masks = vault.masked(conn, personal(identifiers))
    return tuple(
        Known(
            id=found.id,
            customer_id=found.customer_id,
            type=found.type,
            scope=found.scope,
            value=masks.get(found.value, "***") if TYPES[found.type].personal else found.value,
            state=str(found.state),
            first_seen=found.first_seen,
            last_seen=found.last_seen,
        )
        for found in identifiers
    )


def elsewhere(conn: Connection, graph: Graph) -> tuple[Known, ...]:
    """The identifiers of other customers to which edges of this one's graph lead."""
    own = {identifier.id for identifier in graph.identifiers}
    ends = {end for edge in graph.edges for end in (edge.stronger, edge.weaker)}
    return shown(conn, identity.identifiers(conn, sorted(ends - own)))


def waiting(conn: Connection, *, limit: int) -> list[Waiting]:
    """Links that wait for an operator, oldest first."""
    links = identity.review_list(conn, limit=limit)
    ends = sorted({end for link in links for end in (link.stronger, link.weaker)})
    known = {one.id: one for one in shown(conn, identity.identifiers(conn, ends))}
    return [
        Waiting(
            **{field.name: getattr(link, field.name) for field in fields(link)},
            stronger_is=known[link.stronger],
            weaker_is=known[link.weaker],
        )
        for link in links
    ]


def person_timeline(
    conn: Connection,
    clickhouse: Client,
    customer_id: int,
    *,
    cursor: str | None = None,
    limit: int = 50,
    kinds: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> TimelinePage:
    """What happened to one customer, newest first.

    Raises:
        NotFound: nobody ever had this id.
        UnknownFactKind: no room publishes facts of a kind.
        BadInput: the cursor is none of ours.
    """
    if kinds:
        from siyu.insight import service as insight  # noqa: PLC0415 - it knows all rooms; few commands need it to begin

        for kind in kinds:
            insight.known_kind(kind)
    aliases = identity.aliases_of(conn, identity.living(conn, customer_id))
    return timeline.page(
        clickhouse,
        customer_ids=aliases.customer_ids,
        moved_in=aliases.moved_in,
        moved_away=aliases.moved_away,
        cursor=cursor,
        limit=limit,
        kinds=kinds,
        since=since,
        until=until,
    )


def merge(conn: Connection, principal: Principal, one: int, other: int, reason: str, now: datetime) -> int:
    """Make two customers one, whatever the limits say; return the one that stays. Undone by :func:`split`.

    Raises:
        NotFound: nobody has one of these ids.
        NotAllowed: without the right ``identity.manage``.
    """
    access.require(principal, "identity.manage")
    pair = identity.propose_merge(conn, one, other, actor=principal.actor, reason=reason, now=now)
    confirm_link(conn, principal, pair, reason, now)
    return identity.living(conn, one)


def confirm_link(conn: Connection, principal: Principal, pair: tuple[int, int], reason: str, now: datetime) -> None:
    """Confirm that two identifiers are one person's; their customers are merged.

    Raises:
        NotFound: no such identifier.
        NotAllowed: without the right ``identity.manage``.
    """
    access.require(principal, "identity.manage")
    settled = identity.confirm_merge(conn, *pair, actor=principal.actor, reason=reason, now=now)
    follow(conn, settled, now)
    timeline.append(conn, settled.facts)
    details = {"merged": settled.merged, "reason": reason}
    target = f"link:{pair[0]}-{pair[1]}"
    access.record(
        conn, actor=principal.actor, action="identity.link_confirmed", target=target, details=details, now=now
    )


def split(
    conn: Connection, principal: Principal, customer_id: int, identifier_ids: Sequence[int], reason: str, now: datetime
) -> int:
    """Give some of a customer's identifiers to a new customer, with what came in under them; return the new one.

    Raises:
        NotFound: nobody has this id, or they do not have these identifiers.
        NotAllowed: without the right ``identity.manage``.
    """
    access.require(principal, "identity.manage")
    settled = identity.split(conn, customer_id, identifier_ids, actor=principal.actor, reason=reason, now=now)
    (made,) = settled.created
    follow(conn, settled, now)
    timeline.append(conn, settled.facts)
    access.record(
        conn,
        actor=principal.actor,
        action="customer.split",
        target=f"customer:{customer_id}",
        details={"into": made, "identifiers": list(identifier_ids), "reason": reason},
        now=now,
    )
    return made


def split_preview(conn: Connection, customer_id: int, identifier_ids: Sequence[int]) -> SplitPreview:
    """What :func:`split` would do, without doing it."""
    return identity.split_preview(conn, customer_id, identifier_ids)


def follow(conn: Connection, resolution: Resolution | BulkResult, now: datetime) -> None:
    """Have every room that keeps rows by customer follow what OneID did: splits first, then merges."""
    for identifier_ids, customer_id in resolution.moved:
        commerce.reassign_by_via(conn, identifier_ids, customer_id)
        members.part_invitations(conn, identifier_ids, customer_id)
        customers.start_profile(conn, customer_id, now)
    customers.merge_profiles(conn, resolution.merged)
    commerce.reassign(conn, resolution.merged)
    experiments.reassign(conn, resolution.merged)
    splits = [fact for fact in resolution.facts if fact.kind == "customer.split"]
    parted = [(fact.customer_id, fact.properties["other"], fact.properties["identifiers"]) for fact in splits]
    touch.split(conn, parted)
    touch.reassign(conn, resolution.merged)
    loyalty.split(conn, parted, now)
    loyalty.reassign(conn, resolution.merged, now)
    loyalty.regroup_check_ins(conn, resolution.merged)
    loyalty.regroup_tasks(conn, resolution.merged)
    draws.regroup_draws(conn, resolution.merged, now)
    payments.regroup_payments(conn, resolution.merged)
    rewards.regroup(conn, resolution.merged)
    trials.regroup_trials(conn, resolution.merged, now)
    loyalty.regroup_tiers(conn, resolution.merged, [one for stays, other, _ in parted for one in (stays, other)])
    members.regroup_deletions(conn, resolution.merged, now)
    members.regroup_invitations(conn, resolution.merged)
    timeline.append(conn, journeys.reassign(conn, resolution.merged, now))
    customers.mark_stale(conn, {fact.customer_id for fact in splits})
    if splits:
        left = [(fact.customer_id, fact.properties["identifiers"]) for fact in splits]
        timeline.append(conn, channels.regroup(conn, left, now))


def reveal(conn: Connection, principal: Principal, customer_id: int, reason: str) -> dict[str, list[str]]:
    """Phone, mail, name and address of a customer in clear; the look is audited.

    Raises:
        NotAllowed: without the right ``personal.reveal``.
        NotFound: nobody has this id.
    """
    access.require(principal, "personal.reveal")
    living = identity.living(conn, customer_id)
    named = customers.personal_items(conn, living)
    items = [*personal(identity.graph(conn, living).identifiers), *named.values()]
    if not items:
        raise NotFound(what="personal data of customer", what_zh="以下客户的个人信息：", key=customer_id)
    shown = vault.reveal(conn, actor=principal.actor, items=items, reason=f"customer:{living}: {reason}")
    labels = {print_: name for name, (_, print_) in named.items()}
    answer: dict[str, list[str]] = {}
    for kind, print_ in items:
        if print_ in shown:
            values = answer.setdefault(labels.get(print_, kind), [])
            if shown[print_] not in values:
                values.append(shown[print_])
    return answer


def personal(identifiers: Sequence[Identifier]) -> list[tuple[str, str]]:
    """(vault kind, fingerprint) of the personal ones, for the vault. An Alipay account is a phone or a mailbox: both are asked for."""
    kinds = {"phone": ("phone",), "email": ("email",)}
    return [
        (kind, found.value)
        for found in identifiers
        if TYPES[found.type].personal
        for kind in kinds.get(found.type, ("phone", "email"))
    ]
