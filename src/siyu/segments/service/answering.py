"""Rules → answers: one scan of the facts, one of the purchases, each condition on state once; the rest are bitmaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from pyroaring import BitMap64

from siyu.segments import rules
from siyu.segments.rules.depending import MONEY
from siyu.segments.service.asking import Dues, Ids, World, ask
from siyu.segments.store import scans
from siyu.segments.store.bitmaps import bitmap
from siyu.segments.types import Bought, Did, FollowedBy, Leaf, Rule

_SCANS: Final[tuple[rules.Scan, ...]] = ("facts", "purchases")


@dataclass(frozen=True, slots=True)
class Answer:
    """Who passes a rule; of whom that may change by itself, and the earliest moment (ms) at which it may."""

    people: BitMap64
    due_ids: Ids
    due_at: Ids


def answers(world: World, asked: Sequence[Rule], *, dues: bool = False, ahead: bool = True) -> list[Answer]:
    """Answer rules without references together.

    Args:
        world: of whom, and when.
        asked: the rules.
        dues: also say when answers may change by themselves.
        ahead: of that also by facts that are dated ahead; not wanted where nobody has any that is not known to be due.
    """
    plan = rules.plan(asked)
    counted: dict[tuple[rules.Scan, Rule], BitMap64] = {}
    due: list[Dues] = [[] for _ in asked]
    for which in _SCANS:
        if plan.counted[which]:
            counted |= _scanned(world, plan, which, due if dues else None, ahead=ahead)
    states: dict[Leaf, BitMap64] = {}
    changing: dict[Leaf, Dues] = {}
    for leaf in plan.asked:
        states[leaf], changing[leaf] = ask(world, leaf)
    found = []
    for place, node in enumerate(plan.nodes):
        own = due[place] + [pair for leaf in _asked(node) for pair in changing[leaf]] if dues else []
        found.append(Answer(_combined(node, world.everybody, counted, states), *_earliest(own)))
    return found


def _scanned(
    world: World, plan: rules.Plan, which: rules.Scan, due: list[Dues] | None, *, ahead: bool
) -> dict[tuple[rules.Scan, Rule], BitMap64]:
    parts = plan.counted[which]
    timely: dict[int, list[Rule]] = {}
    if due is not None:
        for place, node in enumerate(plan.nodes):
            own = [part for part in rules.counted_parts(node, which) if rules.changes_by_itself(part)]
            if own:
                timely[place] = own
    found = scans.scan(
        world.clickhouse,
        which,
        parts,
        world.moment,
        groups=list(timely.values()),
        few=world.few,
        purchase=world.purchase,
    )
    if due is not None:
        for place, pair in zip(timely, found.dues, strict=True):
            due[place].append(pair)
        if ahead:
            _add_future(world, plan, which, due)
    answered = {}
    for part, ids in zip(parts, found.differing, strict=True):
        differing = bitmap(ids) & world.everybody
        answered[which, part] = world.everybody - differing if rules.baseline(part) else differing
    return answered


def _add_future(world: World, plan: rules.Plan, which: rules.Scan, due: list[Dues]) -> None:
    """Facts dated ahead count from their moment on."""
    kinds = sorted({kind for part in plan.counted[which] for kind in _kinds(part)})
    if not scans.any_future(world.clickhouse, kinds, world.moment.now):
        return
    coming = scans.future(world.clickhouse, kinds, world.moment.now, world.few)
    for place, node in enumerate(plan.nodes):
        if rules.counted_parts(node, which):
            due[place].append(coming)


def _kinds(part: Rule) -> set[str]:
    found: set[str] = set()
    for leaf in rules.scan_leaves(part):
        if isinstance(leaf, Bought):
            found.update(MONEY)
        elif isinstance(leaf, Did):
            found.add(leaf.fact.kind)
        else:
            assert isinstance(leaf, FollowedBy)
            found |= {test.kind for test in (leaf.first, *leaf.thens)}
    return found


def _asked(node: rules.Node) -> list[Leaf]:
    if isinstance(node, rules.AskedOf):
        return [node.leaf]
    if isinstance(node, rules.And | rules.Or):
        return [leaf for part in node.of for leaf in _asked(part)]
    return _asked(node.of) if isinstance(node, rules.Inverse) else []


def _combined(
    node: rules.Node,
    everybody: BitMap64,
    counted: dict[tuple[rules.Scan, Rule], BitMap64],
    states: dict[Leaf, BitMap64],
) -> BitMap64:
    if isinstance(node, rules.Counted):
        return counted[node.scan, node.rule]
    if isinstance(node, rules.AskedOf):
        return states[node.leaf]
    if isinstance(node, rules.Inverse):
        return everybody - _combined(node.of, everybody, counted, states)
    parts = [_combined(part, everybody, counted, states) for part in node.of]
    if isinstance(node, rules.Or):
        return BitMap64.union(*parts)
    # What is held by few is taken first: what follows then costs no more than these few.
    parts.sort(key=len)
    return BitMap64.intersection(*parts)


def _earliest(dues: Dues) -> tuple[Ids, Ids]:
    """One moment a customer, the first."""
    if not dues:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    ids, moments = (np.concatenate(column) for column in zip(*dues, strict=True))
    order = np.lexsort((moments, ids))
    ids, moments = ids[order], moments[order]
    first = np.ones(len(ids), np.bool_)
    first[1:] = ids[1:] != ids[:-1]
    return ids[first], moments[first]
