"""Facts counted: kinds, names, properties."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from siyu.engines.clickhouse.client import Client


def names(client: Client, kinds: Sequence[str], since: datetime, most: int) -> list[tuple[str, int, list[Any]]]:
    """(kind, how many facts, its most frequent names with how many) of each kind that had any."""
    sql = """
        SELECT kind, sum(facts), arraySlice(arraySort(x -> (-x.2, x.1), groupArray((name, facts))), 1, {most:UInt32})
        FROM (
            SELECT kind, name, count() AS facts FROM facts
            WHERE kind IN {kinds:Array(String)} AND occurred_at >= {since:DateTime64(3, 'UTC')}
            GROUP BY kind, name
        )
        GROUP BY kind
    """
    found = client.rows(sql, kinds=list(kinds), since=since, most=most)
    return [(str(kind), int(facts), list(counted)) for kind, facts, counted in found]


def properties(
    client: Client, kinds: Sequence[str], since: datetime, sample: int, most: int
) -> list[tuple[str, str, str]]:
    """(kind, property, JSON type as ClickHouse calls it) seen in ``sample`` facts of each kind, most frequent first."""
    parts = " UNION ALL ".join(
        f"(SELECT kind, properties FROM facts WHERE kind = {{kind_{place}:String}} "
        "AND occurred_at >= {since:DateTime64(3, 'UTC')} LIMIT {sample:UInt32})"
        for place in range(len(kinds))
    )
    sql = f"""
        SELECT kind, key, toString(topK(1)(JSONType(properties, key))[1]) FROM ({parts})
        ARRAY JOIN JSONExtractKeys(properties) AS key
        GROUP BY kind, key ORDER BY kind, count() DESC, key LIMIT {{most:UInt32}} BY kind
    """
    named = {f"kind_{place}": kind for place, kind in enumerate(kinds)}
    return [
        (str(kind), str(key), str(type_))
        for kind, key, type_ in client.rows(sql, since=since, sample=sample, most=most, **named)
    ]
