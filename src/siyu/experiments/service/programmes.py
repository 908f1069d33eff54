"""Programmes: started, stopped, and how many are left alone."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.experiments import rules
from siyu.experiments.store import assignments as store
from siyu.experiments.types import (
    CONTROL_BP,
    MOST_CONTROL_BP,
    MOST_HOLDOUT_BP,
    Arm,
    NeedsReason,
    Programme,
)
from siyu.kernel.errors import BadInput, IdempotencyMismatch, NotFound

_KEY: Final = re.compile(r"[a-z][a-z0-9_:.-]{0,99}")
_MOST_ARMS: Final = 20
_MOST_PROGRAMMES: Final = 200
_MOST_COST_FEN: Final = 1_000_000


def start_programme(
    conn: Connection,
    *,
    key: str,
    kind: str,
    name: str,
    actor: str,
    now: datetime,
    control_bp: int = CONTROL_BP,
    arms: Sequence[Arm] = (),
    reason: str = "",
) -> Programme:
    """Have something that reaches people measured. Same key and input: the programme that is there.

    Args:
        conn: an open transaction.
        key: small letters, digits and ``_:.-``, for example ``journey:7``.
        kind: ``journey``, ``broadcast`` …
        name: as operators see it.
        actor: who starts it.
        now: the moment.
        control_bp: of ten thousand newcomers so many are left alone, up to 9000; another share than 1000 has a reason.
        arms: variants with different names and weights above 0; none where there is only one.
        reason: for another share than 1000; kept in the audit.

    Raises:
        BadInput: says what is wrong with key, share or arms.
        NeedsReason: the share is not the usual one.
        IdempotencyMismatch: the key is that of another programme.
    """
    _check_key(key, kind)
    _check_share(control_bp, MOST_CONTROL_BP)
    _check_arms(arms)
    if control_bp != CONTROL_BP and not reason.strip():
        raise NeedsReason(what="Another share of the control group", what_zh="修改对照组比例")
    given = orjson.dumps([kind, name, control_bp, [[arm.name, arm.weight] for arm in arms]]).decode()
    wanted = Programme(0, key, kind, name, control_bp, rules.salt_of(key), tuple(arms), now, None)
    made = store.insert_programme(conn, wanted, given)
    if made is None:
        there = store.programme_by_key(conn, key)
        assert there is not None
        if there[1] != given:
            raise IdempotencyMismatch(key=key)
        return there[0]
    access.record(
        conn,
        actor=actor,
        action="programme.started",
        target=f"programme:{made.id}",
        details={"key": key, "name": name, "control_bp": control_bp, "reason": reason.strip()},
        now=now,
    )
    return made


def _check_key(key: str, kind: str) -> None:
    if not _KEY.fullmatch(key) or not _KEY.fullmatch(kind):
        raise BadInput(
            reason=f"key '{key}' and kind '{kind}' of a programme begin with a small letter, then small letters, digits "
            "and _:.- follow, 100 in all.",
            reason_zh=f"项目的键“{key}”与类型“{kind}”须以小写字母开头，其后为小写字母、数字或 _:.-，最长 100 个字符。",
        )


def _check_share(bp: int, most: int) -> None:
    if not 0 <= bp <= most:
        raise BadInput(
            reason=f"a share of {bp} of ten thousand cannot be; give 0 to {most}.",
            reason_zh=f"比例 {bp}（万分之）无效，请填写 0 至 {most}。",
        )


def _check_arms(arms: Sequence[Arm]) -> None:
    names = {arm.name.strip() for arm in arms}
    if len(arms) == 1 or len(arms) > _MOST_ARMS or len(names) < len(arms) or "" in names:
        raise BadInput(
            reason=f"variants are 2 to {_MOST_ARMS}, or none, and each has a name of its own.",
            reason_zh=f"方案须为 2 至 {_MOST_ARMS} 个（或不设），且名称各不相同。",
        )
    if any(not 1 <= arm.weight <= 10_000 for arm in arms):
        raise BadInput(reason="the weight of a variant is 1 to 10000.", reason_zh="方案的权重须为 1 至 10000。")


def programme(conn: Connection, programme_id: int) -> Programme:
    """The programme.

    Raises:
        NotFound: there is none with this id.
    """
    return _found(store.programmes(conn, [programme_id]).get(programme_id), programme_id)


def programmes_of(conn: Connection, programme_ids: Sequence[int]) -> dict[int, Programme]:
    """These programmes, by their ids.

    Raises:
        NotFound: there is none with one of these ids.
    """
    found = store.programmes(conn, programme_ids)
    return {one: _found(found.get(one), one) for one in programme_ids}


def programmes(
    conn: Connection, *, below: int | None = None, limit: int = 50, running: bool | None = None
) -> list[Programme]:
    """Programmes, newest first: up to ``limit`` (at most 200) with an id below ``below``, running or stopped ones."""
    return store.page_of_programmes(conn, below, max(1, min(limit, _MOST_PROGRAMMES)), running=running)


def change_control(
    conn: Connection, programme_id: int, control_bp: int, reason: str, actor: str, now: datetime
) -> Programme:
    """Have another share of newcomers left alone from now on; who is assigned stays. Audited; a repeat changes nothing.

    Raises:
        NeedsReason: without one.
        BadInput: not 0 to 9000.
        NotFound: there is no such programme.
    """
    _check_share(control_bp, MOST_CONTROL_BP)
    if not reason.strip():
        raise NeedsReason(what="Another share of the control group", what_zh="修改对照组比例")
    old = _found(store.lock_programme(conn, programme_id), programme_id)
    if old.control_bp != control_bp:
        store.write_control(conn, programme_id, control_bp)
        access.record(
            conn,
            actor=actor,
            action="programme.control_changed",
            target=f"programme:{programme_id}",
            details={"from_bp": old.control_bp, "to_bp": control_bp, "reason": reason.strip()},
            now=now,
        )
    return programme(conn, programme_id)


def change_costs(conn: Connection, programme_id: int, costs: Mapping[str, int], actor: str, now: datetime) -> Programme:
    """What one touch costs from now on in reports, in fen, by way. Audited; a repeat changes nothing.

    Raises:
        BadInput: a cost is below 0 or above 10,000 yuan.
        NotFound: there is no such programme.
    """
    for way, fen in costs.items():
        if not 0 <= fen <= _MOST_COST_FEN or not _KEY.fullmatch(way):
            raise BadInput(
                reason=f"'{way}' at {fen} fen a touch cannot be; give 0 to {_MOST_COST_FEN} fen a way.",
                reason_zh=f"“{way}”每次触达 {fen} 分的成本无效，请填写 0 至 {_MOST_COST_FEN} 分。",
            )
    old = _found(store.lock_programme(conn, programme_id), programme_id)
    if dict(old.costs) != dict(costs):
        store.write_costs(conn, programme_id, costs)
        access.record(
            conn,
            actor=actor,
            action="programme.costs_changed",
            target=f"programme:{programme_id}",
            details={"costs": dict(costs)},
            now=now,
        )
    return programme(conn, programme_id)


def stop_programme(conn: Connection, programme_id: int, actor: str, now: datetime) -> Programme:
    """It ends; what was assigned stays and can be reported. Audited; a repeat changes nothing.

    Raises:
        NotFound: there is no such programme.
    """
    old = _found(store.lock_programme(conn, programme_id), programme_id)
    if old.stopped_at is None:
        store.write_stop(conn, programme_id, now)
        access.record(
            conn, actor=actor, action="programme.stopped", target=f"programme:{programme_id}", details={}, now=now
        )
    return programme(conn, programme_id)


def resume_programme(conn: Connection, programme_id: int, actor: str, now: datetime) -> Programme:
    """It goes on, with everybody in the place they had. Audited; a repeat changes nothing.

    Raises:
        NotFound: there is no such programme.
    """
    old = _found(store.lock_programme(conn, programme_id), programme_id)
    if old.stopped_at is not None:
        store.write_stop(conn, programme_id, None)
        access.record(
            conn, actor=actor, action="programme.resumed", target=f"programme:{programme_id}", details={}, now=now
        )
    return programme(conn, programme_id)


def _found(programme: Programme | None, programme_id: int) -> Programme:
    if programme is None:
        raise NotFound(what="programme", what_zh="以下编号的项目：", key=programme_id)
    return programme


def holdout(conn: Connection) -> int:
    """Of ten thousand people so many get no marketing: those with a bucket below."""
    return store.holdout(conn)


def change_holdout(conn: Connection, bp: int, reason: str, actor: str, now: datetime) -> int:
    """Hold out another share of everybody from programmes to come, and from newcomers of those that run.

    Who has a place in a programme keeps it. Audited; a repeat changes nothing.

    Raises:
        NeedsReason: without one.
        BadInput: not 0 to 5000.
    """
    _check_share(bp, MOST_HOLDOUT_BP)
    if not reason.strip():
        raise NeedsReason(what="Another share of people held out", what_zh="修改全局留白比例")
    old = store.holdout(conn, lock=True)
    if old != bp:
        store.write_holdout(conn, bp)
        access.record(
            conn,
            actor=actor,
            action="holdout.changed",
            target="holdout",
            details={"from_bp": old, "to_bp": bp, "reason": reason.strip()},
            now=now,
        )
    return bp
