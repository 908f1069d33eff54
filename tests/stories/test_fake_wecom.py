"""The fake WeCom is a WeCom for others too: a third party's client works with it, and answers have the documented shapes."""

import inspect
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlparse

import httpx
import pytest
from wechatpy.exceptions import WeChatClientException, WeChatException
from wechatpy.work import WeChatClient, parse_message
from wechatpy.work.crypto import WeChatCrypto

from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.app import create_app
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp

SAMPLES = Path(__file__).parents[3] / "shared" / "reference" / "wecom-samples.json"
TOKEN, KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
START = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def corp(clock: ManualClock) -> Corp:
    made = world.build(clock, seed=5, staff=6, follows=120, groups=4)
    for staff in made.state.staff.values():
        staff.forgets, staff.minutes = 0.0, 10
    return made


@pytest.fixture
def url(corp: Corp) -> Iterator[str]:
    with serving(create_app(corp)) as address:
        yield address


class Client(WeChatClient):
    """The client as it is, but for the addresses."""

    def fetch_access_token(self) -> Any:
        params = {"corpid": self.corp_id, "corpsecret": self.secret}
        return self._fetch_access_token(url=f"{self.API_BASE_URL}gettoken", params=params)


@pytest.fixture
def client(corp: Corp, url: str) -> Iterator[Client]:
    made = Client(corp.corp_id, DEFAULT_SECRET)
    made.API_BASE_URL = f"{url}/cgi-bin/"
    made._http.trust_env = False
    yield made
    made._http.close()


