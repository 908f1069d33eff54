"""The fakes as a client of another make sees them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from wechatpy import WeChatClient
from wechatpy.client.api import WeChatWxa
from wechatpy.exceptions import APILimitedException, WeChatClientException

from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import Conflict
from siyu.rehearsal.platforms.faults import Refusal
from siyu.rehearsal.platforms.wechat.account import Account


def follower(account: Account, name: str = "") -> str:
    open_id = account.new_person(name)
    account.follows(open_id)
    return open_id


def refused(call: Callable[[], Any]) -> int:
    with pytest.raises(WeChatClientException) as problem:
        call()
    return int(problem.value.errcode)


class TestTokens:
    def test_a_dead_token_is_fetched_anew(self, account: Account, client: WeChatClient) -> None:
        client.user.get_followers()
        account.tokens.die()
        account.calls.clear()
        assert client.user.get_followers()["total"] == 0
        assert account.generation["plain"] == 2

    def test_the_one_before_ends(self, account: Account, client: WeChatClient) -> None:
        first = client.fetch_access_token()["access_token"]
        second = client.fetch_access_token()["access_token"]
        assert first != second
        old = WeChatClient(account.state.app_id, "", access_token=first, auto_retry=False)
        old._http = client._http
        assert refused(old.user.get_followers) == 40001

    def test_what_is_no_token(self, account: Account, client: WeChatClient) -> None:
        old = WeChatClient(account.state.app_id, "", access_token="what", auto_retry=False)
        old._http = client._http
        assert refused(old.user.get_followers) == 40014

    def test_an_early_end(self, account: Account, client: WeChatClient, clock: ManualClock) -> None:
        account.faults.token_life = 60
        assert client.fetch_access_token()["expires_in"] == 7200
        client.auto_retry = False
        clock.advance(timedelta(seconds=60))
        assert refused(client.user.get_followers) == 42001

    def test_a_wrong_secret(self, client: WeChatClient) -> None:
        client.secret = "wrong"
        assert refused(client.fetch_access_token) == 40125

    def test_the_allowance_of_the_day(self, account: Account, client: WeChatClient, clock: ManualClock) -> None:
        account.rules.daily["cgi-bin/tags/get"] = 2
        client.tag.get()
        client.tag.get()
        with pytest.raises(APILimitedException):
            client.tag.get()
        assert client.post("clear_quota", data={"appid": account.state.app_id})["errcode"] == 0
        client.tag.get()


class TestFollowers:
    def test_pages(self, account: Account, client: WeChatClient) -> None:
        ids = [follower(account) for _ in range(25)]
        account.rules.page = 10
        assert list(client.user.iter_followers()) == ids

    def test_many_at_once(self, account: Account, client: WeChatClient) -> None:
        ids = [follower(account) for _ in range(3)]
        account.unfollows(ids[1])
        rows = client.user.get_batch(ids)
        assert [row["subscribe"] for row in rows] == [1, 0, 1]
        assert "unionid" not in rows[1]
        assert refused(lambda: client.user.get_batch([*ids, "stranger"])) == 40003

    def test_tags_and_remarks(self, account: Account, client: WeChatClient) -> None:
        open_id = follower(account)
        tag_id = client.tag.create("会员")["id"]
        client.tag.tag_user(tag_id, [open_id])
        client.user.update_remark(open_id, "老客")
        told = client.user.get(open_id)
        assert (told["tagid_list"], told["remark"]) == ([tag_id], "老客")
        assert refused(lambda: client.tag.create("会员")) == 45157

    def test_a_code_brings_its_scene(self, account: Account, client: WeChatClient, clock: ManualClock) -> None:
        made = client.qrcode.create(
            {
                "expire_seconds": 1800,
                "action_name": "QR_STR_SCENE",
                "action_info": {"scene": {"scene_str": "shop-7"}},
            }
        )
        open_id = account.new_person()
        account.scans(open_id, made["ticket"])
        told = client.user.get(open_id)
        assert (told["subscribe_scene"], told["qr_scene_str"]) == ("ADD_SCENE_QR_CODE", "shop-7")
        clock.advance(timedelta(seconds=1800))
        with pytest.raises(Conflict):
            account.scans(account.new_person(), made["ticket"])


class TestMessages:
    def test_windows(self, account: Account, client: WeChatClient, clock: ManualClock) -> None:
        open_id = follower(account)
        clock.advance(timedelta(minutes=1))
        assert refused(lambda: client.message.send_text(open_id, "你好")) == 45015
        account.writes(open_id, "在吗")
        account.clicks(open_id, "menu")
        for _ in range(8):  # five for the message, and three for the click
            client.message.send_text(open_id, "你好")
        assert refused(lambda: client.message.send_text(open_id, "你好")) == 45047
        clock.advance(timedelta(hours=48))
        assert refused(lambda: client.message.send_text(open_id, "你好")) == 45015

    def test_a_page_of_the_menu_opens_nothing(self, account: Account, client: WeChatClient, clock: ManualClock) -> None:
        open_id = follower(account)
        clock.advance(timedelta(minutes=1))
        account.views(open_id, "https://a.b")
        assert refused(lambda: client.message.send_text(open_id, "你好")) == 45015

    def test_templates(self, account: Account, client: WeChatClient) -> None:
        open_id, template_id = follower(account), account.new_template("thing1")
        assert client.message.send_template(open_id, template_id, {"thing1": {"value": "到店"}})["msgid"]
        call = client.message.send_template
        assert refused(lambda: call(open_id, "other", {"thing1": {"value": "到店"}})) == 40037
        assert refused(lambda: call(open_id, template_id, {"thing1": {"value": "字" * 21}})) == 47003
        assert refused(lambda: call(account.new_person(), template_id, {"thing1": {"value": "a"}})) == 43004

    def test_subscriptions(self, account: Account, client: WeChatClient) -> None:
        open_id, template_id = account.new_person(), account.new_template("thing1")
        data = {"thing1": {"value": "到店"}}
        account.answers_popup(open_id, {template_id: "accept"})
        client.message.send_subscribe_message(open_id, template_id, data)
        assert refused(lambda: client.message.send_subscribe_message(open_id, template_id, data)) == 43101
        account.confirms_once(open_id, template_id)
        once = {"content": {"value": "a"}}
        client.message.send_subscribe_template(open_id, template_id, "7", "开奖", once)
        assert refused(lambda: client.message.send_subscribe_template(open_id, template_id, "7", "开奖", once)) == 43101

    def test_a_follower_gets_four_broadcasts_a_month(
        self, account: Account, client: WeChatClient, clock: ManualClock
    ) -> None:
        ids = [follower(account), follower(account)]
        for number in range(6):
            client.message.send_mass_text(f"第 {number} 次", ids)
        assert len(account.state.received) == 8
        clock.advance(timedelta(days=5))  # December
        client.message.send_mass_text("新的一月", ids, client_msg_id="one")
        assert len(account.state.received) == 10
        assert refused(lambda: client.message.send_mass_text("新的一月", ids, client_msg_id="one")) == 45066
        clock.advance(timedelta(minutes=1))
        assert refused(lambda: client.message.send_mass_text("新的一月", ids, client_msg_id="one")) == 45065
        assert len(account.state.received) == 10
        assert refused(lambda: client.message.send_mass_text("a", ids[:1])) == 40130


class TestMiniProgram:
    def test_codes_work_once(
        self, mini: Account, client_of: Callable[[Account], WeChatClient], clock: ManualClock
    ) -> None:
        wxa: WeChatWxa = client_of(mini).wxa
        open_id = mini.new_person(phone="13800138000")
        code, phone_code, late = mini.app_code(open_id), mini.phone_code(open_id), mini.phone_code(open_id)
        assert wxa.code_to_session(code)["openid"] == open_id
        assert refused(lambda: wxa.code_to_session(code)) == 40163
        told = wxa.get_phone_number(phone_code)["phone_info"]
        assert (told["purePhoneNumber"], told["watermark"]["appid"]) == ("13800138000", mini.state.app_id)
        assert refused(lambda: wxa.get_phone_number(phone_code)) == 40029
        clock.advance(timedelta(minutes=5))
        assert refused(lambda: wxa.get_phone_number(late)) == 40029

    def test_one_message_for_each_accept(self, mini: Account, client_of: Callable[[Account], WeChatClient]) -> None:
        wxa: WeChatWxa = client_of(mini).wxa
        open_id, template_id = mini.new_person(), mini.new_template("thing1")
        mini.answers_popup(open_id, {template_id: "accept"})
        data = {"thing1": {"value": "到店"}}
        wxa.send_subscribe_message(open_id, template_id, data)
        assert refused(lambda: wxa.send_subscribe_message(open_id, template_id, data)) == 43101
        mini.answers_popup(open_id, {template_id: "accept"})
        mini.forbids(open_id, template_id)
        assert refused(lambda: wxa.send_subscribe_message(open_id, template_id, data)) == 43101

    def test_it_has_no_followers(self, mini: Account, client_of: Callable[[Account], WeChatClient]) -> None:
        assert refused(client_of(mini).user.get_followers) == 48001


class TestFaults:
    def test_a_share_of_calls_is_refused(self, account: Account, client: WeChatClient) -> None:
        account.faults.refusals.append(Refusal(-1, "cgi-bin/user/get", share=0.5))
        outcomes = set()
        for _ in range(40):
            try:
                client.user.get_followers()
                outcomes.add(0)
            except WeChatClientException as problem:
                outcomes.add(problem.errcode)
        assert outcomes == {0, -1}

    def test_the_whitelist(self, account: Account, client: WeChatClient) -> None:
        account.rules.whitelist.add("10.0.0.1")
        assert refused(client.fetch_access_token) == 40164
