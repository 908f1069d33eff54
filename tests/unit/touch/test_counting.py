"""Which touches a report counts the cost of: those that reached people, by then."""

from tests.unit.touch.conftest import HOUR, NOON, Brand

from siyu.touch import service


def test_those_that_reached_people_by_then(brand: Brand) -> None:
    one, other, third = brand.people(3, follows=True)
    brand.offer(one, key="a")
    brand.offer(other, key="b", wishes=(brand.template,))
    brand.offer(third, key="c")
    for key in ("a", "b"):
        brand.run("UPDATE channels.delivery SET state = 'sent', result = 'sent' WHERE key = :key", key=key)
    brand.done(lambda conn: service.take_outcomes(conn, brand.now))
    count = lambda until: brand.done(lambda conn: service.ways_sent(conn, brand.programme.id, until))  # noqa: E731
    assert count(NOON) == {"group_send": 1, "template": 1}
    assert count(NOON - HOUR) == {}
    assert brand.done(lambda conn: service.ways_sent(conn, 999, NOON)) == {}
