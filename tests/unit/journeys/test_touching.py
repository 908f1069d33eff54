"""What a step says goes to the gate, once for each person and visit, and the gate decides."""

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.journeys.journeying import ZONE, begin, definition, enter
from tests.unit.touch.conftest import Brand
from tests.unit.touch.conftest import brand as brand_of_the_gate

from siyu.customers import service as customers
from siyu.customers.types import TraitWord
from siyu.engines.clickhouse.client import Client
from siyu.journeys import service as journeys
from siyu.journeys.rules.texts import fill
from siyu.journeys.types import Send, Stepped, Wish
from siyu.touch import service as touch

__all__ = ["brand_of_the_gate"]


@pytest.fixture
def brand(brand_of_the_gate: Brand) -> Brand:
    """The gate's brand, whose own programme makes room for that of the first journey."""
    brand_of_the_gate.run("UPDATE experiments.programme SET key = 'other:1'")
    return brand_of_the_gate


EXIT = {"kind": "exit"}
WECOM = {"channel": "wecom", "way": "group_send"}


def send(text: str = "您好，新品到店。", **more: Any) -> dict[str, Any]:
    return {"kind": "send", "text": text, "wishes": [WECOM], "next": "end", **more}


def walk(brand: Brand, clickhouse: Client) -> Stepped:
    return brand.done(lambda conn: journeys.step_once(conn, clickhouse, brand.now, ZONE))  # type: ignore[no-any-return]


def touches(brand: Brand) -> list[tuple[Any, ...]]:
    return brand.rows("SELECT customer_id, purpose, state, code FROM touch.touch ORDER BY customer_id, id")


def test_whom_the_gate_decides_about_elsewhere_goes_on_later(brand: Brand, clickhouse: Client) -> None:
    one, two = brand.people(2)
    journey = brand.done(lambda conn: begin(conn, definition({"hello": send(), "end": EXIT}), now=brand.now))
    brand.done(lambda conn: enter(conn, clickhouse, journey, [one, two], brand.now))
    brand.done(lambda conn: touch.hold_customers(conn, [one, two]))
    with brand.database.transaction() as conn:
        touch.hold_customers(conn, [one])
        assert walk(brand, clickhouse).touches == 1
    assert touches(brand) == [(two, "service", "queued", "")]
    assert walk(brand, clickhouse).touches == 1
    assert touches(brand) == [(one, "service", "queued", ""), (two, "service", "queued", "")]


def test_a_touch_is_proposed_once_and_everybody_goes_on(brand: Brand, clickhouse: Client) -> None:
    one, two = brand.people(2)
    (stranger,) = brand.people(1, staff="")
    brand.says(two, "denied")
    brand.run("DELETE FROM channels.follow WHERE contact_id = :id", id=f"c{stranger}")
    with brand.database.transaction() as conn:
        journey = begin(conn, definition({"hi": send(), "end": EXIT}, purpose="marketing"), now=brand.now)
        enter(conn, clickhouse, journey, [one, two, stranger], brand.now)
    done = walk(brand, clickhouse)
    assert (done.touches, done.ended) == (3, 3)
    assert touches(brand) == [
        (one, "marketing", "queued", ""),
        (two, "marketing", "dropped", "consent_denied"),
        (stranger, "marketing", "dropped", "no_relation"),
    ]
    with brand.database.transaction() as conn:
        ways = next(found.ways for found in journeys.figures(conn, journey.id).steps if found.step == "hi")
    assert ways == {"send": 1, "drop": 2}


def test_a_drop_may_lead_another_way(brand: Brand, clickhouse: Client) -> None:
    one, two = brand.people(2)
    brand.says(two, "denied")
    steps = {"hi": send(dropped="mark"), "mark": {"kind": "tag", "add": ["未触达"], "next": "end"}, "end": EXIT}
    with brand.database.transaction() as conn:
        journey = begin(conn, definition(steps, purpose="marketing"), now=brand.now)
        enter(conn, clickhouse, journey, [one, two], brand.now)
    walk(brand, clickhouse)
    assert brand.rows("SELECT customer_id, tag FROM customers.tag") == [(two, "未触达")]


