"""Making, changing and deleting segments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.jobs import defer
from siyu.kernel.errors import BadInput, Conflict, NotFound
from siyu.segments import rules
from siyu.segments.service.rulebook import check_rule, lists_of, sentences, without_references
from siyu.segments.store import definitions, members
from siyu.segments.store.definitions import Stored
from siyu.segments.types import InUse, Rule, Segment, segments_of

EVALUATE: Final = "segments.evaluate"  # name of the job
_LONGEST_NAME: Final = 100
_LONGEST_NOTE: Final = 1000


def segments(conn: Connection) -> list[Segment]:
    """All segments, by name."""
    return _shown(conn, definitions.everything(conn))


def segment(conn: Connection, segment_id: int) -> Segment:
    """One of them.

    Raises:
        NotFound: there is none of this id.
    """
    return _shown(conn, [stored_segment(conn, segment_id)])[0]


def stored_segment(conn: Connection, segment_id: int) -> Stored:
    """As it is kept.

    Raises:
        NotFound: there is none of this id.
    """
    stored = definitions.by_id(conn, segment_id)
    if stored is None:
        raise NotFound(what="segment", what_zh="人群", key=segment_id)
    return stored


def _shown(conn: Connection, found: Sequence[Stored]) -> list[Segment]:
    words = sentences(conn, [stored.tree for stored in found])
    return [
        Segment(
            id=one.id,
            name=one.name,
            note=one.note,
            rule=one.rule,
            version=one.version,
            sentence_en=en,
            sentence_zh=zh,
            live=one.live,
            people=one.people,
            evaluated_version=one.evaluated_version,
            evaluated_at=one.evaluated_at,
            took_ms=one.took_ms,
            made_by=one.made_by,
            made_at=one.made_at,
            changed_by=one.changed_by,
            changed_at=one.changed_at,
        )
        for one, (en, zh) in zip(found, words, strict=True)
    ]


def create(
    conn: Connection, principal: Principal, name: str, rule: Rule, now: datetime, *, note: str = "", live: bool = True
) -> Segment:
    """Make a segment; a job fills it once this is committed. Audited.

    Raises:
        NotAllowed: without the right ``segments.manage``.
        BadInput: the name is empty or too long; or the rule cannot be asked, with what to change.
        Conflict: another segment has this name.
    """
    access.require(principal, "segments.manage")
    name, note = _usable(name, note)
    definitions.hold(conn)
    check_rule(conn, rule)
    segment_id = definitions.insert(conn, name, note, rule, principal.actor, now, live=live)
    if segment_id is None:
        raise _taken(name)
    _adopt(conn, principal, segment_id, rule, now)
    return _noted(conn, principal, "segment.created", segment_id, now)


def change(
    conn: Connection,
    principal: Principal,
    segment_id: int,
    now: datetime,
    *,
    name: str,
    rule: Rule,
    note: str = "",
    live: bool = True,
) -> Segment:
    """Give a segment another name or rule; another rule is a new version, evaluated by a job once this is committed.

    So are the segments whose rules contain it. Idempotent: what is so already is left as it is. Audited.

    Raises:
        NotAllowed: without the right ``segments.manage``.
        NotFound: there is none of this id.
        BadInput: the name is empty or too long; or the rule cannot be asked, with what to change.
        Conflict: another segment has this name.
    """
    access.require(principal, "segments.manage")
    name, note = _usable(name, note)
    definitions.hold(conn)
    stored = stored_segment(conn, segment_id)
    check_rule(conn, rule, segment_id)
    if definitions.name_taken(conn, name, segment_id):
        raise _taken(name)
    raised = rule != stored.tree or live != stored.live
    if not raised and (name, note) == (stored.name, stored.note):
        return segment(conn, segment_id)
    definitions.update(conn, segment_id, name, note, rule, principal.actor, now, live=live, raised=raised)
    if raised:
        _adopt(conn, principal, segment_id, rule, now)
        count_anew(conn, definitions.dependents(conn, segment_id))
    return _noted(conn, principal, "segment.changed", segment_id, now)


def _adopt(conn: Connection, principal: Principal, segment_id: int, rule: Rule, now: datetime) -> None:
    definitions.keep_version(conn, segment_id, principal.actor, now)
    definitions.refer(conn, segment_id, sorted(segments_of(rule)), lists_of(rule))
    _ask(conn, segment_id)


def _ask(conn: Connection, segment_id: int) -> None:
    (rule,) = without_references(conn, [stored_segment(conn, segment_id).tree])
    definitions.depend(conn, segment_id, sorted(rules.depends_on(rule)))
    defer(conn, EVALUATE, {"segment_id": segment_id}, once=f"{EVALUATE}:{segment_id}")


def count_anew(conn: Connection, segment_ids: Sequence[int]) -> None:
    """Have these evaluated again by a job, because what their rules mean has changed."""
    definitions.outdate(conn, segment_ids)
    for segment_id in segment_ids:
        _ask(conn, segment_id)


def evaluate_soon(conn: Connection, principal: Principal, segment_id: int, now: datetime) -> None:
    """Have a job evaluate a segment in full. Audited.

    Raises:
        NotAllowed: without the right ``segments.manage``.
        NotFound: there is none of this id.
    """
    access.require(principal, "segments.manage")
    stored_segment(conn, segment_id)
    _ask(conn, segment_id)
    _noted(conn, principal, "segment.evaluation_asked", segment_id, now)


def delete(conn: Connection, principal: Principal, segment_id: int, now: datetime) -> None:
    """Delete a segment that nothing builds on; nobody leaves it, it is just gone. Audited.

    Raises:
        NotAllowed: without the right ``segments.manage``.
        NotFound: there is none of this id.
        InUse: another segment or a journey needs it.
    """
    access.require(principal, "segments.manage")
    definitions.hold(conn)
    stored = stored_segment(conn, segment_id)
    if users := definitions.users_of_segment(conn, segment_id):
        raise InUse(
            what=f"the segment '{stored.name}'",
            what_zh=f"人群“{stored.name}”",
            users=", ".join(f"'{user}'" for user in users),
            users_zh="、".join(f"“{user}”" for user in users),
        )
    _noted(conn, principal, "segment.deleted", segment_id, now)
    definitions.delete(conn, segment_id, now)
    members.forget(conn, segment_id)


def users(conn: Connection) -> dict[int, list[str]]:
    """What builds on each segment, by its id: names of segments and of what other rooms announced; else it is absent."""
    return definitions.users(conn)


def announce_use(conn: Connection, user_key: str, name: str, segment_ids: Sequence[int]) -> None:
    """Say that something of another room builds on these segments and on no others; they cannot be deleted meanwhile.

    Idempotent. ``user_key`` (``journey:7``) is whose word is replaced, ``name`` what an operator calls it.

    Raises:
        NotFound: one of them is not there.
    """
    definitions.hold(conn)
    for segment_id in segment_ids:
        stored_segment(conn, segment_id)
    definitions.announce(conn, user_key, name, segment_ids)


def adopt(conn: Connection, zone: str) -> bool:
    """Count days by the calendar of this zone from now on; when that is new everything is evaluated again.

    Returns whether it is. Safe to repeat.
    """
    if definitions.zone(conn) == zone:
        return False
    definitions.hold(conn)
    definitions.set_zone(conn, zone)
    count_anew(conn, [stored.id for stored in definitions.everything(conn)])
    return True


def count_anew_after(conn: Connection, cause: str) -> None:
    """Have all segments evaluated again whose answers depend on something that changed for everybody."""
    definitions.hold(conn)
    count_anew(conn, [stored.id for stored in definitions.everything(conn) if cause in stored.depends_on])


def _noted(conn: Connection, principal: Principal, action: str, segment_id: int, now: datetime) -> Segment:
    found = segment(conn, segment_id)
    details = {"name": found.name, "version": found.version}
    access.record(conn, actor=principal.actor, action=action, target=f"segment:{segment_id}", details=details, now=now)
    return found


def _usable(name: str, note: str) -> tuple[str, str]:
    name, note = name.strip(), note.strip()
    printable = name.isprintable() and "\x00" not in note
    if not 0 < len(name) <= _LONGEST_NAME or len(note) > _LONGEST_NOTE or not printable:
        raise BadInput(
            reason=f"a name has 1 to {_LONGEST_NAME} printable characters, a note at most {_LONGEST_NOTE}.",
            reason_zh=f"名称应为 1 至 {_LONGEST_NAME} 个可见字符，备注最多 {_LONGEST_NOTE} 个字符。",
        )
    return name, note


def _taken(name: str) -> Conflict:
    return Conflict(
        reason=f"there is a segment '{name}' already; choose another name.",
        reason_zh=f"已有名为“{name}”的人群，请换一个名称。",
    )
