"""Customer service: who wrote, when, of which kind; and that it may be answered."""

from datetime import timedelta

import pytest
from tests.unit.channels.acts.conftest import Acted

from siyu.channels import service
from siyu.channels.types import Push, Refusal, Reservation, Spoken, UnreadablePush, Wanted
from siyu.rehearsal.platforms import faults

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def hear(acted: Acted, service_id: str, token: str = "", number: int = 1) -> None:
    now = acted.clock.now()
    push = Push(f"kf{number}", "kf_msg_or_event", now, spoken=(Spoken(service_id, token, now + 9 * MINUTE),))
    message = service.push_message(acted.account, push, now)
    assert service.read_push(message) == (acted.account.id, push)
    acted.done(lambda conn: service.hear(conn, [message], now))


def work(acted: Acted) -> None:
    while service.do_conversations(acted.desk):
        pass


def facts(acted: Acted) -> list[tuple[str, str, str]]:
    return [
        (message.payload["contact"], one["kind"], one["properties"]["kind"])
        for message in acted.messages()
        for one in message.payload.get("happened", ())
    ]


def test_who_wrote_is_told_once_and_may_be_answered_five_times(acted: Acted) -> None:
    desk = acted.corp.account_is_made("客服")
    one = acted.follows(1)[0].external_userid
    acted.corp.customer_says(one, desk.open_kfid, "秘密的话")
    acted.corp.customer_enters(one, desk.open_kfid)
    token = next(reversed(acted.corp.state.kf_tokens))
    hear(acted, desk.open_kfid, token)
    work(acted)
    messages = acted.messages()
    assert [message.payload["happened"][0]["kind"] for message in messages] == ["message.received"]
    assert "秘密的话" not in str(messages)
    assert messages[0].payload["happened"][0]["properties"]["kind"] == "text"
    hear(acted, desk.open_kfid, number=2)
    work(acted)
    assert facts(acted) == []
    wanted = [Wanted(str(n), ("kf",), one) for n in range(6)]
    answers = acted.done(lambda conn: service.reserve(conn, acted.account, wanted, acted.clock.now()))
    assert [type(each) for each in answers] == [Reservation] * 5 + [Refusal]
    acted.clock.advance(49 * HOUR)
    (closed,) = acted.done(lambda conn: service.reserve(conn, acted.account, wanted[:1], acted.clock.now()))
    assert isinstance(closed, Refusal)


def test_a_lost_push_is_made_good_within_an_hour(acted: Acted) -> None:
    desk = acted.corp.account_is_made("客服")
    first, second = (one.external_userid for one in acted.follows(2)[:2])
    acted.corp.customer_says(first, desk.open_kfid, "在吗")
    hear(acted, desk.open_kfid)
    work(acted)
    acted.messages()
    acted.corp.customer_says(second, desk.open_kfid, "你好")
    work(acted)
    assert facts(acted) == []
    acted.clock.advance(HOUR)
    work(acted)
    assert facts(acted) == [(second, "message.received", "text")]


def test_a_platform_that_refuses_is_asked_again_and_nothing_is_lost(acted: Acted) -> None:
    desk = acted.corp.account_is_made("客服")
    one = acted.follows(1)[0].external_userid
    acted.corp.customer_says(one, desk.open_kfid, "在吗")
    acted.corp.faults.refusals.append(faults.Refusal(95017, "kf/sync_msg", times=1))
    hear(acted, desk.open_kfid)
    work(acted)
    assert facts(acted) == []
    acted.clock.advance(MINUTE)
    work(acted)
    assert facts(acted) == [(one, "message.received", "text")]


def test_a_push_that_names_no_account_is_unreadable(acted: Acted) -> None:
    message = service.push_message(acted.account, Push("p", "e", acted.clock.now()), acted.clock.now())
    bad = message._replace(payload={**message.payload, "spoken": [{"service_id": 1, "token": "t", "until": 0}]})
    with pytest.raises(UnreadablePush):
        acted.done(lambda conn: service.hear(conn, [bad], acted.clock.now()))
