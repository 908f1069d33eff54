"""What an operator is told of an account, thing by thing."""

from collections.abc import Iterator

import pytest
from tests.unit.channels.wecom.standing import SECRETS, Platform, Silence, StandingPorts, platform, ports, wecom

from siyu.channels.types import Finding
from siyu.channels.wecom import Wecom
from siyu.channels.wecom.about import CAPS

OK = {"errcode": 0, "errmsg": "ok"}
DEPARTMENTS = "department/list"
SERVING = "externalcontact/get_follow_user_list"
BALANCE = "externalcontact/customer_acquisition_quota"
SENDS = "externalcontact/get_groupmsg_list_v2"


@pytest.fixture
def told() -> Iterator[Platform]:
    with platform() as found:
        found.date = "Mon, 02 Mar 2026 02:00:20 GMT"
        found.on(DEPARTMENTS, {**OK, "department": [{"id": 1, "name": "总部", "parentid": 0}]})
        found.on(SERVING, {**OK, "follow_user": ["li"]})
        found.on(BALANCE, {**OK, "total": 0, "balance": 0})
        found.on(SENDS, {**OK, "group_msg_list": []})
        yield found


@pytest.fixture
def around() -> Iterator[StandingPorts]:
    with ports() as found:
        yield found


def by_check(corp: Wecom) -> dict[str, Finding]:
    found = corp.health()
    for one in found:
        assert one.en
        assert one.zh
        assert one.ok or (one.advice_en and one.advice_zh), one
    return {one.check: one for one in found}


def test_all_is_well(told: Platform, around: StandingPorts) -> None:
    found = by_check(wecom(told, around))
    assert list(found) == ["token", "visible_range", "contacts", "group_sends", "clock", "callback", "quotas"]
    assert all(one.ok for one in found.values()), found


@pytest.mark.parametrize(
    ("total", "left", "ok", "zh"),
    [(1000, 999, True, "999"), (1000, 19, False, "19"), (1000, 0, False, "获客助手余额已用完"), (0, 0, None, "")],
)
def test_what_is_left_of_acquisition_links(
    told: Platform, around: StandingPorts, total: int, left: int, ok: bool | None, zh: str
) -> None:
    told.on(BALANCE, {**OK, "total": total, "balance": left})
    found = by_check(wecom(told, around)).get("acquisition")
    assert (found and found.ok) == ok
    assert zh in (found.zh if found else "")


def test_a_corp_without_acquisition_links_is_told_nothing_of_them(told: Platform, around: StandingPorts) -> None:
    told.on(BALANCE, {"errcode": 48002, "errmsg": "api forbidden"})
    assert "acquisition" not in by_check(wecom(told, around))


@pytest.mark.parametrize("code", [40001, 40013, 60020, -1, 45009])
def test_no_token(told: Platform, around: StandingPorts, code: int) -> None:
    told.on("gettoken", {"errcode": code, "errmsg": "refused"})
    found = by_check(wecom(told, around))
    assert not found["token"].ok
    assert found["token"].code == code
    assert "contacts" not in found
    assert found["callback"].ok


def test_an_address_that_is_not_known(told: Platform, around: StandingPorts) -> None:
    refusal = {
        "errcode": 60020,
        "errmsg": "not allow to access from your ip, hint: [1], from ip: 203.0.113.7, more info at ...",
    }
    for api in (DEPARTMENTS, SERVING, SENDS):
        told.on(api, refusal)
    found = by_check(wecom(told, around))["contacts"]
    assert (found.ok, found.code) == (False, 60020)
    assert "203.0.113.7" in found.advice_en
    assert "203.0.113.7" in found.advice_zh


@pytest.mark.parametrize(("code", "said"), [(48002, "可调用接口的应用"), (41001, "proxy")])
def test_what_the_application_may_not(told: Platform, around: StandingPorts, code: int, said: str) -> None:
    told.on(SERVING, {"errcode": code, "errmsg": "api forbidden"})
    found = by_check(wecom(told, around))["contacts"]
    assert (found.ok, found.code) == (False, code)
    assert said in found.advice_en


@pytest.mark.parametrize("answer", [{**OK, "department": []}, {"errcode": 60011, "errmsg": "no privilege"}])
def test_nobody_to_be_seen(told: Platform, around: StandingPorts, answer: object) -> None:
    told.on(DEPARTMENTS, answer)
    assert by_check(wecom(told, around))["visible_range"].ok  # members who were chosen one by one
    told.on(SERVING, {**OK, "follow_user": []})
    found = by_check(wecom(told, around))
    assert not found["visible_range"].ok
    assert "使用范围" in found["contacts"].advice_zh


@pytest.mark.parametrize(("date", "said"), [("01:58:59", "61 seconds ahead"), ("02:02:00", "120 seconds behind")])
def test_a_wrong_clock(told: Platform, around: StandingPorts, date: str, said: str) -> None:
    told.date = f"Mon, 02 Mar 2026 {date} GMT"
    found = by_check(wecom(told, around))["clock"]
    assert not found.ok
    assert said in found.en


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("callback_token", "", "the token"),
        ("encoding_aes_key", "", "EncodingAESKey"),
        ("encoding_aes_key", "x" * 42, "42"),
    ],
)
def test_fields_of_the_callback(told: Platform, name: str, value: str, said: str) -> None:
    with ports({**SECRETS, name: value}) as around:
        found = by_check(wecom(told, around))["callback"]
    assert not found.ok
    assert said in found.en


def test_a_cap_that_there_is_not(told: Platform, around: StandingPorts) -> None:
    assert not by_check(wecom(told, around, group_send_cap="hourly"))["quotas"].ok


def test_every_secret_is_tried(told: Platform) -> None:
    with ports({**SECRETS, "kf_secret": "k"}) as around:
        found = [one for one in wecom(told, around).health() if one.check == "token"]
    assert len(found) == 2
    assert {one.query["corpsecret"] for one in told.of("gettoken")} >= {"app-secret", "k"}


def test_it_never_raises(told: Platform, around: StandingPorts) -> None:
    for answer in (Silence(), b"<html>", b"{}", {"errcode": 0, "department": 7, "follow_user": 7, "group_msg_list": 7}):
        for api in (DEPARTMENTS, SERVING, SENDS):
            told.on(api, answer)
        found = by_check(wecom(told, around))
        assert not found["contacts"].ok


@pytest.mark.parametrize("cap", CAPS)
def test_a_cap_is_said_in_words(told: Platform, around: StandingPorts, cap: str) -> None:
    found = by_check(wecom(told, around, group_send_cap=cap))["quotas"]
    assert found.ok
    assert cap not in found.en + found.zh + found.advice_en + found.advice_zh
