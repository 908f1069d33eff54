"""Who moved between the layers of the relation ladder."""

from collections.abc import Iterator
from datetime import datetime

from siyu.customers.service import ladder_of
from siyu.engines.clickhouse.client import Client
from siyu.insight import store
from siyu.insight.service.people import in_chunks
from siyu.insight.types import Definitions, LadderMove


def ladder_moves(client: Client, definitions: Definitions, since: datetime, until: datetime) -> list[LadderMove]:
    """How many people went from which layer to which between two moments; who stayed where they were is left out.

    A person stands on the highest layer reached: by a relation whose last word up to the moment is that it began, or by
    so many purchases up to it. Both moments are judged by the facts alone, as OneID knows people now: a relation that was
    never told as a fact counts at neither, nor does an order of which nothing was left at ``until``, where purchases are
    kept ones.

    Args:
        client: of the timeline's database.
        definitions: what a purchase is, and how many make a repeat buyer.
        since: the earlier moment.
        until: the later one.
    """
    return store.ladder.moves(client, definitions, ladder_of(definitions.repeat_purchases), since, until)


def ladder_movers(
    client: Client,
    definitions: Definitions,
    since: datetime,
    until: datetime,
    *,
    before: int,
    after: int,
    above: int = 0,
    limit: int,
) -> tuple[list[int], int]:
    """The people of one of the :func:`ladder_moves`: ids of those who went from ``before`` to ``after``, ascending; and how
    many there are with an id greater than ``above``.

    Args:
        client: as there.
        definitions: as there.
        since: the earlier moment.
        until: the later one.
        before: the layer they stood on at ``since``.
        after: the layer they stood on at ``until``.
        above: only ids greater than this one.
        limit: the most to return.
    """
    rungs = ladder_of(definitions.repeat_purchases)
    return store.people.ids(
        client, store.ladder.moved_sql(definitions, rungs, since, until, before, after), above, limit
    )


def all_ladder_movers(
    client: Client, definitions: Definitions, since: datetime, until: datetime, *, before: int, after: int
) -> Iterator[list[int]]:
    """All of them in chunks, ascending: for an export."""
    rungs = ladder_of(definitions.repeat_purchases)
    return in_chunks(client, store.ladder.moved_sql(definitions, rungs, since, until, before, after))
