"""A rehearsal lives through what really happened, and nothing of it stays."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from tests.unit.journeys.journeying import ZONE, begin, definition
from tests.unit.touch.conftest import Brand
from tests.unit.touch.conftest import brand as brand_of_the_gate

from siyu.customers import service as customers
from siyu.customers.types import TagChange
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client
from siyu.journeys import service as journeys
from siyu.journeys.types import Definition, Rehearsal
from siyu.kernel.errors import BadInput, Conflict, NotFound
from siyu.kernel.fact import Fact
from siyu.segments import service as segments
from siyu.segments.types import AllOf, TagOn
from siyu.timeline import service as timeline

__all__ = ["brand_of_the_gate"]

DAY = timedelta(days=1)
ask = journeys.ask_rehearsal
WECOM = {"channel": "wecom", "way": "group_send"}
STEPS = {
    "hi": {
        "kind": "send",
        "text": "您好，{{entry.staff|顾问}}在此。",
        "wishes": [WECOM],
        "valid_for": "1d",
        "next": "listen",
    },
    "listen": {
        "kind": "wait_for",
        "fact": {"kind": "message.received"},
        "timeout": "3d",
        "next": "end",
        "otherwise": "again",
    },
    "again": {"kind": "send", "text": "还在吗？", "wishes": [WECOM], "valid_for": "20d", "next": "end"},
    "end": {"kind": "exit"},
}
ADDED = {"kind": "fact", "fact": {"kind": "friend.added"}}


@pytest.fixture
def brand(brand_of_the_gate: Brand, clickhouse: Client) -> Brand:
    brand_of_the_gate.run("UPDATE experiments.programme SET key = 'other:1'")
    clickhouse.run("TRUNCATE TABLE facts")
    return brand_of_the_gate


def happened(brand: Brand, clickhouse: Client, facts: Sequence[Fact]) -> None:
    with brand.database.transaction() as conn:
        timeline.append(conn, facts)
    exporter = timeline.Exporter(brand.database, clickhouse)
    while exporter.export_once():
        pass


def rehearse(brand: Brand, clickhouse: Client, made: Definition, *, most: int = 300, piece: int = 300) -> Rehearsal:
    """The whole of it, so many people at a time."""
    since = brand.now - 20 * DAY
    with brand.database.transaction() as conn:
        plan = journeys.plan_rehearsal(conn, clickhouse, made, since, brand.now, ZONE, most)
    parts = []
    for start in range(0, len(plan.people), piece):
        people = plan.people[start : start + piece]
        with brand.database.transaction() as conn:
            part = journeys.rehearse(conn, clickhouse, made, since, brand.now, ZONE, plan=plan, people=people)
        assert part is not None
        parts.append(part)
    return journeys.joined(parts, plan, since, brand.now)


def added(one: int, at: Any) -> Fact:
    return Fact("friend.added", one, 0, at, properties={"staff": "amy", "state": ""})


def test_who_would_have_received_what_and_what_the_gate_would_have_dropped(brand: Brand, clickhouse: Client) -> None:
    one, two, three = brand.people(3)
    brand.says(two, "denied")
    came = brand.now - 10 * DAY
    happened(
        brand,
        clickhouse,
        [
            added(one, came),
            added(two, came + timedelta(minutes=1)),
            added(three, came + timedelta(hours=1)),
            Fact("message.received", three, 0, came + DAY),
            added(999, brand.now - 40 * DAY),
        ],
    )
    found = rehearse(brand, clickhouse, definition(STEPS, trigger=ADDED, purpose="marketing"))
    assert (found.people, found.of, found.until) == (3, 3, brand.now)
    told = [(touch.customer_id, touch.step, touch.state, touch.code) for touch in found.touches]
    assert told == [
        (one, "hi", "queued", ""),
        (two, "hi", "dropped", "consent_denied"),
        (three, "hi", "queued", ""),
        (one, "again", "waiting", "budget"),
        (two, "again", "dropped", "consent_denied"),
    ]
    assert found.touches[0].text == "您好，amy在此。"
    assert found.touches[0].way == "group_send"
    assert "拒绝" in found.touches[1].because_zh
    assert came <= found.touches[0].at <= came + timedelta(minutes=10)
    assert came + 3 * DAY <= found.touches[3].at <= came + 3 * DAY + timedelta(minutes=20)
    assert (found.figures.entered, found.figures.ended) == (3, {"exit": 3})
    assert ("dropped", "consent_denied", 2) in found.reasons
    assert len(found.cannot_know) >= 4


def test_nothing_of_it_stays(brand: Brand, clickhouse: Client) -> None:
    ids = brand.people(5)
    happened(brand, clickhouse, [added(one, brand.now - 5 * DAY) for one in ids])
    tables = [
        "journeys.journey", "journeys.enrolment", "journeys.past", "journeys.passage", "touch.touch", "touch.message",
        "experiments.programme", "experiments.assignment", "channels.delivery", "timeline.entry",
    ]  # fmt: skip
    counts = {table: brand.rows(f"SELECT count(*) FROM {table}") for table in tables}
    assert rehearse(brand, clickhouse, definition(STEPS, trigger=ADDED)).touches
    assert {table: brand.rows(f"SELECT count(*) FROM {table}") for table in tables} == counts


def test_it_looks_at_some_people_of_many_and_says_so(brand: Brand, clickhouse: Client) -> None:
    ids = brand.people(30)
    happened(brand, clickhouse, [added(one, brand.now - 5 * DAY) for one in ids])
    made = definition(STEPS, trigger=ADDED)
    found = rehearse(brand, clickhouse, made, most=10)
    assert (found.people, found.of, found.figures.entered) == (10, 30, 10)
    again = rehearse(brand, clickhouse, made, most=10)
    assert {one.customer_id for one in again.touches} == {one.customer_id for one in found.touches}


def test_a_few_at_a_time_are_the_same_as_all_at_once(brand: Brand, clickhouse: Client) -> None:
    ids = brand.people(12)
    brand.says(ids[3], "denied")
    happened(brand, clickhouse, [added(one, brand.now - 15 * DAY + place * DAY) for place, one in enumerate(ids)])
    made = definition(STEPS, trigger=ADDED, purpose="marketing")
    whole, pieces = rehearse(brand, clickhouse, made), rehearse(brand, clickhouse, made, piece=5)
    assert whole == pieces
    assert (whole.people, whole.until, whole.figures.inside) == (12, brand.now, 0)
    assert sum(count for _, _, count in whole.reasons) == len(whole.touches)


def test_the_clock_brings_a_crowd_in_whole_and_in_pieces(brand: Brand, clickhouse: Client) -> None:
    ids = brand.people(9)
    with brand.database.transaction() as conn:
        customers.add_tags(conn, [TagChange(one, "vip", brand.now, "op") for one in ids])
        vip = segments.create(conn, access.system("tests"), "VIP", AllOf((TagOn("vip"),)), brand.now, live=True)
        segments.evaluate(conn, clickhouse, vip.id, brand.now)
    trigger = {"kind": "time", "segment": vip.id, "at": "10:00", "weekdays": [1]}
    made = definition(STEPS, trigger=trigger, purpose="marketing", reentry={"when": "always"})
    whole = rehearse(brand, clickhouse, made)
    assert whole == rehearse(brand, clickhouse, made, piece=2)
    assert (whole.people, whole.of, whole.figures.entered) == (9, 9, 27)  # three Mondays


def test_a_step_that_fails_is_tried_again_by_the_day(brand: Brand, clickhouse: Client) -> None:
    """Thirty times in a month, and not every quarter of an hour: nobody repairs anything meanwhile."""
    (one,) = brand.people(1)
    happened(brand, clickhouse, [added(one, brand.now - 15 * DAY)])
    brand.run("ALTER TABLE customers.tag ADD CONSTRAINT no_x CHECK (tag <> 'x')")
    steps = {"t": {"kind": "tag", "add": ["x"], "next": "end"}, "end": {"kind": "exit"}}
    found = rehearse(brand, clickhouse, definition(steps, trigger=ADDED))
    brand.run("ALTER TABLE customers.tag DROP CONSTRAINT no_x")
    (step, _) = found.figures.steps
    assert 14 <= step.ways["failed"] <= 16


def test_two_may_run_at_once_with_different_people(brand: Brand, clickhouse: Client) -> None:
    one, two = brand.people(2)
    happened(brand, clickhouse, [added(each, brand.now - 5 * DAY) for each in (one, two)])
    made, since = definition(STEPS, trigger=ADDED), brand.now - 20 * DAY
    with brand.database.transaction() as conn:
        plan = journeys.plan_rehearsal(conn, clickhouse, made, since, brand.now, ZONE, 10)
    others: list[Rehearsal | None] = []

    def going() -> bool:
        if not others:
            with brand.database.transaction() as beside:
                beside.exec_driver_sql("SET LOCAL lock_timeout TO '3s'")
                others.append(
                    journeys.rehearse(beside, clickhouse, made, since, brand.now, ZONE, plan=plan, people=[two])
                )
        return True

    with brand.database.transaction() as conn:
        found = journeys.rehearse(conn, clickhouse, made, since, brand.now, ZONE, plan=plan, people=[one], going=going)
    assert found is not None
    assert others[0] is not None
    assert (found.figures.entered, others[0].figures.entered) == (1, 1)


def test_a_piece_that_takes_too_long_is_given_up_and_leaves_nothing(brand: Brand, clickhouse: Client) -> None:
    ids = brand.people(3)
    happened(brand, clickhouse, [added(one, brand.now - 5 * DAY) for one in ids])
    made, since = definition(STEPS, trigger=ADDED), brand.now - 20 * DAY
    with brand.database.transaction() as conn:
        plan = journeys.plan_rehearsal(conn, clickhouse, made, since, brand.now, ZONE, 10)
        asked = count()
        found = journeys.rehearse(
            conn, clickhouse, made, since, brand.now, ZONE, plan=plan, people=plan.people, going=lambda: next(asked) < 3
        )
    assert found is None
    assert next(asked) == 4
    assert brand.rows("SELECT count(*) FROM journeys.journey") == [(0,)]


def test_one_into_which_people_are_put_by_hand_cannot_be_rehearsed(brand: Brand, clickhouse: Client) -> None:
    with pytest.raises(Conflict, match="Name a segment"):
        rehearse(brand, clickhouse, definition(STEPS))


def test_it_is_asked_for_and_its_time_has_to_be_past(brand: Brand) -> None:
    with brand.database.transaction() as conn:
        journey = begin(conn, definition(STEPS, trigger=ADDED), now=brand.now)
        for since, until in (
            (brand.now, brand.now - DAY),
            (brand.now - DAY, brand.now + DAY),
            (brand.now - 999 * DAY, brand.now),
        ):
            with pytest.raises(BadInput):
                journeys.ask_rehearsal(conn, journey.id, since, until, 10, "operator:1", brand.now)
        asked = journeys.ask_rehearsal(conn, journey.id, brand.now - DAY, brand.now, 10, "operator:1", brand.now)
        assert (asked.state, asked.done, asked.total) == ("waiting", 0, 0)
        assert journeys.note_rehearsal(conn, asked.id, 3, 10)
        seen = journeys.rehearsal(conn, asked.id)
        assert (seen.state, seen.done, seen.total) == ("running", 3, 10)
        asked = seen
        assert journeys.rehearsals_of(conn, journey.id) == [asked]
        assert journeys.rehearsed_definition(conn, asked.id) == definition(STEPS, trigger=ADDED)
        journeys.finish_rehearsal(conn, asked.id, None, {"code": "Conflict"}, brand.now)
        assert journeys.rehearsal(conn, asked.id).state == "failed"
        assert not journeys.note_rehearsal(conn, asked.id, 4, 10)
        assert journeys.cancel_rehearsal(conn, asked.id, "operator:1", brand.now).state == "failed"


def test_one_that_is_cancelled_keeps_what_was_found(brand: Brand, clickhouse: Client) -> None:
    ids = brand.people(4)
    happened(brand, clickhouse, [added(one, brand.now - 5 * DAY) for one in ids])
    found = rehearse(brand, clickhouse, definition(STEPS, trigger=ADDED), most=2)
    with brand.database.transaction() as conn:
        journey = begin(conn, definition(STEPS, trigger=ADDED), now=brand.now)
        asked = journeys.ask_rehearsal(conn, journey.id, brand.now - DAY, brand.now, 10, "operator:1", brand.now)
        assert journeys.note_rehearsal(conn, asked.id, 2, 4)
        assert journeys.cancel_rehearsal(conn, asked.id, "operator:1", brand.now).state == "cancelled"
        assert not journeys.note_rehearsal(conn, asked.id, 3, 4)
        journeys.finish_rehearsal(conn, asked.id, found, None, brand.now)
        kept = journeys.rehearsal(conn, asked.id)
        assert (kept.state, kept.done, kept.result) == ("cancelled", 2, found)
        actions = [entry.action for entry in access.audit_page(conn, action="rehearsal.cancelled")]
        assert actions == ["rehearsal.cancelled"]


def ahead(brand: Brand, clickhouse: Client, made: Definition, segment: int, lasts: timedelta = 3 * DAY) -> Rehearsal:
    """As if everybody of a segment were brought in now."""
    until = brand.now + lasts
    with brand.database.transaction() as conn:
        plan = journeys.plan_rehearsal(conn, clickhouse, made, brand.now, until, ZONE, 300, segment)
    with brand.database.transaction() as conn:
        part = journeys.rehearse(conn, clickhouse, made, brand.now, until, ZONE, plan=plan, people=plan.people)
    assert part is not None
    return journeys.joined([part], plan, brand.now, until)


def vips(brand: Brand, clickhouse: Client, ids: Sequence[int]) -> int:
    """A segment of these people."""
    with brand.database.transaction() as conn:
        customers.add_tags(conn, [TagChange(one, "vip", brand.now, "op") for one in ids])
        made = segments.create(conn, access.system("tests"), "VIP", AllOf((TagOn("vip"),)), brand.now, live=True)
        segments.evaluate(conn, clickhouse, made.id, brand.now)
    return made.id


def once(**more: Any) -> Definition:
    """A broadcast by hand."""
    hi = {**STEPS["hi"], "text": "新品到店", "next": "end"}
    return definition({"hi": hi, "end": {"kind": "exit"}}, kind="broadcast", purpose="marketing", **more)


def test_a_broadcast_by_hand_says_who_would_receive_it_and_what_the_gate_would_drop(
    brand: Brand, clickhouse: Client
) -> None:
    fine, denied, busy = brand.people(3)
    segment = vips(brand, clickhouse, [fine, denied, busy])
    brand.says(denied, "denied")
    assert brand.offer(busy, programme_id=brand.start("other:2").id, purpose="marketing").outcome == "send"
    found = ahead(brand, clickhouse, once(), segment)
    told = {touch.customer_id: (touch.state, touch.code) for touch in found.touches}
    assert (found.people, found.of) == (3, 3)
    assert told[fine] == ("queued", "")
    assert told[denied] == ("dropped", "consent_denied")
    assert told[busy] == ("dropped", "too_late")
    (why,) = [touch.because_zh for touch in found.touches if touch.customer_id == busy]
    assert "上限 1 条" in why  # and not only that it had waited for too long
    assert brand.rows("SELECT count(*) FROM journeys.enrolment") == [(0,)]


def test_what_the_gate_puts_off_is_decided_when_that_is_over(brand: Brand, clickhouse: Client) -> None:
    """Begun at night, a quarter of an hour before it would be too late it is morning: then, and not a day later."""
    (one,) = brand.people(1)
    segment = vips(brand, clickhouse, [one])
    brand.now += timedelta(hours=13)  # after 21:00 of the brand's clock
    (touch,) = ahead(brand, clickhouse, once(), segment).touches
    assert (touch.state, touch.code) == ("queued", "")


def test_a_crowd_comes_in_at_its_pace_as_far_as_the_time_goes(brand: Brand, clickhouse: Client) -> None:
    segment = vips(brand, clickhouse, brand.people(9))
    made = once(pace={"per_minute": 1, "fair": True})
    found = ahead(brand, clickhouse, made, segment, lasts=timedelta(minutes=5))
    assert (found.people, found.of, found.figures.entered) == (5, 5, 5)


def test_with_a_segment_it_lies_ahead(brand: Brand, clickhouse: Client) -> None:
    segment = vips(brand, clickhouse, brand.people(1))
    with brand.database.transaction() as conn:
        journey = begin(conn, once(), now=brand.now)
        for since, until in (
            (brand.now - DAY, brand.now + DAY),
            (brand.now + DAY, brand.now + DAY),
            (brand.now + 99 * DAY, brand.now + 101 * DAY),
        ):
            with pytest.raises(BadInput, match="lies ahead"):
                ask(conn, journey.id, since, until, 10, "operator:1", brand.now, segment_id=segment)
        with pytest.raises(NotFound):
            ask(conn, journey.id, brand.now, brand.now + DAY, 10, "operator:1", brand.now, segment_id=segment + 1)
        asked = ask(conn, journey.id, brand.now, brand.now + DAY, 10, "operator:1", brand.now, segment_id=segment)
        assert journeys.rehearsal(conn, asked.id).segment_id == segment
