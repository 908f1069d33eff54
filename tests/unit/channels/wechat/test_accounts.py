"""The plugin against the fake: tokens, followers, codes, sign-ins, health."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from siyu.channels.types import (
    THE_ACCOUNT,
    CodeSpent,
    Contact,
    Everything,
    Gone,
    Known,
    LoginRefused,
    Opening,
    PlatformRefused,
    Tag,
)
from siyu.channels.wechat import MiniProgram, OfficialAccount
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import BadInput, TryLater
from siyu.rehearsal.platforms.faults import Refusal
from siyu.rehearsal.platforms.wechat.account import Account as Fake
from siyu.rehearsal.platforms.wechat.account import populated


def followers(fake: Fake, count: int) -> list[str]:
    ids = [fake.new_person() for _ in range(count)]
    for one in ids:
        fake.follows(one)
    return ids


class TestTokens:
    def test_one_token_for_many_calls(self, official: OfficialAccount, ports: Any) -> None:
        official.read("tags", ["*"])
        official.read("tags", ["*"])
        assert ports.fetched == 1

    def test_an_early_death_costs_one_more_call(self, official: OfficialAccount, fake: Fake, ports: Any) -> None:
        official.read("tags", ["*"])
        fake.tokens.die()
        official.read("tags", ["*"])
        assert ports.fetched == 2

    @pytest.mark.parametrize("code", [40001, 40014, 42001])
    def test_tried_again_exactly_once(self, official: OfficialAccount, fake: Fake, ports: Any, code: int) -> None:
        refusal = Refusal(code, "cgi-bin/tags/get", times=2)
        fake.faults.refusals.append(refusal)
        with pytest.raises(PlatformRefused) as refused:
            official.read("tags", ["*"])
        assert refused.value.errcode == code
        assert refusal.times == 0
        assert ports.fetched == 2
        refusal.times = 1
        official.read("tags", ["*"])

    def test_the_dead_token_is_not_given_again(self, official: OfficialAccount, fake: Fake, ports: Any) -> None:
        official.read("tags", ["*"])
        first = ports.tokens["app_secret"].value
        fake.faults.refusals.append(Refusal(40001, "cgi-bin/tags/get", times=1))
        official.read("tags", ["*"])
        assert ports.tokens["app_secret"].value != first

    def test_a_token_ends_with_its_time(
        self, official: OfficialAccount, fake: Fake, ports: Any, clock: ManualClock
    ) -> None:
        official.read("tags", ["*"])
        clock.advance(timedelta(hours=2))
        official.read("tags", ["*"])
        assert ports.fetched == 2
        assert ports.taken["cgi-bin/tags/get"] == 2

    def test_without_stable_tokens_the_plain_ones_do(self, official: OfficialAccount, fake: Fake) -> None:
        fake.rules.forbidden.add("cgi-bin/stable_token")
        assert official.read("tags", ["*"]) == [Everything(tags=())]
        assert fake.generation["plain"] == 1

    def test_a_wrong_secret(self, official: OfficialAccount, ports: Any) -> None:
        ports.secrets["app_secret"] = "f" * 32
        with pytest.raises(PlatformRefused) as refused:
            official.read("tags", ["*"])
        assert refused.value.errcode == 40125
        assert "AppSecret" in refused.value.message_zh
        assert "f" * 32 not in str(refused.value.as_json())


class TestTroubles:
    def test_the_day_is_used_up(self, official: OfficialAccount, fake: Fake, ports: Any, clock: ManualClock) -> None:
        fake.rules.daily["cgi-bin/tags/get"] = 1
        official.read("tags", ["*"])
        with pytest.raises(TryLater):
            official.read("tags", ["*"])
        # until midnight in China, which is 16:00 in UTC
        assert ports.blocked["cgi-bin/tags/get"] == clock.now().replace(hour=16)
        clock.advance(timedelta(hours=12))
        official.read("tags", ["*"])

    def test_busy(self, official: OfficialAccount, fake: Fake) -> None:
        fake.faults.refusals.append(Refusal(-1, "cgi-bin/tags/get", times=1))
        with pytest.raises(TryLater) as later:
            official.read("tags", ["*"])
        assert later.value.details["retry_after"] == 5

    def test_an_answer_that_breaks_off(self, official: OfficialAccount, fake: Fake) -> None:
        official.read("tags", ["*"])
        fake.faults.cut = 1.0
        with pytest.raises(TryLater):
            official.read("tags", ["*"])

    def test_no_permission(self, official: OfficialAccount, fake: Fake) -> None:
        fake.rules.forbidden.add("cgi-bin/tags/get")
        with pytest.raises(PlatformRefused) as refused:
            official.read("tags", ["*"])
        assert refused.value.errcode == 48001

    def test_nobody_there(self, ports: Any, door: Any) -> None:
        with pytest.raises(TryLater):
            door().read("tags", ["*"])


class TestFollowers:
    def test_one_as_they_are(self, official: OfficialAccount, fake: Fake, clock: ManualClock) -> None:
        (open_id,) = [fake.new_person()]
        code = official.make_code("shop-7", timedelta(days=3))
        fake.scans(open_id, code.ticket)
        person = fake.person(open_id)
        person.remark, person.tag_ids = "老客", [100]
        (seen,) = official.read("contact", [open_id])
        assert isinstance(seen, Contact)
        assert (seen.id, seen.union_id, seen.kind) == (open_id, person.union_id, "wechat")
        (follow,) = seen.follows
        assert (follow.staff_id, follow.since, follow.way) == (THE_ACCOUNT, clock.now(), "scan")
        assert (follow.state, follow.remark, follow.tag_ids) == ("shop-7", "老客", ("100",))

    def test_who_left_and_who_never_was(self, official: OfficialAccount, fake: Fake) -> None:
        stays, leaves = followers(fake, 2)
        fake.unfollows(leaves)
        seen = official.read("contact", [leaves, "oStranger", stays, "not an id!"])
        assert seen[0] == Gone("contact", leaves)
        assert seen[1] == Gone("contact", "oStranger")
        assert isinstance(seen[2], Contact)
        assert seen[3] == Gone("contact", "not an id!")

    def test_many_in_hundreds(self, official: OfficialAccount, fake: Fake, ports: Any) -> None:
        ids = followers(fake, 250)
        assert [one.id for one in official.read("contact", ids)] == ids  # type: ignore[union-attr]
        assert ports.taken["cgi-bin/user/info/batchget"] == 3

    def test_a_walk_tells_everything(self, official: OfficialAccount, fake: Fake, ports: Any) -> None:
        ids = followers(fake, 430)
        fake.state.tags[100] = "会员"
        fake.rules.page = 150
        pieces = list(official.walk(""))
        assert pieces[0][0] == [Tag("100", "会员", "", ""), Everything(tags=("100",))]
        told = [one.id for piece, _ in pieces for one in piece if isinstance(one, Contact)]
        assert told == ids
        assert pieces[-1][0] == [Everything(contacts_of=(THE_ACCOUNT, tuple(ids)))]

    def test_a_walk_goes_on_where_it_stopped(self, official: OfficialAccount, fake: Fake) -> None:
        ids = followers(fake, 250)
        pieces = list(official.walk(""))
        cursor = pieces[1][1]
        fake.unfollows(ids[99])  # the very one that the cursor stands on
        fake.unfollows(ids[5])
        late = followers(fake, 1)
        told = [one for piece, _ in official.walk(cursor) for one in piece]
        assert [one.id for one in told if isinstance(one, Contact)] == ids[100:] + late
        kept = [one for one in ids if one not in {ids[5], ids[99]}]
        assert told[-1] == Everything(contacts_of=(THE_ACCOUNT, (*kept, *late)))

    def test_nobody_follows(self, official: OfficialAccount) -> None:
        pieces = [piece for piece, _ in official.walk("")]
        assert pieces[-1] == [Everything(contacts_of=(THE_ACCOUNT, ()))]

    def test_a_strange_cursor(self, official: OfficialAccount) -> None:
        with pytest.raises(BadInput):
            next(official.walk("what?"))

    def test_a_population(self, clock: ManualClock) -> None:
        assert len(populated(clock, "official_account", 50).truth()) == 50


class TestCodes:
    def test_for_ever(self, official: OfficialAccount, http: httpx.Client) -> None:
        code = official.make_code("a")
        assert code.expires_at is None
        picture = http.get(code.picture)
        assert picture.content.startswith(b"\x89PNG")

    def test_for_a_time(self, official: OfficialAccount, clock: ManualClock) -> None:
        assert official.make_code("a", timedelta(days=30)).expires_at == clock.now() + timedelta(days=30)

    @pytest.mark.parametrize(("state", "life"), [("", None), ("x" * 65, None), ("a", timedelta(days=31))])
    def test_more_than_the_platform_takes(self, official: OfficialAccount, state: str, life: timedelta | None) -> None:
        with pytest.raises(BadInput):
            official.make_code(state, life)


class TestSignIns:
    def test_on_a_page(self, official: OfficialAccount, fake: Fake, http: httpx.Client) -> None:
        open_id = fake.new_person("张三")
        url = official.authorize_url("https://brand.example/h5?a=1", "s1", ask=True)
        back = http.get(url.removesuffix("#wechat_redirect"))
        query = parse_qs(urlsplit(back.headers["location"]).query)
        assert query["state"] == ["s1"]
        login = official.login(query["code"][0])
        assert (login.open_id, login.name) == (open_id, "张三")
        assert official.claims_of(login) == (
            Known("open_id", open_id, fake.state.app_id),
            Known("union_id", fake.person(open_id).union_id),
        )

    def test_silently(self, official: OfficialAccount, fake: Fake) -> None:
        login = official.login(fake.page_code(fake.new_person("张三")))
        assert (login.name, login.union_id) == ("", "")

    def test_a_code_works_once(self, official: OfficialAccount, fake: Fake) -> None:
        code = fake.page_code(fake.new_person())
        official.login(code)
        with pytest.raises(CodeSpent):
            official.login(code)

    def test_a_code_lives_five_minutes(self, mini: MiniProgram, mini_fake: Fake, clock: ManualClock) -> None:
        code = mini_fake.app_code(mini_fake.new_person())
        clock.advance(timedelta(minutes=5))
        with pytest.raises(CodeSpent):
            mini.login(code)

    def test_in_a_mini_program(self, mini: MiniProgram, mini_fake: Fake) -> None:
        open_id = mini_fake.new_person(phone="13800138000")
        login = mini.login(mini_fake.app_code(open_id))
        phone = mini.phone(mini_fake.phone_code(open_id))
        assert mini.claims_of(login, phone) == (
            Known("open_id", open_id, mini_fake.state.app_id),
            Known("union_id", mini_fake.person(open_id).union_id),
            Known("phone", "+8613800138000"),
        )
        assert "13800138000" not in repr(mini.claims_of(login, phone))

    def test_a_phone_code_works_once(self, mini: MiniProgram, mini_fake: Fake) -> None:
        code = mini_fake.phone_code(mini_fake.new_person(phone="13800138000"))
        mini.phone(code)
        with pytest.raises(CodeSpent):
            mini.phone(code)

    def test_one_too_fast_stops_nobody_else(self, mini: MiniProgram, mini_fake: Fake, ports: Any) -> None:
        mini_fake.rules.sign_ins = 1
        hasty, other = mini_fake.new_person(), mini_fake.new_person()
        mini.login(mini_fake.app_code(hasty))
        with pytest.raises(TryLater):
            mini.login(mini_fake.app_code(hasty))
        assert mini.login(mini_fake.app_code(other)).open_id == other

    def test_a_risk(self, mini: MiniProgram, mini_fake: Fake) -> None:
        open_id = mini_fake.new_person()
        mini_fake.person(open_id).risky = True
        with pytest.raises(LoginRefused):
            mini.login(mini_fake.app_code(open_id))

    @pytest.mark.parametrize("code", ["", "a b", "x" * 600, "码"])
    def test_what_is_no_code(self, mini: MiniProgram, code: str) -> None:
        with pytest.raises(BadInput):
            mini.login(code)

    def test_state_is_short(self, official: OfficialAccount) -> None:
        with pytest.raises(BadInput):
            official.authorize_url("https://a.b", "x-y")


class TestHealth:
    def test_all_is_well(self, official: OfficialAccount, mini: MiniProgram) -> None:
        for channel in (official, mini):
            found = {one.check: one.ok for one in channel.health()}
            assert found.pop("clock") is False  # this clock stands still; the fake's server says the machine's time
            assert found == {"token": True, "permission": True, "callback": True}

    def test_the_whitelist(self, official: OfficialAccount, fake: Fake) -> None:
        fake.rules.whitelist.add("10.0.0.1")
        first = official.health()[0]
        assert (first.check, first.ok, first.code) == ("ip_whitelist", False, 40164)
        assert "127.0.0.1" in first.zh

    def test_the_secret(self, official: OfficialAccount, ports: Any) -> None:
        ports.secrets.update(app_secret="f" * 32, callback_key="")
        found = {one.check: (one.ok, one.code) for one in official.health() if one.check != "clock"}
        assert found == {"token": (False, 40125), "callback": (False, 0)}

    def test_the_permission(self, official: OfficialAccount, fake: Fake) -> None:
        fake.rules.forbidden.add("cgi-bin/user/get")
        found = {one.check: one.code for one in official.health() if not one.ok}
        assert found["permission"] == 48001

    def test_nobody_there(self, door: Any) -> None:
        first = door().health()[0]
        assert (first.check, first.ok) == ("token", False)
        assert first.advice_zh


class TestEntryCodes:
    def test_a_code_by_which_one_follows(self, official: OfficialAccount, fake: Fake) -> None:
        handle = official.open_code(Opening("follow", "wall7", "墙上"))
        assert handle.url == ""
        assert official.code_picture(handle, "follow").startswith(b"\x89PNG")
        official.change_code(handle, Opening("follow", "wall7", "另一面墙"))
        person = fake.new_person()
        fake.scans(person, handle.id)
        (seen,) = official.read("contact", [person])
        assert isinstance(seen, Contact)
        assert seen.follows[0].state == "wall7"
        official.close_code(handle, "follow")
        assert fake.state.scenes[handle.id] == ("wall7", 0)  # it cannot be taken back

    def test_a_picture_that_is_not_there(self, official: OfficialAccount) -> None:
        handle = official.open_code(Opening("follow", "wall7", "墙上"))
        with pytest.raises(TryLater) as later:
            official.code_picture(replace(handle, picture_url=f"{handle.picture_url}x"), "follow")
        assert "mp.weixin.qq.com" in later.value.message
