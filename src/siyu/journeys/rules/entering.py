"""Who may enter, and in which order a crowd does. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from siyu.journeys.types.definition import Reentry


def may_enter(
    reentry: Reentry, *, inside: bool, times: int, last: datetime | None, same_origin: bool, at: datetime
) -> bool:
    """Whether somebody who was in a journey so often, last entered then, may enter now.

    Nobody is inside twice under one key, and what brought somebody in once does not do so again.
    """
    if inside or same_origin:
        return False
    if times == 0 or last is None:
        return True
    if reentry.most and times >= reentry.most:
        return False
    match reentry.when:
        case "always":
            return True
        case "after":
            return at - last >= timedelta(days=reentry.days)
    return False


def fair_order(customer_ids: Sequence[int], staff: Sequence[str]) -> NDArray[np.int64]:
    """The customers in an order in which each member of staff's are spread evenly over the whole.

    Of somebody with a tenth of the people about every tenth is theirs, at every point of the order. Who has no member of
    staff counts as one of their own. The same input gives the same order.
    """
    ids = np.asarray(customer_ids, np.int64)
    if ids.size == 0:
        return ids
    _, whose, sizes = np.unique(np.asarray(staff), return_inverse=True, return_counts=True)
    by_staff = np.lexsort((ids, whose))
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    rank = np.empty(ids.size, np.float64)
    rank[by_staff] = np.arange(ids.size) - np.repeat(starts, sizes)
    # The middle of each one's share of the whole: the k-th of n lies at (k + ½) / n.
    return ids[np.lexsort((ids, whose, (rank + 0.5) / sizes[whose]))]


def due_in_crowd(begins_at: datetime, position: int, per_minute: int) -> datetime:
    """When the person at this place of a crowd is due, so that no minute sees more than ``per_minute``."""
    return begins_at + timedelta(minutes=position // per_minute) if per_minute else begins_at
