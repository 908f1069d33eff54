"""Entry codes are read again at their platform, where others change and delete them too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from tests.unit.channels.cockatoo import Cockatoo, Roost, refusal
from tests.unit.channels.coding import SHANGHAI, SOMEBODY

from siyu.channels import service
from siyu.channels.service import codes
from siyu.channels.service.codes import Rotation
from siyu.channels.types import Account, Code, CodeDefinition, Push, Roster
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import Conflict, TryLater


@pytest.fixture
def make(database: Database, shop: Account, clock: ManualClock) -> Callable[..., Code]:
    def make(name: str = "门店码", kind: str = "staff") -> Code:
        with database.transaction() as conn:
            return codes.create_code(
                conn, SOMEBODY, account_id=shop.id, kind=kind, name=name,  # type: ignore[arg-type]
                definition=CodeDefinition(roster=Roster(("ann",), backups=("bob",))), now=clock.now(), zone=SHANGHAI,
            )  # fmt: skip

    return make


def drain(rotation: Rotation) -> None:
    for _ in range(100):
        if rotation.run_once() == 0:
            return
    raise AssertionError("it does not come to an end")


def read(database: Database, code: Code) -> Code:
    with database.transaction() as conn:
        return codes.code(conn, code.id)


class TestReadAgain:
    @staticmethod
    def reconcile(database: Database, shop: Account, clock: ManualClock, rotation: Rotation) -> None:
        with database.transaction() as conn:
            service.end_walk(conn, service.begin_walk(conn, shop.id, clock.now()), clock.now())
        drain(rotation)

    def test_what_was_changed_there_is_set_right_and_said_meanwhile(
        self, database: Database, shop: Account, clock: ManualClock, rotation: Rotation, roost: Roost,
        make: Callable[..., Code],
    ) -> None:  # fmt: skip
        code = make()
        drain(rotation)
        (handle,) = roost.codes
        wanted = roost.codes[handle]
        roost.codes[handle] = replace(wanted, staff_ids=("bob",), skip_verify=False)
        roost.calls.clear()
        with database.transaction() as conn:
            service.begin_walk(conn, shop.id, clock.now())
        rotation.run_once()  # reads it
        problem = read(database, code).problem
        assert problem is not None
        assert (problem.code, "who serves" in problem.en, "使用成员" in problem.zh) == ("Changed", True, True)
        drain(rotation)
        assert (roost.codes[handle], read(database, code).problem) == (wanted, None)
        assert roost.calls == ["now", "change"]
        drain(rotation)
        assert roost.calls == ["now", "change"]

    def test_what_was_deleted_there_is_said_until_it_is_put_away(
        self, database: Database, shop: Account, clock: ManualClock, rotation: Rotation, roost: Roost,
        make: Callable[..., Code],
    ) -> None:  # fmt: skip
        code, other = make(), make(name="其他")
        drain(rotation)
        del roost.codes["h1"]
        for _ in range(2):
            self.reconcile(database, shop, clock, rotation)
            problem = read(database, code).problem
            assert problem is not None
            assert (problem.code, problem.retry_at) == ("Gone", None)
            assert "重新生成" in problem.zh
            clock.advance(timedelta(days=1))
        assert read(database, other).problem is None
        with database.transaction() as conn:
            codes.archive_code(conn, SOMEBODY, code.id, clock.now())
        drain(rotation)
        assert read(database, code).problem is None

    def test_what_was_deleted_there_is_made_anew_and_goes_on(
        self, database: Database, shop: Account, clock: ManualClock, rotation: Rotation, roost: Roost,
        make: Callable[..., Code],
    ) -> None:  # fmt: skip
        code, other = make(), make(name="其他")
        with database.transaction() as conn:
            codes.add_cards(conn, SOMEBODY, code.id, up_to=2, now=clock.now())
        drain(rotation)
        before = read(database, code)
        there = {opening.state: handle for handle, opening in roost.codes.items()}
        for state in (before.state, f"{before.state}-2"):
            del roost.codes[there[state]]
        self.reconcile(database, shop, clock, rotation)
        for _ in range(2):
            with database.transaction() as conn:
                codes.renew_code(conn, SOMEBODY, code.id, clock.now())
        drain(rotation)
        after = read(database, code)
        assert (after.state, after.public_id, after.open, after.problem) == (before.state, before.public_id, True, None)
        now = {opening.state: handle for handle, opening in roost.codes.items()}
        assert now.keys() == there.keys()
        again = {state for state, handle in now.items() if there[state] != handle}
        assert again == {before.state, f"{before.state}-2"}
        with database.transaction() as conn:
            assert [one.used for one in service.used(conn, shop, clock.now()) if one.quota == "code"] == [4]
            assert codes.renew_code(conn, SOMEBODY, other.id, clock.now()).open
            assert len(access.audit_page(conn, target=f"entry_code:{code.id}")) == 3
            codes.archive_code(conn, SOMEBODY, code.id, clock.now())
            with pytest.raises(Conflict):
                codes.renew_code(conn, SOMEBODY, code.id, clock.now())

    def test_a_push_says_that_one_is_unavailable(
        self, database: Database, shop: Account, clock: ManualClock, rotation: Rotation, roost: Roost,
        make: Callable[..., Code],
    ) -> None:  # fmt: skip
        code, other = make(kind="link"), make(kind="link", name="其他")
        drain(rotation)
        roost.calls.clear()
        push = Push("p1", "link_unavailable", clock.now(), codes=(("h1", "unavailable"), ("nobody's", "")), ailing=True)
        with database.transaction() as conn:
            message = service.push_message(shop, push, clock.now())
            assert service.read_push(message) == (shop.id, push)
            service.hear(conn, [message], clock.now())
        drain(rotation)
        assert roost.calls == ["now"]
        problem = read(database, code).problem
        assert problem is not None
        assert (problem.code, read(database, other).problem) == ("Unavailable", None)
        roost.trouble = ("The balance is used up.", "余额已用完。")
        self.reconcile(database, shop, clock, rotation)
        said = read(database, other).problem
        assert said is not None
        assert said.zh == "余额已用完。"
        roost.trouble = None
        self.reconcile(database, shop, clock, rotation)
        assert [read(database, one).problem for one in (code, other)] == [None, None]

    def test_what_cannot_be_read_now_is_read_later_and_others_do_not_wait_for_what_is_refused(
        self, database: Database, shop: Account, clock: ManualClock, rotation: Rotation, roost: Roost,
        make: Callable[..., Code],
    ) -> None:  # fmt: skip
        code, other = make(), make(name="其他")
        drain(rotation)
        roost.codes.clear()
        roost.calls.clear()
        roost.troubles.append(TryLater(reason="Busy.", reason_zh="繁忙。", retry_after=60))
        self.reconcile(database, shop, clock, rotation)
        assert (roost.calls, read(database, code).problem) == (["now"], None)
        roost.troubles.append(refusal(48002))
        clock.advance(timedelta(seconds=61))
        drain(rotation)
        assert sorted(one.problem is None for one in (read(database, code), read(database, other))) == [False, True]
        assert roost.calls == ["now"] * 3

    def test_an_account_that_is_ailing_is_looked_at(self, database: Database, shop: Account, now: datetime) -> None:
        every, clock = timedelta(hours=1), ManualClock(now)
        with httpx.Client(trust_env=False) as http:
            service.check_account(database, shop, clock, http)
        with database.transaction() as conn:
            assert service.due_for_check(conn, every, now) == []
            push = Push("p1", "balance_exhausted", now, ailing=True)
            service.hear(conn, [service.push_message(shop, push, now)], now)
            assert [one.id for one in service.due_for_check(conn, every, now)] == [shop.id]
        with httpx.Client(trust_env=False) as http:
            service.check_account(database, shop, clock, http)
        with database.transaction() as conn:
            assert service.due_for_check(conn, every, now) == []


class TestPlaces:
    """A platform has so many codes for an account in all."""

    @pytest.fixture
    def two(self, monkeypatch: pytest.MonkeyPatch) -> None:
        quotas = tuple(replace(one, limit=2) if one.name == "code" else one for one in Cockatoo.about.quotas)
        monkeypatch.setattr(Cockatoo, "about", replace(Cockatoo.about, quotas=quotas))

    @staticmethod
    def used(database: Database, shop: Account, clock: ManualClock) -> int:
        with database.transaction() as conn:
            return next(one.used for one in service.used(conn, shop, clock.now()) if one.quota == "code")

    @pytest.mark.usefixtures("two")
    def test_no_more_are_opened_than_there_may_be(
        self, database: Database, shop: Account, clock: ManualClock, rotation: Rotation, roost: Roost,
        make: Callable[..., Code],
    ) -> None:  # fmt: skip
        made = [make(str(number)) for number in range(3)]
        link = make("link", "link")  # links have no such limit
        drain(rotation)
        assert len(roost.codes) == 3
        assert read(database, link).open
        (left,) = [one for one in made if not read(database, one).open]
        problem = read(database, left).problem
        assert problem is not None
        assert ("归档" in problem.zh, "Archive" in problem.en) == (True, True)
        (first, _) = [one for one in made if one.id != left.id]
        with database.transaction() as conn:
            codes.archive_code(conn, SOMEBODY, first.id, clock.now())
        clock.advance(timedelta(hours=2))
        drain(rotation)
        assert (read(database, left).open, self.used(database, shop, clock)) == (True, 2)

    @pytest.mark.usefixtures("two")
    def test_what_the_platform_refuses_takes_no_place_and_what_was_lost_is_counted(
        self, database: Database, shop: Account, clock: ManualClock, rotation: Rotation, roost: Roost,
        make: Callable[..., Code],
    ) -> None:  # fmt: skip
        roost.troubles += [refusal(), TryLater(reason="Busy.", reason_zh="繁忙。", retry_after=60)]
        make()
        for _ in range(2):
            drain(rotation)
            assert self.used(database, shop, clock) == 0
            clock.advance(timedelta(hours=2))
        roost.troubles.append(TryLater(reason="?", reason_zh="？", retry_after=60, unsure=True))
        for _ in range(2):
            drain(rotation)
            clock.advance(timedelta(hours=2))
        assert self.used(database, shop, clock) == 2  # it may be there twice
        with database.transaction() as conn:
            service.count_codes(conn, shop, clock.now())
        assert self.used(database, shop, clock) == 1
