"""What the demo brand's members earn: rules that make sense together, made once; and a provider of SMS for their codes."""

import os

import pytest

from siyu.app.context import Context
from siyu.app.demo.membership import stand_membership
from siyu.app.demo.sms import prepare_sms, stand_sms
from siyu.engines.access import service as access
from siyu.loyalty import service as loyalty


def test_rules_are_made_once_and_never_over_an_operators(web_context: Context) -> None:
    stand_membership(web_context)
    with web_context.database.transaction() as conn:
        tiers = loyalty.tiers(conn)
        assert tiers
        actor, now = access.system("tests"), web_context.clock.now()
        changed = loyalty.read_tiers({"by": "orders", "tiers": [{"code": "one", "name": "一", "at_least": 0}]})
        loyalty.change_tiers(conn, actor, changed, tiers.version, "an operator's", now)
    stand_membership(web_context)
    with web_context.database.transaction() as conn:
        versions = (loyalty.tier_versions(conn), loyalty.task_versions(conn), loyalty.check_in_versions(conn))
        assert [len(found) for found in versions] == [2, 1, 1]


def test_the_provider_is_a_fake_unless_there_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[str] = []
    monkeypatch.setenv("SIYU_SMS_KEY", "of their own")
    assert prepare_sms() == 0
    stand_sms("http://localhost:1", lambda name, *_: started.append(name), 0)
    assert started == []
    for name in ("KEY", "SECRET", "SIGN_NAME", "TEMPLATE", "URL"):
        monkeypatch.setenv(f"SIYU_SMS_{name}", "")
    port = prepare_sms()
    assert os.environ["SIYU_SMS_URL"] == f"http://127.0.0.1:{port}"
    stand_sms("http://localhost:1", lambda name, *_: started.append(name), port)
    assert started == ["fake sms"]
    assert f"http://127.0.0.1:{port}/" in capsys.readouterr().err
