"""What can be asked of customers, as a builder of rules offers it."""

import re
from itertools import groupby
from typing import Final

from sqlalchemy import Connection

from siyu.customers.store import offering
from siyu.customers.types import Offered, TraitOffered, TraitSort

_MOST_VALUES: Final = 50
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")
_SORTS: Final[dict[str, TraitSort]] = {"number": "number", "boolean": "boolean"}


def offered(conn: Connection) -> Offered:
    """Tags that somebody has, traits of the newest profiles with their usual values, places of the latest buyers."""
    found = [
        _trait(name, [(row.sort, row.said) for row in lines if row.said is not None])
        for name, lines in groupby(offering.traits(conn), key=lambda row: str(row.name))
    ]
    hidden = [TraitOffered(name, "text", True) for name in offering.personal_traits(conn)]
    known = {one.name: one for one in [*found, *hidden]}
    return Offered(
        tags=tuple(offering.tags(conn)),
        traits=tuple([known[name] for name in sorted(known)]),
        places=tuple(offering.places(conn)),
    )


def _trait(name: str, values: list[tuple[str, str]]) -> TraitOffered:
    """``values`` as (sort in JSON, text), the most frequent first."""
    sorts = {sort for sort, _ in values}
    said = [text for _, text in values]
    if len(sorts) == 1 and (sort := _SORTS.get(next(iter(sorts)))):
        return TraitOffered(name, sort, False)
    if said and all(_DATE.fullmatch(text) for text in said):
        return TraitOffered(name, "date", False)
    # Where nearly everybody has another value, a list of them helps nobody.
    return TraitOffered(name, "text", False, tuple(said) if len(said) <= _MOST_VALUES and sorts == {"string"} else ())
