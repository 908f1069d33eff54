"""The fake WeCom is a WeCom for others too: a third party's client and its crypto work with it."""

import inspect
import io
import signal
import subprocess
import sys
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
from siyu.rehearsal.platforms.wecom.life import Life

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


def test_convergence_can_be_measured(corp: Corp, url: str, client: Client) -> None:
    """What the API shows, walked in full, is what the truth says: nothing is told twice or forgotten."""
    api = client.external_contact
    Life(corp, 4).live(1500)
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


class Command:
    """``siyu fake wecom`` as a developer runs it."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "siyu.app.cli", "fake", "wecom", "--port", "0", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.told: dict[str, str] = {}
        assert self.process.stdout is not None
        for line in self.process.stdout:
            name, _, value = line.strip().partition(" ")
            self.told[name] = value.strip()
            if name == "Ctrl-C":
                break

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


def test_the_command_goes_on_where_it_ended(tmp_path: Path) -> None:
    file = tmp_path / "corp.json"
    first = Command("--staff", "3", "--contacts", "20", "--groups", "1", "--file", str(file))
    page = first.told["Page"]
    made = httpx.post(f"{page}/acts/new_person", json={"name": "访客"}, trust_env=False).json()["result"]
    who = {"external_userid": made["external_userid"], "userid": "staff0001"}
    assert httpx.post(f"{page}/acts/customer_adds", json=who, trust_env=False).status_code == 200
    truth = httpx.get(f"{page}/truth", trust_env=False).json()
    assert first.end() in {0, 130}
    second = Command("--file", str(file))
    try:
        assert second.told["CorpID"] == first.told["CorpID"]
        assert httpx.get(f"{second.told['Page']}/truth", trust_env=False).json() == truth
        query = {"corpid": second.told["CorpID"], "corpsecret": second.told["Secret"]}
        token = httpx.get(f"{second.told['API']}/gettoken", params=query, trust_env=False).json()["access_token"]
        query = {"access_token": token, "external_userid": made["external_userid"]}
        said = httpx.get(f"{second.told['API']}/externalcontact/get", params=query, trust_env=False).json()
        assert said["external_contact"]["name"] == "访客"
    finally:
        second.end()


def test_the_command_says_what_is_wrong() -> None:
    command = [sys.executable, "-m", "siyu.app.cli", "fake", "wecom", "--port", "0"]
    wrong = [*command, "--callback-url", "http://127.0.0.1:9/x", "--token", "t", "--aes-key", "short"]
    ended = subprocess.run(wrong, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert "43" in ended.stderr
    assert "Traceback" not in ended.stderr
