"""What becomes of touches comes back: sent, refused, too late, unconfirmed."""

import pytest
from tests.unit.touch.conftest import DAY, HOUR, ME, NOON, Brand

from siyu.channels import service as channels
from siyu.engines.postgres import Database
from siyu.kernel.errors import Conflict
from siyu.timeline import service as timeline
from siyu.touch import service


def turns(brand: Brand, key: str, **columns: str) -> None:
    """The platform answers."""
    changed = ", ".join(f"{name} = :{name}" for name in columns)
    brand.run(f"UPDATE channels.delivery SET {changed} WHERE key = :key", key=key, **columns)


def hear(brand: Brand) -> int:
    return int(brand.done(lambda conn: service.take_outcomes(conn, brand.now)))


def told(database: Database) -> list[tuple[str, int]]:
    with database.transaction() as conn:
        return [(one.kind, one.customer_id) for one in timeline.tail(conn, after=0).facts]


def test_staff_confirm_and_it_is_a_fact(brand: Brand) -> None:
    (one,) = brand.people(1)
    brand.offer(one, key="k")
    turns(brand, "k", state="waits_for_staff", handle="msg1")
    assert hear(brand) == 1
    assert brand.state("k") == ("waits_for_staff", "")
    turns(brand, "k", state="sent", result="sent")
    assert (hear(brand), hear(brand)) == (1, 0)
    assert brand.state("k") == ("sent", "")
    assert told(brand.database) == [("touch.sent", one)]
    assert brand.rows("SELECT received_at FROM touch.touch WHERE key = 'k'") == [(NOON,)]


def test_what_the_platform_refuses_goes_by_the_next_wish(brand: Brand) -> None:
    (one,) = brand.people(1, follows=True)
    brand.offer(one, key="k", wishes=(brand.group_send, brand.template))
    turns(brand, "k", state="refused", result="no_friend")
    assert hear(brand) == 1
    assert brand.state("k") == ("waiting", "no_friend")
    assert told(brand.database) == []
    assert brand.decide() == 1
    assert brand.rows("SELECT key, way, state FROM channels.delivery WHERE state = 'ready'") == [
        ("k~2", "template", "ready")
    ]
    turns(brand, "k~2", state="refused", reason="no", reason_zh="否")
    hear(brand)
    assert brand.state("k") == ("failed", "refused")
    assert told(brand.database) == [("touch.failed", one)]
    page = brand.done(lambda conn: service.touches_of(conn, one))
    assert [one_.outcome for one_ in page.touches[0].decisions] == ["send", "defer", "send", "drop"]
    assert service.said(page.touches[0].decisions[-1].reasons[0]) == ("The platform refused: no", "平台拒绝发送：否")


def test_whoever_waited_for_room_that_is_free_again_is_decided_at_once(brand: Brand) -> None:
    (one,) = brand.people(1)
    brand.offer(one, key="first")
    brand.offer(one, key="second")
    assert brand.decide() == 0
    turns(brand, "first", state="refused", result="left_out")
    hear(brand)
    assert brand.decide() == 1
    assert (brand.state("first"), brand.state("second")) == (("failed", "left_out"), ("queued", ""))


def test_what_is_not_handed_over_before_the_quiet_hours_waits_for_the_morning(brand: Brand) -> None:
    (one,) = brand.people(1)
    brand.now = NOON + 8 * HOUR  # eight in the evening
    brand.offer(one, key="k")
    brand.now = NOON + 9 * HOUR + DAY / 1440  # the worker was down until after nine
    desk = channels.Desk(brand.database, _Clock(brand), lambda account: pytest.fail("nothing may be sent"))
    assert channels.do_deliveries(desk) == 0
    assert brand.rows("SELECT state, result FROM channels.delivery") == [("refused", "late")]
    assert brand.rows("SELECT used FROM channels.quota_use") == [(0,)]
    hear(brand)
    assert brand.state("k") == ("waiting", "late")
    brand.decide()
    assert brand.state("k") == ("waiting", "quiet_hours")
    assert brand.rows("SELECT due_at FROM touch.touch") == [(NOON + 21 * HOUR,)]


class _Clock:
    def __init__(self, brand: Brand) -> None:
        self._brand = brand

    def now(self) -> object:
        return self._brand.now


def test_a_pause_holds_and_throws_nobody_out(brand: Brand) -> None:
    (one,) = brand.people(1)
    programme = brand.programme.id
    brand.done(lambda conn: service.pause_sending(conn, ME, programme, "a look first", brand.now))
    held = brand.offer(one, key="k")
    assert (held.outcome, held.reasons[0].code) == ("defer", "programme_paused")
    brand.now += DAY
    assert brand.decide() == 0
    brand.done(lambda conn: service.resume_sending(conn, ME, programme, "looked", brand.now))
    assert brand.decide() == 1
    assert brand.state("k") == ("queued", "")


def test_a_halt_drops_what_waits_and_what_comes(brand: Brand) -> None:
    one, other = brand.people(2)
    programme = brand.programme.id
    brand.done(lambda conn: service.pause_sending(conn, ME, programme, "a look first", brand.now))
    brand.offer(one, key="k")
    brand.done(lambda conn: service.halt_sending(conn, programme, "too many deletions", brand.now))
    brand.decide()
    assert brand.state("k") == ("dropped", "programme_halted")
    assert brand.offer(other).reasons[0].code == "programme_halted"
    with pytest.raises(Conflict):
        brand.done(lambda conn: service.pause_sending(conn, ME, programme, "again", brand.now))
    assert brand.rows("SELECT action FROM access.audit WHERE action LIKE 'sending%' ORDER BY id") == [
        ("sending.paused",), ("sending.halted",)
    ]  # fmt: skip


def test_what_waits_too_long_is_dropped(brand: Brand) -> None:
    (one,) = brand.people(1)
    brand.done(lambda conn: service.pause_sending(conn, ME, brand.programme.id, "a look first", brand.now))
    brand.offer(one, key="k", valid_until=NOON + HOUR)
    brand.now += HOUR
    brand.decide()
    assert brand.state("k") == ("dropped", "too_late")
    assert told(brand.database) == [("touch.dropped", one)]
