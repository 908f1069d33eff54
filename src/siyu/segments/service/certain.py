"""Who passes a rule by what has just been told alone, whatever else is known of them: nobody has to be asked of those."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from siyu.segments.store.aggregates import NEVER, Moment, limits, millis
from siyu.segments.types import AllOf, AnyOf, Did, Rule
from siyu.segments.types.told import Told

Ids = NDArray[np.int64]
_NOBODY: Final = np.empty(0, np.int64)


def certain(rule: Rule, told: Told, moment: Moment) -> tuple[Ids, Ids]:
    """Who certainly passes, ascending, and until when (ms) that is certain; then they have to be asked again.

    Another fact can only make it certain for longer. Of all others nothing is said: they may pass or not.
    """
    if isinstance(rule, AllOf | AnyOf):
        parts = [certain(part, told, moment) for part in rule.of]
        ids, times = np.unique(np.concatenate([part for part, _ in parts]), return_counts=True)
        every = isinstance(rule, AllOf)
        until = np.full(len(ids), NEVER if every else 0, np.int64)
        for people, end in parts:
            places = np.searchsorted(ids, people)
            until[places] = (np.minimum if every else np.maximum)(until[places], end)
        passing = times == len(parts) if every else times > 0
        return ids[passing], until[passing]
    if isinstance(rule, Did) and (least := _least(rule)) > 0 and not rule.fact.where:
        return _often_enough(rule, least, told, moment)
    return _NOBODY, _NOBODY


def _least(rule: Did) -> int:
    """From how many facts on it holds; 0 where more of them are not always enough."""
    counted = rule.measure == "count" or (rule.measure == "days" and rule.value + (rule.comparison == "gt") == 1)
    return rule.value + (rule.comparison == "gt") if counted and rule.comparison in {"ge", "gt"} else 0


def _often_enough(rule: Did, least: int, told: Told, moment: Moment) -> tuple[Ids, Ids]:
    counts = told.which(rule.fact.kind, None if rule.fact.name is None else [rule.fact.name])
    after, before = limits(rule.within, moment)
    counts &= told.at <= moment.now
    if after is not None:
        counts &= told.at > after
    if before is not None:
        counts &= told.at < before
    owners, at = told.owners[counts], told.at[counts]
    order = np.lexsort((-at, owners))
    owners, at = owners[order], at[order]
    ids, first, number = np.unique(owners, return_index=True, return_counts=True)
    enough = number >= least
    # With the newest ones that are enough it is certain the longest.
    until = at[first[enough] + least - 1]
    last = rule.within.last
    return ids[enough], until + millis(last) if last is not None else np.full(len(until), NEVER, np.int64)
