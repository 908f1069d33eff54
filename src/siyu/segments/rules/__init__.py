"""What a rule may be, how it reads, how it is planned, and when its answer may change. Pure."""

from siyu.segments.rules.calendar import day_number, flips_by_day, moments_of_days, next_anniversaries
from siyu.segments.rules.checking import FACT_KINDS, check
from siyu.segments.rules.depending import ANY_FACT, NEW, PREDICTION, PURCHASE, STANDING, depends_on, zero_passes
from siyu.segments.rules.planning import (
    And,
    AskedOf,
    Counted,
    Inverse,
    Node,
    Or,
    Plan,
    Scan,
    ScanLeaf,
    baseline,
    changes_by_itself,
    counted_parts,
    expanded,
    plan,
    scan_leaves,
)
from siyu.segments.rules.wording import Language, sentence

__all__ = [
    "ANY_FACT",
    "FACT_KINDS",
    "NEW",
    "PREDICTION",
    "PURCHASE",
    "STANDING",
    "And",
    "AskedOf",
    "Counted",
    "Inverse",
    "Language",
    "Node",
    "Or",
    "Plan",
    "Scan",
    "ScanLeaf",
    "baseline",
    "changes_by_itself",
    "check",
    "counted_parts",
    "day_number",
    "depends_on",
    "expanded",
    "flips_by_day",
    "moments_of_days",
    "next_anniversaries",
    "plan",
    "scan_leaves",
    "sentence",
    "zero_passes",
]
