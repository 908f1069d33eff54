"""Funnels: counting one, keeping them, and what a builder may choose from."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.insight import rules, store
from siyu.insight.types import (
    FACT_KINDS,
    KINDS,
    FieldShape,
    FunnelDefinition,
    FunnelGroup,
    FunnelPlan,
    FunnelStepCount,
    FunnelTable,
    InsightSchema,
    KindShape,
    NameCount,
    NotYours,
    SavedFunnel,
)
from siyu.kernel.errors import BadInput, Conflict, NotFound

SEEN: Final = timedelta(days=90)
_MOST_NAMES: Final = 200
_MOST_PROPERTIES: Final = 100
_SAMPLE: Final = 2000
_LONGEST_NAME: Final = 100
_TYPES: Final = {
    "String": "string",
    "Int64": "integer",
    "UInt64": "integer",
    "Double": "number",
    "Bool": "boolean",
    "Object": "object",
    "Array": "array",
}


def funnel(client: Client, plan: FunnelPlan) -> FunnelTable:
    """How far those came who entered the first step on the days of the plan.

    Raises:
        UnknownFactKind, UnknownProperty: a step names what there is not.
        BadInput: something else about the plan is wrong; says what.
    """
    rules.check_funnel(plan.definition)
    first, last, _, _, _ = rules.moments_of(plan)
    counted = [
        FunnelGroup(group, _steps([int(count) for count in people], medians))
        for _, group, people, medians in store.funnels.counts(client, plan)
    ]
    empty = _steps([0] * len(plan.definition.steps), ())
    steps = counted[0].steps if counted else empty
    groups = tuple(counted[1:]) if plan.definition.by != "none" else ()
    return FunnelTable(steps, groups, first, last, plan.zone, plan.now)


def _steps(people: Sequence[int], medians: Sequence[float]) -> tuple[FunnelStepCount, ...]:
    answer = []
    for place, count in enumerate(people):
        following = people[place + 1] if place + 1 < len(people) else count
        before = people[place - 1] if place else count
        median = float(medians[place - 1]) / 1000 if place and count else None
        answer.append(
            FunnelStepCount(
                place + 1, count, count - following, _share(count, people[0]), _share(count, before), median
            )
        )
    return tuple(answer)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def schema(client: Client, now: datetime) -> InsightSchema:
    """Every kind of fact with its fields; names and further properties as seen in the last 90 days."""
    since = now - SEEN
    named = {kind: (facts, found) for kind, facts, found in store.facts.names(client, KINDS, since, _MOST_NAMES)}
    seen: dict[str, list[tuple[str, str]]] = defaultdict(list)
    opened = [kind for kind in named if FACT_KINDS[kind].open]
    if opened:
        for kind, key, type_ in store.facts.properties(client, opened, since, _SAMPLE, _MOST_PROPERTIES):
            seen[kind].append((key, _TYPES.get(type_, "string")))
    kinds = []
    for name, declared in FACT_KINDS.items():
        facts, found = named.get(name, (0, []))
        fields = [FieldShape(field, type_, meaning, True) for field, (type_, meaning) in declared.fields.items()]
        fields += [FieldShape(key, type_, "", False) for key, type_ in seen[name] if key not in declared.fields]
        names = tuple(NameCount(str(called), int(count)) for called, count in found if called)
        kinds.append(KindShape(name, declared.en, declared.zh, declared.open, facts, names, tuple(fields)))
    return InsightSchema(since, tuple(kinds))


def saved_funnels(conn: Connection) -> tuple[SavedFunnel, ...]:
    """All that anybody keeps, by name."""
    return tuple(store.saved.funnels(conn))


def saved_funnel(conn: Connection, funnel_id: int) -> SavedFunnel:
    """One of them.

    Raises:
        NotFound: there is none of this id.
    """
    return _kept(conn, funnel_id)


def save_funnel(conn: Connection, name: str, definition: FunnelDefinition, owner: str, now: datetime) -> SavedFunnel:
    """Keep a funnel.

    Raises:
        Conflict: this owner has one of this name.
        BadInput: the name is empty or too long, or the funnel cannot be counted.
    """
    made = store.saved.insert(conn, _usable_name(name), _checked(definition), owner, now)
    if made is None:
        raise _taken(name)
    return made


def change_funnel(
    conn: Connection, funnel_id: int, name: str, definition: FunnelDefinition, actor: str, now: datetime, *, any_: bool
) -> SavedFunnel:
    """Keep another definition or name; idempotent. ``any_``: also of somebody else.

    Raises:
        NotFound: there is none of this id.
        NotYours: somebody else's.
        Conflict: its owner has another of this name.
        BadInput: the name is empty or too long, or the funnel cannot be counted.
    """
    kept = _kept(conn, funnel_id, actor=actor, any_=any_)
    changed = store.saved.update(conn, kept, _usable_name(name), _checked(definition), now)
    if changed is None:
        raise _taken(name)
    return changed


def drop_funnel(conn: Connection, funnel_id: int, actor: str, *, any_: bool) -> SavedFunnel:
    """Keep it no longer; returns what it was.

    Raises:
        NotFound: there is none of this id.
        NotYours: somebody else's, and not ``any_``.
    """
    kept = _kept(conn, funnel_id, actor=actor, any_=any_)
    store.saved.delete(conn, funnel_id)
    return kept


def _kept(conn: Connection, funnel_id: int, *, actor: str | None = None, any_: bool = True) -> SavedFunnel:
    kept = store.saved.funnel(conn, funnel_id, lock=actor is not None)
    if kept is None:
        raise NotFound(what="saved funnel", what_zh="已保存的漏斗", key=funnel_id)
    if not any_ and kept.owner != actor:
        raise NotYours(name=kept.name, owner=kept.owner)
    return kept


def _checked(definition: FunnelDefinition) -> FunnelDefinition:
    rules.check_funnel(definition)
    return definition


def _usable_name(name: str) -> str:
    cleaned = name.strip()
    if not 0 < len(cleaned) <= _LONGEST_NAME or not cleaned.isprintable():
        raise BadInput(
            reason=f"a name has 1 to {_LONGEST_NAME} printable characters.",
            reason_zh=f"名称应为 1 至 {_LONGEST_NAME} 个可显示的字符。",
        )
    return cleaned


def _taken(name: str) -> Conflict:
    return Conflict(reason=f"there is a funnel '{name}' already.", reason_zh=f"已有名为“{name}”的漏斗。")
