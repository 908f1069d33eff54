"""The push door, against callbacks encrypted by another implementation, and against everything else."""

import hashlib
import random
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from siyu.channels.types import THE_ACCOUNT, Departure, Grant, Push, PushRefused, PushRequest, Report, Scan, Unwanted
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import BadInput

APP = "wx5823bf96d3bd56c7"
TOKEN = "siyutoken"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
OPEN_ID = "oLVPpjqs9BhvzwPj5A-vTYAX3GLc"
STAMP = 1795665600  # the clock's own moment
TEMPLATE = "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc"


def sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def xml(inner: str, open_id: str = OPEN_ID, at: int = STAMP) -> str:
    return (
        f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{open_id}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime>{inner}</xml>"
    )


def event(name: str, inner: str = "") -> str:
    return xml(f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{inner}")


def safe(body: str, *, stamp: int = STAMP, app: str = APP, token: str = TOKEN, key: str = KEY) -> PushRequest:
    """A push as wechatpy encrypts it."""
    import xmltodict

    made = WeChatCrypto(token, key, app).encrypt_message(body, "nonce1", str(stamp))
    told = xmltodict.parse(made)["xml"]
    query = {
        "signature": sha1(token, str(stamp), "nonce1"),
        "timestamp": str(stamp),
        "nonce": "nonce1",
        "encrypt_type": "aes",
        "msg_signature": told["MsgSignature"],
    }
    outer = f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{told['Encrypt']}]]></Encrypt></xml>"
    return PushRequest("POST", query, {}, outer.encode())


def plain(body: str, stamp: int = STAMP) -> PushRequest:
    query = {"signature": sha1(TOKEN, str(stamp), "n"), "timestamp": str(stamp), "nonce": "n"}
    return PushRequest("POST", query, {}, body.encode())


def pushed(channel: Any, request: PushRequest) -> Push:
    answer = channel.read_push(request)
    assert answer.body == b"success"
    assert answer.push is not None
    return answer.push


def test_the_clock_is_the_stamp(clock: ManualClock) -> None:
    assert int(clock.now().timestamp()) == STAMP


class TestVerification:
    def test_gives_the_text_back(self, door: Any) -> None:
        query = {"timestamp": str(STAMP), "nonce": "7", "echostr": "1616140317555161061"}
        query["signature"] = sha1(TOKEN, str(STAMP), "7")
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        answer = door().read_push(PushRequest("GET", query, {}, b""))
        assert answer.body == b"1616140317555161061"
        assert answer.push is None

    def test_a_wrong_signature_is_refused(self, door: Any) -> None:
        query = {"timestamp": str(STAMP), "nonce": "7", "echostr": "1", "signature": sha1("other", str(STAMP), "7")}
        with pytest.raises(PushRefused):
            door().read_push(PushRequest("GET", query, {}, b""))

    def test_without_a_token_nothing_is_taken(self, door: Any, ports: Any) -> None:
        ports.secrets["callback_token"] = ""
        query = {"timestamp": str(STAMP), "nonce": "7", "echostr": "1", "signature": sha1("", str(STAMP), "7")}
        with pytest.raises(PushRefused):
            door().read_push(PushRequest("GET", query, {}, b""))


