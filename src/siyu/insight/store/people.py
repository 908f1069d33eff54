"""The people behind a figure, by the same queries that counted them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siyu.engines.clickhouse.client import Client
from siyu.insight.lifetime import store as lifetime
from siyu.insight.store import cohorts, funnels, rfm, spread
from siyu.insight.store.moves import all_ids_sql, counted, ids_sql
from siyu.insight.types import CalibrationPeople, FunnelPeople, LtvPeople, PeopleAsked, RetentionPeople

__all__ = ["Found", "all_ids", "found_by", "ids", "ids_sql"]

Found = tuple[str, str, dict[str, Any]]  # people, condition, parameters


def found_by(asked: PeopleAsked, bounds: rfm.Bounds | None) -> Found:
    """The query of whom ``asked`` speaks of; ``bounds`` between the scores of RFM."""
    if isinstance(asked, RetentionPeople):
        return (cohorts.people_sql(asked.plan), *cohorts.cell_condition(asked))
    if isinstance(asked, LtvPeople):
        by = asked.plan.by if asked.group is not None else "none"
        return (spread.people_sql(asked.plan, by), *spread.bin_condition(asked))
    if isinstance(asked, CalibrationPeople):
        return (lifetime.known_sql(asked.plan), *lifetime.group_condition(asked))
    if isinstance(asked, FunnelPeople):
        return funnels.step_condition(asked)
    assert bounds is not None
    return (rfm.scored_sql(asked.plan), *rfm.cell_condition(asked, bounds))


def ids(client: Client, found: Found, after: int, limit: int) -> tuple[list[int], int]:
    """The next of them, and how many there are after ``after``."""
    people, condition, values = found
    return counted(client.rows(ids_sql(people, condition), **values, after=after, limit=limit))


def all_ids(client: Client, found: Found) -> NDArray[np.int64]:
    """All of them, ascending, eight bytes each: by one query, which takes as long as it does for a page."""
    people, condition, values = found
    ids = client.arrow(all_ids_sql(people, condition), **values)["customer"].to_numpy()
    return ids.astype(np.int64)
