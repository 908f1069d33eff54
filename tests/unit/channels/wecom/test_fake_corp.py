"""The plugin against a whole corp that another hand wrote from the documents: what it tells is what is true."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.unit.channels.wecom.standing import AES_KEY, START, TOKEN, StandingPorts, joined

from siyu.channels.types import (
    Contact,
    Content,
    Department,
    Everything,
    Follow,
    Gone,
    Group,
    Item,
    Push,
    PushRequest,
    Seen,
    Staff,
    Tag,
    Unseen,
)
from siyu.channels.wecom import Wecom
from siyu.channels.wecom.calls import contacts as contact_calls
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import SiyuError, TryLater
from siyu.rehearsal.platforms.faults import Refusal
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import app, world
from siyu.rehearsal.platforms.wecom.fake import Corp


def walked(plugin: Wecom, cursor: str = "") -> list[Seen]:
    return [seen for piece, _ in plugin.walk(cursor) for seen in piece]


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def check_against_truth(corp: Corp, told: Sequence[Seen]) -> None:
    """Staff, tags, customers with every tie, groups with everybody in them: neither more nor less, and the lists of all."""
    truth = corp.truth(visible_only=True)
    lists = [one for one in told if isinstance(one, Everything)]
    check_staff_and_tags(corp, told, lists)
    names = {one.id: (one.name, one.kind, one.gender, one.union_id) for one in told if isinstance(one, Contact)}
    assert names == {
        one.external_userid: (
            one.name,
            {1: "wechat", 2: "wecom"}[one.type],
            {0: "", 1: "male", 2: "female"}[one.gender],
            one.unionid,
        )
        for one in truth.contacts
    }
    ties = {(one.id, follow.staff_id): follow for one in told if isinstance(one, Contact) for follow in one.follows}
    assert {key: tie(follow) for key, follow in ties.items()} == {
        (one.external_userid, one.userid): (
            at(one.createtime),
            frozenset(one.tags),
            one.remark,
            one.description,
            one.mobiles,
            contact_calls.WAYS[one.add_way],
            one.state,
        )
        for one in truth.follows
    }
    whole = {one.contacts_of[0]: set(one.contacts_of[1]) for one in lists if one.contacts_of}
    assert whole == {
        one.userid: {two.external_userid for two in truth.follows if two.userid == one.userid}
        for one in truth.staff
        if one.serves
    }
    check_groups(corp, told, lists)


def tie(follow: Follow) -> tuple[object, ...]:
    return (
        follow.since,
        frozenset(follow.tag_ids),
        follow.remark,
        follow.description,
        follow.phones,
        follow.way,
        follow.state,
    )


def check_staff_and_tags(corp: Corp, told: Sequence[Seen], lists: Sequence[Everything]) -> None:
    truth = corp.truth(visible_only=True)
    assert {one.id: one for one in told if isinstance(one, Staff)} == {
        one.userid: Staff(
            one.userid, one.name, tuple(map(str, one.departments)), one.position, serves=one.serves, active=one.active
        )
        for one in truth.staff
    }
    (everybody,) = [one for one in lists if one.departments is not None]
    assert everybody.staff is not None
    assert sorted(everybody.staff) == [one.userid for one in truth.staff]
    assert sorted(everybody.departments or (), key=lambda one: int(one.id)) == [
        Department(str(number), name, str(parent)) for number, name, parent in truth.departments
    ]
    assert sorted((one for one in told if isinstance(one, Tag)), key=lambda one: one.id) == [
        Tag(one.id, one.name, one.group_id, one.group_name, one.order) for one in truth.tags
    ]
    (all_tags,) = [one.tags for one in lists if one.tags is not None]
    assert set(all_tags) == {one.id for one in truth.tags}


def check_groups(corp: Corp, told: Sequence[Seen], lists: Sequence[Everything]) -> None:
    waiting = {one.chat_id for one in corp.state.groups.values() if one.status == 1}  # their owners left
    seen = [one for one in told if isinstance(one, Group)]
    assert len(seen) == len({one.id for one in seen}) or waiting
    groups = {one.id: one for one in seen}
    truth = {one.chat_id: one for one in corp.truth(visible_only=True).groups}
    assert groups.keys() == truth.keys() | waiting
    for chat_id, true in truth.items():
        one = groups[chat_id]
        assert (one.name, one.owner_id, one.created_at, one.notice, one.version) == (
            true.name,
            true.owner,
            at(true.create_time),
            true.notice,
            true.version,
        )
        ways = {1: "invited", 2: "link", 3: "scan"}
        assert {(m.id, m.kind, m.joined_at, m.way, m.state) for m in one.members} == {
            (m.userid, "staff" if m.type == 1 else "customer", at(m.join_time), ways[m.join_scene], m.state)
            for m in true.members
        }
    (all_groups,) = [one.groups for one in lists if one.groups is not None]
    assert set(all_groups) == truth.keys() | waiting


class TestWalking:
    def test_all_that_is_true_is_told(self, clock: ManualClock, around: StandingPorts) -> None:
        corp = world.build(clock, staff=60, follows=2000, groups=20)
        with serving(app.create_app(corp)) as url:
            told = walked(joined(corp, url, around))
        check_against_truth(corp, told)
        assert not [one for one in told if isinstance(one, Unseen | Gone)]
        calls = around.taken.count("externalcontact/batch/get_by_user")
        assert calls == 20, "2,000 ties in pages of 100"

    def test_it_goes_on_from_every_cursor(self, corp: Corp, plugin: Wecom) -> None:
        pieces = list(plugin.walk(""))
        assert len(pieces) > 8
        for number in range(len(pieces)):
            before = [seen for piece, _ in pieces[: number + 1] for seen in piece]
            check_against_truth(corp, [*before, *walked(plugin, pieces[number][1])])
        assert walked(plugin, pieces[-1][1]) == []
        assert max(len(cursor) for _, cursor in pieces) < 4000

    @pytest.mark.parametrize("cursor", ["x", "[]", '{"phase":"x"}', '{"more":1}', '{"phase":"group","status":9}', "7"])
    def test_a_strange_cursor(self, plugin: Wecom, cursor: str) -> None:
        with pytest.raises(SiyuError):
            walked(plugin, cursor)

    def test_what_the_application_does_not_see(self, corp: Corp, plugin: Wecom) -> None:
        corp.state.visible = {f"staff{number:04d}" for number in range(1, 6)}
        told = walked(plugin)
        truth = corp.truth(visible_only=True)
        assert {one.id for one in told if isinstance(one, Staff)} == {one.userid for one in truth.staff}
        assert len([one for one in told if isinstance(one, Everything) and one.contacts_of]) == 5
        assert {one.id for one in told if isinstance(one, Group)} == {one.chat_id for one in truth.groups}

    def test_staff_without_customers_without_the_function_and_without_an_account(
        self, corp: Corp, plugin: Wecom
    ) -> None:
        corp.staff_is_hired("newcomer", departments=[2])
        corp.staff_is_hired("accountant", departments=[3], serves=False)
        corp.staff_is_deactivated("staff0001")
        corp.staff_leaves("staff0002")
        check_against_truth(corp, walked(plugin))

    def test_nobody_has_customers(self, corp: Corp, plugin: Wecom) -> None:
        for follow in [one for ties in corp.state.follows.values() for one in ties.values()]:
            corp.untie(follow)
        check_against_truth(corp, walked(plugin))


class TestTrouble:
    def test_tokens_die_and_the_platform_is_busy(self, corp: Corp, plugin: Wecom, around: StandingPorts) -> None:
        corp.faults.refusals.append(Refusal(-1, share=0.2))
        corp.faults.refusals.append(Refusal(45033, share=0.1))
        told: list[Seen] = []
        cursor, tries = "", 0
        while True:
            tries += 1
            assert tries < 100
            try:
                for number, (piece, reached) in enumerate(plugin.walk(cursor)):
                    told += piece
                    cursor = reached
                    if number % 3 == 1:
                        corp.tokens.die()
                break
            except TryLater:
                continue
        check_against_truth(corp, told)
        assert around.fetches > 3

    def test_a_line_that_breaks_off_and_falls_silent(self, corp: Corp, plugin: Wecom) -> None:
        corp.faults.cut = 0.15
        corp.faults.silent = 0.02
        told: list[Seen] = []
        cursor, tries = "", 0
        while True:
            tries += 1
            assert tries < 200
            try:
                for piece, reached in plugin.walk(cursor):
                    told += piece
                    cursor = reached
                break
            except TryLater:
                corp.faults.cut = max(0.0, corp.faults.cut - 0.02)
        check_against_truth(corp, told)

    def test_too_many_calls(self, corp: Corp, plugin: Wecom, clock: ManualClock, around: StandingPorts) -> None:
        corp.windows.rates = (type(corp.windows.rates[0])(60, 11, 60),)
        told: list[Seen] = []
        cursor, waits = "", 0
        while True:
            try:
                for piece, reached in plugin.walk(cursor):
                    told += piece
                    cursor = reached
                break
            except TryLater as later:
                waits += 1
                clock.advance(timedelta(seconds=later.details["retry_after"]))
        check_against_truth(corp, told)
        assert waits
        assert around.blocked


class TestReading:
    def test_customers(self, corp: Corp, plugin: Wecom) -> None:
        person = corp.new_person()
        for number in range(1, 6):
            corp.customer_adds(person.external_userid, f"staff{number:04d}", state="shop")
        stranger = corp.new_person()
        found = plugin.read("contact", [person.external_userid, stranger.external_userid, "wmNobody"])
        assert isinstance(found[0], Contact)
        assert found[0].complete
        assert {one.staff_id for one in found[0].follows} == {f"staff{number:04d}" for number in range(1, 6)}
        assert found[1:] == [Gone("contact", stranger.external_userid), Gone("contact", "wmNobody")]

    def test_staff_and_departments(self, corp: Corp, plugin: Wecom) -> None:
        corp.staff_leaves("staff0003")
        one, gone = plugin.read("staff", ["staff0001", "staff0003"])
        assert isinstance(one, Staff)
        assert gone == Gone("staff", "staff0003")
        whole = plugin.read("staff", [""])
        assert isinstance(whole[-1], Everything)
        assert len(whole[-1].staff or ()) == 11
        assert len(whole[-1].departments or ()) == 5
        both = plugin.read("staff", ["staff0003", "", "staff0001"])
        assert both == [*whole, Gone("staff", "staff0003")]

    def test_tags(self, corp: Corp, plugin: Wecom) -> None:
        found = plugin.read("tags", ["whatever"])
        tags = next(one for one in found if isinstance(one, Tag))
        corp.tag_is_deleted(tags.id)
        again = plugin.read("tags", [""])
        assert len(again) == len(found) - 1
        assert isinstance(again[-1], Everything)
        assert tags.id not in (again[-1].tags or ())

    def test_groups(self, corp: Corp, plugin: Wecom) -> None:
        chat_id = next(iter(corp.state.groups))
        corp.group_is_dismissed(chat_id)
        other = next(iter(corp.state.groups))
        assert plugin.read("group", [chat_id])[0] == Gone("group", chat_id)
        assert isinstance(plugin.read("group", [other])[0], Group)

    def test_nothing(self, plugin: Wecom, around: StandingPorts) -> None:
        assert plugin.read("contact", []) == []
        assert around.taken == []


@pytest.fixture
def heard(corp: Corp, plugin: Wecom) -> Iterator[list[Push]]:
    """Callbacks that come to the plugin's door, by a server of its own."""
    found: list[Push] = []

    async def door(request: Request) -> Response:
        asked = PushRequest(
            "GET" if request.method == "GET" else "POST", request.query_params, request.headers, await request.body()
        )
        try:
            answer = plugin.read_push(asked)
        except SiyuError as error:
            return Response(error.message, status_code=error.status)
        if answer.push is not None:
            found.append(answer.push)
        return Response(answer.body, media_type=answer.media_type)

    with serving(Starlette(routes=[Route("/hear", door, methods=["GET", "POST"])])) as here:
        corp.call_back(f"{here}/hear", TOKEN, AES_KEY)
        yield found
        corp.hang_up()


