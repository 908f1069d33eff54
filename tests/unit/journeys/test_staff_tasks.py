"""A journey asks the member of staff who follows the person, through the gate, and goes on by what became of it."""

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.journeys.journeying import ZONE, begin, definition, enter, where
from tests.unit.touch.conftest import HOUR, ME, Brand
from tests.unit.touch.conftest import brand as brand_of_the_gate
from tests.unit.touch.test_tasks import end, lists, tasks

from siyu.engines.clickhouse.client import Client
from siyu.identity import service as identity
from siyu.journeys import service as journeys
from siyu.journeys.types import Happened, Journey
from siyu.touch import service as touch

__all__ = ["brand_of_the_gate"]

EXIT = {"kind": "exit"}


@pytest.fixture
def brand(brand_of_the_gate: Brand) -> Brand:
    """The gate's brand, whose own programme makes room for that of the first journey."""
    brand_of_the_gate.run("UPDATE experiments.programme SET key = 'other:1'")
    return brand_of_the_gate


def tag(name: str) -> dict[str, Any]:
    return {"kind": "tag", "add": [name], "next": "end"}


ASK = {
    "kind": "staff_task",
    "title": "问候{{entry.name|客户}}",
    "say": "您好，{{entry.name|朋友}}。",
    "due_in": "8h",
    "next": "done",
    "declined": "declined",
    "late": "late",
    "dropped": "dropped",
}
STEPS = {"ask": ASK, **{name: tag(name) for name in ("done", "declined", "late", "dropped")}, "end": EXIT}


def started(brand: Brand, clickhouse: Client, ids: list[int], **more: Any) -> Journey:
    with brand.database.transaction() as conn:
        journey = begin(conn, definition(STEPS, **{"purpose": "marketing", **more}), now=brand.now)
        enter(conn, clickhouse, journey, ids, brand.now, entry={"name": "小王"})
    return journey


def walk(brand: Brand, clickhouse: Client) -> None:
    while brand.done(lambda conn: journeys.step_once(conn, clickhouse, brand.now, ZONE)).enrolments:
        pass


def hear(brand: Brand, clickhouse: Client) -> None:
    """Journeys hear what touches told, as the reacting loop shows it to them."""
    kinds = {"sent": "touch.sent", "failed": "touch.failed"}
    ended = brand.rows(
        "SELECT id, programme_id, customer_id, state, ended_at FROM touch.touch WHERE ended_at IS NOT NULL"
    )
    facts = [
        Happened(number, kinds[state], "", customer_id, at, 0, 0, {"programme": programme})
        for number, programme, customer_id, state, at in ended
        if state in kinds
    ]
    brand.done(lambda conn: journeys.react(conn, clickhouse, facts, (), brand.now))
    walk(brand, clickhouse)


def went(brand: Brand) -> dict[int, str]:
    return dict(brand.rows("SELECT customer_id, tag FROM customers.tag"))  # type: ignore[arg-type]


def test_each_goes_on_by_what_became_of_it(brand: Brand, clickhouse: Client) -> None:
    done, declined, late, denied = brand.people(4)
    brand.says(denied, "denied")
    started(brand, clickhouse, [done, declined, late, denied])
    walk(brand, clickhouse)
    assert went(brand) == {denied: "dropped"}
    lists(brand)
    open_ = {task.customer_id: task for task in tasks(brand, staff_id="amy", state="open")}
    assert set(open_) == {done, declined, late}
    assert (open_[done].title, open_[done].say) == ("问候小王", "您好，小王。")
    end(brand, open_[done])
    end(brand, open_[declined], "declined", "客户在忙")
    hear(brand, clickhouse)
    assert went(brand) == {denied: "dropped", done: "done", declined: "declined"}
    brand.now += 8 * HOUR
    walk(brand, clickhouse)
    assert went(brand)[late] == "late"
    assert brand.done(lambda conn: touch.end_overdue(conn, brand.now)) == 1
    lists(brand)
    assert tasks(brand, state="open") == []


