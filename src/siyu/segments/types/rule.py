"""Rules: a tree of all, any and not over conditions, with the version of the language beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from siyu.kernel.errors import SiyuError
from siyu.segments.types.conditions import (
    Anniversary,
    Bought,
    ConsentIs,
    Did,
    EntryCode,
    Exact,
    FirstSource,
    FollowedBy,
    InGroup,
    InSegment,
    OnLayer,
    OnList,
    Predicted,
    RelationIs,
    Rfm,
    TagOn,
    Trait,
    TraitDate,
    ValueIs,
)


@dataclass(frozen=True, slots=True)
class AllOf(Exact):
    """Every one of them holds."""

    of: "tuple[Rule, ...]"
    condition: Literal["all"] = "all"


@dataclass(frozen=True, slots=True)
class AnyOf(Exact):
    """At least one of them holds."""

    of: "tuple[Rule, ...]"
    condition: Literal["any"] = "any"


@dataclass(frozen=True, slots=True)
class Not(Exact):
    """It does not hold."""

    of: "Rule"
    condition: Literal["not"] = "not"


Leaf: TypeAlias = (
    Trait
    | TraitDate
    | Anniversary
    | TagOn
    | ConsentIs
    | RelationIs
    | InGroup
    | OnLayer
    | FirstSource
    | EntryCode
    | Did
    | Bought
    | FollowedBy
    | Rfm
    | ValueIs
    | Predicted
    | InSegment
    | OnList
)
Rule: TypeAlias = Annotated[AllOf | AnyOf | Not | Leaf, Field(discriminator="condition")]


@dataclass(frozen=True, slots=True)
class RuleDocument(Exact):
    """A rule as it is kept and sent; ``version`` is that of the language."""

    rule: Rule
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one part of a rule; ``place`` as of :func:`parts`."""

    place: tuple[int, ...]
    error: SiyuError


@cache
def _document() -> TypeAdapter[RuleDocument]:
    """Built when a rule is first read or written: that takes a good part of a start."""
    return TypeAdapter(RuleDocument)


def rule_from_json(document: Any) -> Rule:
    """The rule of a document ``{"version": 1, "rule": …}``.

    Raises:
        pydantic.ValidationError: it is none.
    """
    return _document().validate_python(document).rule


def rule_as_json(rule: Rule) -> Mapping[str, Any]:
    """As :func:`rule_from_json` reads it; what is not given is left out."""
    kept: Mapping[str, Any] = _document().dump_python(RuleDocument(rule), mode="json", exclude_none=True)
    return kept


def leaves(rule: Rule) -> Iterator[Leaf]:
    """Every condition, from left to right."""
    if isinstance(rule, AllOf | AnyOf):
        for part in rule.of:
            yield from leaves(part)
    elif isinstance(rule, Not):
        yield from leaves(rule.of)
    else:
        yield rule


def parts(rule: Rule, place: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Rule]]:
    """Every node with its place: which part of the tree, which part of that one … ; the whole is at ``()``."""
    yield place, rule
    inner = rule.of if isinstance(rule, AllOf | AnyOf) else (rule.of,) if isinstance(rule, Not) else ()
    for number, part in enumerate(inner):
        yield from parts(part, (*place, number))


def segments_of(rule: Rule) -> frozenset[int]:
    """Which segments a rule refers to itself."""
    return frozenset(leaf.segment_id for leaf in leaves(rule) if isinstance(leaf, InSegment))
