"""Statements: names for their values, rows whose columns have names, pieces, and what is undone when it fails."""

from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import Connection

from siyu.engines.postgres import Database, one, pieces, rows, run, savepoint, scalar


def test_names_stand_for_values_and_casts_are_casts(conn: Connection) -> None:
    found = rows(conn, "SELECT :word::text || :word AS twice, CAST(:number AS int) + 1 AS more", word="a", number=1)
    assert found == [("aa", 2)]


def test_what_looks_like_a_name_in_other_places(conn: Connection) -> None:
    assert scalar(conn, r"SELECT 'at 10\:30, 5 % of a$1' || :more", more="!") == "at 10:30, 5 % of a$1!"
    assert scalar(conn, "SELECT '{1,2,3}'::int[]") == [1, 2, 3]
    assert scalar(conn, "SELECT (ARRAY[1, 2, 3])[CAST(:low AS int) : CAST(:high AS int)]", low=2, high=3) == [2, 3]


def test_what_is_given_besides_is_left_aside_and_what_is_missing_is_named(conn: Connection) -> None:
    assert scalar(conn, "SELECT CAST(:one AS int)", one=1, two=2) == 1
    with pytest.raises(KeyError, match="one"):
        scalar(conn, "SELECT CAST(:one AS int)", two=2)


def test_columns_have_names(conn: Connection) -> None:
    found = one(conn, """SELECT 7 AS id, 8 AS count, 9 AS "class", 10 AS id, 11""")
    assert found is not None
    assert (found, found.id, found.count, found[2], found[3]) == ((7, 8, 9, 10, 11), 7, 8, 9, 10)
    assert one(conn, "SELECT 1 AS a, 'x' AS b")._asdict() == {"a": 1, "b": "x"}  # type: ignore[union-attr]
    assert {found: "it is hashed as a tuple"}[7, 8, 9, 10, 11]


def test_nothing(conn: Connection) -> None:
    nothing = "SELECT 1 WHERE false"
    assert (rows(conn, nothing), one(conn, nothing), scalar(conn, nothing)) == ([], None, None)
    assert rows(conn, "SELECT FROM generate_series(1, 2)") == [(), ()]


def test_values_come_as_what_they_are(conn: Connection) -> None:
    now = datetime(2026, 11, 28, 12, 0, 0, 123456, UTC)
    found = one(
        conn,
        "SELECT :at AS at, CAST(:body AS jsonb) AS body, CAST(:raw AS bytea) AS raw, CAST(:ids AS bigint[]) AS ids",
        at=now, body='{"a": [1, null]}', raw=b"\x00\xff", ids=[2**62, None],
    )  # fmt: skip
    assert found is not None
    assert found._asdict() == {"at": now, "body": {"a": [1, None]}, "raw": b"\x00\xff", "ids": [2**62, None]}


def test_several_statements_without_values(conn: Connection) -> None:
    run(conn, "SET LOCAL lock_timeout TO '7s'; SET LOCAL statement_timeout TO '8s'")
    assert (scalar(conn, "SHOW lock_timeout"), scalar(conn, "SHOW statement_timeout")) == ("7s", "8s")


def test_pieces_of_a_statement_with_others_between(conn: Connection) -> None:
    sql = "SELECT n FROM generate_series(1, CAST(:most AS int)) AS one (n)"
    found = []
    for piece in pieces(conn, sql, 4, most=10):
        found.append([row.n for row in piece])
        assert scalar(conn, "SELECT 1") == 1
        assert [row.n for inner in pieces(conn, sql, 2, most=3) for row in inner] == [1, 2, 3]
    assert found == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]


def test_who_leaves_in_the_middle_of_the_pieces_leaves_no_cursor(conn: Connection) -> None:
    reading = pieces(conn, "SELECT generate_series(1, 10) AS n", 4)
    next(reading)
    assert scalar(conn, "SELECT count(*) FROM pg_cursors WHERE name LIKE 'siyu%'") == 1
    reading.close()  # type: ignore[attr-defined]
    assert scalar(conn, "SELECT count(*) FROM pg_cursors WHERE name LIKE 'siyu%'") == 0


def keep(conn: Connection, *numbers: int, then: type[Exception] | None = None) -> None:
    """Within a savepoint; then something goes wrong."""
    with savepoint(conn):
        for number in numbers:
            run(conn, "INSERT INTO public.kept VALUES (:n)", n=number)
        if then is not None:
            raise then


def test_what_fails_in_a_savepoint_is_undone_and_the_rest_stays(database: Database) -> None:
    with database.transaction() as conn:
        run(conn, "CREATE TABLE public.kept (n int PRIMARY KEY)")
        keep(conn, 1)
        with pytest.raises(psycopg.errors.UniqueViolation):
            keep(conn, 2, 1)
        with pytest.raises(ZeroDivisionError):
            keep(conn, 3, then=ZeroDivisionError)
        keep(conn, 4)
    with database.transaction() as conn:
        assert rows(conn, "SELECT n FROM public.kept ORDER BY n") == [(1,), (4,)]


def test_what_is_refused_at_the_commit_is_said_as_the_driver_says_it(database: Database) -> None:
    with database.transaction() as conn:
        run(conn, "CREATE TABLE public.mother (n int PRIMARY KEY)")
        run(conn, "CREATE TABLE public.child (n int REFERENCES public.mother DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(psycopg.errors.ForeignKeyViolation), database.transaction() as conn:
        run(conn, "INSERT INTO public.child VALUES (1)")