class TestThirdPartyClient:
    def test_every_call_of_external_contact_is_completed(self, corp: Corp, client: Client, clock: ManualClock) -> None:
        api = client.external_contact
        done: dict[str, Any] = {}

        def call(name: str, *args: Any, **kwargs: Any) -> Any:
            done[name] = getattr(api, name)(*args, **kwargs)
            return done[name]

        users = call("get_follow_user_list")["follow_user"]
        one, other = users[0], users[1]
        customers = call("list", one)["external_userid"]
        everybody = list(corp.state.follows[one])
        assert sorted(customers) == sorted(everybody)
        batch = call("batch_get_by_user", one, "", 5)
        assert batch["next_cursor"]
        done["gen_all_by_user"] = list(api.gen_all_by_user(one, 5))
        assert len(done["gen_all_by_user"]) == len(everybody)
        assert call("get", customers[0])["external_contact"]["external_userid"] == customers[0]

        way = call("add_contact_way", 2, 2, state="s1", user=[one, other])["config_id"]
        assert call("get_contact_way", way)["contact_way"]["state"] == "s1"
        call("update_contact_way", way, "remark", state="s2", user=[one])
        person = corp.new_person("新客")
        userid, code = corp.customer_scans(person.external_userid, way)
        assert userid == one
        call("send_welcome_msg", {"welcome_code": code, "text": {"content": "你好"}})
        with pytest.raises(WeChatClientException) as again:
            api.send_welcome_msg({"welcome_code": code, "text": {"content": "你好"}})
        assert again.value.errcode == 41051
        call("del_contact_way", way)

        group = call("add_corp_tag", None, "群组", 1, [{"name": "甲"}, {"name": "乙"}])["tag_group"]
        tags = [tag["id"] for tag in group["tag"]]
        call("edit_corp_tag", tags[0], "丙", 2)
        call("mark_tag", one, customers[0], add_tag=tags)
        assert {t["tag_name"] for t in api.get(customers[0])["follow_user"][0]["tags"]} >= {"丙", "乙"}
        assert len(call("get_corp_tag_list", tags)["tag_group"][0]["tag"]) == 2
        call("del_corp_tag", tag_id=tags)
        assert group["group_id"] not in corp.state.tag_groups

        sent = call("add_msg_template", {"external_userid": customers, "sender": one, "text": {"content": "上新"}})
        clock.advance(timedelta(hours=12))
        corp.tick()
        results = call("get_group_msg_result", sent["msgid"])["detail_list"]
        assert {r["status"] for r in results} <= {1, 2}
        assert any(r["status"] == 1 for r in results)

        chats = call("get_group_chat_list", 10)["group_chat_list"]
        assert call("get_group_chat_info", chats[0]["chat_id"])["group_chat"]["member_version"]
        template = call("add_group_welcome_template", {"text": {"content": "欢迎 %NICKNAME%"}})["template_id"]
        call("update_group_welcome_template", {"text": {"content": "欢迎"}}, template)
        assert call("get_group_welcome_template", template)["text"] == {"content": "欢迎"}
        call("del_group_welcome_template", template)

        now = int(clock.now().timestamp())
        row = call("get_user_behavior_data", [one], now - 86_400, now)["behavior_data"][-1]
        assert row["new_contact_cnt"] == 1
        call("transfer", customers[1], one, other)
        clock.advance(timedelta(hours=25))
        corp.tick()
        assert customers[1] in corp.state.follows[other]
        corp.staff_leaves(other)
        unassigned = call("get_unassigned_list", page_size=1000)["info"]
        assert {u["handover_userid"] for u in unassigned} == {other}

        methods = {
            name
            for name, _ in inspect.getmembers(type(api), inspect.isfunction)
            if name in vars(type(api)) and not name.startswith("_")
        }
        assert set(done) == methods

    def test_groups_and_staff(self, corp: Corp, client: Client) -> None:
        assert {one["chat_id"] for one in client.external_contact_group_chat.list_all(limit=3)} == set(
            corp.state.groups
        )
        at = int(START.timestamp()) - 86_400
        assert client.external_contact_group_chat.statistic(at)["total"] >= 1
        assert len(client.department.list()) == len(corp.state.departments)
        assert client.user.get("staff0001")["name"] == corp.state.staff["staff0001"].name
        assert len(client.user.list(1, fetch_child=True)) == 6
        assert client.media.upload("image", ("a.png", io.BytesIO(b"0123456789")))["media_id"] in corp.state.media
        client.message.send_text(1000002, "staff0001", content="hi")
        assert corp.state.app_messages[0]["to"] == ["staff0001"]

    def test_service(self, corp: Corp, client: Client) -> None:
        (account,) = client.kf.get_account_list()["account_list"]
        person, where = corp.new_person().external_userid, account["open_kfid"]
        code = corp.customer_enters(person, where, "poster")
        client.kf.send_msg_on_event(code, "text", {"text": {"content": "您好"}})
        corp.customer_says(person, where, "在吗")
        said = client.kf.sync_msg("")
        assert [m["origin"] for m in said["msg_list"]] == [4, 5, 3]
        for number in range(5):
            client.kf_message.send_text(person, where, f"答 {number}", f"id-{number}")
        client.kf_message.send_text(person, where, "答 0", "id-0")  # the same message once more
        with pytest.raises(WeChatClientException) as sixth:
            client.kf_message.send_text(person, where, "答 6")
        assert sixth.value.errcode == 95001
        assert len(client.kf.sync_msg("", cursor=said["next_cursor"])["msg_list"]) == 5

    def test_a_token_that_dies_early_is_fetched_again(self, corp: Corp, client: Client, clock: ManualClock) -> None:
        client.external_contact.get_follow_user_list()
        before = client.access_token
        corp.tokens.die()
        client.external_contact.get_follow_user_list()
        assert client.access_token != before
        clock.advance(timedelta(seconds=7200))  # the client's own clock has not moved: it meets 42001
        client.external_contact.get_follow_user_list()


class Listener:
    """A receiver that decrypts with the third party's own code."""

    def __init__(self, corp: Corp) -> None:
        self.crypto = WeChatCrypto(TOKEN, KEY, corp.corp_id)
        self.heard: list[Any] = []
        self.refuse = 0
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                q = {k: v[0] for k, v in parse_qs(urlparse(self.path).query).items()}
                said = listener.crypto.check_signature(q["msg_signature"], q["timestamp"], q["nonce"], q["echostr"])
                self._answer(200, said.encode() if isinstance(said, str) else said)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                q = {k: v[0] for k, v in parse_qs(urlparse(self.path).query).items()}
                if listener.refuse:
                    listener.refuse -= 1
                    self._answer(500, b"")
                    return
                try:
                    xml = listener.crypto.decrypt_message(body, q["msg_signature"], q["timestamp"], q["nonce"])
                except (WeChatException, ValueError):
                    self._answer(403, b"")
                    return
                listener.heard.append(parse_message(xml))
                self._answer(200, b"")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def listener(corp: Corp) -> Iterator[Listener]:
    made = Listener(corp)
    corp.call_back(made.url, TOKEN, KEY)
    yield made
    corp.hang_up()
    made.close()


