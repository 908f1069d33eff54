"""Rules with what they refer to: looked up, checked, put in the place of references."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.kernel.errors import SiyuError
from siyu.segments import rules
from siyu.segments.store import definitions, lists
from siyu.segments.store.definitions import Stored
from siyu.segments.types import (
    AllOf,
    AnyOf,
    CircularSegments,
    DeletedSegment,
    Not,
    OnList,
    Problem,
    Rule,
    Trait,
    TraitDate,
    UnknownList,
    leaves,
    parts,
    segments_of,
)
from siyu.segments.types.conditions import Anniversary


def check_rule(conn: Connection, rule: Rule, segment_id: int | None = None) -> None:
    """Pass when the rule can be asked: names, values, and what it refers to.

    Args:
        conn: an open transaction.
        rule: the tree.
        segment_id: the segment whose rule this will be, so that it does not come to contain itself.

    Raises:
        UnknownFactKind, UnknownProperty, UnusableRule: says what to change.
        DeletedSegment: it refers to a segment that is not there.
        UnknownList: likewise of a list.
        CircularSegments: the segment would contain itself.
    """
    named = {leaf.name for leaf in leaves(rule) if isinstance(leaf, Trait | TraitDate | Anniversary)}
    rules.check(rule, [name for name in named if customers.finding.is_personal(name)])
    wanted = lists_of(rule)
    known = lists.known(conn, wanted)
    for list_id in wanted:
        if list_id not in known:
            raise UnknownList(list=list_id)
    if segments_of(rule):
        everything = {stored.id: stored for stored in definitions.everything(conn)}
        name = everything[segment_id].name if segment_id is not None and segment_id in everything else "?"
        _check_references(conn, rule, everything, segment_id, [name])
        rules.check(without_references(conn, [rule])[0])  # together they may be too large


def _check_references(
    conn: Connection, rule: Rule, everything: Mapping[int, Stored], segment_id: int | None, path: Sequence[str]
) -> None:
    for other in sorted(segments_of(rule)):
        stored = everything.get(other)
        if stored is None:
            if definitions.ever(conn, other):
                raise DeletedSegment(segment=other, state="was deleted", state_zh="已删除")
            raise DeletedSegment(segment=other, state="does not exist", state_zh="不存在")
        way = [*path, stored.name]
        if other == segment_id:
            raise CircularSegments(path=" → ".join(way))
        _check_references(conn, stored.tree, everything, segment_id, way)


def problems(conn: Connection, rule: Rule, segment_id: int | None = None) -> list[Problem]:
    """What is wrong, each at the condition it belongs to; empty where :func:`check_rule` passes.

    Args:
        conn: an open transaction.
        rule: the tree.
        segment_id: the segment whose rule this will be.
    """
    found = []
    for place, part in parts(rule):
        if isinstance(part, AllOf | AnyOf | Not):
            continue
        try:
            check_rule(conn, part, segment_id)
        except SiyuError as error:
            found.append(Problem(place, error))
    if not found:
        try:
            check_rule(conn, rule, segment_id)
        except SiyuError as error:
            found.append(Problem((), error))
    return found


def lists_of(rule: Rule) -> list[int]:
    """The lists that a rule asks of."""
    return sorted({leaf.list_id for leaf in leaves(rule) if isinstance(leaf, OnList)})


def without_references(conn: Connection, asked: Sequence[Rule]) -> list[Rule]:
    """The rules with those of other segments in the place of references to them.

    Raises:
        DeletedSegment: one refers to a segment that is not there.
    """
    if not any(segments_of(rule) for rule in asked):
        return list(asked)
    trees = {stored.id: stored.tree for stored in definitions.everything(conn)}
    done: dict[int, Rule] = {}

    def resolve(segment_id: int) -> None:
        if segment_id in done or segment_id not in trees:
            return
        for other in segments_of(trees[segment_id]):
            resolve(other)
        done[segment_id] = rules.expanded(trees[segment_id], done)

    for rule in asked:
        for segment_id in segments_of(rule):
            resolve(segment_id)
    return [rules.expanded(rule, done) for rule in asked]


def sentence(rule: Rule, language: rules.Language) -> str:
    """The rule in words, in ``zh`` or ``en``; other segments and lists by their numbers."""
    return rules.sentence(rule, language)


def sentences(conn: Connection, asked: Sequence[Rule]) -> list[tuple[str, str]]:
    """(English, Chinese) of each rule, with the names of segments and lists."""
    segments, named = {}, {}
    if any(segments_of(rule) for rule in asked):
        segments = {stored.id: stored.name for stored in definitions.everything(conn)}
    if wanted := sorted({list_id for rule in asked for list_id in lists_of(rule)}):
        named = lists.known(conn, wanted)
    return [
        (rules.sentence(rule, "en", segments, named), rules.sentence(rule, "zh", segments, named)) for rule in asked
    ]