class TestModes:
    def test_safe(self, door: Any) -> None:
        push = pushed(door(), safe(event("VIEW", "<EventKey><![CDATA[https://a.b]]></EventKey>")))
        assert push.event == "VIEW"
        assert push.hints == (("contact", OPEN_ID),)
        assert push.grants == ()

    def test_plain(self, door: Any) -> None:
        assert pushed(door("plain"), plain(event("VIEW"))).event == "VIEW"

    def test_compatible_believes_only_what_is_encrypted(self, door: Any) -> None:
        request = safe(event("VIEW"))
        lie = event("unsubscribe").removeprefix("<xml>").removesuffix("</xml>")
        body = request.body.replace(b"<xml>", f"<xml>{lie}".encode(), 1)
        push = pushed(door("compatible"), PushRequest("POST", request.query, {}, body))
        assert push.event == "VIEW"
        assert push.departures == ()

    @pytest.mark.parametrize("mode", ["safe", "compatible"])
    def test_what_is_not_encrypted_is_refused(self, door: Any, mode: str) -> None:
        with pytest.raises(PushRefused):
            door(mode).read_push(plain(event("VIEW")))

    def test_json(self, door: Any) -> None:
        body = {"FromUserName": OPEN_ID, "CreateTime": STAMP, "MsgType": "event", "Event": "user_enter_tempsession"}
        push = pushed(door("plain", mini=True), plain(orjson.dumps(body).decode()))
        assert push.event == "user_enter_tempsession"

    def test_json_encrypted(self, door: Any) -> None:
        said = {"FromUserName": OPEN_ID, "CreateTime": STAMP, "MsgType": "event", "Event": "x"}
        request = safe(orjson.dumps(said).decode())
        encrypted = request.body.split(b"<Encrypt><![CDATA[")[1].split(b"]]>")[0].decode()
        body = orjson.dumps({"ToUserName": "gh_1", "Encrypt": encrypted})
        assert pushed(door(mini=True), PushRequest("POST", request.query, {}, body)).event == "x"


class TestRefusals:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"app": "wx1111111111111111"},
            {"key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"},
            {"token": "other"},
            {"stamp": STAMP - 601},
            {"stamp": STAMP + 601},
        ],
        ids=["app", "key", "token", "old", "future"],
    )
    def test_of_somebody_else_or_another_time(self, door: Any, wrong: dict[str, Any]) -> None:
        with pytest.raises(PushRefused):
            door().read_push(safe(event("VIEW"), **wrong))

    def test_within_ten_minutes_is_taken(self, door: Any) -> None:
        assert pushed(door(), safe(event("VIEW"), stamp=STAMP - 599))

    def test_without_a_key(self, door: Any, ports: Any) -> None:
        ports.secrets["callback_key"] = ""
        with pytest.raises(PushRefused):
            door().read_push(safe(event("VIEW")))

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "<xml>",
            "[1]",
            "null",
            "{",
            xml("<MsgType>event</MsgType><Event></Event>"),
            xml("<MsgType></MsgType>"),
            event("VIEW").replace(OPEN_ID, ""),
            event("VIEW").replace(OPEN_ID, "a b'; --"),
            event("VIEW").replace(str(STAMP), "soon"),
            event("VIEW").replace(str(STAMP), "99999999999999999999"),
            "<!DOCTYPE x [<!ENTITY a 'b'>]>" + event("&a;"),
        ],
    )
    def test_what_cannot_be_read(self, door: Any, body: str) -> None:
        with pytest.raises(BadInput):
            door("plain").read_push(plain(body))

    def test_too_large(self, door: Any) -> None:
        with pytest.raises(BadInput):
            door("plain").read_push(plain(event("VIEW", "<a>" + "x" * 2**20 + "</a>")))

    def test_very_deep(self, door: Any) -> None:
        deep = event("VIEW", "<a>" * 50_000 + "</a>" * 50_000)
        assert pushed(door("plain"), plain(deep)).event == "VIEW"


class TestRepeats:
    def test_a_repeat_has_the_same_id(self, door: Any) -> None:
        channel, body = door(), event("CLICK", "<EventKey>a</EventKey>")
        one, two = pushed(channel, safe(body)), pushed(channel, safe(body, stamp=STAMP + 5))
        assert one.id == two.id
        assert pushed(channel, safe(event("CLICK", "<EventKey>b</EventKey>"))).id != one.id

    def test_a_message_is_known_by_its_id(self, door: Any) -> None:
        said = "<MsgType>text</MsgType><Content>{}</Content><MsgId>24000000000000001</MsgId>"
        push = pushed(door(), safe(xml(said.format("你好"))))
        assert push.id == "msgid:24000000000000001"
        assert push.event == "text"