class TestHearing:
    def test_the_address_is_verified(self, corp: Corp, heard: list[Push]) -> None:
        assert corp.verify() == (True, "")
        assert heard == []

    @pytest.mark.parametrize("spoiled", ["signature", "key", "receiver", "time"])
    def test_what_is_not_believed(self, corp: Corp, heard: list[Push], spoiled: str) -> None:
        corp.faults.spoiled = spoiled  # type: ignore[assignment]
        assert corp.verify()[0] is False
        corp.customer_adds(corp.new_person().external_userid, "staff0001")
        corp.deliver()
        assert heard == []

    def test_a_day_in_the_life(self, corp: Corp, heard: list[Push], plugin: Wecom, clock: ManualClock) -> None:
        person = corp.new_person().external_userid
        corp.customer_adds(person, "staff0001", state="shop")
        corp.deliver()
        came = heard[-1]
        assert came.hints == (("contact", person),)
        assert came.arrival is not None
        assert (came.arrival.state, came.arrival.until) == ("shop", START + timedelta(seconds=20))
        assert plugin.welcome(came.arrival.code, Content("欢迎")).outcome == "sent"
        assert plugin.welcome(came.arrival.code, Content("欢迎")).outcome == "sent"  # 41051: once, and it stays so
        clock.advance(timedelta(hours=1))
        corp.customer_deletes(person, "staff0001")
        corp.staff_deletes("staff0001", person)
        corp.deliver()
        assert [[(one.by, one.contact_id) for one in push.departures] for push in heard[1:]] == [
            [("customer", person)],
            [("staff", person)],
        ]
        assert plugin.read("contact", [heard[-1].hints[0][1]]) == [Gone("contact", person)]

    def test_a_welcome_that_comes_too_late(
        self, corp: Corp, heard: list[Push], plugin: Wecom, clock: ManualClock
    ) -> None:
        corp.customer_adds(corp.new_person().external_userid, "staff0001")
        corp.deliver()
        arrival = heard[-1].arrival
        assert arrival is not None
        clock.advance(timedelta(seconds=21))
        sent = plugin.welcome(arrival.code, Content("欢迎"))
        assert (sent.outcome, sent.error) == ("refused", 41050)

    def test_what_changes_elsewhere(self, corp: Corp, heard: list[Push]) -> None:
        chat_id = next(iter(corp.state.groups))
        corp.group_is_renamed(chat_id, "新名")
        corp.tags_are_shuffled()
        corp.staff_is_hired("newcomer")
        corp.staff_leaves("staff0005")
        corp.deliver()
        assert [push.hints for push in heard] == [
            (("group", chat_id),),
            (("tags", ""),),
            (("staff", "newcomer"),),
            (("staff", "staff0005"),),
        ]
        assert len({push.id for push in heard}) == 4


