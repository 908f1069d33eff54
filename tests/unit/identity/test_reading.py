"""What is told of identifiers."""

from datetime import UTC, datetime, timedelta

from siyu.engines.postgres import Database, run
from siyu.identity import service

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)


def test_of_several_values_the_one_seen_last_comes_first(database: Database) -> None:
    known = [(1, "a", 2), (1, "b", 1), (1, "c", 3), (2, "d", 1), (3, "e", 1), (3, "f", 1)]
    with database.transaction() as conn:
        run(
            conn,
            """INSERT INTO identity.identifier (id, customer_id, type, scope, value, first_seen, last_seen)
               SELECT place, customer_id, 'open_id', 'wx1', value, :now, seen
               FROM unnest(CAST(:ids AS bigint[]), CAST(:values AS text[]), CAST(:seen AS timestamptz[]))
                   WITH ORDINALITY AS new (customer_id, value, seen, place)""",
            ids=[one for one, _, _ in known],
            values=[value for _, value, _ in known],
            seen=[NOON - timedelta(days=days) for _, _, days in known],
            now=NOON - timedelta(days=9),
        )
        found = service.values_of(conn, "open_id", "wx1", [1, 2, 3, 4])
        assert service.values_of(conn, "open_id", "wx1", [2]) == [(2, "d")]
    of = {one: [value for owner, value in found if owner == one] for one in (1, 2, 3, 4)}
    assert of == {1: ["b", "a", "c"], 2: ["d"], 3: ["e", "f"], 4: []}
