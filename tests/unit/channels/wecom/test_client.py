"""One place for a call, against a server on the loopback: tokens, rates, a busy platform, a broken line."""

import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.unit.channels.wecom.standing import (
    START,
    Cut,
    Platform,
    Silence,
    StandingPorts,
    account,
    client,
    platform,
    ports,
)

from siyu.channels.types import PlatformRefused
from siyu.channels.wecom.client import CONTACTS, Client, Limits
from siyu.channels.wecom.errors import advice, blocked_until, platform_texts
from siyu.kernel.errors import TryLater

OK = {"errcode": 0, "errmsg": "ok", "follow_user": ["zhangsan"]}
API = "externalcontact/get_follow_user_list"


@pytest.fixture
def told() -> Iterator[Platform]:
    with platform() as found:
        yield found


@pytest.fixture
def around() -> Iterator[StandingPorts]:
    with ports() as found:
        yield found


class TestTokens:
    def test_one_is_fetched_and_kept(self, told: Platform, around: StandingPorts) -> None:
        told.on(API, OK)
        for _ in range(3):
            client(told, around).get(API)
        assert [one.query["access_token"] for one in told.of(API)] == ["tok-1"] * 3
        assert told.of("gettoken")[0].query == {"corpid": "wx5823bf96d3bd56c7", "corpsecret": "app-secret"}
        assert around.taken == ["gettoken", API, API, API]
        assert around.tokens["secret"].expires_at == START + timedelta(hours=2) - timedelta(minutes=5)

    @pytest.mark.parametrize("code", [40014, 42001, 42009])
    def test_a_dead_one_is_replaced_once_and_tried_once_more(
        self, told: Platform, around: StandingPorts, code: int
    ) -> None:
        told.on(API, {"errcode": code, "errmsg": "access_token expired"}, OK)
        assert client(told, around).get(API).names("follow_user") == ("zhangsan",)
        assert [one.query["access_token"] for one in told.of(API)] == ["tok-1", "tok-2"]
        assert around.fetches == 2

    def test_a_second_death_is_told(self, told: Platform, around: StandingPorts) -> None:
        told.on(API, {"errcode": 40014, "errmsg": "invalid access_token"})
        with pytest.raises(PlatformRefused) as found:
            client(told, around).get(API)
        assert found.value.errcode == 40014
        assert len(told.of(API)) == 2
        assert around.fetches == 2

    def test_a_wrong_secret_is_told_with_what_to_do(self, told: Platform, around: StandingPorts) -> None:
        told.on("gettoken", {"errcode": 40001, "errmsg": "invalid credential app-secret"})
        with pytest.raises(PlatformRefused, match="应用管理") as found:
            client(told, around).get(API)
        assert "app-secret" not in str(found.value.as_json())
        assert "请在" in found.value.message_zh

    def test_without_a_secret_nothing_is_asked(self, told: Platform) -> None:
        with ports({}) as around, pytest.raises(PlatformRefused, match="not filled in"):
            client(told, around).get(API)
        assert told.asked == []

    def test_another_secret_is_used_where_it_is_filled_in(self, told: Platform) -> None:
        told.on(API, OK)
        with ports({"secret": "a", "contact_secret": "b"}) as around:
            client(told, around).get(API, secret=CONTACTS)
            assert set(around.tokens) == {"contact_secret"}
        assert told.of("gettoken")[0].query["corpsecret"] == "b"

    def test_nothing_secret_is_said(
        self, told: Platform, around: StandingPorts, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        told.on(API, OK, {"errcode": 60011, "errmsg": "no privilege tok-1 here"}, Cut(b'{"errcode"'))
        asking = client(told, around)
        asking.get(API)
        with pytest.raises(PlatformRefused) as refused:
            asking.get(API)
        with pytest.raises(TryLater) as later:
            asking.get(API)
        said = caplog.text + repr(refused.value.as_json()) + repr(later.value.as_json()) + repr(around.tokens)
        assert "HTTP Request" in caplog.text
        assert "tok-1" not in said
        assert "app-secret" not in said
        assert later.value.__cause__ is None
        assert later.value.__context__ is None


class TestRates:
    @pytest.mark.parametrize(
        ("errmsg", "until"),
        [
            ("api freq out of limit", START + timedelta(minutes=1)),
            ("api freq out of limit, hint: [1 day 1 hour]", START + timedelta(minutes=1)),
            ("api freq out of hour limit", START + timedelta(hours=1)),
            ("接口调用超过每小时限制", START + timedelta(hours=1)),
            ("api daily quota, day limit", datetime(2026, 3, 2, 16, 0, tzinfo=UTC)),  # midnight in China
            ("month limit", START + timedelta(days=30)),
        ],
    )
    def test_a_shut_api_is_left_alone(
        self, told: Platform, around: StandingPorts, errmsg: str, until: datetime
    ) -> None:
        told.on(API, {"errcode": 45009, "errmsg": errmsg})
        assert blocked_until(errmsg, START) == until
        with pytest.raises(TryLater) as found:
            client(told, around).get(API)
        assert around.blocked == {API: until}
        assert found.value.details["retry_after"] == (until - START).total_seconds()
        with pytest.raises(TryLater):
            client(told, around).get(API)
        assert len(told.of(API)) == 1

    @pytest.mark.parametrize(
        ("code", "pauses"), [(-1, [0.3, 1.0]), (45033, [0.3, 1.0]), (41096, [0.5, 1.0, 1.5]), (41063, [])]
    )
    def test_a_busy_platform_is_waited_for_so_long(
        self, told: Platform, around: StandingPorts, code: int, pauses: list[float]
    ) -> None:
        waited: list[float] = []
        told.on(API, {"errcode": code, "errmsg": "busy"})
        with pytest.raises(TryLater) as found:
            client(told, around, pause=waited.append).get(API)
        assert waited == pauses
        assert len(told.of(API)) == 1 + len(pauses)
        assert found.value.details["errcode"] == code
        told.on(API, *[{"errcode": code, "errmsg": "busy"}] * len(pauses), OK)
        client(told, around, pause=waited.append).get(API)


class TestTheLine:
    @pytest.mark.parametrize(
        "answer",
        [
            Cut(b'{"errcode": 0, "errmsg": "ok"'),
            b'{"errcode": 0, "errmsg',
            b"<html>502 Bad Gateway</html>",
            b"",
            b"[]",
            b"null",
            b'{"errmsg": "ok"}',
            b'{"errcode": "0"}',
            b'{"errcode": NaN}',
            b"\xff\xfe\x00",
            b"[" * 100_000,
        ],
    )
    def test_half_an_answer_is_none(self, told: Platform, around: StandingPorts, answer: object) -> None:
        told.on(API, answer)
        with pytest.raises(TryLater) as found:
            client(told, around).get(API)
        assert found.value.details["unsure"] is True
        assert "企业微信" in found.value.message_zh

    def test_silence_ends(self, told: Platform, around: StandingPorts) -> None:
        told.on(API, Silence())
        with pytest.raises(TryLater, match="did not answer"):
            client(told, around).get(API)

    def test_an_answer_without_an_end_is_left(self, told: Platform, around: StandingPorts) -> None:
        told.on(API, b'{"errcode": 0, "x": "' + b"x" * 10_000 + b'"}')
        with pytest.raises(TryLater):
            client(told, around, limits=Limits(answer=5000)).get(API)

    def test_nobody_there(self, around: StandingPorts) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(TryLater, match="cannot be reached") as found:
            Client(account(url), around).get(API)
        assert "unsure" not in found.value.details

    @pytest.mark.parametrize("url", ["nowhere", "ftp://x", "http://[bad"])
    def test_no_address(self, around: StandingPorts, url: str) -> None:
        with pytest.raises(TryLater):
            Client(account(url), around).get(API)

    def test_fields_of_another_form_make_it_useless(self, told: Platform, around: StandingPorts) -> None:
        told.on(API, {"errcode": 0, "follow_user": "zhangsan", "n": 1.5, "o": []})
        row = client(told, around).get(API)
        for wrong in (
            lambda: row.names("follow_user"),
            lambda: row.number("n"),
            lambda: row.text("n"),
            lambda: row.row("o"),
            lambda: row.required("nothing"),
            lambda: list(row.rows("follow_user")),
        ):
            with pytest.raises(TryLater):
                wrong()

    def test_large_numbers_stay_exact(self, told: Platform, around: StandingPorts) -> None:
        told.on(API, b'{"errcode": 0, "id": 123456789012345678901234567890, "text": "a\\u0000b\\ud800"}')
        row = client(told, around).get(API)
        assert row.text("id") == "123456789012345678901234567890"
        assert row.text("text") == "ab?"


class TestCodes:
    def test_the_platforms_list_is_in_the_package(self) -> None:
        texts = platform_texts()
        assert len(texts) > 700
        assert texts[48002] == "API接口无权限调用"

    def test_every_code_has_advice_in_both_languages(self) -> None:
        for code in (*platform_texts(), 123456789):
            en, zh = advice(code)
            assert en.endswith((".", "）")), en
            assert zh.endswith("。"), zh

    @pytest.mark.parametrize(
        "code",
        [
            40001, 60020, 48002, 41001, 40014, 42001, 45009, 45033, 301002, 84061, 84074, 41054, 40098, 41045, 40099,
            41055, 41048, 41050, 41051, 41063, 41096, 40003, 60111, 95001, 95002, 95013, 95016, 95018,
        ],
    )  # fmt: skip
    def test_what_an_operator_can_meet_is_explained_by_us(self, code: int) -> None:
        en, _ = advice(code)
        assert "platform's list" not in en

    def test_a_final_code_is_told_once(self, told: Platform, around: StandingPorts) -> None:
        told.on(API, {"errcode": 60020, "errmsg": "not allow to access from your ip, from ip: 203.0.113.7"})
        with pytest.raises(PlatformRefused, match=r"203\.0\.113\.7"):
            client(told, around).get(API)
        assert len(told.of(API)) == 1


def test_the_date_is_noted(told: Platform, around: StandingPorts) -> None:
    told.on(API, OK)
    told.date = "Mon, 02 Mar 2026 02:05:00 GMT"
    asking = client(told, around)
    asking.get(API)
    assert asking.dated == (START + timedelta(minutes=5), START)
    told.date = "not a date"
    asking.get(API)
    assert isinstance(around.http, httpx.Client)