class TestSending:
    def test_a_group_send_and_what_becomes_of_it(self, corp: Corp, plugin: Wecom, clock: ManualClock) -> None:
        ties = [one for one in corp.truth().follows if one.userid == "staff0001"][:5]
        corp.customer_deletes(ties[0].external_userid, "staff0001")
        people = [one.external_userid for one in ties]
        stranger = corp.new_person().external_userid
        sent = plugin.send(
            "group_send", [Item(one, one, Content("周年庆"), "staff0001") for one in [*people, stranger]]
        )
        assert [one.outcome for one in sent] == ["waits_for_staff"] * 5 + ["refused"]
        handle = sent[0].handle
        corp.staff_forgets("staff0001", handle)
        before = plugin.results("group_send", handle)
        assert (before.done, before.waiting_staff) == (False, ("staff0001",))
        assert {one.outcome for one in before.results} == {"waits_for_staff"}
        plugin.remind("group_send", handle)
        corp.staff_confirms("staff0001", handle)
        after = plugin.results("group_send", handle)
        assert after.done
        assert {one.subject_id: one.outcome for one in after.results} == {
            people[0]: "no_friend",
            **dict.fromkeys(people[1:], "sent"),
        }
        plugin.cancel("group_send", handle)
        # Seven a week, one a day or as many as the month has days: the corp's rule decides, and says so afterwards.
        corp.rules.group_send = "per_day"
        again = plugin.send("group_send", [Item(one, one, Content("再来"), "staff0001") for one in people[1:]])
        corp.staff_confirms("staff0001", again[0].handle)
        assert {one.outcome for one in plugin.results("group_send", again[0].handle).results} == {"capped"}

    def test_groups_and_staff(self, corp: Corp, plugin: Wecom) -> None:
        group = next(iter(corp.state.groups.values()))
        sent = plugin.send("group_chat_send", [Item("g", group.chat_id, Content("公告"), group.owner)])
        assert sent[0].outcome == "waits_for_staff"
        sent = plugin.send(
            "app_message", [Item("a", "staff0001", Content("提醒")), Item("b", "nobody", Content("提醒"))]
        )
        assert [one.outcome for one in sent] == ["sent", "refused"]

    def test_health(self, corp: Corp, plugin: Wecom) -> None:
        found = {one.check: one for one in plugin.health()}
        assert all(one.ok for name, one in found.items() if name != "clock"), found
        corp.state.visible = set()
        assert not {one.check: one for one in plugin.health()}["contacts"].ok
        corp.faults.refusals.append(Refusal(60020))
        refused = {one.check: one for one in plugin.health()}["token"]
        assert refused.code == 60020
        assert "127.0.0.1" in refused.advice_zh