class TestMeaning:
    def test_a_message_opens_48_hours(self, door: Any) -> None:
        push = pushed(door(), safe(xml("<MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId>")))
        assert push.grants == (Grant("custom", OPEN_ID, 5, push.at + timedelta(hours=48)),)

    @pytest.mark.parametrize("name", ["SCAN", "CLICK", "scancode_push"])
    def test_an_act_opens_a_minute(self, door: Any, name: str) -> None:
        push = pushed(door(), safe(event(name, "<EventKey>k</EventKey>")))
        assert push.grants == (Grant("custom", OPEN_ID, 3, push.at + timedelta(minutes=1)),)

    def test_a_scan_by_who_follows_keeps_what_the_code_carried(self, door: Any) -> None:
        push = pushed(door(), safe(event("SCAN", "<EventKey><![CDATA[shop-7]]></EventKey><Ticket>t</Ticket>")))
        assert push.scan == Scan(OPEN_ID, "shop-7")
        assert push.arrival is None
        for other in ("CLICK", "subscribe"):
            assert pushed(door(), safe(event(other, "<EventKey>k</EventKey>"))).scan is None

    def test_following_by_a_code(self, door: Any) -> None:
        push = pushed(door(), safe(event("subscribe", "<EventKey><![CDATA[qrscene_shop-7]]></EventKey>")))
        assert push.grants[0].count == 3
        assert push.arrival is not None
        assert (push.arrival.state, push.arrival.staff_id) == ("shop-7", THE_ACCOUNT)
        assert push.arrival.until == push.at + timedelta(minutes=1)
        assert push.hints == (("contact", OPEN_ID),)

    def test_following_no_more(self, door: Any) -> None:
        push = pushed(door(), safe(event("unsubscribe")))
        assert push.departures == (Departure(THE_ACCOUNT, OPEN_ID, "customer", push.at),)
        assert push.grants == ()

    def test_accepting_templates(self, door: Any) -> None:
        rows = "".join(
            f"<List><TemplateId>{name}</TemplateId><SubscribeStatusString>{said}</SubscribeStatusString></List>"
            for name, said in ((TEMPLATE, "accept"), ("other", "reject"), ("third", "accept"))
        )
        push = pushed(
            door(),
            safe(event("subscribe_msg_popup_event", f"<SubscribeMsgPopupEvent>{rows}</SubscribeMsgPopupEvent>")),
        )
        assert push.grants == (
            Grant("notice", f"{OPEN_ID}/{TEMPLATE}", 1, None),
            Grant("notice", f"{OPEN_ID}/third", 1, None),
        )

    @pytest.mark.parametrize("many", [False, True])
    def test_accepting_in_a_mini_program(self, door: Any, many: bool) -> None:
        row = {"TemplateId": TEMPLATE, "SubscribeStatusString": "accept", "PopupScene": "0"}
        body = {
            "FromUserName": OPEN_ID,
            "CreateTime": STAMP,
            "MsgType": "event",
            "Event": "subscribe_msg_popup_event",
            "List": [row] if many else row,
        }
        push = pushed(door(mini=True), safe(orjson.dumps(body).decode()))
        assert push.grants == (Grant("notice", f"{OPEN_ID}/{TEMPLATE}", 1, None),)
        assert push.hints == ()

    def test_forbidding_takes_back(self, door: Any) -> None:
        row = f"<List><TemplateId>{TEMPLATE}</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List>"
        push = pushed(
            door(),
            safe(event("subscribe_msg_change_event", f"<SubscribeMsgChangeEvent>{row}</SubscribeMsgChangeEvent>")),
        )
        assert push.grants == (Grant("notice", f"{OPEN_ID}/{TEMPLATE}", 0, None),)
        assert push.unwanted == (Unwanted(OPEN_ID, TEMPLATE),)

    def test_results(self, door: Any) -> None:
        push = pushed(
            door(),
            safe(event("TEMPLATESENDJOBFINISH", "<MsgID>200163836</MsgID><Status>failed:user block</Status>")),
        )
        assert push.reports == (Report("200163836", OPEN_ID, False, "failed:user block"),)
        assert push.hints == ()
        assert push.unwanted == (Unwanted(OPEN_ID),)
        failed = "<MsgID>200163837</MsgID><Status>failed: system failed</Status>"
        assert pushed(door(), safe(event("TEMPLATESENDJOBFINISH", failed))).unwanted == ()

    def test_a_mini_program_has_no_followers(self, door: Any) -> None:
        push = pushed(door("plain", mini=True), plain(event("subscribe")))
        assert (push.arrival, push.grants, push.hints) == (None, (), ())


