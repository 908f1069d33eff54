"""People are invited into the group that is for them and has a place; who is in it already is not."""

from typing import Any

import pytest
from sqlalchemy import Connection
from tests.unit.journeys.journeying import ZONE, begin, definition, enter
from tests.unit.journeys.test_branching import paid
from tests.unit.touch.conftest import Brand
from tests.unit.touch.conftest import brand as brand_of_the_gate

from siyu.channels import service as channels
from siyu.customers import service as customers
from siyu.customers.types import RelationChange
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import rows, run
from siyu.journeys import service as journeys
from siyu.journeys.types import Journey

__all__ = ["brand_of_the_gate"]

EXIT = {"kind": "exit"}
WECOM = {"channel": "wecom", "way": "group_send"}


@pytest.fixture
def brand(brand_of_the_gate: Brand) -> Brand:
    brand_of_the_gate.run("UPDATE experiments.programme SET key = 'other:1'")
    return brand_of_the_gate


def group_code(conn: Connection, brand: Brand, chat: str = "wr1", *, new_groups: bool = True, people: int = 0) -> int:
    """A group code that the platform knows, whose chat has so many people in it."""
    more = "true" if new_groups else "false"
    (made,) = rows(
        conn,
        """INSERT INTO channels.entry_code (account_id, kind, name, public_id, definition, serving, wanted, wanted_key, marks,
               created_by, created_at, updated_at)
           VALUES (:account, 'group', :chat, :chat, CAST(:definition AS jsonb),
               '{"staff": [], "skip_verify": true, "by": "on_duty"}', '{}', 'k', false, 'operator:1', :now, :now)
           RETURNING id""",
        account=brand.corp.id,
        chat=chat,
        definition=f'{{"chats": {{"group_ids": ["{chat}"], "new_groups": {more}}}}}',
        now=brand.now,
    )
    run(
        conn,
        """INSERT INTO channels.entry_way (account_id, code_id, number, state, handle, url, told_key, settled, due_at)
           VALUES (:account, :code, 0, :chat, :chat, :url, 'k', true, :now)""",
        account=brand.corp.id,
        code=made.id,
        chat=chat,
        url=f"https://work.example/{chat}",
        now=brand.now,
    )
    run(
        conn,
        """INSERT INTO channels.chat_group (account_id, group_id, name, owner_id, created_at, seen_at)
           VALUES (:account, :chat, :chat, 'amy', :now, :now)""",
        account=brand.corp.id,
        chat=chat,
        now=brand.now,
    )
    run(
        conn,
        """INSERT INTO channels.chat_member (account_id, group_id, member_id, kind, joined_at, seen_at, told_at)
           SELECT :account, :chat, 'm' || n, 'customer', :now, :now, :now FROM generate_series(1, :people) AS n""",
        account=brand.corp.id,
        chat=chat,
        people=people,
        now=brand.now,
    )
    return int(made.id)


def joined(conn: Connection, brand: Brand, customer_id: int, chat: str) -> None:
    tie = RelationChange(
        customer_id, "group_member", f"account:{brand.corp.id}/{chat}", True, brand.now, f"account:{brand.corp.id}"
    )
    customers.change_relations(conn, [tie], brand.now)


def invited(brand: Brand, clickhouse: Client, ids: list[int], **step: Any) -> Journey:
    steps = {
        "in": {"kind": "invite", "text": "来群里坐坐。", "wishes": [WECOM], "next": "end", **step},
        "full": {"kind": "tag", "add": ["没有位置"], "next": "end"},
        "end": EXIT,
    }
    if "full" not in step:
        del steps["full"]
    with brand.database.transaction() as conn:
        journey = begin(conn, definition(steps), now=brand.now)
        enter(conn, clickhouse, journey, ids, brand.now)
        journeys.step_once(conn, clickhouse, brand.now, ZONE)
    return journey


def links(brand: Brand) -> dict[int, str]:
    """Customer → the chat of the link that they get."""
    with brand.database.transaction() as conn:
        keys = rows(conn, "SELECT key, customer_id FROM touch.touch WHERE state = 'queued'")
        items = channels.items_of(conn, brand.corp.id, [row.key for row in keys])
    whose = {row.key: row.customer_id for row in keys}
    return {whose[key]: dict(one.content.attachments)["link"]["url"].rpartition("/")[2] for key, one in items.items()}


def ways(brand: Brand, journey: Journey) -> dict[str, int]:
    with brand.database.transaction() as conn:
        return dict(next(one.ways for one in journeys.figures(conn, journey.id).steps if one.step == "in"))


def test_who_is_in_a_chat_of_the_code_is_not_invited(brand: Brand, clickhouse: Client) -> None:
    one, two = brand.people(2)
    with brand.database.transaction() as conn:
        code = group_code(conn, brand)
        joined(conn, brand, one, "wr1")
    journey = invited(brand, clickhouse, [one, two], code=code)
    assert links(brand) == {two: "wr1"}
    assert ways(brand, journey) == {"member": 1, "send": 1}


def test_each_is_invited_into_the_group_for_their_value(brand: Brand, clickhouse: Client) -> None:
    rich, rising, new, in_vip, in_other = brand.people(5)
    with brand.database.transaction() as conn:
        paid(conn, rich, 300_000)
        paid(conn, rising, 99_900)
        paid(conn, in_vip, 250_000)
        paid(conn, in_other, 250_000)
        vip, plain = group_code(conn, brand, "vip"), group_code(conn, brand, "plain")
        joined(conn, brand, in_vip, "vip")
        joined(conn, brand, in_other, "plain")
    codes = [{"code": vip, "from_fen": 200_000}, {"code": plain, "from_fen": 1, "below_fen": 200_000}]
    journey = invited(brand, clickhouse, [rich, rising, new, in_vip, in_other], codes=codes, full="full")
    assert links(brand) == {rich: "vip", rising: "plain", in_other: "vip"}
    assert brand.rows("SELECT customer_id FROM customers.tag") == [(new,)]  # none of the groups is for them
    assert ways(brand, journey) == {"send": 3, "member": 1, "full": 1}


def test_what_is_full_is_passed_over_and_places_are_given_once(brand: Brand, clickhouse: Client) -> None:
    """WeCom holds 200 in a chat: of 198 two places are left, then the next code is taken; one without an end never fills."""
    ids = brand.people(6)
    with brand.database.transaction() as conn:
        nearly = group_code(conn, brand, "nearly", new_groups=False, people=198)
        full = group_code(conn, brand, "full", new_groups=False, people=200)
        last = group_code(conn, brand, "last", new_groups=False, people=197)
        assert channels.free_places(conn, [nearly, full, last, 999]) == {nearly: 2, full: 0, last: 3}
    codes = [{"code": one} for one in (full, nearly, last)]
    journey = invited(brand, clickhouse, ids, codes=codes, full="full")
    assert sorted(links(brand).values()) == ["last", "last", "last", "nearly", "nearly"]
    assert ways(brand, journey) == {"send": 5, "full": 1}
    with brand.database.transaction() as conn:
        endless = group_code(conn, brand, "endless", people=200)
        assert channels.free_places(conn, [endless]) == {endless: None}
