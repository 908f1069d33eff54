"""What the benchmarks of journeys and of the gate begin with goes on working: they take too long to be run with the tests."""

from benchmarks.gate import NOW, make_city, proposals
from benchmarks.journeys import NO_CLICKHOUSE, ZONE, begin, enter, make_room

from siyu.engines.postgres import Database
from siyu.journeys import service as journeys
from siyu.touch import service as touch

PEOPLE = 24


def test_people_go_through_the_benchmarks(database: Database) -> None:
    city = make_city(database, PEOPLE)
    with database.transaction() as conn:
        outcomes = {one.outcome for one in touch.propose(conn, proposals(city, 0, range(1, PEOPLE + 1)), NOW)}
    assert outcomes == {"send", "defer", "drop"}
    make_room(database)
    enter(database, begin(database, city, "first"), range(1, PEOPLE + 1))
    with database.transaction() as conn:
        assert journeys.step_once(conn, NO_CLICKHOUSE, NOW, ZONE).enrolments == PEOPLE