class TestCallbacks:
    def test_are_understood_by_third_party_code(self, corp: Corp, listener: Listener) -> None:
        assert corp.verify() == (True, "")
        person = corp.new_person("张三").external_userid
        code = corp.customer_adds(person, "staff0001", state="s")
        corp.customer_deletes(person, "staff0001")
        corp.staff_deletes("staff0001", person)
        assert corp.deliver() == 3
        first, second, third = listener.heard
        assert (first._data["ChangeType"], first._data["WelcomeCode"], first._data["State"]) == (
            "add_external_contact",
            code,
            "s",
        )
        assert first._data["FromUserName"] == "sys"
        assert second._data["ChangeType"] == "del_follow_user"
        assert third._data["ChangeType"] == "del_external_contact"

    def test_group_members_come_with_versions_that_fit_together(self, corp: Corp, listener: Listener) -> None:
        chat = corp.group_is_made("staff0001", "新群")
        people = [corp.new_person().external_userid for _ in range(3)]
        before = chat.version
        corp.group_gains(chat.chat_id, people[:2], scene=3)
        corp.group_gains(chat.chat_id, people[2:])
        corp.deliver()
        _, one, two = (heard._data for heard in listener.heard)
        assert one["MemChangeList"]["Item"] == people[:2]
        assert one["JoinScene"] == "3"
        assert [one["LastMemVer"], two["LastMemVer"], two["CurMemVer"]] == [before, one["CurMemVer"], chat.version]

    def test_three_tries_and_no_more(self, corp: Corp, listener: Listener) -> None:
        listener.refuse = 2
        corp.customer_adds(corp.new_person().external_userid, "staff0001")
        corp.deliver()
        assert len(listener.heard) == 1
        listener.refuse = 3
        corp.customer_adds(corp.new_person().external_userid, "staff0001")
        corp.deliver()
        assert len(listener.heard) == 1
        assert corp.deliverer is not None
        assert [one.tries for one in corp.deliverer.history] == [3, 3]
        assert corp.deliverer.counts["refused"] == 1

    @pytest.mark.parametrize("wrong", ["signature", "key", "receiver"])
    def test_spoiled_ones_are_refused(self, corp: Corp, listener: Listener, wrong: Any) -> None:
        corp.faults.spoiled = wrong
        corp.customer_adds(corp.new_person().external_userid, "staff0001")
        corp.deliver()
        assert listener.heard == []


