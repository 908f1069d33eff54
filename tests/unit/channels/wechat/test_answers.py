"""Answers that are not what the platform documents: never half a truth, never a secret in a log."""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.channels.wechat.handed import NOW, TestPorts, account_of

from siyu.channels.types import CodeSpent, Content, Gone, Item, LoginRefused, PlatformRefused, Token
from siyu.channels.wechat import MiniProgram, OfficialAccount
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import BadInput, TryLater

Answer = Callable[[httpx.Request], httpx.Response]
SECRET = "0123456789abcdef0123456789abcdef"


def answering(answer: Answer | Any, kind: Any = OfficialAccount) -> Any:
    """A plugin whose platform answers so."""

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/cgi-bin/stable_token":
            return httpx.Response(200, json={"access_token": "tok", "expires_in": 7200})
        return answer(request) if callable(answer) else httpx.Response(200, json=answer)

    clock = ManualClock(NOW)
    http = httpx.Client(transport=httpx.MockTransport(respond))
    ports = TestPorts(clock, http, {"app_secret": SECRET})
    return kind(account_of(kind.about.name, "wx5823bf96d3bd56c7", "https://api.weixin.qq.com"), ports)


class TestForms:
    @pytest.mark.parametrize(
        "answer",
        [
            {},
            {"tags": None},
            {"tags": "many"},
            {"tags": [1]},
            httpx.Response(200, content=b"<html>"),
            httpx.Response(200, content=b"[]"),
            httpx.Response(200, content=b""),
            httpx.Response(502, content=b"bad gateway"),
            httpx.Response(429),
        ],
    )
    def test_tags(self, answer: Any) -> None:
        channel = answering((lambda _: answer) if isinstance(answer, httpx.Response) else answer)
        with pytest.raises(TryLater):
            channel.read("tags", ["*"])

    def test_no_such_address(self) -> None:
        with pytest.raises(PlatformRefused) as refused:
            answering(lambda _: httpx.Response(404)).read("tags", ["*"])
        assert refused.value.errcode == 40066

    @pytest.mark.parametrize("since", [None, "soon", 0, -1, 10**12])
    def test_a_follower_since_no_time(self, since: Any) -> None:
        row = {"openid": "oA", "subscribe": 1, "subscribe_time": since, "sex": []}
        with pytest.raises(TryLater):
            answering({"user_info_list": [row]}).read("contact", ["oA"])

    def test_pages_that_lead_in_a_circle(self) -> None:
        def page(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("batchget"):
                asked = orjson.loads(request.content)["user_list"]
                return httpx.Response(200, json={"user_info_list": [{"openid": one["openid"]} for one in asked]})
            after = "oA" if request.url.params.get("next_openid") != "oA" else "oB"
            return httpx.Response(200, json={"data": {"openid": [after]}, "next_openid": after})

        told: list[Any] = []
        with pytest.raises(TryLater):
            told.extend(answering(page).walk("after:"))
        assert told[:2] == [([Gone("contact", "oA")], "after:oA"), ([Gone("contact", "oB")], "after:oB")]

    @pytest.mark.parametrize("rows", [[], [{"openid": "oB"}], [{}]])
    def test_whoever_is_left_out_is_not_gone(self, rows: list[dict[str, Any]]) -> None:
        with pytest.raises(TryLater):
            answering({"user_info_list": rows}).read("contact", ["oA"])

    @pytest.mark.parametrize("row", [{"openid": "oA"}, {"openid": "oA", "subscribe": 0}])
    def test_whoever_is_not_told_of_as_a_follower_is_gone(self, row: dict[str, Any]) -> None:
        assert answering({"user_info_list": [row]}).read("contact", ["oA"]) == [Gone("contact", "oA")]

    def test_a_code_as_text(self) -> None:
        with pytest.raises(PlatformRefused) as refused:
            answering({"errcode": "48001", "errmsg": "api unauthorized"}).read("tags", ["*"])
        assert refused.value.errcode == 48001

    @pytest.mark.parametrize("answer", [{}, {"openid": ""}, {"openid": "a b"}, {"openid": "oA", "unionid": "x\0"}])
    def test_a_sign_in_of_nobody(self, answer: dict[str, Any]) -> None:
        with pytest.raises(TryLater):
            answering(answer, MiniProgram).login("code")

    def test_a_snapshot_is_nobody(self) -> None:
        with pytest.raises(BadInput) as refused:
            answering({"openid": "oA", "is_snapshotuser": 1}).login("code")
        assert "快照" in refused.value.message_zh

    def test_a_phone_given_to_another(self) -> None:
        info = {"purePhoneNumber": "13800138000", "countryCode": "86", "watermark": {"appid": "wx1"}}
        with pytest.raises(BadInput):
            answering({"phone_info": info}, MiniProgram).phone("code")

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=10)),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(
                    st.sampled_from(
                        ["errcode", "errmsg", "user_info_list", "openid", "subscribe", "subscribe_time", "data", "tags"]
                    ),
                    inner,
                ),
            ),
            max_leaves=8,
        )
    )
    def test_any_json(self, answer: Any) -> None:
        channel = answering(lambda _: httpx.Response(200, content=orjson.dumps(answer)))
        for act in (
            lambda: channel.read("contact", ["oA"]),
            lambda: channel.read("tags", ["*"]),
            lambda: list(channel.walk("after:")),
            lambda: channel.send("custom", [Item("k", "oA", Content("a"))]),
            lambda: channel.make_code("a"),
            lambda: channel.login("code"),
        ):
            with suppress(CodeSpent, LoginRefused, PlatformRefused, TryLater, BadInput):
                act()


class TestSecrets:
    def test_no_secret_is_logged_or_told(self, caplog: pytest.LogCaptureFixture) -> None:
        channel = answering({"errcode": 40029, "errmsg": "invalid code"}, MiniProgram)
        with caplog.at_level(logging.DEBUG), pytest.raises(CodeSpent) as refused:
            channel.login("0a1b2c3d4e")
        said = caplog.text + str(refused.value.as_json()) + repr(Token("tok", NOW))
        assert "js_code=…" in said
        assert SECRET not in said
        assert "0a1b2c3d4e" not in said

    def test_no_token_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            answering({"tags": []}).read("tags", ["*"])
        assert "access_token=…" in caplog.text


def test_a_way_that_is_not_there() -> None:
    with pytest.raises(BadInput):
        answering({}, MiniProgram).send("custom", [Item("k", "oA", Content("a"))])