BODIES = [event("subscribe", "<EventKey>qrscene_1</EventKey>"), event("unsubscribe"), xml("<MsgType>text</MsgType>")]


def harmed(rng: random.Random, body: bytes) -> bytes:
    """A body after an accident, or an attack."""
    match rng.randrange(6):
        case 0:
            return body[: rng.randrange(len(body) + 1)]
        case 1:
            at = rng.randrange(len(body))
            return body[:at] + bytes([rng.randrange(256)]) + body[at + 1 :]
        case 2:
            return rng.randbytes(rng.randrange(200))
        case 3:
            at = rng.randrange(len(body))
            return body[:at] + body[at:] * 2
        case 4:
            return body.replace(b"<", b"&lt;", rng.randrange(4))
        case _:
            return bytes(body[rng.randrange(len(body))] for _ in range(len(body)))


class TestEverythingElse:
    @pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
    def test_thousands_of_harmed_pushes(self, door: Any, mode: str) -> None:
        rng, channel = random.Random(20261126), door(mode)
        requests = [plain(body) if mode == "plain" else safe(body) for body in BODIES]
        counts = {"taken": 0, "refused": 0}
        for _ in range(3000):
            request = rng.choice(requests)
            query = dict(request.query)
            body = harmed(rng, request.body) if rng.random() < 0.9 else request.body
            if rng.random() < 0.3:
                name = rng.choice(sorted(query))
                query[name] = rng.choice(["", "0", "é", "\ud800", "9" * 30, query[name][:-1], query[name] + "0"])
            try:
                channel.read_push(PushRequest("POST", query, {}, body))
                counts["taken"] += 1
            except (PushRefused, BadInput):
                counts["refused"] += 1
        assert counts["refused"] > 1000
        assert counts["taken"] > 50
        if mode != "plain":
            assert counts["taken"] < 1500

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(body=st.binary(max_size=300))
    def test_any_bytes(self, door: Any, body: bytes) -> None:
        for mode in ("safe", "plain"):
            request = PushRequest("POST", plain("x").query, {}, body)
            with pytest.raises((PushRefused, BadInput)):
                door(mode).read_push(request)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        said=st.dictionaries(
            st.sampled_from(
                [
                    "FromUserName",
                    "CreateTime",
                    "MsgType",
                    "Event",
                    "MsgId",
                    "List",
                    "EventKey",
                    "SubscribeMsgPopupEvent",
                ]
            ),
            st.recursive(
                st.one_of(
                    st.none(),
                    st.booleans(),
                    st.integers(-(2**63), 2**63),
                    st.text(max_size=20),
                    st.sampled_from([OPEN_ID, STAMP, "event", "subscribe_msg_popup_event", "subscribe"]),
                ),
                lambda inner: st.one_of(
                    st.lists(inner, max_size=3), st.dictionaries(st.just("List") | st.just("TemplateId"), inner)
                ),
                max_leaves=5,
            ),
        )
    )
    def test_any_json_that_is_signed(self, door: Any, said: dict[str, Any]) -> None:
        for mini in (False, True):
            try:
                answer = door("plain", mini=mini).read_push(plain(orjson.dumps(said).decode()))
            except BadInput:
                continue
            assert answer.push is not None
            assert all("\0" not in grant.subject_id for grant in answer.push.grants)
