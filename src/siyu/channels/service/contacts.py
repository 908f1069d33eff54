"""Contacts and who serves them: compared by the batch, written, and told."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from siyu.channels.rules.contacts import Outcome, Read, decide
from siyu.channels.rules.ties import Tie
from siyu.channels.service import telling
from siyu.channels.service.telling import Telling
from siyu.channels.store import contacts as tables
from siyu.channels.store import staff as staff_tables
from siyu.channels.store.contacts import StoredContact
from siyu.channels.types.handed import Account
from siyu.channels.types.pushes import Departure, Hint
from siyu.channels.types.seen import Contact, Follow, ObjectKind
from siyu.engines.vault import service as vault
from siyu.intake.types import Message

_AT_ONCE: Final = 2000  # contacts in memory; a tag with another name may be that of everybody


@dataclass(slots=True)
class Sums:
    """What comes of a batch: how many ties began and ended, and what is to be read again.

    That is asked for at the end: its rows are locked behind all others, whoever writes them.
    """

    began: int = 0
    ended: int = 0
    asks: dict[Hint, None] = field(default_factory=dict)

    def ask(self, kind: ObjectKind, ids: Iterable[str]) -> None:
        """Have these objects read again."""
        self.asks.update(dict.fromkeys((kind, object_id) for object_id in ids))


@dataclass(frozen=True, slots=True)
class _Work:
    """What is known when contacts are decided on, and what comes of it."""

    account: Account
    moment: datetime
    names: Mapping[str, str]  # of tags, by id
    left: Collection[str]
    sums: Sums
    messages: list[Message] = field(default_factory=list)


@dataclass(slots=True)
class _Became:
    """What became of one contact: their row before and after, what is written of their follows, what is told."""

    before: StoredContact
    after: StoredContact
    outcome: Outcome
    message: Message | None
    strange: Sequence[str]  # ids of tags that nobody knows


def read_again(
    conn: Connection,
    account: Account,
    seen: Mapping[str, Sequence[Contact]],
    gone: Sequence[str],
    lacking: Mapping[str, Collection[str]],
    renamed: Sequence[str],
    *,
    now: datetime,
    began: datetime,
    sums: Sums,
) -> list[Message]:
    """Bring contacts up to date with what was read of them; returns what is to be told.

    Args:
        conn: an open transaction.
        account: whose.
        seen: what was seen of each contact.
        gone: contacts who are no more.
        lacking: contacts who are missing in the complete lists of these members of staff.
        renamed: contacts of whose tags the names changed.
        now: when the reading began.
        began: when the reading of the complete lists began.
        sums: counts what happened.
    """
    ended = set(gone)
    reads: dict[str, Read | None] = {}
    for contact_id in {*seen, *ended, *lacking, *renamed}:
        told = seen.get(contact_id, ())
        shown = {follow.staff_id: _shown(follow, now) for one in told for follow in one.follows}
        complete = contact_id in ended or any(one.complete for one in told)
        reads[contact_id] = Read(now, began, shown, complete, lacking.get(contact_id, ()))
    return _decide(conn, account, reads, {}, seen, ended - seen.keys(), now, sums)


def end(conn: Connection, account: Account, ids: Sequence[str], *, now: datetime, sums: Sums) -> list[Message]:
    """End every tie of these contacts, because the account is no more; returns what is to be told. Safe to repeat."""
    reads = {contact_id: Read(now, now, complete=True, why="account") for contact_id in ids}
    return _decide(conn, account, reads, {}, {}, set(ids), now, sums)


def hear(
    conn: Connection, account: Account, departures: Sequence[Departure], now: datetime, sums: Sums
) -> list[Message]:
    """Keep who ended what, and end what a customer ended; returns what is to be told. Safe to repeat."""
    tables.note_departures(conn, account.id, departures)
    reads = dict.fromkeys((one.contact_id for one in departures), None)
    heard: dict[str, set[str]] = {}
    for one in departures:
        heard.setdefault(one.contact_id, set()).add(one.staff_id)
    return _decide(conn, account, reads, heard, {}, set(), now, sums)


def _decide(
    conn: Connection,
    account: Account,
    reads: Mapping[str, Read | None],
    heard: Mapping[str, Collection[str]],
    seen: Mapping[str, Sequence[Contact]],
    gone: Collection[str],
    now: datetime,
    sums: Sums,
) -> list[Message]:
    if not reads:
        return []
    names, left = staff_tables.tag_names(conn, account.id), staff_tables.left(conn, account.id)
    work = _Work(account, now, names, left, sums)
    ids = sorted(reads)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        became = _made(conn, work, [one for one in some if one in seen], reads, seen)
        made = {one.after.contact_id for one in became}
        known = tables.lock(conn, account.id, [one for one in some if one not in made]) if len(made) < len(some) else {}
        ties = tables.ties(conn, account.id, list(known)) if known else {}
        departures = tables.departures(conn, account.id, list(known)) if known else {}
        for contact_id, contact in known.items():
            before, told = ties.get(contact_id, {}), departures.get(contact_id, {})
            if contact_id in heard:
                told = {staff_id: told.get(staff_id, ()) for staff_id in heard[contact_id]}
            outcome = decide(before, told, reads[contact_id], left, contact.complete_at)
            became.append(_one(work, contact, before, outcome, seen.get(contact_id, ()), contact_id in gone))
        _write(conn, work, became, made)
    return work.messages


def _made(
    conn: Connection,
    work: _Work,
    ids: Sequence[str],
    reads: Mapping[str, Read | None],
    seen: Mapping[str, Sequence[Contact]],
) -> list[_Became]:
    """Make those of these contacts who are not known: decided on first, so that their row is written once. Whom somebody
    else makes meanwhile is known then.
    """
    new = tables.unknown(conn, work.account.id, ids) if ids else []
    if not new:
        return []
    departures = tables.departures(conn, work.account.id, new)
    became = []
    for contact_id in new:
        outcome = decide({}, departures.get(contact_id, {}), reads[contact_id], work.left)
        became.append(_one(work, StoredContact(contact_id), {}, outcome, seen[contact_id], gone=False))
    made = tables.insert(conn, work.account.id, [one.after for one in became])
    return became if len(made) == len(became) else [one for one in became if one.after.contact_id in made]


def _write(conn: Connection, work: _Work, became: Sequence[_Became], made: Collection[str]) -> None:
    """Write and tell what became of contacts; the rows of those who were just made are written."""
    account_id = work.account.id
    changed = [one.after for one in became if one.after.contact_id not in made and one.after != one.before]
    tables.write(conn, account_id, changed)
    tables.write_ties(
        conn, account_id, [(one.after.contact_id, *tie) for one in became for tie in one.outcome.ties.items()]
    )
    tables.write_past(conn, account_id, [(one.after.contact_id, *tie) for one in became for tie in one.outcome.past])
    counted = Counter([event.what for one in became for event in one.outcome.events])
    work.sums.began += counted["added"]
    work.sums.ended += counted["deleted"]
    work.sums.ask("tags", sorted({tag_id for one in became for tag_id in one.strange}))
    work.messages.extend([one.message for one in became if one.message])


def _one(
    work: _Work,
    contact: StoredContact,
    before: Mapping[str, Tie],
    outcome: Outcome,
    seen: Sequence[Contact],
    gone: bool,
) -> _Became:
    """What is to be written and told of one contact."""
    told = Telling(contact.contact_id, f"contact/{contact.contact_id}/{contact.version + 1}")
    new = _looked_at(work, contact, seen, gone, told)
    ties = {**before, **outcome.ties} if before else outcome.ties
    names, strange = _tag_names(work, ties)
    if names != contact.tags:
        told.tags_added = [name for name in names if name not in contact.tags]
        told.tags_removed = [name for name in contact.tags if name not in names]
    told.relations = [
        telling.relation(work.account, "friend", staff_id, tie)
        for staff_id, tie in outcome.ties.items()
        if staff_id not in before or before[staff_id].told_at != tie.told_at
    ]
    told.happened = telling.facts_of_follows(work.account, outcome.events)
    told.phones = _phones(before, outcome.ties, seen)
    told.since = min([tie.since for tie in ties.values()], default=None)
    told.union_id = new.union_id
    for event in outcome.events:
        if event.what == "added" or event.properties.get("by") == "customer":
            told.act(event.at)
    message = None
    if told or new.union_id != contact.union_id:
        new = new.told(names)
        message = telling.message(work.account, told, work.moment)
    return _Became(contact, new, outcome, message, strange)


def _looked_at(
    work: _Work, contact: StoredContact, seen: Sequence[Contact], gone: bool, told: Telling
) -> StoredContact:
    """The contact's own row; what is new of the person goes into ``told``."""
    if contact.seen_at is not None and work.moment < contact.seen_at:
        return contact
    if gone:
        return replace(contact, gone_at=contact.gone_at or work.moment, seen_at=work.moment, complete_at=work.moment)
    if not seen:
        return contact
    now = seen[-1]
    said = {"name": now.name, "avatar": now.avatar, "gender": now.gender}
    profile = _digest((now.name, now.avatar, now.gender))
    if profile != contact.profile:
        told.traits = {name: value for name, value in said.items() if value}
    complete_at = work.moment if any(one.complete for one in seen) else contact.complete_at
    return StoredContact(
        contact.contact_id,
        now.kind,
        now.union_id or contact.union_id,
        profile,
        contact.tags,
        contact.version,
        work.moment,
        None,
        complete_at,
    )


