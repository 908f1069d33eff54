"""Messages of channels in the pipeline: pushes, which ask for a reading, and contacts, which tell of a difference."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, get_args

from sqlalchemy import Connection

from siyu.channels.service import contacts, telling
from siyu.channels.service.acting import wake
from siyu.channels.service.codes.checking import hear_codes
from siyu.channels.service.contacts import Sums
from siyu.channels.service.pushes import PUSH, read_push
from siyu.channels.service.quotas import grant
from siyu.channels.service.rereading import ask_again
from siyu.channels.service.telling import source_of
from siyu.channels.store import accounts as account_tables
from siyu.channels.store import codes, conversations, deliveries
from siyu.channels.store import contacts as tables
from siyu.channels.types.declared import Grant
from siyu.channels.types.facts import FACTS
from siyu.channels.types.handed import Account
from siyu.channels.types.mirrored import UnreadablePush
from siyu.channels.types.pushes import Departure, Hint, Push, Report, Spoken
from siyu.channels.types.seen import ObjectKind
from siyu.customers import service as customers
from siyu.customers.types import TagChange
from siyu.identity.types import Attribution
from siyu.intake import service as intake
from siyu.intake.types import Lane, Message
from siyu.kernel.clock import from_millis
from siyu.kernel.fact import Fact

_KINDS: Final = frozenset(get_args(ObjectKind))
_BY: Final = frozenset({"staff", "customer", "transfer"})
_TOLD: Final = frozenset(kind.name for kind in FACTS)
_MAX_TAG: Final = 64


@dataclass(slots=True)
class _Heard:
    """What the pushes of one account say."""

    hints: dict[Hint, None] = field(default_factory=dict)
    departures: list[Departure] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    reports: list[tuple[Report, datetime]] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    scans: list[Push] = field(default_factory=list)
    unwanted: list[Push] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    ailing: bool = False


def hear(conn: Connection, messages: Sequence[Message], now: datetime) -> None:
    """Note what pushes ask for: what is to be read again, who ended what, what people allow and forbid, who
    scanned a code, what became of sendings, where somebody wrote.

    What a customer ended ends here, because the platform goes on showing it; its message is put into the queue with this
    transaction, and so are those of a scan and of who wants no more, which the platform shows nowhere. Of everything else the platform is asked. A
    repeat changes nothing but grants without an end, which rely on the dedup of messages. A push for an account that is no
    more is dropped.

    Raises:
        UnreadablePush: a message of type ``push`` is wrong; nothing of the batch may be kept.
    """
    pushes = [message for message in messages if message.type == PUSH]
    if not pushes:
        return
    heard: dict[int, _Heard] = defaultdict(_Heard)
    for message in pushes:
        _read(message, heard)
    known = {found.id: found for found, _ in account_tables.accounts(conn)}
    told: list[Message] = []
    for account_id in sorted(heard.keys() & known.keys()):
        account, said, sums = known[account_id], heard[account_id], Sums()
        if said.departures:
            told += contacts.hear(conn, account, said.departures, now, sums)
        if said.scans:
            told += [_scan(account, push, now) for push in said.scans]
            scans = [(one.scan.state, one.scan.contact_id, one.at) for one in said.scans if one.scan]
            codes.note_scans(conn, account_id, scans)
        told += [one for push in said.unwanted for one in _unwanted(account, push, now)]
        if said.grants:
            grant(conn, account, said.grants, now)
        if said.reports:
            deliveries.note_reports(conn, account_id, said.reports)
        if said.spoken:
            conversations.ask(conn, account_id, said.spoken, now)
            wake(conn)
        hear_codes(conn, account_id, said.codes, now)
        if said.ailing:
            account_tables.ask_health(conn, account_id)
        ask_again(conn, account_id, list({**said.hints, **sums.asks}), now)
    intake.put(conn, Lane.LIVE, told)


def _read(message: Message, heard: dict[int, _Heard]) -> None:
    try:
        account_id, push = read_push(message)
        sound = type(account_id) is int and all(
            [
                *(kind in _KINDS and type(object_id) is str for kind, object_id in push.hints),
                *(one.by in _BY for one in push.departures),
                *(type(one.service_id) is str and type(one.token) is str for one in push.spoken),
                *(
                    type(one.handle) is str and type(one.subject_id) is str and type(one.said) is str
                    for one in push.reports
                ),
                *(type(one.contact_id) is str and type(one.template_id) is str for one in push.unwanted),
                *(type(handle) is str and type(what) is str for handle, what in push.codes),
                push.scan is None or (type(push.scan.contact_id) is str and type(push.scan.state) is str),
            ]
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        raise UnreadablePush(
            reason=f"a part of it is missing or of the wrong type ({type(problem).__name__}).",
            reason_zh="部分内容缺失或类型不正确。",
        ) from problem
    if not sound:
        raise UnreadablePush(
            reason="it names an account, object or person in a way that nobody knows.",
            reason_zh="其中的账号、对象或操作方无法识别。",
        )
    said = heard[account_id]
    said.hints.update(dict.fromkeys(push.hints))
    said.departures += push.departures
    said.grants += push.grants
    said.spoken += push.spoken
    said.reports += [(one, push.at) for one in push.reports]
    if push.scan is not None:
        said.scans.append(push)
    said.codes.update(push.codes)
    said.ailing |= push.ailing
    if push.unwanted:
        said.unwanted.append(push)


def _scan(account: Account, push: Push, now: datetime) -> Message:
    """Told under the id of the push: nothing is read again that would show it."""
    assert push.scan is not None
    scanned = telling.fact("entry.scanned", push.at, account=account.id, state=push.scan.state)
    key = f"scan/{push.id}"
    told = telling.Telling(push.scan.contact_id, key, happened=[scanned], since=push.at, acted_at=push.at)
    return telling.message(account, told, now)


def _unwanted(account: Account, push: Push, now: datetime) -> list[Message]:
    """Told under the id of the push, as a scan is."""
    found = []
    for number, one in enumerate(push.unwanted):
        said = (
            telling.fact("notice.refused", push.at, account=account.id, template=one.template_id)
            if one.template_id
            else telling.fact("sender.blocked", push.at, account=account.id)
        )
        told = telling.Telling(one.contact_id, f"unwanted/{push.id}/{number}", happened=[said])
        found.append(telling.message(account, told, now))
    return found


def apply(conn: Connection, batch: Sequence[tuple[Message, Attribution]], now: datetime) -> list[Fact]:
    """What contacts tell: facts of friends and group chats, and tags of the account; returns the facts.

    Called behind ``customers.apply``, which holds the customers: two messages of one contact that are worked on at once,
    or in the wrong order, then both end with the tags that the mirror has now. The facts rely on the pipeline's dedup of
    messages.
    """
    del now  # every word has its own time
    told = [(message, owner) for message, owner in batch if message.type == "contact" and owner.customer_id]
    facts = [
        Fact(
            one["kind"],
            owner.customer_id,
            owner.via,
            from_millis(one["at"]),
            message.source_id,
            message.message_id,
            "",
            0,
            one["properties"],
        )
        for message, owner in told
        for one in message.payload.get("happened", ())
        if one["kind"] in _TOLD
    ]
    return facts + _mark(conn, told)


def _mark(conn: Connection, told: Sequence[tuple[Message, Attribution]]) -> list[Fact]:
    """Tags, as far as what the message says is still so."""
    marked = [(message, owner, tags) for message, owner in told if (tags := message.payload.get("tags"))]
    if not marked:
        return []
    now = tables.tags_of(conn, {_place(message.payload) for message, _, _ in marked})
    added, removed = [], []
    for message, owner, tags in marked:
        current = now.get(_place(message.payload), frozenset())
        removed += [_change(message, owner, name) for name in tags.get("removed", ()) if name not in current]
        added += [_change(message, owner, name) for name in tags.get("added", ()) if name in current]
    return customers.remove_tags(conn, removed) + customers.add_tags(conn, added)


def _place(payload: Mapping[str, Any]) -> tuple[int, str]:
    return payload["account"], payload["contact"]


def _change(message: Message, owner: Attribution, name: str) -> TagChange:
    source = source_of(message.payload["account"])
    origin = (owner.via, message.source_id, message.message_id)
    return TagChange(owner.customer_id, name[:_MAX_TAG], message.occurred_at, source, *origin)
