"""From a rule to a plan: what is counted over facts in one go, what is asked of whom, and how the answers combine.

Conditions that need the same scan are put together wherever the tree allows it, so that ClickHouse decides them for a
person at once; of each such part comes back who answers differently from somebody without any fact (:func:`baseline`).
"""

from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Row
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from siyu.segments.types import AllOf, AnyOf, Bought, DeletedSegment, Did, FollowedBy, InSegment, Leaf, Not, Rule

Scan = Literal["facts", "purchases"]
ScanLeaf: TypeAlias = Did | FollowedBy | Bought
_NOTHING: Final = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """A part that a scan answers: ``rule`` has conditions of that scan only."""

    scan: Scan
    rule: Rule


@dataclass(frozen=True, slots=True)
class AskedOf:
    """A condition that the room answers which owns what it asks of."""

    leaf: Leaf


@dataclass(frozen=True, slots=True)
class And:
    """Every one."""

    of: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Any one."""

    of: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Inverse:
    """Everybody else."""

    of: "Node"


Node: TypeAlias = Counted | AskedOf | And | Or | Inverse


@dataclass(frozen=True, slots=True)
class Plan:
    """How some rules are answered together.

    Attributes:
        nodes: one a rule.
        counted: every different part of a scan, in the order in which its answers come back.
        asked: every different condition that is asked of a room.
    """

    nodes: tuple[Node, ...]
    counted: Mapping[Scan, tuple[Rule, ...]]
    asked: tuple[Leaf, ...]


def expanded(rule: Rule, others: Mapping[int, Rule]) -> Rule:
    """The rule with the rules of other segments in the place of references; those of ``others`` have none.

    Raises:
        DeletedSegment: one that it refers to is not there.
    """
    if isinstance(rule, AllOf):
        return AllOf(tuple([expanded(part, others) for part in rule.of]))
    if isinstance(rule, AnyOf):
        return AnyOf(tuple([expanded(part, others) for part in rule.of]))
    if isinstance(rule, Not):
        return Not(expanded(rule.of, others))
    if isinstance(rule, InSegment):
        if rule.segment_id not in others:
            raise DeletedSegment(segment=rule.segment_id, state="was deleted", state_zh="已删除")
        return others[rule.segment_id]
    return rule


def plan(rules: Row[Rule]) -> Plan:
    """Plan rules without references."""
    nodes = tuple([_node(rule) for rule in rules])
    counted: dict[Scan, dict[Rule, None]] = {"facts": {}, "purchases": {}}
    asked: dict[Leaf, None] = {}
    for node in nodes:
        for part in _parts(node):
            if isinstance(part, Counted):
                counted[part.scan][part.rule] = None
            else:
                asked[part.leaf] = None
    return Plan(nodes, {scan: tuple(found) for scan, found in counted.items()}, tuple(asked))


def _parts(node: Node) -> Iterator[Counted | AskedOf]:
    if isinstance(node, And | Or):
        for part in node.of:
            yield from _parts(part)
    elif isinstance(node, Inverse):
        yield from _parts(node.of)
    else:
        yield node


def _node(rule: Rule) -> Node:
    if isinstance(rule, AllOf | AnyOf):
        return _together(rule, [_node(part) for part in rule.of])
    if isinstance(rule, Not):
        inner = _node(rule.of)
        if isinstance(inner, Counted):
            return Counted(inner.scan, Not(inner.rule))
        return inner.of if isinstance(inner, Inverse) else Inverse(inner)
    if isinstance(rule, Bought):
        return Counted("purchases", rule)
    return Counted("facts", rule) if isinstance(rule, Did | FollowedBy) else AskedOf(rule)


def _together(rule: AllOf | AnyOf, parts: list[Node]) -> Node:
    made: list[Node] = [part for part in parts if not isinstance(part, Counted)]
    scans: tuple[Scan, ...] = ("facts", "purchases")
    for scan in scans:
        rules = tuple([part.rule for part in parts if isinstance(part, Counted) and part.scan == scan])
        if rules:
            made.insert(0, Counted(scan, rules[0] if len(rules) == 1 else type(rule)(rules)))
    if len(made) == 1:
        return made[0]
    return And(tuple(made)) if isinstance(rule, AllOf) else Or(tuple(made))


def baseline(rule: Rule) -> bool:
    """What a part of a scan answers for somebody without any of its facts."""
    if isinstance(rule, AllOf):
        return all(baseline(part) for part in rule.of)
    if isinstance(rule, AnyOf):
        return any(baseline(part) for part in rule.of)
    if isinstance(rule, Not):
        return not baseline(rule.of)
    if isinstance(rule, Did | Bought) and rule.measure not in {"since_first", "since_last"}:
        return {
            "ge": rule.value <= _NOTHING,
            "gt": rule.value < _NOTHING,
            "le": rule.value >= _NOTHING,
            "lt": rule.value > _NOTHING,
            "eq": rule.value == _NOTHING,
            "ne": rule.value != _NOTHING,
        }[rule.comparison]
    return False


def scan_leaves(rule: Rule) -> Iterator[ScanLeaf]:
    """The conditions of a part of a scan."""
    if isinstance(rule, AllOf | AnyOf):
        for part in rule.of:
            yield from scan_leaves(part)
    elif isinstance(rule, Not):
        yield from scan_leaves(rule.of)
    else:
        assert isinstance(rule, Did | FollowedBy | Bought), rule
        yield rule


def counted_parts(node: Node, scan: Scan) -> list[Rule]:
    """The parts of one scan that a rule's answer is made of."""
    return [part.rule for part in _parts(node) if isinstance(part, Counted) and part.scan == scan]


def changes_by_itself(rule: Rule) -> bool:
    """Whether the answer of a part of a scan may change although no fact comes."""
    return any(
        (not leaf.followed or leaf.since.last is not None)
        if isinstance(leaf, FollowedBy)
        else (leaf.within.last is not None or leaf.measure in {"since_first", "since_last"})
        for leaf in scan_leaves(rule)
    )
