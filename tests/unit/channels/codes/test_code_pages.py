"""Pages of entry codes: what is printed leads to the code whose turn it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.channels.cockatoo import Cockatoo
from tests.unit.channels.coding import SHANGHAI, SOMEBODY, come, join

from siyu.channels.service import codes
from siyu.channels.service.codes import Rotation
from siyu.channels.types import Account, Chats, Code, CodeDefinition, CodeKind, Roster
from siyu.engines.postgres import Database, run
from siyu.kernel.clock import ManualClock

PLAIN = CodeDefinition(roster=Roster(("ann",), backups=("bob",)))


@pytest.fixture
def make(database: Database, shop: Account, clock: ManualClock) -> Callable[..., Code]:
    def make(definition: CodeDefinition = PLAIN, *, name: str, kind: CodeKind = "staff") -> Code:
        with database.transaction() as conn:
            return codes.create_code(
                conn, SOMEBODY, account_id=shop.id, kind=kind, name=name, definition=definition, now=clock.now(),
                zone=SHANGHAI,
            )  # fmt: skip

    return make


def drain(rotation: Rotation) -> None:
    for _ in range(100):
        if rotation.run_once() == 0:
            return
    raise AssertionError("it does not come to an end")


class TestPages:
    @staticmethod
    def shown(database: Database, first: Code, clock: ManualClock) -> str:
        with database.transaction() as conn:
            return codes.page_of(conn, first.public_id, clock.now(), SHANGHAI).name

    def test_it_goes_on_after_so_many_people(
        self, make: Callable[..., Code], rotation: Rotation, database: Database, shop: Account, clock: ManualClock
    ) -> None:
        last = make(name="三")
        second = make(replace(PLAIN, page_next=last.id), name="二")
        first = make(replace(PLAIN, page_next=second.id, page_most=2), name="一")
        with database.transaction() as conn:  # in a circle: the last stays
            codes.update_code(
                conn, SOMEBODY, last.id, now=clock.now(), zone=SHANGHAI,
                definition=replace(PLAIN, page_next=first.id, page_most=1),
            )  # fmt: skip
        drain(rotation)
        assert self.shown(database, first, clock) == "一"
        come(database, shop, [("w1", "ann", first.state, clock.now())], clock.now())
        assert self.shown(database, first, clock) == "一"
        clock.advance(timedelta(seconds=1))
        come(database, shop, [("w2", "ann", first.state, clock.now())], clock.now())
        clock.advance(timedelta(seconds=1))
        assert self.shown(database, first, clock) == "二"
        with database.transaction() as conn:
            codes.archive_code(conn, SOMEBODY, second.id, clock.now())
        assert self.shown(database, first, clock) == "三"
        come(database, shop, [("w3", "ann", last.state, clock.now())], clock.now())
        clock.advance(timedelta(seconds=1))
        assert self.shown(database, first, clock) == "三"  # nobody is turned away
        with database.transaction() as conn:
            assert codes.page_picture(conn, first.public_id, clock.now()).media_type.startswith("image/")
            codes.archive_code(conn, SOMEBODY, first.id, clock.now())
        assert self.shown(database, first, clock) == "三"

    def test_full_chats_and_what_is_gone_lead_on(
        self,
        make: Callable[..., Code],
        database: Database,
        shop: Account,
        clock: ManualClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        following = make(name="备用")
        chats = CodeDefinition(chats=Chats(("c1",), new_groups=False), page_next=following.id)
        group = make(chats, kind="group", name="群")
        assert self.shown(database, group, clock) == "群"
        monkeypatch.setattr(Cockatoo, "about", replace(Cockatoo.about, chat_places=2))
        join(database, shop, [(f"w{n}", group.state, clock.now()) for n in range(2)], clock.now())
        assert self.shown(database, group, clock) == "备用"
        alone = make(replace(PLAIN, page_next=None), name="独")
        with database.transaction() as conn:
            run(conn, "UPDATE channels.entry_way SET problem = CAST(:gone AS jsonb) WHERE code_id = :id", id=alone.id,
                gone='{"code": "Gone", "en": "x", "zh": "x", "attempts": 0, "retry_at": null}')  # fmt: skip
        assert self.shown(database, alone, clock) == "独"
