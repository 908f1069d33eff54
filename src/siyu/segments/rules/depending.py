"""What may change the answer of a rule: kinds of facts, and what changes without one."""

from typing import Final

from siyu.segments.rules.planning import baseline
from siyu.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    ConsentIs,
    Did,
    EntryCode,
    FactTest,
    FirstSource,
    FollowedBy,
    InGroup,
    Leaf,
    Not,
    OnLayer,
    OnList,
    Predicted,
    RelationIs,
    Rfm,
    Rule,
    TagOn,
    Trait,
    TraitDate,
    ValueIs,
    leaves,
)

STANDING: Final = "standing"  # where the customer stands was counted again; also what is marked for it and has no fact
PREDICTION: Final = "prediction"
ANY_FACT: Final = "any fact"
AHEAD: Final = "ahead"  # a fact is dated later than now
NEW: Final = "new"  # somebody is known for the first time, maybe without any fact
PURCHASE: Final = "purchase"  # the setting says otherwise what a purchase is
MONEY: Final = ("order.paid", "order.refunded", "order.amended", "order.claimed")
PEOPLE: Final = ("customer.merged", "customer.split", "aliases")  # after these anybody's facts may be others
_RELATION: Final = ("relation.started", "relation.ended", STANDING)


def depends_on(rule: Rule) -> frozenset[str]:
    """The kinds of facts, and the other causes, after which a rule without references may answer otherwise."""
    causes = frozenset(PEOPLE).union(*(_of_leaf(leaf) for leaf in leaves(rule)))
    came_by = any(isinstance(leaf, FirstSource) for leaf in leaves(rule))
    return causes | {NEW} if came_by or passes_blank(rule) else causes


def named_only(rule: Rule) -> dict[str, frozenset[str]]:
    """Of the kinds of facts after which a rule may answer otherwise, those of which only facts of these names matter."""
    names: dict[str, set[str]] = {}
    wide: set[str] = set()
    for leaf in leaves(rule):
        tests = _tests(leaf)
        wide |= {*_of_leaf(leaf)}.difference(test.kind for test in tests)
        for test in tests:
            if test.name is None:
                wide.add(test.kind)
            else:
                names.setdefault(test.kind, set()).add(test.name)
    return {kind: frozenset(found) for kind, found in names.items() if kind not in wide}


def _tests(leaf: Leaf) -> tuple[FactTest, ...]:
    if isinstance(leaf, FollowedBy):
        return leaf.first, *leaf.thens
    return (leaf.fact,) if isinstance(leaf, Did) else ()


def passes_blank(rule: Rule) -> bool:
    """Whether somebody passes of whom nothing is known."""
    if isinstance(rule, AllOf):
        return all(passes_blank(part) for part in rule.of)
    if isinstance(rule, AnyOf):
        return any(passes_blank(part) for part in rule.of)
    if isinstance(rule, Not):
        return not passes_blank(rule.of)
    if isinstance(rule, Did | Bought):
        return baseline(rule)
    if isinstance(rule, Trait):
        return rule.comparison == "ne" or (rule.comparison == "exists" and rule.value is False)
    if isinstance(rule, ConsentIs):
        return rule.state == "unknown"
    if isinstance(rule, OnLayer):
        return 0 in rule.layers
    return isinstance(rule, ValueIs) and zero_passes(rule)


def zero_passes(leaf: ValueIs) -> bool:
    """Whether somebody passes who brought in nothing."""
    return {
        "ge": leaf.fen <= 0,
        "gt": leaf.fen < 0,
        "le": leaf.fen >= 0,
        "lt": leaf.fen > 0,
        "eq": leaf.fen == 0,
        "ne": leaf.fen != 0,
    }[leaf.comparison]


def _of_leaf(leaf: Leaf) -> tuple[str, ...]:
    if isinstance(leaf, Did):
        return (leaf.fact.kind,)
    if isinstance(leaf, FollowedBy):
        return tuple(test.kind for test in _tests(leaf))
    if isinstance(leaf, Bought):
        return (*MONEY, PURCHASE)
    if isinstance(leaf, Trait | TraitDate | Anniversary | EntryCode):
        return ("profile.identified",)
    if isinstance(leaf, TagOn):
        return ("tag.added", "tag.removed", STANDING)
    if isinstance(leaf, ConsentIs):
        return ("consent.changed",)
    if isinstance(leaf, RelationIs | InGroup):
        return _RELATION
    if isinstance(leaf, OnLayer | Rfm | ValueIs):
        return (STANDING,)
    if isinstance(leaf, FirstSource):
        return (ANY_FACT, STANDING)
    if isinstance(leaf, Predicted):
        return (PREDICTION, STANDING)
    assert isinstance(leaf, OnList), leaf
    return ()
