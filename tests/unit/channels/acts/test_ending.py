"""An account is deleted: what is open ends with the reason, ties end once, history stays, and it can come again."""

import pytest
from tests.unit.channels.acts.conftest import ME, Acted
from tests.unit.channels.wecom.standing import AES_KEY, TOKEN

from siyu.channels import service
from siyu.channels.types import Content, Departure, Item, MarkWanted, Push
from siyu.engines.access.types import Principal
from siyu.kernel.errors import Conflict, NotAllowed, NotFound


def delete(acted: Acted) -> None:
    acted.done(lambda conn: service.pause_account(conn, ME, acted.account.id, acted.clock.now()))
    acted.done(lambda conn: service.delete_account(conn, ME, acted.account.id, acted.clock.now()))


def end(acted: Acted) -> int:
    ended = 0
    while count := acted.done(lambda conn: service.end_ties(conn, acted.account.id, acted.clock.now())):
        ended += count
    return ended


def standing(acted: Acted) -> tuple[int, int]:
    (follows,), (stays,) = (
        acted.rows("SELECT count(*) FROM channels.follow WHERE ended_at IS NULL")[0],
        acted.rows("SELECT count(*) FROM channels.chat_member WHERE left_at IS NULL")[0],
    )
    return follows, stays


def test_ties_end_once_with_the_reason_and_history_stays(acted: Acted) -> None:
    follows, stays = standing(acted)
    assert follows
    assert stays
    customers = acted.rows("SELECT count(*) FROM channels.chat_member WHERE left_at IS NULL AND kind = 'customer'")[0][
        0
    ]
    delete(acted)
    assert standing(acted) == (follows, stays)  # behind the transaction
    assert end(acted)
    assert standing(acted) == (0, 0)
    told = acted.messages()
    happened = [one for message in told for one in message.payload.get("happened", ())]
    ended = [one for one in happened if one["kind"] == "friend.deleted"]
    assert len(ended) == follows
    assert {one["properties"]["by"] for one in ended} == {"account"}
    assert len([one for one in happened if one["kind"] == "chat.left"]) == customers
    assert not any(one["standing"] for message in told for one in message.payload.get("relations", ()))
    assert acted.rows("SELECT DISTINCT ended_by FROM channels.follow WHERE ended_by <> 'customer'") == [("account",)]
    assert end(acted) == 0
    assert acted.messages() == []
    assert acted.rows("SELECT count(*) FROM channels.staff WHERE gone_at IS NULL") == [(0,)]


def test_what_is_open_ends_and_secrets_go(acted: Acted) -> None:
    first, second, third = [one for one in acted.follows(8) if not one.gone][:3]
    taker = next(one for one in acted.corp.state.follows if one != second.userid and acted.corp.seen(one))
    item = Item("k", first.external_userid, Content("上新"), first.userid)
    now = acted.clock.now()
    acted.done(lambda conn: service.deliver(conn, acted.account, "group_send", [item], now))
    acted.done(
        lambda conn: service.hand_over(conn, ME, acted.account, second.userid, taker, [second.external_userid], now)
    )
    (tag, *_) = acted.rows("SELECT tag_id FROM channels.tag WHERE gone_at IS NULL ORDER BY 1")
    wanted = [MarkWanted(third.external_userid, third.userid, (tag[0],))]
    order = acted.done(lambda conn: service.order_marks(conn, ME, acted.account, wanted, now))
    delete(acted)
    assert not service.do_deliveries(acted.desk) + service.do_marks(acted.desk) + service.do_handovers(acted.desk)
    kept = acted.done(lambda conn: service.deliveries(conn, acted.account.id, ["k"]))["k"]
    assert (kept.state, kept.result, kept.reason) == (
        "refused", "cancelled", "The account was deleted from Siyu.",
    )  # fmt: skip
    (handover,) = acted.done(lambda conn: service.handover_page(conn, acted.account.id))
    assert (handover.state, handover.reason_zh) == ("failed", "该渠道账号已从 Siyu 删除。")
    _, (mark,) = acted.done(lambda conn: service.marks(conn, acted.account.id, order.id))
    assert mark.state == "failed"
    assert acted.rows("SELECT settings, secrets FROM channels.account") == [({}, {})]
    for table in ("token", "health", "quota_use", "rate", "reread"):
        assert acted.rows(f"SELECT count(*) FROM channels.{table}") == [(0,)]
    assert acted.audit()[-1] == "channel.deleted"


def test_it_is_not_found_any_more_and_nothing_is_heard_for_it(acted: Acted) -> None:
    tie = acted.follows(1)[0]
    under_way = [piece for piece, _ in acted.channel.walk("")]
    delete(acted)
    end(acted)
    acted.messages()
    assert acted.done(service.accounts) == []
    assert [one.id for one in acted.done(service.accounts_ever)] == [acted.account.id]
    for act in (service.account, lambda conn, id_: service.delete_account(conn, ME, id_, acted.clock.now())):
        with pytest.raises(NotFound):
            acted.done(lambda conn, act=act: act(conn, acted.account.id))
    gone = Departure(tie.userid, tie.external_userid, "customer", acted.clock.now())
    push = service.push_message(acted.account, Push("p", "left", acted.clock.now(), (), (gone,)), acted.clock.now())
    acted.done(lambda conn: service.hear(conn, [push], acted.clock.now()))
    for piece in under_way:
        assert not acted.done(
            lambda conn, seen=piece: service.mirror(conn, acted.account, seen, acted.clock.now())
        ).began
    assert standing(acted) == (0, 0)
    assert acted.messages() == []


def test_the_same_corp_comes_again_as_another_account(acted: Acted) -> None:
    follows, _ = standing(acted)
    values = {
        "corp_id": acted.corp.corp_id, "agent_id": "1000002", "secret": "s", "callback_token": TOKEN,
        "encoding_aes_key": AES_KEY, "base_url": acted.account.settings["base_url"],
    }  # fmt: skip
    delete(acted)
    made = acted.done(
        lambda conn: service.connect_account(conn, ME, channel="wecom", values=values, now=acted.clock.now())
    )
    assert made.id != acted.account.id
    assert made.source_id == acted.account.source_id
    assert end(acted) >= follows / 2  # of the old one
    assert acted.rows("SELECT count(*) FROM channels.follow WHERE account_id = :id", id=made.id) == [(0,)]


def test_who_may_and_when(acted: Acted) -> None:
    now = acted.clock.now()
    with pytest.raises(Conflict, match="pause it first"):
        acted.done(lambda conn: service.delete_account(conn, ME, acted.account.id, now))
    acted.done(lambda conn: service.pause_account(conn, ME, acted.account.id, now))
    nobody = Principal(kind="operator", id=7, name="x", rights=frozenset({"channels.act", "channels.read"}))
    with pytest.raises(NotAllowed):
        acted.done(lambda conn: service.delete_account(conn, nobody, acted.account.id, now))
    assert len(acted.done(service.accounts)) == 1
