"""What many rows have in common, and lists, as the engine reads them."""

from siyu.engines.postgres import Database, Shared, rows


def test_the_same_stands_in_one_place(database: Database) -> None:
    shared = Shared()
    places = [shared.place(said) for said in ({"a": "春"}, [1], {"a": "春"}, '"')]
    assert places == [1, 2, 1, 3]
    with database.transaction() as conn:
        found = rows(
            conn,
            """SELECT said[place] FROM unnest(CAST(:places AS integer[])) AS place,
                   (SELECT array_agg(value) AS said FROM jsonb_array_elements(CAST(:all AS jsonb))) AS known""",
            places=places,
            all=shared.all(),
        )
    assert [row[0] for row in found] == [{"a": "春"}, [1], {"a": "春"}, '"']


def test_nothing_is_an_empty_list() -> None:
    assert Shared().all() == "[]"


def test_lists_of_bytes_come_as_they_are(database: Database) -> None:
    given = [b"", b"\\x", bytes(range(256)), b'{",}']
    with database.transaction() as conn:
        found = rows(conn, "SELECT one FROM unnest(CAST(:all AS bytea[])) AS one", all=given)
    assert [bytes(row[0]) for row in found] == given