def test_the_control_group_goes_through_and_hears_nothing(brand: Brand, clickhouse: Client) -> None:
    ids = brand.people(60)
    steps = {"hi": send(), "end": EXIT}
    with brand.database.transaction() as conn:
        half = definition(steps, purpose="marketing", control_bp=5000, control_reason="to see it")
        enter(conn, clickhouse, begin(conn, half, now=brand.now), ids, brand.now)
    assert walk(brand, clickhouse).ended == 60
    treated = {row[0] for row in brand.rows("SELECT customer_id FROM journeys.past WHERE treated")}
    assert {row[0] for row in touches(brand) if row[2] == "queued"} == treated
    assert {row[3] for row in touches(brand) if row[2] == "dropped"} == {"control"}
    assert 15 <= len(treated) <= 45
    exposed = brand.rows("SELECT count(*) FROM experiments.assignment WHERE exposed_at IS NOT NULL")
    assert exposed == [(60,)]


def test_each_reads_their_own_text(brand: Brand, clickhouse: Client) -> None:
    one, two = brand.people(2)
    steps = {"hi": send("{{shop}}的朋友，{{trait.city|您}}的{{entry.product|宝贝}}到了。"), "end": EXIT}
    with brand.database.transaction() as conn:
        customers.put_traits(conn, [TraitWord(one, "city", "杭州", brand.now)], brand.now)
        journey = begin(conn, definition(steps, variables={"shop": "小店"}), now=brand.now)
        enter(conn, clickhouse, journey, [one], brand.now, entry={"product": "春茶"})
        enter(conn, clickhouse, journey, [two], brand.now)
    walk(brand, clickhouse)
    assert len({row[0] for row in brand.rows("SELECT content FROM touch.touch")}) == 2


def test_a_text_is_filled_with_what_is_known_and_else_with_its_fallback() -> None:
    text = "{{shop}}的朋友，{{trait.city|您}}的{{ entry.goods.name | 宝贝 }}到了{{entry.none|}}。"
    own, entry = {"shop": "小店"}, {"goods": {"name": "春茶"}}
    assert fill(text, own, {"city": "杭州"}, entry) == "小店的朋友，杭州的春茶到了。"
    assert fill(text, own, {"city": " "}, {"goods": 7}) == "小店的朋友，您的 宝贝 到了。"
    assert fill(text, own, {"city": True}, {}) == "小店的朋友，您的 宝贝 到了。"


def test_another_visit_to_the_same_step_is_another_touch(brand: Brand, clickhouse: Client) -> None:
    (one,) = brand.people(1)
    steps = {
        "hi": send("第{{entry.n|一}}次提醒您。", next="sleep"),
        "sleep": {"kind": "wait", "duration": "40d", "next": "again"},
        "again": {
            "kind": "branch",
            "cases": [{"when": {"by": "value", "from_fen": 1}, "next": "end"}],
            "otherwise": "hi",
        },
        "end": EXIT,
    }
    with brand.database.transaction() as conn:
        enter(conn, clickhouse, begin(conn, definition(steps), now=brand.now), [one], brand.now)
    for _ in range(3):
        walk(brand, clickhouse)
        brand.now += timedelta(days=40)
    keys = [row[0] for row in brand.rows("SELECT key FROM touch.touch ORDER BY id")]
    assert len(set(keys)) == 3


def test_a_broadcast_is_a_journey_of_one_sending_at_its_pace(brand: Brand, clickhouse: Client) -> None:
    ids = brand.people(30)
    sending = Send("", (Wish("group_send", "wecom"),), "周三会员日，全场第二件半价。", valid_for="2h")
    made = journeys.broadcast("会员日", 1, sending, purpose="marketing", per_minute=10)
    with brand.database.transaction() as conn:
        journey = begin(conn, made, now=brand.now)
        journeys.bring_crowd(conn, journey, made, ids, origin="hand", begins_at=brand.now)
        journeys.let_crowds_in(conn, clickhouse, brand.now)
    sent = []
    for _ in range(4):
        sent.append(walk(brand, clickhouse).touches)
        brand.now += timedelta(minutes=1)
    assert sent == [10, 10, 10, 0]
    assert journey.kind == "broadcast"
    treated = brand.rows("SELECT count(*) FROM journeys.past WHERE treated")[0][0]
    assert sum(row[2] == "queued" for row in touches(brand)) == treated
