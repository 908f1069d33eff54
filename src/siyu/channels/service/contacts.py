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
    contacts: list[StoredContact] = field(default_factory=list)
    ties: list[tuple[str, str, Tie]] = field(default_factory=list)
    past: list[tuple[str, str, Tie]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


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
    reads = {
        contact_id: Read(
            now,
            began,
            {follow.staff_id: _shown(follow, now) for one in seen.get(contact_id, ()) for follow in one.follows},
            complete=contact_id in gone or any(one.complete for one in seen.get(contact_id, ())),
            lacking=lacking.get(contact_id, ()),
        )
        for contact_id in {*seen, *gone, *lacking, *renamed}
    }
    return _decide(conn, account, reads, {}, seen, set(gone) - seen.keys(), now, sums)


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
        tables.make(conn, account.id, [one for one in some if one in seen])
        known = tables.lock(conn, account.id, some)
        ties = tables.ties(conn, account.id, list(known))
        departures = tables.departures(conn, account.id, list(known))
        for contact_id, contact in known.items():
            told = departures.get(contact_id, {})
            if contact_id in heard:
                told = {staff_id: told.get(staff_id, ()) for staff_id in heard[contact_id]}
            outcome = decide(ties.get(contact_id, {}), told, reads[contact_id], work.left, contact.complete_at)
            _one(work, contact, ties.get(contact_id, {}), outcome, seen.get(contact_id, ()), contact_id in gone)
        tables.write(conn, account.id, work.contacts)
        tables.write_ties(conn, account.id, work.ties)
        tables.write_past(conn, account.id, work.past)
        for done in (work.contacts, work.ties, work.past):
            done.clear()
    return work.messages


def _one(
    work: _Work,
    contact: StoredContact,
    before: Mapping[str, Tie],
    outcome: Outcome,
    seen: Sequence[Contact],
    gone: bool,
) -> None:
    """Write and tell what became of one contact."""
    told = Telling(contact.contact_id, f"contact/{contact.contact_id}/{contact.version + 1}")
    new = _looked_at(work, contact, seen, gone, told)
    ties = {**before, **outcome.ties}
    names = _tag_names(work, ties)
    told.tags_added, told.tags_removed = sorted(names - set(contact.tags)), sorted(set(contact.tags) - names)
    told.relations = [
        telling.relation(work.account, "friend", staff_id, tie)
        for staff_id, tie in outcome.ties.items()
        if staff_id not in before or before[staff_id].told_at != tie.told_at
    ]
    told.happened = telling.facts_of_follows(work.account, outcome.events)
    told.phones = _phones(before, outcome.ties, seen)
    told.since = min((tie.since for tie in ties.values()), default=None)
    told.union_id = new.union_id
    for event in outcome.events:
        if event.what == "added" or event.properties.get("by") == "customer":
            told.act(event.at)
    counted = Counter(event.what for event in outcome.events)
    sums = work.sums
    sums.began += counted["added"]
    sums.ended += counted["deleted"]
    if told or new.union_id != contact.union_id:
        new = replace(new, version=contact.version + 1, tags=tuple(sorted(names)))
        work.messages.append(telling.message(work.account, told, work.moment))
    if new != contact:
        work.contacts.append(new)
    work.ties.extend((contact.contact_id, staff_id, tie) for staff_id, tie in outcome.ties.items())
    work.past.extend((contact.contact_id, staff_id, tie) for staff_id, tie in outcome.past)


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
    profile = _digest([now.name, now.avatar, now.gender])
    if profile != contact.profile:
        told.traits = {name: value for name, value in said.items() if value}
    return replace(
        contact,
        kind=now.kind,
        union_id=now.union_id or contact.union_id,
        profile=profile,
        seen_at=work.moment,
        gone_at=None,
        complete_at=work.moment if any(one.complete for one in seen) else contact.complete_at,
    )


def _tag_names(work: _Work, ties: Mapping[str, Tie]) -> set[str]:
    ids = {tag_id for tie in ties.values() if tie.stands for tag_id in tie.details.get("tags", ())}
    work.sums.ask("tags", sorted(ids - work.names.keys()))
    return {work.names[tag_id] for tag_id in ids if tag_id in work.names}


def _phones(before: Mapping[str, Tie], written: Mapping[str, Tie], seen: Sequence[Contact]) -> list[str]:
    """Phones that a member of staff noted and that are new."""
    found: dict[str, None] = {}
    for follow in (follow for one in seen for follow in one.follows):
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
        "noted": _digest([follow.remark, follow.description]),
        "phones": _digest(sorted(follow.phones)),
    }
    return Tie(follow.since, moment, details=details)


def _digest(said: Sequence[str]) -> str:
    """Keyed, because a phone can be guessed from a plain one; empty for nothing."""
    if not any(said):
        return ""
    return vault.fingerprint("name", orjson.dumps([one.encode("utf-8", "replace").decode() for one in said]).decode())
