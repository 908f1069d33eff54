"""Callbacks as another implementation encrypts them, and ten thousand that are none."""

import random
import string
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.channels.wecom.standing import AES_KEY, CORP, TOKEN
from tests.unit.channels.wecom.test_crypto import ECHO, ENCRYPTED
from wechatpy.work.crypto import WeChatCrypto

from siyu.channels.types import Arrival, Departure, Push, PushAnswer, PushRefused, PushRequest
from siyu.channels.wecom.crypto import signature
from siyu.channels.wecom.pushes import MAX_BYTES, Keys, answer
from siyu.kernel.errors import BadInput, TooLarge

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
KEYS = Keys(TOKEN, AES_KEY, CORP)
AT = int(NOW.timestamp()) - 2
THEN = datetime.fromtimestamp(AT, UTC)


def xml(**fields: str) -> str:
    all_fields = {
        "ToUserName": CORP,
        "FromUserName": "sys",
        "CreateTime": str(AT),
        "MsgType": "event",
        **fields,
    }
    return "<xml>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in all_fields.items()) + "</xml>"


def sealed(plain: str, *, nonce: str = "1372623149", at: int = AT, corp: str = CORP, key: str = AES_KEY) -> PushRequest:
    """As the other implementation encrypts and signs."""
    said = WeChatCrypto(TOKEN, key, corp).encrypt_message(plain, nonce, str(at))
    encrypted = said.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    body = f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><AgentID/><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    query = {"msg_signature": signature(TOKEN, str(at), nonce, encrypted), "timestamp": str(at), "nonce": nonce}
    assert query["msg_signature"] in said
    return PushRequest("POST", query, {}, body.encode())


def heard(plain: str) -> Push:
    found = answer(sealed(plain), KEYS, NOW)
    assert found.body == b"success"
    assert found.push is not None
    return found.push


def external(change: str, **fields: str) -> str:
    return xml(Event="change_external_contact", ChangeType=change, UserID="zhangsan", ExternalUserID="wmAAA", **fields)


class TestTheDoor:
    def test_the_official_verification(self) -> None:
        query = {
            "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
            "timestamp": "1409659589",
            "nonce": "263014780",
            "echostr": ECHO,
        }
        then = datetime.fromtimestamp(1409659590, UTC)
        assert answer(PushRequest("GET", query, {}, b""), KEYS, then) == PushAnswer(b"1616140317555161061")
        decoded_as_a_form = {**query, "echostr": ECHO.replace("+", " ")}
        assert answer(PushRequest("GET", decoded_as_a_form, {}, b""), KEYS, then).body == b"1616140317555161061"

    def test_the_official_message(self) -> None:
        query = {
            "msg_signature": "477715d11cdb4164915debcba66cb864d751f3e6",
            "timestamp": "1409659813",
            "nonce": "1372623149",
        }
        body = f"<xml><Encrypt><![CDATA[{ENCRYPTED}]]></Encrypt></xml>".encode()
        push = answer(PushRequest("POST", query, {}, body), KEYS, datetime.fromtimestamp(1409659820, UTC)).push
        assert push is not None
        assert (push.event, push.at, push.hints) == ("text", datetime.fromtimestamp(1409659813, UTC), ())

    def test_too_large(self) -> None:
        with pytest.raises(TooLarge):
            answer(PushRequest("POST", {}, {}, b"x" * (MAX_BYTES + 1)), KEYS, NOW)

    def test_without_keys_nothing_is_believed(self) -> None:
        with pytest.raises(PushRefused, match="not filled in"):
            answer(sealed(external("add_external_contact")), Keys("", AES_KEY, CORP), NOW)

    @pytest.mark.parametrize("minutes", [-4, 0, 59])
    def test_what_is_young_enough(self, minutes: int) -> None:
        assert answer(sealed(xml(Event="x"), at=AT - minutes * 60), KEYS, NOW).push is not None

    @pytest.mark.parametrize("minutes", [-6, 61, 60 * 24 * 365])
    def test_what_is_not(self, minutes: int) -> None:
        with pytest.raises(PushRefused):
            answer(sealed(xml(Event="x"), at=AT - minutes * 60), KEYS, NOW)

    def test_for_another_corp(self) -> None:
        with pytest.raises(PushRefused):
            answer(sealed(xml(Event="x"), corp="wx0000000000000000"), KEYS, NOW)
        with pytest.raises(PushRefused, match="another corp"):
            answer(sealed(xml(Event="x", ToUserName="wx0000000000000000")), KEYS, NOW)

    def test_with_another_key(self) -> None:
        with pytest.raises(PushRefused, match="EncodingAESKey"):
            answer(sealed(xml(Event="x"), key="A" * 43), KEYS, NOW)

    @pytest.mark.parametrize(
        "plain",
        [
            "",
            "no xml",
            "<xml>",
            '<!DOCTYPE x [<!ENTITY a "b">]><xml><ToUserName>&a;</ToUserName></xml>',
            '<?xml version="1.0" encoding="nobody-knows"?><xml/>',
            xml(CreateTime="yesterday", Event="x"),
            xml(CreateTime="99999999999999", Event="x"),
            xml(MsgType=""),
        ],
    )
    def test_signed_and_meaningless(self, plain: str) -> None:
        with pytest.raises((BadInput, PushRefused)):
            answer(sealed(plain), KEYS, NOW)