def shape(value: Any) -> Any:
    """Names of fields at every depth; of a list, those of any element."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        merged: dict[str, Any] = {}
        for one in value:
            if isinstance(one, dict):
                for name, inner in shape(one).items():
                    merged[name] = {**inner, **merged[name]} if isinstance(merged.get(name), dict) else inner
        return merged
    return None


def missing(wanted: Any, given: Any, path: str = "") -> list[str]:
    """Fields of ``wanted`` that ``given`` has not."""
    if not isinstance(wanted, dict):
        return []
    if not isinstance(given, dict):
        return [path]
    return [
        found
        for name, inner in wanted.items()
        for found in ([f"{path}.{name}"] if name not in given else missing(inner, given[name], f"{path}.{name}"))
    ]


# Fields that the samples show together and that never stand together, with the reason.
NOT_TOGETHER = {
    "/cgi-bin/externalcontact/get": {".next_cursor"},  # only with more than 500 followers, tested elsewhere
    "/cgi-bin/externalcontact/list_contact_way": set(),
    "/cgi-bin/externalcontact/get_moment_list": {".moment_list.location"},  # staff alone can add a place
    "/cgi-bin/kf/sync_msg": {".msg_list.servicer_userid"},  # only what staff wrote by hand
    "/cgi-bin/kf/customer/batchget": {".customer_list.enter_session_context.wechat_channels"},  # none came from there
    "/cgi-bin/externalcontact/batch/get_by_user": {
        ".external_contact_list.external_contact.external_profile.external_attr.web",
        ".external_contact_list.external_contact.external_profile.external_attr.miniprogram",
    },
}
NOT_TOGETHER["/cgi-bin/externalcontact/get"] |= {
    ".external_contact.external_profile.external_attr.web",
    ".external_contact.external_profile.external_attr.miniprogram",
}

# Not part of what the fake speaks: signing in with WeCom, and rules for what staff may write.
NOT_SPOKEN = {
    "auth/getuserdetail",
    "externalcontact/add_intercept_rule",
    "externalcontact/get_intercept_rule",
    "externalcontact/update_intercept_rule",
    "user/getuserinfo",
}


class TestSamples:
    @pytest.fixture
    def samples(self) -> list[dict[str, Any]]:
        if not SAMPLES.exists():
            pytest.skip(f"no samples of answers at {SAMPLES}")
        return list(json.loads(SAMPLES.read_text("utf-8")))

    def test_answers_have_the_fields_of_the_samples(
        self, samples: list[dict[str, Any]], corp: Corp, url: str, clock: ManualClock
    ) -> None:
        with httpx.Client(base_url=url, trust_env=False) as web:
            answers = Tour(corp, web, clock).go()
        compared, unanswered = 0, set()
        for sample in samples:
            path, wanted = sample["path"], sample.get("response")
            if not isinstance(wanted, dict):
                continue
            if path not in answers:
                unanswered.add(path.removeprefix("/cgi-bin/"))
                continue
            absent = set(missing(shape(wanted), shape(answers[path]))) - NOT_TOGETHER.get(path, set())
            assert absent == set(), path
            compared += 1
        assert unanswered == NOT_SPOKEN
        assert compared == sum(isinstance(one.get("response"), dict) for one in samples) - len(NOT_SPOKEN)


class Tour:
    """Asks for everything once, in an order in which there is something to answer; answers of one path are merged."""

    def __init__(self, corp: Corp, web: httpx.Client, clock: ManualClock) -> None:
        self.corp, self.web, self.clock = corp, web, clock
        self.answers: dict[str, Any] = {}

    @property
    def token(self) -> str:
        query = {"corpid": self.corp.corp_id, "corpsecret": DEFAULT_SECRET}
        return str(self.web.get("/cgi-bin/gettoken", params=query).json()["access_token"])

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self._keep(path, self.web.get(f"/cgi-bin/{path}", params={"access_token": self.token, **query}))

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        return self._keep(path, self.web.post(f"/cgi-bin/{path}", params={"access_token": self.token}, json=body))

    def _keep(self, path: str, answer: httpx.Response) -> dict[str, Any]:
        said = dict(answer.json())
        assert said["errcode"] == 0, (path, said)
        known = self.answers.setdefault(f"/cgi-bin/{path}", {})
        for name, value in said.items():
            known[name] = known[name] + value if isinstance(known.get(name), list) else value
        return said

    def go(self) -> dict[str, Any]:
        for part in (self.contacts, self.entry, self.groups, self.sending, self.moments, self.transfers, self.service):
            part()
        return self.answers

    def upload(self, kind: str = "image") -> str:
        query = {"access_token": self.token, "media_type": kind, "attachment_type": "1"}
        answer = self.web.post("/cgi-bin/media/upload_attachment", params=query, files={"media": ("a", b"0123456789")})
        return str(self._keep("media/upload_attachment", answer)["media_id"])

    def contacts(self) -> None:
        corp, ec = self.corp, "externalcontact/"
        self.get(f"{ec}get_follow_user_list")
        group = self.post(f"{ec}add_corp_tag", group_name="等级", order=1, tag=[{"name": "一"}, {"name": "二"}])
        tag = group["tag_group"]["tag"][0]["id"]
        self.post(f"{ec}get_corp_tag_list")
        for kind in (1, 2):
            person = corp.new_person(type=kind, corp_name="腾讯", position="Manager").external_userid
            corp.customer_adds(person, "staff0001", state="外联")
            self.post(f"{ec}mark_tag", userid="staff0001", external_userid=person, add_tag=[tag], remove_tag=[])
            corp.staff_tags("staff0001", person, personal=("我的",))
            phones = {"remark_company": "腾讯", "remark_mobiles": ["13800000001"], "remark": "李"}
            self.post(f"{ec}remark", userid="staff0001", external_userid=person, **phones)
            said = self.get(f"{ec}get", external_userid=person)
            seen = self.answers["/cgi-bin/externalcontact/get"]
            merged = {**seen.get("kept", {}), **said["external_contact"]}
            seen["kept"] = seen["external_contact"] = merged
        self.post(f"{ec}batch/get_by_user", userid_list=["staff0001"], limit=100)
        self.post(f"{ec}edit_corp_tag", id=tag, name="三")
        self.post(f"{ec}del_corp_tag", tag_id=[tag])

    def entry(self) -> None:
        ec, media = "externalcontact/", self.upload()
        temporary = {"is_temp": True, "expires_in": 86_400, "chat_expires_in": 86_400, "unionid": "oz"}
        said = {
            "text": {"content": "文"},
            "image": {"pic_url": "http://p.qpic.cn/x"},
            "link": {"title": "题", "picurl": "http://x.example", "desc": "述", "url": "http://x.example"},
            "miniprogram": {"title": "题", "pic_media_id": media, "appid": "wx1", "page": "/p"},
        }
        made = self.post(
            f"{ec}add_contact_way", type=2, scene=2, user=["staff0001"], party=[2], conclusions=said, **temporary
        )
        for _ in range(2):
            self.post(f"{ec}add_contact_way", type=1, scene=2, user=["staff0002"])
        self.post(f"{ec}get_contact_way", config_id=made["config_id"])
        self.post(f"{ec}list_contact_way", limit=2)
        self.post(f"{ec}update_contact_way", config_id=made["config_id"], remark="新")
        self.post(f"{ec}del_contact_way", config_id=made["config_id"])
        chat = next(iter(self.corp.state.groups))
        join = self.post(f"{ec}groupchat/add_join_way", scene=2, chat_id_list=[chat], state="门店")
        self.post(f"{ec}groupchat/get_join_way", config_id=join["config_id"])
        self.post(f"{ec}groupchat/update_join_way", config_id=join["config_id"], scene=2, chat_id_list=[chat])

    def groups(self) -> None:
        ec, corp = "externalcontact/", self.corp
        chat = corp.group_is_made("staff0001", "群", [corp.new_person().external_userid])
        chat.admins.append("staff0001")
        self.post(f"{ec}groupchat/list", limit=2)
        self.post(f"{ec}groupchat/get", chat_id=chat.chat_id, need_name=1)
        self.post(f"{ec}opengid_to_chatid", opengid=chat.opengid)
        at = int(self.clock.now().timestamp())
        self.post(f"{ec}groupchat/statistic", day_begin_time=at, limit=1000)
        self.post(f"{ec}groupchat/statistic_group_by_day", day_begin_time=at)
        self.post(f"{ec}groupchat/onjob_transfer", chat_id_list=["none"], new_owner="staff0002")
        self.post(f"{ec}groupchat/transfer", chat_id_list=[chat.chat_id], new_owner="staff0002")
        self.post(f"{ec}group_welcome_template/add", text={"content": "欢迎"})

    def sending(self) -> None:
        ec, corp, media = "externalcontact/", self.corp, self.upload()
        attachments = [
            {"msgtype": "image", "image": {"media_id": media, "pic_url": "http://p.qpic.cn/x"}},
            {
                "msgtype": "link",
                "link": {"title": "题", "picurl": "http://x.example", "desc": "述", "url": "http://x.example"},
            },
            {
                "msgtype": "miniprogram",
                "miniprogram": {"title": "题", "pic_media_id": media, "appid": "w", "page": "p"},
            },
            {"msgtype": "video", "video": {"media_id": media}},
            {"msgtype": "file", "file": {"media_id": media}},
        ]
        customers = list(corp.state.follows["staff0001"])
        for kind, body in (("single", {"external_userid": customers}), ("group", {})):
            sent = self.post(
                f"{ec}add_msg_template",
                chat_type=kind,
                sender="staff0001",
                text={"content": "上新"},
                attachments=attachments,
                **body,
            )
            self.clock.advance(timedelta(hours=12))
            corp.tick()
            self.post(f"{ec}get_groupmsg_task", msgid=sent["msgid"])
            self.post(f"{ec}get_groupmsg_send_result", msgid=sent["msgid"], userid="staff0001")
            self.post(f"{ec}remind_groupmsg_send", msgid=sent["msgid"])
            self.post(f"{ec}cancel_groupmsg_send", msgid=sent["msgid"])
        now = int(self.clock.now().timestamp())
        self.post(f"{ec}get_groupmsg_list_v2", chat_type="single", start_time=now - 90_000, end_time=now)

    def moments(self) -> None:
        ec, corp, media = "externalcontact/", self.corp, self.upload()
        kinds = {"image": {"media_id": media}, "video": {"media_id": media}}
        kinds["link"] = {"title": "题", "url": "http://x.example", "media_id": media}
        for kind, said in kinds.items():
            job = self.post(f"{ec}add_moment_task", text={"content": "文"}, attachments=[{"msgtype": kind, kind: said}])
            self.clock.advance(timedelta(hours=12))
            corp.tick()
            result = self.get(f"{ec}get_moment_task_result", jobid=job["jobid"])["result"]
            self.post(f"{ec}get_moment_task", moment_id=result["moment_id"])
        at = {"moment_id": result["moment_id"], "userid": "staff0001"}
        customer = next(iter(corp.state.follows["staff0001"]))
        corp.customer_likes(customer, "staff0001", at["moment_id"])
        corp.customer_comments(customer, "staff0001", at["moment_id"])
        about = corp.state.moments[at["moment_id"]]
        from siyu.rehearsal.platforms.wecom.types import Reaction

        about.likes.append(("staff0001", Reaction("staff0002", "", 1)))
        about.comments.append(("staff0001", Reaction("staff0002", "", 1)))
        for name in ("get_moment_customer_list", "get_moment_send_result", "get_moment_comments"):
            self.post(f"{ec}{name}", **at)
        now = int(self.clock.now().timestamp())
        self.post(f"{ec}get_moment_list", start_time=now - 200_000, end_time=now)
        self.post(f"{ec}cancel_moment_task", moment_id=at["moment_id"])

    def transfers(self) -> None:
        ec, corp = "externalcontact/", self.corp
        customers = [one for one in corp.state.follows["staff0003"] if "staff0004" not in corp.followers(one)]
        between = {"handover_userid": "staff0003", "takeover_userid": "staff0004"}
        self.post(f"{ec}transfer_customer", **between, external_userid=[customers[0], "nobody"])
        self.post(f"{ec}transfer_result", **between)
        corp.staff_leaves("staff0003")
        self.post(f"{ec}get_unassigned_list", page_size=10)
        self.post(f"{ec}resigned/transfer_customer", **between, external_userid=[customers[1]])
        self.post(f"{ec}resigned/transfer_result", **between)

    def service(self) -> None:
        corp = self.corp
        person, account = corp.new_person().external_userid, next(iter(corp.state.accounts))
        code = corp.customer_enters(person, account, "123", "abc")
        self.post("kf/send_msg_on_event", code=code, msgtype="text", text={"content": "您好"})
        corp.customer_says(person, account, "在吗")
        self.post("kf/sync_msg", limit=10)
        about = {"open_kfid": account, "external_userid": person}
        self.post("kf/service_state/trans", **about, service_state=3, servicer_userid="staff0001")
        self.post("kf/service_state/get", **about)
        self.post("kf/customer/batchget", external_userid_list=[person, "nobody"], need_enter_session_context=1)


def test_convergence_can_be_measured(corp: Corp, url: str, client: Client) -> None:
    """What the API shows, walked in full, is what the truth says: nothing is told twice or forgotten."""
    api = client.external_contact
    truth = corp.truth()
    told = {
        (userid, one["external_contact"]["external_userid"]): set(one["follow_info"]["tag_id"])
        for userid in api.get_follow_user_list()["follow_user"]
        for one in api.gen_all_by_user(userid, 7)
    }
    assert told == {(one.userid, one.external_userid): set(one.tags) for one in truth.follows}
    groups = {
        g["chat_id"]: api.get_group_chat_info(g["chat_id"]) for g in api.get_group_chat_list(100)["group_chat_list"]
    }
    members = {chat: {m["userid"] for m in said["group_chat"]["member_list"]} for chat, said in groups.items()}
    assert members == {one.chat_id: {m.userid for m in one.members} for one in truth.groups}
