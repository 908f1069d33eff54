"""Entry codes over a real database: made, told to the platform, rotated, refused, put away."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.unit.channels.cockatoo import Cockatoo, Roost, refusal
from tests.unit.channels.coding import SHANGHAI, SOMEBODY, come

from siyu.channels import service
from siyu.channels.service import codes
from siyu.channels.service.codes import Rotation
from siyu.channels.types import (
    Account,
    Chats,
    Code,
    CodeDefinition,
    Greeting,
    Roster,
    Shift,
    Span,
    Staff,
)
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.postgres import Database, rows, scalar
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, TryLater

PLAIN = CodeDefinition(roster=Roster(("ann",), backups=("bob",)))
IN_GROUP = CodeDefinition(chats=Chats(("c1",), base_name="x"), greetings=(Greeting("hi"),))


@pytest.fixture
def make(database: Database, shop: Account, clock: ManualClock) -> Callable[..., Code]:
    def make(definition: CodeDefinition = PLAIN, *, kind: str = "staff", name: str = "门店码", state: str = "") -> Code:
        with database.transaction() as conn:
            return codes.create_code(
                conn, SOMEBODY, account_id=shop.id, kind=kind, name=name, definition=definition,  # type: ignore[arg-type]
                now=clock.now(), zone=SHANGHAI, state=state,
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


class TestMaking:
    def test_the_worker_opens_it(
        self, database: Database, make: Callable[..., Code], rotation: Rotation, roost: Roost
    ) -> None:
        code = make(replace(PLAIN, store="南京西路店", region="上海"))
        assert (code.open, code.pictured) == (False, False)
        assert 1 <= len(code.state) <= 30
        drain(rotation)
        code = read(database, code)
        assert (code.open, code.current, code.pictured, code.problem) == (True, True, True, None)
        [told] = roost.codes.values()
        assert (told.kind, told.state, told.title, told.staff_ids) == ("staff", code.state, "门店码", ("ann",))
        assert roost.calls == ["open", "picture"]
        drain(rotation)
        assert roost.calls == ["open", "picture"]

    def test_it_leaves_an_audit_row(self, database: Database, make: Callable[..., Code]) -> None:
        code = make()
        with database.transaction() as conn:
            [entry] = access.audit_page(conn, target=f"entry_code:{code.id}")
        assert (entry.action, entry.details["state"]) == ("entry_code.created", code.state)

    def test_needs_the_right(self, database: Database, shop: Account, now: datetime) -> None:
        nobody = Principal("operator", 1, "nobody", frozenset({"channels.read"}))
        with database.transaction() as conn, pytest.raises(NotAllowed):
            codes.create_code(
                conn, nobody, account_id=shop.id, kind="staff", name="x", definition=PLAIN, now=now, zone=SHANGHAI
            )

    def test_a_state_is_given_once(self, make: Callable[..., Code], database: Database) -> None:
        assert make(state="wall_1").state == "wall_1"
        with pytest.raises(Conflict):
            make(state="wall_1")
        with database.transaction() as conn:
            assert scalar(conn, "SELECT count(*) FROM channels.entry_code") == 1

    @pytest.mark.parametrize(
        ("wrong", "en", "zh"),
        [
            ({"name": " "}, "1 to 60", "1 至 60"),
            ({"state": "a b"}, "1 to 20", "1 至 20"),
            ({"definition": CodeDefinition(roster=Roster(("ann",)))}, "backup", "备用"),
            ({"definition": CodeDefinition(roster=Roster(("eve",), backups=("ann",)))}, "'eve'", "“eve”"),
            ({"definition": CodeDefinition()}, "roster", "接待人员"),
            ({"definition": replace(PLAIN, platform_tag_ids=("t9",))}, "'t9'", "“t9”"),
            ({"definition": replace(PLAIN, remark="{nick}")}, "{nick}", "{nick}"),
            ({"definition": replace(PLAIN, greetings=(Greeting("hi {nobody}"),))}, "{nobody}", "{nobody}"),
            ({"definition": replace(PLAIN, greetings=(Greeting("很" * 101),))}, "303 bytes", "303 字节"),
            ({"definition": replace(PLAIN, greetings=(Greeting("x", (("song", {}),)),))}, "'song'", "“song”"),
            ({"definition": replace(PLAIN, greetings=(Greeting(" "),))}, "says nothing", "内容为空"),
            ({"definition": replace(PLAIN, tags=("",))}, "tags", "标签"),
            ({"definition": replace(PLAIN, page_most=3)}, "another code follows", "接替的活码"),
            ({"definition": replace(PLAIN, page_next=99)}, "code 99", "活码 99"),
            ({"definition": replace(PLAIN, page_next=99, page_most=0)}, "1 to 1000000", "1 至 1000000"),
            ({"kind": "group"}, "chats", "群聊"),
            ({"kind": "group", "definition": IN_GROUP}, "not greeted", "欢迎语"),
            ({"kind": "follow", "definition": CodeDefinition(remark="{name}")}, "not marked", "备注"),
            ({"kind": "group", "definition": CodeDefinition(chats=Chats(("c9",), base_name="x"))}, "'c9'", "“c9”"),
        ],
    )  # fmt: skip
    def test_what_cannot_work_is_refused(
        self, make: Callable[..., Code], database: Database, wrong: dict, en: str, zh: str
    ) -> None:
        with pytest.raises(BadInput) as caught:
            make(**wrong)
        assert en in caught.value.message
        assert zh in caught.value.message_zh
        with database.transaction() as conn:
            assert scalar(conn, "SELECT count(*) FROM channels.entry_way") == 0

    def test_who_follows_by_a_code_is_greeted_and_only_that(self, make: Callable[..., Code]) -> None:
        greeted = CodeDefinition(greetings=(Greeting("欢迎关注{brand}"),), tags=("扫码",))
        assert make(greeted, kind="follow").definition == greeted

    def test_a_group_code_and_a_link(
        self, make: Callable[..., Code], rotation: Rotation, roost: Roost, database: Database
    ) -> None:
        group = make(CodeDefinition(chats=Chats(("c1",), base_name="福利群", base_number=2)), kind="group")
        link = make(kind="link")
        drain(rotation)
        assert [one.kind for one in roost.codes.values()] == ["group", "link"]
        assert roost.codes["h1"].chats == Chats(("c1",), base_name="福利群", base_number=2)
        assert read(database, link).url.endswith(f"?channel={link.state}")
        with database.transaction() as conn:
            assert codes.code_qr(conn, link.id).content.startswith(b"\x89PNG")
            assert codes.code_qr(conn, link.id, vector=True).content.startswith(b"<svg")
            assert codes.code_qr(conn, group.id).media_type == "image/png"


class TestRotation:
    SHIFTS = CodeDefinition(
        roster=Roster(
            shifts=(Shift(Span("16:00", "18:00"), ("ann",)), Shift(Span("18:00", "23:00"), ("bob",))),
            backups=("cai",),
            daily_cap=2,
        )
    )

    def test_the_platform_hears_of_changes_only(
        self, make: Callable[..., Code], rotation: Rotation, clock: ManualClock, roost: Roost
    ) -> None:
        make(self.SHIFTS)
        served = []
        for _ in range(12):  # from 16 o'clock on, hour by hour
            drain(rotation)
            served.append(roost.codes["h1"].staff_ids)
            clock.advance(timedelta(hours=1))
        assert served == [("ann",)] * 2 + [("bob",)] * 5 + [("cai",)] * 5
        assert roost.calls == ["open", "picture", "change", "change"]

    def test_whoever_is_full_makes_room_until_midnight(
        self,
        make: Callable[..., Code],
        rotation: Rotation,
        clock: ManualClock,
        roost: Roost,
        database: Database,
        shop: Account,
        now: datetime,
    ) -> None:
        code = make(CodeDefinition(roster=Roster(("ann",), backups=("bob",), daily_cap=2)))
        drain(rotation)
        come(database, shop, [(f"w{n}", "ann", code.state, now) for n in range(2)], now)
        clock.advance(timedelta(seconds=31))
        drain(rotation)
        assert roost.codes["h1"].staff_ids == ("bob",)
        assert read(database, code).serving.by == "backups"
        clock.advance(timedelta(hours=8))
        drain(rotation)
        assert roost.codes["h1"].staff_ids == ("ann",)

    def test_whoever_left_does_not_serve_and_nobody_is_no_change(
        self,
        make: Callable[..., Code],
        rotation: Rotation,
        clock: ManualClock,
        roost: Roost,
        database: Database,
        shop: Account,
    ) -> None:
        code = make()
        drain(rotation)
        with database.transaction() as conn:
            service.mirror(conn, shop, [Staff("ann", "Ann", active=False)], clock.advance(timedelta(minutes=1)))
        clock.advance(timedelta(minutes=10))
        drain(rotation)
        assert roost.codes["h1"].staff_ids == ("bob",)
        with database.transaction() as conn:
            service.mirror(conn, shop, [Staff("bob", "Bob", active=False)], clock.now())
        clock.advance(timedelta(minutes=10))
        drain(rotation)
        assert roost.codes["h1"].staff_ids == ("bob",)
        assert read(database, code).serving.by == "nobody"

    def test_a_change_keeps_state_and_handle(
        self, make: Callable[..., Code], rotation: Rotation, clock: ManualClock, roost: Roost, database: Database
    ) -> None:
        code = make()
        drain(rotation)
        definition = CodeDefinition(roster=Roster(("cai",), backups=("bob",), verify_free="never"))
        with database.transaction() as conn:
            changed = codes.update_code(
                conn, SOMEBODY, code.id, now=clock.now(), zone=SHANGHAI, definition=definition, name="新名"
            )
        assert (changed.state, changed.current, changed.open) == (code.state, False, True)
        drain(rotation)
        assert list(roost.codes) == ["h1"]
        told = roost.codes["h1"]
        assert (told.title, told.staff_ids, told.skip_verify, told.state) == ("新名", ("cai",), False, code.state)

    def test_a_refusal_is_said_on_the_code_and_tried_again(
        self, make: Callable[..., Code], rotation: Rotation, clock: ManualClock, roost: Roost, database: Database
    ) -> None:
        roost.troubles = [refusal(), RuntimeError("broken wing")]
        code, other = make(name="one"), make(name="two")
        drain(rotation)
        problem = read(database, code).problem
        assert problem is not None
        assert problem.code == "41054"
        assert "Activate them." in problem.en
        assert "请先激活" in problem.zh
        assert problem.retry_at > clock.now()
        assert (read(database, other).problem or problem).code == "RuntimeError"
        assert roost.codes == {}
        clock.advance(timedelta(minutes=1))
        drain(rotation)
        assert [read(database, one).open for one in (code, other)] == [True, True]
        assert read(database, code).problem is None

    def test_who_must_wait_holds_up_only_their_account(
        self, make: Callable[..., Code], rotation: Rotation, clock: ManualClock, roost: Roost, database: Database
    ) -> None:
        roost.troubles = [TryLater(reason="slow.", reason_zh="慢。", retry_after=300)]
        made = [make(name=str(n)) for n in range(3)]
        drain(rotation)
        assert roost.calls == ["open"]
        clock.advance(timedelta(seconds=301))
        drain(rotation)
        assert all(read(database, one).open for one in made)

    def test_a_picture_that_fails_makes_no_second_code(
        self, make: Callable[..., Code], rotation: Rotation, clock: ManualClock, roost: Roost, database: Database
    ) -> None:
        code = make()
        opened = Cockatoo.open_code

        def then_trouble(self: Cockatoo, wanted: object) -> object:
            handle = opened(self, wanted)  # type: ignore[arg-type]
            roost.troubles = [refusal(1)]
            return handle

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Cockatoo, "open_code", then_trouble)
            drain(rotation)
        assert (read(database, code).open, read(database, code).pictured) == (True, False)
        clock.advance(timedelta(minutes=1))
        drain(rotation)
        assert read(database, code).pictured
        assert roost.calls.count("open") == 1

    def test_workers_at_once_open_each_code_once(
        self, make: Callable[..., Code], rotation: Rotation, roost: Roost
    ) -> None:
        for n in range(12):
            make(name=str(n))
        threads = [threading.Thread(target=drain, args=(rotation,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert roost.calls.count("open") == 12

    def test_a_change_while_it_is_being_opened_opens_no_second_one(
        self, make: Callable[..., Code], rotation: Rotation, roost: Roost, database: Database, clock: ManualClock
    ) -> None:
        code = make()
        opened = Cockatoo.open_code

        def meanwhile(self: Cockatoo, wanted: object) -> object:
            with database.transaction() as conn:
                codes.update_code(conn, SOMEBODY, code.id, now=clock.now(), zone=SHANGHAI, name="anders")
            patch.undo()
            drain(rotation)  # another worker
            return opened(self, wanted)  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Cockatoo, "open_code", meanwhile)
            drain(rotation)
        drain(rotation)
        assert roost.calls.count("open") == 1
        assert [one.title for one in roost.codes.values()] == ["anders"]
        assert read(database, code).current

    def test_who_changes_a_refused_code_need_not_wait(
        self, make: Callable[..., Code], rotation: Rotation, roost: Roost, database: Database, clock: ManualClock
    ) -> None:
        roost.troubles = [refusal()] * 3
        code = make()
        for _ in range(3):
            drain(rotation)
            clock.advance(timedelta(seconds=61))
        roost.troubles = [refusal()]
        drain(rotation)
        with database.transaction() as conn:
            codes.update_code(conn, SOMEBODY, code.id, now=clock.now(), zone=SHANGHAI, name="anders")
        drain(rotation)
        assert read(database, code).open

    def test_a_paused_account_is_not_called(
        self,
        make: Callable[..., Code],
        rotation: Rotation,
        roost: Roost,
        database: Database,
        shop: Account,
        now: datetime,
    ) -> None:
        make()
        with database.transaction() as conn:
            service.pause_account(conn, SOMEBODY, shop.id, now)
        drain(rotation)
        assert roost.calls == []

    def test_archiving_closes_it_and_its_cards(
        self, make: Callable[..., Code], rotation: Rotation, roost: Roost, database: Database, clock: ManualClock
    ) -> None:
        code = make()
        with database.transaction() as conn:
            codes.add_cards(conn, SOMEBODY, code.id, up_to=3, now=clock.now())
        drain(rotation)
        assert len(roost.codes) == 4
        with database.transaction() as conn:
            codes.archive_code(conn, SOMEBODY, code.id, clock.now())
            codes.archive_code(conn, SOMEBODY, code.id, clock.now())
        drain(rotation)
        assert roost.codes == {}
        with database.transaction() as conn:
            assert codes.codes(conn) == []
            assert [one.id for one in codes.codes(conn, archived=True)] == [code.id]
            with pytest.raises(Conflict):
                codes.update_code(conn, SOMEBODY, code.id, now=clock.now(), zone=SHANGHAI, name="x")
            with pytest.raises(NotFound):
                codes.page_of(conn, code.public_id, clock.now(), SHANGHAI)


class TestMarks:
    def test_whoever_comes_is_marked_once(
        self,
        make: Callable[..., Code],
        rotation: Rotation,
        roost: Roost,
        database: Database,
        shop: Account,
        clock: ManualClock,
        now: datetime,
    ) -> None:
        code = make(replace(PLAIN, platform_tag_ids=("t1",), remark="{name}-{store}{date}", store="南京店"))
        drain(rotation)
        come(database, shop, [("w1", "ann", code.state, now), ("w2", "ann", "elsewhere", now)], now)
        clock.advance(timedelta(seconds=6))
        drain(rotation)
        clock.advance(timedelta(hours=1))
        drain(rotation)
        assert roost.marks == [("ann", "w1", ("t1",))]
        assert roost.notes == [("ann", "w1", "name of w1-南京店0301")]

    def test_a_mark_that_fails_is_tried_again_and_given_up_in_the_end(
        self,
        make: Callable[..., Code],
        rotation: Rotation,
        roost: Roost,
        database: Database,
        shop: Account,
        clock: ManualClock,
        now: datetime,
    ) -> None:
        code = make(replace(PLAIN, platform_tag_ids=("t1",)))
        drain(rotation)
        come(database, shop, [("w1", "ann", code.state, now)], now)
        roost.troubles = [refusal(84061)] * 20
        for _ in range(20):
            clock.advance(timedelta(hours=1))
            drain(rotation)
        assert roost.calls.count("mark") == 8
        with database.transaction() as conn:
            [row] = rows(conn, "SELECT marked_at, problem ->> 'code' FROM channels.entry_mark")
        assert row[0] is not None
        assert row[1] == "84061"


@pytest.fixture(autouse=True)
def _ends(database: Database) -> Iterator[None]:
    yield
    with database.transaction() as conn:
        assert (
            scalar(conn, "SELECT count(*) FROM channels.entry_way WHERE settled AND told_key = '' AND handle <> ''")
            == 0
        )