class TestMeaning:
    def test_somebody_came(self) -> None:
        push = heard(external("add_external_contact", State="shop7", WelcomeCode="CODE"))
        assert push.event == "change_external_contact.add_external_contact"
        assert push.hints == (("contact", "wmAAA"),)
        assert push.at == THEN
        assert push.arrival == Arrival("zhangsan", "wmAAA", "CODE", THEN + timedelta(seconds=20), "shop7")
        assert "CODE" not in repr(push.arrival)

    def test_before_the_member_confirms(self) -> None:
        assert heard(external("add_half_external_contact", WelcomeCode="CODE")).arrival is not None

    def test_without_a_code_nobody_is_greeted(self) -> None:
        assert heard(external("add_external_contact")).arrival is None

    @pytest.mark.parametrize(
        ("change", "further", "by"),
        [
            ("del_external_contact", {}, "staff"),
            ("del_external_contact", {"Source": "DELETE_BY_TRANSFER"}, "transfer"),
            ("del_follow_user", {}, "customer"),
        ],
    )
    def test_who_ended_a_tie(self, change: str, further: dict[str, str], by: str) -> None:
        push = heard(external(change, **further))
        assert push.departures == (Departure("zhangsan", "wmAAA", by, THEN),)  # type: ignore[arg-type]
        assert push.hints == (("contact", "wmAAA"),)

    @pytest.mark.parametrize(
        ("fields", "hints"),
        [
            ({"Event": "change_external_chat", "ChangeType": "update", "ChatId": "wrAAA"}, (("group", "wrAAA"),)),
            ({"Event": "change_external_chat", "ChangeType": "dismiss", "ChatId": "wrAAA"}, (("group", "wrAAA"),)),
            ({"Event": "change_external_tag", "ChangeType": "shuffle", "Id": ""}, (("tags", ""),)),
            ({"Event": "change_contact", "ChangeType": "create_user", "UserID": "li"}, (("staff", "li"),)),
            (
                {"Event": "change_contact", "ChangeType": "update_user", "UserID": "li", "NewUserID": "li2"},
                (("staff", "li"), ("staff", "li2")),
            ),
            ({"Event": "change_contact", "ChangeType": "delete_user", "UserID": "li"}, (("staff", "li"),)),
            ({"Event": "change_contact", "ChangeType": "update_party", "Id": "2"}, (("staff", ""),)),
            ({"Event": "customer_acquisition", "ChangeType": "balance_low"}, ()),
            (
                {"Event": "customer_acquisition", "ChangeType": "customer_start_chat", "ExternalUserID": "wm"},
                (("contact", "wm"),),
            ),
            ({"Event": "kf_msg_or_event", "Token": "T", "OpenKfId": "wk"}, ()),
            ({"Event": "something_new"}, ()),
            (
                {"Event": "change_external_contact", "ChangeType": "transfer_fail", "ExternalUserID": "wm"},
                (("contact", "wm"),),
            ),
        ],
    )
    def test_what_is_read_again(self, fields: dict[str, str], hints: tuple[tuple[str, str], ...]) -> None:
        push = heard(xml(**fields))
        assert push.hints == hints
        assert push.departures == ()
        assert push.arrival is None

    @pytest.mark.parametrize(
        ("change", "codes", "ailing"),
        [
            ("delete_link", (("l1", ""),), False),
            ("link_unavailable", (("l1", "unavailable"),), False),
            ("friend_request", (), False),
            ("balance_low", (), True),
            ("balance_exhausted", (), True),
            ("balance_increased", (), True),
            ("quota_expire_soon", (), True),
        ],
    )
    def test_what_became_of_acquisition_links(
        self, change: str, codes: tuple[tuple[str, str], ...], ailing: bool
    ) -> None:
        push = heard(xml(Event="customer_acquisition", ChangeType=change, LinkId="l1"))
        assert (push.codes, push.ailing, push.hints) == (codes, ailing, ())

    def test_somebody_wrote_to_customer_service(self) -> None:
        push = heard(xml(Event="kf_msg_or_event", Token="T", OpenKfId="wk"))
        (spoken,) = push.spoken
        assert (spoken.service_id, spoken.token) == ("wk", "T")
        assert timedelta(minutes=5) < spoken.until - push.at < timedelta(minutes=10)

    def test_a_repeat_has_the_same_id_and_another_customer_another(self) -> None:
        """The platform's own advice (sender and time) makes one of two customers who come in the same second."""
        plain = external("edit_external_contact")
        first, again = answer(sealed(plain), KEYS, NOW).push, answer(sealed(plain, nonce="9"), KEYS, NOW).push
        other = answer(sealed(plain.replace("wmAAA", "wmBBB")), KEYS, NOW).push
        assert first is not None
        assert again is not None
        assert other is not None
        assert first.id == again.id != other.id
        assert len(first.id) == 64

    @given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40))
    def test_any_state_survives(self, state: str) -> None:
        if any(char in state for char in "\ufffe\uffff"):
            return
        push = heard(external("add_external_contact", State=state, WelcomeCode="C"))
        assert push.arrival is not None
        assert push.arrival.state == state.strip()


