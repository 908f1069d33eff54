"""A rehearsal lives through what really happened, and nothing of it stays."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from tests.unit.journeys.journeying import ZONE, begin, definition
from tests.unit.touch.conftest import Brand
from tests.unit.touch.conftest import brand as brand_of_the_gate

from siyu.engines.clickhouse.client import Client
from siyu.journeys import service as journeys
from siyu.journeys.types import Definition, Rehearsal
from siyu.kernel.errors import BadInput, Conflict
from siyu.kernel.fact import Fact
from siyu.timeline import service as timeline

__all__ = ["brand_of_the_gate"]

DAY = timedelta(days=1)
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


def rehearse(brand: Brand, clickhouse: Client, made: Definition, **how: Any) -> Rehearsal:
    ticks = count()
    with brand.database.transaction() as conn:
        return journeys.rehearse(
            conn,
            clickhouse,
            made,
            brand.now - 20 * DAY,
            brand.now,
            ZONE,
            elapsed=how.pop("elapsed", lambda: next(ticks) * 0.001),
            **how,
        )


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


def test_it_ends_where_its_time_is_over(brand: Brand, clickhouse: Client) -> None:
    ids = brand.people(3)
    happened(brand, clickhouse, [added(one, brand.now - 15 * DAY + place * DAY) for place, one in enumerate(ids)])
    ticks = count()
    found = rehearse(brand, clickhouse, definition(STEPS, trigger=ADDED), elapsed=lambda: next(ticks) * 3.0)
    assert found.until < brand.now
    assert found.figures.inside == found.figures.entered


def test_one_into_which_people_are_put_by_hand_cannot_be_rehearsed(brand: Brand, clickhouse: Client) -> None:
    with pytest.raises(Conflict, match="another trigger"):
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
        assert asked.state == "waiting"
        assert journeys.rehearsals_of(conn, journey.id) == [asked]
        assert journeys.rehearsed_definition(conn, asked.id) == definition(STEPS, trigger=ADDED)
        journeys.finish_rehearsal(conn, asked.id, None, {"code": "Conflict"}, brand.now)
        assert journeys.rehearsal(conn, asked.id).state == "failed"
