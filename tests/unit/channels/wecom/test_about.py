"""What is declared can be read by others, and is what the platform's documents say."""

import re
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from tests.unit.channels.wecom.standing import AES_KEY, CORP, TOKEN

from siyu.channels.rules.quotas import applying
from siyu.channels.types import Capability, Channel
from siyu.channels.wecom import Wecom

ABOUT = Wecom.about


def test_the_entry_point_names_a_channel() -> None:
    project = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text("utf-8"))["project"]
    value = project["entry-points"]["siyu.channels"][ABOUT.name]
    assert issubclass(EntryPoint(ABOUT.name, value, "siyu.channels").load(), Channel)


def test_what_is_declared_is_done() -> None:
    needed = {
        Capability.PUSH: ["read_push"],
        Capability.CONTACTS: ["read", "walk"],
        Capability.WELCOME: ["welcome"],
        Capability.SEND: ["send"],
    }
    for capability, names in needed.items():
        assert capability in ABOUT.capabilities
        assert all(getattr(Wecom, name) is not getattr(Channel, name) for name in names)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("corp_id", CORP, "ww 1"),
        ("agent_id", "1000014", "app"),
        ("callback_token", TOKEN, "x" * 33),
        ("encoding_aes_key", AES_KEY, AES_KEY[:-1]),
        ("base_url", "http://127.0.0.1:8080/proxy", "javascript:x"),
        ("base_url", "https://qyapi.weixin.qq.com", "https://user@host"),
    ],
)
def test_patterns(name: str, good: str, bad: str) -> None:
    field = next(one for one in ABOUT.fields if one.name == name)
    assert re.fullmatch(field.pattern, good)
    assert not re.fullmatch(field.pattern, bad)


def test_every_field_says_in_both_languages_where_to_find_it() -> None:
    for field in ABOUT.fields:
        assert field.en, field.name
        assert field.zh, field.name
        assert len(field.help_en) > 20, field.name
        assert len(field.help_zh) > 8, field.name
        assert not field.choices or field.default in field.choices
    assert {field.name for field in ABOUT.fields if field.secret} == {
        "secret",
        "callback_token",
        "encoding_aes_key",
        "contact_secret",
        "kf_secret",
    }


@pytest.mark.parametrize("name", ["group_send", "group_chat_send"])
def test_one_cap_of_group_sends_applies_whatever_is_chosen(name: str) -> None:
    for choice, window, limit in [("per_day", "day", 1), ("per_week", "week", 7), ("per_month", "month", 0)]:
        (quota,) = [one for one in ABOUT.quotas if one.name == name and one.when == {"group_send_cap": choice}]
        assert (quota.window, quota.limit) == (window, limit)


def test_ways_take_from_quotas_that_there_are() -> None:
    names = {one.name for one in ABOUT.quotas}
    for way in ABOUT.ways:
        assert set(way.quotas) <= names, way.name
    assert {(one.seconds, one.limit) for one in ABOUT.rates} == {(60, 10_000), (3600, 150_000)}


def test_what_the_platform_counts_of_the_whole_corp() -> None:
    """200 messages to staff a day for each member that the corp may have; half a million codes in all."""
    quotas = {(one.name, one.subject, one.window): one.limit for one in applying(ABOUT, {"member_limit": "1000"})}
    assert quotas["app_message", "account", "day"] == 200_000
    assert quotas["contact_way", "account", "ever"] == 500_000
    assert dict(ABOUT.code_quotas) == {"staff": "contact_way", "group": "contact_way"}