def spoiled(chance: random.Random, good: PushRequest) -> PushRequest:
    """One thing of a good push is changed."""
    query, body = dict(good.query), good.body
    what = chance.randrange(8)
    if what == 0:
        name = chance.choice(list(query))
        value = list(query[name])
        place = chance.randrange(len(value))
        value[place] = chance.choice([one for one in string.printable + "é漢" if one != value[place]])
        query[name] = "".join(value)
    elif what == 1:
        del query[chance.choice(list(query))]
    elif what == 2:
        body = body[: chance.randrange(len(body) - len("</Encrypt></xml>") - 3)]
    elif what == 3:
        begin = body.index(b"<Encrypt>") + 18
        place = chance.randrange(begin, body.index(b"]]></Encrypt>"))
        old = body[place]
        body = body[:place] + bytes([chance.choice([one for one in range(256) if one != old])]) + body[place + 1 :]
    elif what == 4:
        late = str(AT - chance.randrange(3700, 10**9))  # recorded, with its own signature or under a new time
        query["timestamp"] = late
        if chance.random() < 0.5:
            encrypted = body.partition(b"<Encrypt><![CDATA[")[2].partition(b"]]>")[0].decode()
            query["msg_signature"] = signature(TOKEN, late, query["nonce"], encrypted)
    elif what == 5:
        body = chance.randbytes(chance.randrange(400))
    elif what == 6:
        encrypted = "".join(chance.choices(string.ascii_letters + string.digits + "+/=", k=chance.randrange(1, 300)))
        query["msg_signature"] = signature(TOKEN, query["timestamp"], query["nonce"], encrypted)
        body = f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()
    else:
        query["msg_signature"] = signature(
            "".join(chance.choices(string.ascii_letters, k=6)), query["timestamp"], query["nonce"], "x"
        )
    return PushRequest(chance.choice(["POST", "POST", "GET"]), query, {}, body)


class TestForgeries:
    def test_ten_thousand(self) -> None:
        """No forgery is believed, and none raises what the door does not know."""
        chance = random.Random(20260302)
        goods = [sealed(external("add_external_contact", WelcomeCode=str(n)), nonce=str(n)) for n in range(50)]
        for good in goods:
            assert answer(good, KEYS, NOW).push is not None
        for _ in range(10_000):
            bad = spoiled(chance, chance.choice(goods))
            with pytest.raises((PushRefused, BadInput)):
                answer(bad, KEYS, NOW)

    def test_deep_nesting_is_read_or_refused(self) -> None:
        deep = "<a>" * 20_000 + "</a>" * 20_000
        with pytest.raises((PushRefused, BadInput)):
            answer(
                PushRequest("POST", {"msg_signature": "1", "timestamp": "1", "nonce": "1"}, {}, deep.encode()),
                KEYS,
                NOW,
            )
