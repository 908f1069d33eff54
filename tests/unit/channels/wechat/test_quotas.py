"""What pushes grant, kept and taken by the core; and the rates that speak of single APIs."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from siyu.channels import registry, service
from siyu.channels.ports.rates import limits_of
from siyu.channels.registry import Plugins
from siyu.channels.store.rates import Place
from siyu.channels.types import Account, Grant, Rate, Refusal, Wanted
from siyu.channels.wechat import OfficialAccount
from siyu.channels.wechat.declared import OFFICIAL_ACCOUNT
from siyu.engines.access import service as access
from siyu.kernel.errors import BadInput

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


@pytest.fixture
def account(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"official_account": OfficialAccount}, ()))
    values = {"app_id": "wx5823bf96d3bd56c7", "app_secret": "0" * 32, "callback_token": "siyutoken"}
    return service.connect_account(
        conn, access.system("tests"), channel="official_account", external_id="", name="", values=values, now=NOW
    )


def asked(conn: Connection, account: Account, count: int, way: str, at: datetime = NOW, **details: str) -> int:
    wanted = [Wanted(str(number), (way,), "oA", details=details) for number in range(count)]
    return sum(not isinstance(one, Refusal) for one in service.reserve(conn, account, wanted, at))


class TestGrants:
    def test_the_app_id_says_which_account_it_is(self, account: Account) -> None:
        assert account.external_id == "wx5823bf96d3bd56c7"

    def test_a_message_allows_five(self, conn: Connection, account: Account) -> None:
        assert asked(conn, account, 1, "custom") == 0
        service.grant(conn, account, [Grant("custom", "oA", 5, NOW + timedelta(hours=48))], NOW)
        assert asked(conn, account, 6, "custom") == 5
        assert asked(conn, account, 1, "custom", NOW + timedelta(hours=48)) == 0

    def test_each_template_counts_apart(self, conn: Connection, account: Account) -> None:
        for _ in range(2):
            service.grant(conn, account, [Grant("notice", "oA/one", 1, None)], NOW)
        assert asked(conn, account, 3, "notice", template_id="two") == 0
        assert asked(conn, account, 3, "notice", template_id="one") == 2

    def test_the_template_has_to_be_named(self, conn: Connection, account: Account) -> None:
        with pytest.raises(BadInput):
            asked(conn, account, 1, "notice")

    def test_four_broadcasts_a_month(self, conn: Connection, account: Account) -> None:
        assert asked(conn, account, 6, "broadcast") == 4
        assert asked(conn, account, 1, "broadcast", NOW + timedelta(days=5)) == 1


class TestRates:
    def test_each_api_has_its_own(self) -> None:
        send = "cgi-bin/message/mass/send"
        assert limits_of(OFFICIAL_ACCOUNT.rates, send) == {Place(send, 60): 60, Place(send, 86_400): 100}
        assert limits_of(OFFICIAL_ACCOUNT.rates, "cgi-bin/tags/get") == {}

    def test_the_narrower_counts_and_some_share_one(self) -> None:
        rates = (Rate(60, 100), Rate(60, 10, apis=("a",)), Rate(3600, 5, each=False, apis=("a", "b")))
        assert limits_of(rates, "a") == {Place("a", 60): 10, Place("a,b", 3600): 5}
        assert limits_of(rates, "b") == {Place("b", 60): 100, Place("a,b", 3600): 5}
        assert limits_of(rates, "c") == {Place("c", 60): 100}