def test_what_the_gate_puts_off_is_asked_later_and_the_person_waits(brand: Brand, clickhouse: Client) -> None:
    (one,) = brand.people(1)
    brand.now += 15 * HOUR  # three in the morning, and valid until eleven
    started(brand, clickhouse, [one])
    walk(brand, clickhouse)
    lists(brand)
    assert tasks(brand) == []
    brand.now += 6 * HOUR + timedelta(minutes=1)
    brand.decide()
    walk(brand, clickhouse)
    lists(brand)
    (task,) = tasks(brand)
    with brand.database.transaction() as conn:
        assert where(conn) == {(one, ""): "ask"}
    end(brand, task)
    hear(brand, clickhouse)
    assert went(brand) == {one: "done"}


def test_another_touch_of_the_journey_wakes_nobody(brand: Brand, clickhouse: Client) -> None:
    (one,) = brand.people(1)
    steps = {
        "hi": {
            "kind": "send",
            "purpose": "transactional",
            "text": "您好，欢迎。",
            "wishes": [{"channel": "wecom", "way": "group_send"}],
            "next": "ask",
        },
        **STEPS,
    }
    with brand.database.transaction() as conn:
        enter(conn, clickhouse, begin(conn, definition(steps, purpose="marketing"), now=brand.now), [one], brand.now)
    walk(brand, clickhouse)
    sent = Happened(
        1, "touch.sent", "", one, brand.now + HOUR, 0, 0, {"programme": brand.rows("SELECT max(id) FROM experiments.programme")[0][0]}
    )  # fmt: skip
    brand.done(lambda conn: journeys.react(conn, clickhouse, [sent], (), brand.now))
    walk(brand, clickhouse)
    with brand.database.transaction() as conn:
        assert where(conn) == {(one, ""): "ask"}
        due = journeys.people_at(conn, 1, "ask").enrolments[0].due_at
    assert due == brand.now + 8 * HOUR


def test_of_the_control_group_no_member_of_staff_hears(brand: Brand, clickhouse: Client) -> None:
    ids = brand.people(60)
    journey = started(brand, clickhouse, ids, control_bp=5000, control_reason="to see it")
    walk(brand, clickhouse)
    lists(brand)
    treated = {row[0] for row in brand.rows("SELECT customer_id FROM journeys.enrolment WHERE treated")}
    assert {task.customer_id for task in tasks(brand, limit=100)} == treated
    assert 15 <= len(treated) <= 45
    gone = {row[0] for row in brand.rows("SELECT customer_id FROM journeys.past WHERE NOT treated")}
    assert (
        gone == set(ids) - treated
    )  # the control group goes the way of those for whom it was done, and is left as it is
    assert went(brand) == {}
    exposed = brand.rows("SELECT count(*) FROM experiments.assignment WHERE exposed_at IS NOT NULL")
    assert exposed == [(60,)]
    with brand.database.transaction() as conn:
        figures = {one.step: one for one in journeys.figures(conn, journey.id).steps}
    assert (figures["ask"].inside, figures["ask"].ways) == (len(treated), {"next": len(gone)})


def test_a_merge_keeps_the_task_and_the_place(brand: Brand, clickhouse: Client) -> None:
    one, two = brand.people(2)
    started(brand, clickhouse, [two])
    walk(brand, clickhouse)
    lists(brand)
    (task,) = tasks(brand)

    def merge(conn: Any) -> None:
        identity.hold_people(conn, alone=True)
        touch.reassign(conn, [(two, one)])
        journeys.reassign(conn, [(two, one)], brand.now)

    brand.done(merge)
    end(brand, task)
    assert [found.customer_id for found in tasks(brand)] == [one]
    hear(brand, clickhouse)
    assert went(brand) == {one: "done"}


def test_somebody_has_to_be_there_who_could_be_asked(brand: Brand) -> None:
    draft = definition({"ask": {**ASK, "account": brand.official.id}, **{k: v for k, v in STEPS.items() if k != "ask"}})
    with brand.database.transaction() as conn:
        (problem,) = journeys.check(conn, draft, brand.now, ZONE)
        assert (problem.code, problem.step) == ("no_staff_account", "ask")
        long = definition({**STEPS, "ask": {**ASK, "say": "好" * 1500}})
        assert [one.code for one in journeys.check(conn, long, brand.now, ZONE)] == ["content_too_long"]
    assert ME.actor
