"""What a journey may refer to, handed to its checks. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from siyu.channels.types import About
from siyu.content.types import ContentCheck
from siyu.journeys.types.definition import ScriptRef
from siyu.segments.types import FactTest, RuleDocument


@dataclass(frozen=True, slots=True)
class Account:
    """An account as a check sees it."""

    id: int
    name: str
    about: About
    paused: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """What a journey may refer to.

    Attributes:
        now: the present.
        zone: of the brand.
        accounts: of all channels.
        segments: ids of those that exist.
        codes: id → kind of the entry codes that are in use.
        rule_problem: (English, Chinese) of what is wrong with a rule of segments, without full stop; ``None`` when it is right.
        fact_problem: the same of facts that are waited for.
        may_be_put: whether a trait of this name may be changed by us.
        script: how a version of a script stands; ``None`` when there is none.
        has_medium: whether there are bytes with this hash.
        tags: names of the tags of accounts, by the account.
    """

    now: datetime
    zone: ZoneInfo
    accounts: Sequence[Account] = ()
    segments: frozenset[int] = frozenset()
    codes: Mapping[int, str] = field(default_factory=dict)
    rule_problem: Callable[[RuleDocument], tuple[str, str] | None] = lambda _: None
    fact_problem: Callable[[FactTest], tuple[str, str] | None] = lambda _: None
    may_be_put: Callable[[str], bool] = lambda _: True
    script: Callable[[ScriptRef], ContentCheck | None] = lambda _: None
    has_medium: Callable[[str], bool] = lambda _: True
    tags: Mapping[int, frozenset[str]] = field(default_factory=dict)
