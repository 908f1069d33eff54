"""Codes that somebody changes, deletes or uses up in the corp's own console."""

from datetime import timedelta

import pytest
from tests.unit.channels.acts.conftest import ME, Acted
from tests.unit.channels.coding import SHANGHAI

from siyu.channels import service
from siyu.channels.service import codes
from siyu.channels.service.codes import Rotation
from siyu.channels.types import Chats, Code, CodeDefinition, Roster


@pytest.fixture
def rotation(acted: Acted) -> Rotation:
    return Rotation(acted.database, acted.clock, SHANGHAI, acted.desk.opens)


def make(acted: Acted, kind: str, definition: CodeDefinition) -> Code:
    made: Code = acted.done(
        lambda conn: codes.create_code(
            conn, ME, account_id=acted.account.id, kind=kind, name=kind, definition=definition,  # type: ignore[arg-type]
            now=acted.clock.now(), zone=SHANGHAI,
        )
    )  # fmt: skip
    return made


def reconcile(acted: Acted, rotation: Rotation) -> None:
    acted.clock.advance(timedelta(days=1))
    now = acted.clock.now()
    acted.done(lambda conn: service.end_walk(conn, service.begin_walk(conn, acted.account.id, now), now))
    while rotation.run_once():
        pass


def faults(acted: Acted, *made: Code) -> list[str]:
    found = [acted.done(lambda conn, one=one: codes.code(conn, one.id)).problem for one in made]
    return [one.code if one else "" for one in found]


def test_codes_are_kept_in_step(acted: Acted, rotation: Rotation) -> None:
    first, second = list(dict.fromkeys(one.userid for one in acted.follows(30)))[:2]
    roster = Roster((first,), backups=(second,))
    group = next(iter(acted.corp.state.groups))
    wall = make(acted, "staff", CodeDefinition(roster))
    club = make(acted, "group", CodeDefinition(chats=Chats((group,), base_name="福利群")))
    ad = make(acted, "link", CodeDefinition(roster))
    while rotation.run_once():
        pass
    state = acted.corp.state
    (way,), (joins,), (link,) = state.ways.values(), state.join_ways.values(), state.links.values()
    reconcile(acted, rotation)
    assert faults(acted, wall, club, ad) == ["", "", ""]
    bodies = dict(way.body), dict(joins.body), dict(link.body)

    way.body["skip_verify"] = not way.body["skip_verify"]
    joins.body["state"] = "other"
    link.body["skip_verify"] = False
    reconcile(acted, rotation)
    assert (way.body, joins.body, link.body) == bodies
    assert faults(acted, wall, club, ad) == ["", "", ""]

    joins.body["chat_id_list"] = [*joins.body["chat_id_list"], "made when the first was full"]
    state.link_quota = 0
    reconcile(acted, rotation)
    assert faults(acted, wall, club, ad) == ["", "", "Unavailable"]
    assert len(joins.body["chat_id_list"]) == 2

    state.link_quota = 100
    del state.ways[way.config_id], state.join_ways[joins.config_id], state.links[link.link_id]
    reconcile(acted, rotation)
    assert faults(acted, wall, club, ad) == ["Gone", "Gone", "Gone"]
    reconcile(acted, rotation)
    assert (state.ways, state.join_ways, state.links) == ({}, {}, {})
