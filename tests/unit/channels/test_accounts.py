"""Accounts: what is filled in is checked, secrets stay secret, every change is on record."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection
from tests.unit.channels.parrot import ABOUT, Parrot

from siyu.channels import registry, service
from siyu.channels.registry import Plugins
from siyu.channels.rules.accounts import WrongField
from siyu.channels.types import Account
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.postgres import Database, rows
from siyu.kernel.errors import BadInput, Conflict, NotAllowed, NotFound

OWNER = access.system("tests")
GOOD = {"app_id": "p00ff", "secret": "s3cret"}


def connect(conn: Connection, now: datetime, values: dict[str, str] = GOOD, **more: str) -> Account:
    asked = {"channel": "parrot", "external_id": "one", "name": "", **more}
    return service.connect_account(conn, OWNER, **asked, values=values, now=now)


def test_what_is_left_empty_has_its_default_and_secrets_are_apart(conn: Connection, now: datetime) -> None:
    made = connect(conn, now, {**GOOD, "app_id": " p00ff "})
    assert made.settings == {"base_url": "http://127.0.0.1:9", "app_id": "p00ff", "plan": "small", "crowd": "2"}
    assert (made.name, made.state) == ("one", "active")
    assert service.filled_secrets(conn) == {made.id: ("secret",)}
    assert service.accounts(conn) == [made] == [service.account(conn, made.id)]
    assert access.source(conn, made.source_id).kind == "parrot"
    stored = rows(conn, "SELECT CAST(a AS text) AS whole FROM channels.account AS a")
    assert "s3cret" not in stored[0].whole
    assert "s3cret" not in str([entry.details for entry in access.audit_page(conn)])


@pytest.mark.parametrize(
    ("values", "said", "said_zh"),
    [
        ({"secret": "x"}, "App id: it is needed.", "应用 ID：必填。"),
        ({"app_id": "p00ff"}, "Secret: it is needed.", "密钥：必填。"),
        ({**GOOD, "app_id": "q"}, "App id: it does not look like one. p and", "应用 ID：格式不正确。p 加四位。"),
        ({**GOOD, "app_id": "p00ff\np00ff"}, "App id: it does not look like one.", "应用 ID：格式不正确"),
        ({**GOOD, "plan": "huge"}, "Plan: it is one of small, large.", "套餐：须为以下之一"),
        ({**GOOD, "secret": "a\x00b"}, "Secret: it has characters", "密钥：含有"),
        ({**GOOD, "secret": "\ud800"}, "Secret: it has characters", "密钥：含有"),
        ({**GOOD, "secret": "x" * 10_001}, "Secret: it has more than", "密钥：超过"),
    ],
)
def test_what_is_wrong_names_its_field(
    conn: Connection, now: datetime, values: dict[str, str], said: str, said_zh: str
) -> None:
    with pytest.raises(WrongField) as caught:
        connect(conn, now, values)
    assert caught.value.message.startswith(said)
    assert caught.value.message_zh.startswith(said_zh)
    assert service.accounts(conn) == []


def test_other_bad_input(conn: Connection, now: datetime) -> None:
    with pytest.raises(BadInput, match="no field 'colour'"):
        connect(conn, now, {**GOOD, "colour": "green"})
    with pytest.raises(BadInput, match="needed"):
        connect(conn, now, external_id=" ")
    with pytest.raises(BadInput, match="at most"):
        connect(conn, now, name="a\x07")
    with pytest.raises(NotFound):
        connect(conn, now, channel="macaw")


def test_an_account_is_connected_once(conn: Connection, now: datetime) -> None:
    made = connect(conn, now)
    with pytest.raises(Conflict, match=f"as account {made.id}"):
        connect(conn, now, {**GOOD, "secret": "other"})
    assert connect(conn, now, external_id="two").source_id != made.source_id


def test_a_field_may_say_which_account_it_is(conn: Connection, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    named = type("Named", (Parrot,), {"about": replace(ABOUT, external_id="app_id")})
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"parrot": named}, ()))
    made = connect(conn, now, external_id="ignored")
    assert made.external_id == "p00ff"
    assert service.update_account(conn, OWNER, made.id, now=now, values={"app_id": "p00ff"}) == made
    with pytest.raises(BadInput, match="which account it is"):
        service.update_account(conn, OWNER, made.id, now=now, values={"app_id": "p00fe"})


def test_a_change_leaves_the_rest(conn: Connection, now: datetime) -> None:
    made = connect(conn, now, {**GOOD, "nickname_key": "k"})
    later = now + timedelta(hours=1)
    changed = service.update_account(conn, OWNER, made.id, now=later, values={"plan": "large", "nickname_key": ""})
    assert changed.settings == {**made.settings, "plan": "large"}
    assert changed.name == made.name
    assert service.filled_secrets(conn)[made.id] == ("secret",)
    with pytest.raises(WrongField):
        service.update_account(conn, OWNER, made.id, now=later, values={"secret": ""})
    assert service.update_account(conn, OWNER, made.id, now=later, name="Polly").name == "Polly"
    entry = access.audit_page(conn, action="channel.changed")[-1]
    assert entry.details["fields"] == ["nickname_key", "plan"]


def test_pausing_is_said_once(conn: Connection, now: datetime) -> None:
    made = connect(conn, now)
    for _ in range(2):
        assert service.pause_account(conn, OWNER, made.id, now).state == "paused"
    assert service.resume_account(conn, OWNER, made.id, now) == made
    assert len(access.audit_page(conn, action="channel.paused")) == 1
    with pytest.raises(NotFound):
        service.pause_account(conn, OWNER, made.id + 1, now)


def test_without_the_right_nothing_is_changed(conn: Connection, now: datetime) -> None:
    made, stranger = connect(conn, now), Principal("operator", 1, "x", frozenset({"channels.read"}))
    for act in (
        lambda: service.pause_account(conn, stranger, made.id, now),
        lambda: service.update_account(conn, stranger, made.id, now=now, name="x"),
        lambda: service.connect_account(
            conn, stranger, channel="parrot", external_id="z", name="", values=GOOD, now=now
        ),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_door_knows_what_changed(database: Database, connect: Callable[..., Account], now: datetime) -> None:
    made, known = connect(), service.KnownAccounts(database)
    assert known.find("parrot", made.id) is None
    known.refresh()
    first = known.find("parrot", made.id)
    assert first is not None
    assert first.secrets == {"secret": "s3cret"}
    assert "s3cret" not in repr(first)
    assert known.find("wecom", made.id) is None
    assert not known.stale
    known._read_at = float("-inf")
    known.refresh()
    assert known.find("parrot", made.id) is first
    with database.transaction() as conn:
        service.update_account(conn, OWNER, made.id, now=now, values={"secret": "new"})
    known._read_at = float("-inf")
    known.refresh()
    assert known.find("parrot", made.id) is not first
