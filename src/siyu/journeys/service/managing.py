"""Drafts, versions, and the life of a journey: started, paused, drained, stopped. Every change is audited."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.experiments import service as experiments
from siyu.experiments.types import Arm
from siyu.journeys.rules.graph import ways_out
from siyu.journeys.rules.moments import next_day, next_run
from siyu.journeys.rules.references import segments_in
from siyu.journeys.rules.writing import from_json, from_yaml, to_json, to_yaml
from siyu.journeys.service.telling import CHANNEL
from siyu.journeys.service.world import check
from siyu.journeys.store import journeys as store
from siyu.journeys.types.definition import DateTrigger, Definition, TimeTrigger
from siyu.journeys.types.problems import BadDefinition, NotPublishable, WrongState
from siyu.journeys.types.running import Journey, State, Version
from siyu.kernel.errors import Conflict, NotFound
from siyu.segments import service as segments
from siyu.touch import service as touch

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_OURSELVES: Final = access.system("journeys")
_STATES_ZH: Final[Mapping[State, str]] = {
    "draft": "草稿",
    "running": "运行中",
    "paused": "已暂停",
    "draining": "收尾中",
    "stopped": "已停止",
}


def journeys(conn: Connection) -> list[Journey]:
    """Every journey, the one that was changed last first."""
    return store.journeys(conn)


def journey(conn: Connection, journey_id: int) -> Journey:
    """One journey.

    Raises:
        NotFound: there is none of this id.
    """
    return _found(store.journey(conn, journey_id), journey_id)


def journey_of_key(conn: Connection, key: str) -> Journey:
    """The same by its key."""
    return _found(store.by_key(conn, key), key)


def _found(found: Journey | None, wanted: int | str) -> Journey:
    if found is None:
        raise NotFound(what="journey", what_zh="旅程", key=wanted)
    return found


def create(conn: Connection, key: str, draft: Definition, actor: str, now: datetime) -> Journey:
    """A new journey as a draft.

    Raises:
        BadDefinition: the key is none.
        Conflict: there is one of this key.
    """
    if not _KEY.fullmatch(key):
        raise BadDefinition(
            reason=f"the key '{key[:100]}' is not 1 to 60 small letters, digits, '-' and '_'.",
            reason_zh=f"键“{key[:100]}”须为 1 至 60 个小写字母、数字、“-”或“_”。",
        )
    _readable(draft)
    made = store.insert(conn, key, draft, actor, now)
    if made is None:
        raise Conflict(
            reason=f"there is a journey '{key}' already. Choose another key, or change that one.",
            reason_zh=f"已存在键为“{key}”的旅程，请更换键，或修改该旅程。",
        )
    _record(conn, made, "journey.created", actor, now, name=made.name)
    return made


def keep_draft(conn: Connection, journey_id: int, draft: Definition, actor: str, now: datetime) -> Journey:
    """Work on a journey; those inside feel nothing of it until it is published and they are migrated.

    Raises:
        NotFound: there is no such journey.
    """
    _readable(draft)
    before = _locked(conn, journey_id)
    if before.draft != draft:
        store.keep_draft(conn, journey_id, draft, now)
        _record(conn, before, "journey.draft_kept", actor, now, name=draft.name)
    return journey(conn, journey_id)


def _readable(draft: Definition) -> None:
    if b"\\u0000" in orjson.dumps(to_json(draft)):
        raise BadDefinition(
            reason="a text has a NUL character in it. Write it again.",
            reason_zh="文本中含有空字符（NUL），请重新填写。",
        )


def drop_draft(conn: Connection, journey_id: int, actor: str, now: datetime) -> Journey:
    """Forget what was worked on since the newest version. Safe to repeat.

    Raises:
        WrongState: nothing was published yet, so there would be nothing left.
    """
    before = _locked(conn, journey_id)
    if not before.version:
        raise wrong_state(before, "it was never published; archive it instead.", "尚未发布，无法丢弃草稿。")
    if before.draft is not None:
        store.keep_draft(conn, journey_id, None, now)
        _record(conn, before, "journey.draft_dropped", actor, now)
    return journey(conn, journey_id)


def definition_of(conn: Connection, found: Journey, number: int | None = None) -> Definition:
    """The draft where there is one, else the newest version; or the version of this number.

    Raises:
        NotFound: there is no such version.
    """
    if number is None and found.draft is not None:
        return found.draft
    wanted = found.version if number is None else number
    return _version(conn, found.id, wanted).definition


def versions(conn: Connection, journey_id: int) -> list[Version]:
    """What was published, newest first."""
    return store.versions(conn, journey(conn, journey_id).id)


def _version(conn: Connection, journey_id: int, number: int) -> Version:
    for one in store.versions(conn, journey_id):
        if one.number == number:
            return one
    raise NotFound(what="version", what_zh="版本", key=number)


def publish(conn: Connection, journey_id: int, actor: str, now: datetime, zone: ZoneInfo) -> Version:
    """Make a version of the draft, which is never changed any more. Who enters from now on gets it; who is inside stays in
    the version that they entered, until :func:`migrate`. Safe to repeat: without a draft the newest version is returned.

    Raises:
        NotPublishable: it has problems; ``details.problems`` holds each with its sentence.
        NotFound: there is no such journey.
    """
    found = _locked(conn, journey_id)
    if found.draft is None:
        return _version(conn, journey_id, found.version)
    problems = check(conn, found.draft, now, zone)
    if problems:
        raise NotPublishable.of(problems)
    before = _version(conn, journey_id, found.version).definition if found.version else found.draft
    made = store.publish(conn, journey_id, found.draft, actor, now)
    if found.programme_id:
        programme = experiments.programme(conn, found.programme_id)
        # What was changed of the programme itself since stays, unless this version asks for something else than the last.
        if found.draft.control_bp not in {before.control_bp, programme.control_bp}:
            reason = found.draft.control_reason or "back to the default"
            experiments.change_control(conn, programme.id, found.draft.control_bp, reason, actor, now)
        _check_arms(found, made, tuple((arm.name, arm.weight) for arm in programme.arms))
    if found.state in {"running", "paused"}:
        store.set_next_run(conn, journey_id, _next_run(made.definition, now, zone))
    _announce(conn, found)
    _record(conn, found, "journey.published", actor, now, version=made.number)
    return made


def _announce(conn: Connection, found: Journey) -> None:
    """Segments that those inside may still be asked about are not deleted meanwhile."""
    there = {one.id for one in segments.segments(conn)}
    used = {one for version in store.versions(conn, found.id) for one in segments_in(version.definition)}
    segments.announce_use(conn, f"journey:{found.id}", found.name, sorted(used & there))


def _check_arms(found: Journey, made: Version, running: tuple[tuple[str, int], ...]) -> None:
    if running != tuple((arm.name, arm.weight) for arm in made.definition.arms):
        raise wrong_state(
            found,
            "its arms cannot be changed once it was started: those who are assigned would be mixed up. Make a new journey.",
            "启动后不可更改实验分组，否则已分组的客户会混淆。请新建旅程。",
        )


def start(conn: Connection, journey_id: int, actor: str, now: datetime, zone: ZoneInfo) -> Journey:
    """Let people in: for the first time, or again after it was paused, drained or stopped. Safe to repeat.

    Raises:
        WrongState: no version was published.
        NotPublishable: what it refers to is gone meanwhile.
    """
    found = _locked(conn, journey_id)
    if not found.version:
        raise wrong_state(found, "publish it first.", "请先发布。")
    if found.state == "running":
        return found
    definition = _version(conn, journey_id, found.version).definition
    if found.state != "paused":
        problems = [one for one in check(conn, definition, now, zone) if one.code != "wait_in_the_past"]
        if problems:
            raise NotPublishable.of(problems)
    programme = (
        experiments.start_programme(
            conn,
            key=f"journey:{found.id}",
            kind=definition.kind,
            name=definition.name,
            actor=actor,
            now=now,
            control_bp=definition.control_bp,
            arms=[Arm(arm.name, arm.weight) for arm in definition.arms],
            reason=definition.control_reason,
        )
        if not found.programme_id
        else experiments.resume_programme(conn, found.programme_id, actor, now)
    )
    store.set_state(conn, journey_id, "running", now, programme.id)
    if found.state == "paused" and _sending(conn, found) == "paused":
        touch.resume_sending(conn, _OURSELVES, programme.id, "The journey goes on.", now)
    store.set_next_run(conn, journey_id, _next_run(definition, now, zone))
    store.notify(conn, CHANNEL)
    _announce(conn, found)
    _record(conn, found, "journey.started", actor, now, version=found.version)
    return journey(conn, journey_id)


def _next_run(definition: Definition, now: datetime, zone: ZoneInfo) -> datetime | None:
    match definition.trigger:
        case TimeTrigger():
            return next_run(definition.trigger, now, zone)
        case DateTrigger():
            return next_day(definition.trigger.at, now, zone)
    return None


def pause(conn: Connection, journey_id: int, actor: str, reason: str, now: datetime) -> Journey:
    """Hold everybody where they are, and what waits at the gate, and let nobody in; what is due meanwhile is done when it
    goes on. Safe to repeat.

    Raises:
        WrongState: it does not run.
    """
    paused = _change(conn, journey_id, "paused", {"running", "draining"}, "journey.paused", actor, now, reason=reason)
    if _sending(conn, paused) == "running":
        why = reason.strip() or "The journey is paused."
        touch.pause_sending(conn, _OURSELVES, paused.programme_id, why, now)
    return paused


def drain(conn: Connection, journey_id: int, actor: str, reason: str, now: datetime) -> Journey:
    """Let nobody in any more; those inside go on to their end, and with the last of them it is stopped. Safe to repeat.

    Raises:
        WrongState: it does not run.
    """
    return _change(conn, journey_id, "draining", {"running", "paused"}, "journey.drained", actor, now, reason=reason)


def stop(conn: Connection, journey_id: int, actor: str, reason: str, now: datetime) -> Journey:
    """Let everybody out, wherever they are; this is done behind the request, nobody takes another step. Safe to repeat.

    Raises:
        WrongState: it was never started.
    """
    stopped = _change(
        conn, journey_id, "stopped", {"running", "paused", "draining"}, "journey.stopped", actor, now, reason=reason
    )
    segments.announce_use(conn, f"journey:{journey_id}", stopped.name, ())
    if stopped.programme_id:
        experiments.stop_programme(conn, stopped.programme_id, actor, now)
    return stopped


def _change(
    conn: Connection, journey_id: int, to: State, of: set[str], action: str, actor: str, now: datetime, *, reason: str
) -> Journey:
    found = _locked(conn, journey_id)
    if found.state == to:
        return found
    if found.state not in of:
        raise wrong_state(found, "only one that runs can be changed so.", "只有运行中的旅程可执行此操作。")
    store.set_state(conn, journey_id, to, now)
    _record(conn, found, action, actor, now, reason=reason)
    return journey(conn, journey_id)


def migrate(
    conn: Connection, journey_id: int, number: int, to: int, steps: Mapping[str, str], actor: str, now: datetime
) -> None:
    """Have the people of one version go on in another, at the step of the same name or of that which ``steps`` says.

    It counts at once, however many they are: who waits keeps waiting as long as they did, and goes on from there in the new
    version. Safe to repeat.

    Raises:
        NotFound: there is no such version.
        BadDefinition: a step has no successor, or the way leads back to where it begins.
    """
    found = _locked(conn, journey_id)
    old, new = _version(conn, journey_id, number), _version(conn, journey_id, to)
    lost = [name for name in old.definition.steps if steps.get(name, name) not in new.definition.steps]
    if lost:
        raise BadDefinition(
            reason=f"version {to} has no step for those at {', '.join(lost)}. Say in 'steps' where they go on.",
            reason_zh=f"版本 {to} 没有与{'、'.join(lost)}对应的步骤，请在 steps 中指定去向。",
        )
    successors = store.successors(conn)
    seen, at = {old.id}, new.id
    while at not in seen and at in successors:
        seen.add(at)
        at = successors[at].becomes
    if at in seen:
        raise BadDefinition(
            reason=f"the people of version {to} go on in version {number}; that would go round.",
            reason_zh=f"版本 {to} 的客户已迁移至版本 {number}，不能循环迁移。",
        )
    store.succeed(conn, old.id, new.id, {name: to_ for name, to_ in steps.items() if name in old.definition.steps})
    _record(conn, found, "journey.migrated", actor, now, version=number, into=to)


def apply_yaml(conn: Connection, text: str, actor: str, now: datetime) -> tuple[Journey, bool]:
    """Make or change the draft of the key that a file names; whether anything changed. Safe to repeat.

    Raises:
        BadDefinition: it is no journey, or names no key.
    """
    key, definition = read_yaml(text)
    there = store.by_key(conn, key)
    if there is None:
        return create(conn, key, definition, actor, now), True
    if to_json(definition_of(conn, there)) == to_json(definition):
        return there, False
    return keep_draft(conn, there.id, definition, actor, now), True


def read_yaml(text: str) -> tuple[str, Definition]:
    """The key and the journey that a file names; nothing is kept.

    Raises:
        BadDefinition: it is no journey, or names no key.
    """
    found = dict(from_yaml(text))
    key = found.pop("key", None)
    if not isinstance(key, str):
        raise BadDefinition(
            reason="the file does not say of which journey it is. Put a line 'key: …' into it.",
            reason_zh="文件未说明属于哪个旅程，请加入一行 key: …。",
        )
    return key, from_json(found)


def as_yaml(conn: Connection, found: Journey) -> str:
    """The draft, or the newest version, as :func:`apply_yaml` reads it."""
    return write_yaml(found.key, definition_of(conn, found))


def write_yaml(key: str, definition: Definition) -> str:
    """A journey of this key as :func:`read_yaml` reads it."""
    said = to_json(definition)
    return to_yaml({"version": said.pop("version"), "key": key, **said})


def outline(definition: Definition) -> list[tuple[str, str, str]]:
    """(step, way, step that follows) of a whole journey, for a canvas."""
    return [(name, way, to) for name, step in definition.steps.items() for way, to in ways_out(step)]


def _sending(conn: Connection, found: Journey) -> str:
    """What the harm guard halted is neither paused nor resumed with the journey."""
    said = touch.sendings(conn, [found.programme_id]).get(found.programme_id)
    return said.state if said else "running"


def _locked(conn: Connection, journey_id: int) -> Journey:
    return _found(store.journey(conn, journey_id, lock=True), journey_id)


def wrong_state(found: Journey, reason: str, reason_zh: str) -> WrongState:
    """What is raised where a journey is not in the state for it."""
    return WrongState(state=found.state, state_zh=_STATES_ZH[found.state], reason=reason, reason_zh=reason_zh)


def _record(conn: Connection, found: Journey, action: str, actor: str, now: datetime, **details: Any) -> None:
    access.record(conn, actor=actor, action=action, target=f"journey:{found.id}", details=details, now=now)
