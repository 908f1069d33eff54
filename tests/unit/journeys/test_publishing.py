"""A Moment for the people of a step: gathered once a day, through the gate, one task for each member of staff."""

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.journeys.journeying import ZONE, begin, definition, enter
from tests.unit.touch.conftest import HOUR, Brand
from tests.unit.touch.conftest import brand as brand_of_the_gate

from siyu.channels import service as channels
from siyu.engines.clickhouse.client import Client
from siyu.journeys import service as journeys
from siyu.journeys.types import Journey

__all__ = ["brand_of_the_gate"]

MOMENT = {"kind": "moment", "text": "春茶到店了，欢迎来坐。", "at": "15:00", "next": "end"}


@pytest.fixture
def brand(brand_of_the_gate: Brand) -> Brand:
    brand_of_the_gate.run("UPDATE experiments.programme SET key = 'other:1'")
    return brand_of_the_gate


def started(brand: Brand, clickhouse: Client, ids: list[int], **more: Any) -> Journey:
    steps = {"m": {**MOMENT, **more}, "end": {"kind": "exit"}}
    with brand.database.transaction() as conn:
        journey = begin(conn, definition(steps, purpose="marketing"), now=brand.now)
        enter(conn, clickhouse, journey, ids, brand.now)
    return journey


def walk(brand: Brand, clickhouse: Client) -> None:
    while brand.done(lambda conn: journeys.step_once(conn, clickhouse, brand.now, ZONE)).enrolments:
        pass


def made(brand: Brand) -> list[tuple[Any, ...]]:
    return brand.rows("SELECT subject_id, staff_id, way, details FROM channels.delivery ORDER BY id")


def test_people_are_gathered_and_the_gate_decides_of_each(brand: Brand, clickhouse: Client) -> None:
    one, two, denied = brand.people(3)
    (of_bob,) = brand.people(1, staff="bob")
    brand.says(denied, "denied")
    journey = started(brand, clickhouse, [one, denied, of_bob])
    walk(brand, clickhouse)
    assert made(brand) == []
    with brand.database.transaction() as conn:
        enter(conn, clickhouse, journey, [two], brand.now + HOUR)
    brand.now += 3 * HOUR - timedelta(seconds=1)
    walk(brand, clickhouse)
    assert made(brand) == []
    brand.now += timedelta(seconds=1)
    walk(brand, clickhouse)
    assert sorted((row[0], row[1]) for row in made(brand)) == sorted(
        [(f"c{one}", "amy"), (f"c{two}", "amy"), (f"c{of_bob}", "bob")]
    )
    assert {row[2] for row in made(brand)} == {"staff_moment"}
    assert brand.rows("SELECT customer_id, code FROM touch.touch WHERE state = 'dropped'") == [
        (denied, "consent_denied")
    ]


def test_who_may_see_it_is_said_by_the_tags_of_the_account(brand: Brand, clickhouse: Client) -> None:
    (one,) = brand.people(1)
    brand.run(
        """INSERT INTO channels.tag (account_id, tag_id, name, group_id, group_name, place, seen_at)
           VALUES (:account, 'et1', '茶友', 'g1', '喜好', 0, now())""",
        account=brand.corp.id,
    )
    started(brand, clickhouse, [one], tags=["茶友"])
    walk(brand, clickhouse)
    brand.now += 3 * HOUR
    brand.run("UPDATE channels.tag SET gone_at = now()")
    walk(brand, clickhouse)
    assert made(brand) == []  # without the tag everybody would see it
    brand.run("UPDATE channels.tag SET gone_at = NULL")
    brand.now += HOUR / 4
    walk(brand, clickhouse)
    (row,) = made(brand)
    assert row[3] == {"tags": "et1"}


def test_what_cannot_be_published_is_refused_before(brand: Brand) -> None:
    def wrong(**more: Any) -> list[str]:
        with brand.database.transaction() as conn:
            draft = definition({"m": {**MOMENT, **more}, "end": {"kind": "exit"}})
            return [one.code for one in journeys.check(conn, draft, brand.now, ZONE)]

    assert wrong() == []
    assert wrong(text="") == ["nothing_to_send"]
    assert wrong(text="{{trait.city|您的城市}}的朋友，来坐坐。") == ["moment_is_personal"]
    assert wrong(text="茶" * 2001) == ["content_too_long"]
    assert wrong(tags=["没有"]) == ["unknown_tag"]
    assert wrong(account=brand.official.id) == ["no_staff_account"]
    with brand.database.transaction() as conn:
        assert channels.tag_names(conn, brand.corp.id) == {}