def _tag_names(work: _Work, ties: Mapping[str, Tie]) -> tuple[tuple[str, ...], list[str]]:
    """Names of the tags of a contact, in order, and ids that have none."""
    ids = {tag_id for tie in ties.values() if tie.ended_at is None for tag_id in tie.details.get("tags", ())}
    if not ids:
        return (), []
    names = work.names
    return tuple(sorted({names[one] for one in ids if one in names})), [one for one in ids if one not in names]


def _phones(before: Mapping[str, Tie], written: Mapping[str, Tie], seen: Sequence[Contact]) -> list[str]:
    """Phones that a member of staff noted and that are new."""
    found: dict[str, None] = {}
    for follow in [follow for one in seen for follow in one.follows if follow.phones]:
        tie, old = written.get(follow.staff_id), before.get(follow.staff_id)
        noted = tie.details["phones"] if tie else ""
        if noted and (old is None or old.details["phones"] != noted):
            found.update(dict.fromkeys(follow.phones))
    return list(found)


def _shown(follow: Follow, moment: datetime) -> Tie:
    details: dict[str, Any] = {
        "tags": sorted(set(follow.tag_ids)),
        "way": follow.way,
        "state": follow.state,
        "noted": _digest((follow.remark, follow.description)),
        "phones": _digest(sorted(follow.phones)) if follow.phones else "",
    }
    return Tie(follow.since, moment, details=details)


def _digest(said: Sequence[str]) -> str:
    """Keyed, because a phone can be guessed from a plain one; empty for nothing."""
    if not any(said):
        return ""
    try:
        plain = orjson.dumps(said)
    except orjson.JSONEncodeError:  # halves of surrogate pairs, which no UTF-8 has
        plain = orjson.dumps([one.encode("utf-8", "replace").decode() for one in said])
    return vault.fingerprint("name", plain.decode())
