"""``siyu doctor channels`` names the account and says in words what is wrong: a whole Siyu, and a WeCom that refuses."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from tests.running import Siyu
from tests.stories.speaking import eventually

from siyu.app.doctor import Check, run_checks
from siyu.engines.settings import Settings
from siyu.kernel.clock import SystemClock
from siyu.rehearsal.platforms.faults import Refusal
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.app import create_app
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp

pytestmark = [pytest.mark.slow]

TOKEN, KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SERVING = "externalcontact/get_follow_user_list"
_numbers = itertools.count(1)


@dataclass
class Connected:
    """An account on a fake corp."""

    siyu: Siyu
    corp: Corp
    id: int
    name: str

    @property
    def address(self) -> str:
        return f"{self.siyu.url}/callback/wecom/{self.id}"

    def calls(self, token: str = TOKEN, key: str = KEY) -> bool:
        """The platform calls, as its console is told to; whether it was understood."""
        self.corp.call_back(self.address, token, key)
        return self.corp.verify()[0]

    def doctors(self) -> dict[str, Check]:
        """What the doctor says of it, by what is checked; each in both languages."""
        settings = Settings(data_folder=self.siyu.folder, http_port=self.siyu.port)
        of_it = f"channels.wecom.{self.id}."
        found = {one.name.removeprefix(of_it): one for one in run_checks(settings, "channels")}
        for name, one in found.items():
            if not name.startswith("channels"):
                assert one.en.startswith(f"{self.name}: ")
                assert one.zh.startswith(f"{self.name}：")
        return found

    def wrong(self, check: str) -> tuple[str, str]:
        """What is wrong and what to do, in English and in Chinese."""
        found = self.doctors()[check]
        assert found.status == "fail", found
        return f"{found.en} {found.advice_en}", f"{found.zh}{found.advice_zh}"


@contextmanager
def connected(siyu: Siyu, api: httpx.Client, **wrong: str) -> Iterator[Connected]:
    """An account that is as it should be, but for what is given."""
    number = next(_numbers)
    corp = world.build(SystemClock(), seed=number, staff=3, follows=5, groups=1)
    name = f"Corp {number}"
    with serving(create_app(corp)) as url:
        values = {
            "corp_id": corp.corp_id,
            "agent_id": "1000002",
            "secret": DEFAULT_SECRET,
            "callback_token": TOKEN,
            "encoding_aes_key": KEY,
            "base_url": url,
            **wrong,
        }
        body = {"channel": "wecom", "name": name, "values": values}
        made = api.post("/api/v1/channels/accounts", json=body)
        assert made.status_code == 201, made.text
        account = Connected(siyu, corp, made.json()["id"], name)
        try:
            yield account
        finally:
            api.post(f"/api/v1/channels/accounts/{account.id}/pause")
            corp.hang_up()


@pytest.fixture
def account(siyu: Siyu, api: httpx.Client) -> Iterator[Connected]:
    with connected(siyu, api) as made:
        yield made


def test_all_is_well(account: Connected) -> None:
    assert eventually(account.calls, bool)
    account.corp.new_person("访客", "wmvisitor")
    account.corp.customer_adds("wmvisitor", "staff0001")
    assert account.corp.deliver() == 1
    told = account.doctors()
    for check in ("token", "visible_range", "contacts", "clock", "callback", "pushes"):
        assert told[check].status == "ok"
    said = json.loads(account.siyu.cli("doctor", "channels", "--json").stdout)
    assert {f"channels.wecom.{account.id}.{check}" for check in told} <= {one["name"] for one in said}


def test_a_wrong_secret(siyu: Siyu, api: httpx.Client) -> None:
    with connected(siyu, api, secret="somebody-elses") as account:
        en, zh = account.wrong("token")
        assert "40001" in en
        assert "Copy the secret again" in en
        assert "重新复制" in zh


@pytest.mark.parametrize(
    ("code", "path", "check", "en", "zh"),
    [
        (40001, "gettoken", "token", "Copy the secret again", "重新复制"),
        (60020, SERVING, "contacts", "企业可信IP. The address is 127.0.0.1.", "需添加的 IP：127.0.0.1"),
        (48002, SERVING, "contacts", "可调用接口的应用", "可调用接口的应用"),
        (41001, SERVING, "contacts", "no proxy in between removes the query", "代理是否删除了网址中的参数"),
    ],
)
def test_what_the_platform_refuses(account: Connected, code: int, path: str, check: str, en: str, zh: str) -> None:
    account.corp.faults.refusals.append(Refusal(code, path))
    said, said_zh = account.wrong(check)
    assert str(code) in said
    assert str(code) in said_zh
    assert en in said
    assert zh in said_zh


def test_a_callback_that_nobody_can_reach(account: Connected) -> None:
    en, zh = account.wrong("pushes")
    assert "never called" in en
    assert f"/callback/wecom/{account.id}" in en
    assert "SIYU_PUBLIC_URL" in zh
    account.corp.call_back(f"http://127.0.0.1:9/callback/wecom/{account.id}", TOKEN, KEY)
    assert not account.corp.verify()[0]  # the console of the platform would say so too
    account.wrong("pushes")


@pytest.mark.parametrize(
    ("token", "key", "en", "zh"),
    [
        ("SomebodyElse", KEY, "the signature is wrong: compare the token", "签名不正确：请核对管理后台中的 Token"),
        (TOKEN, OTHER_KEY, "compare EncodingAESKey and corp id", "请核对管理后台中的 EncodingAESKey 与企业 ID"),
    ],
)
def test_a_callback_that_is_not_understood(account: Connected, token: str, key: str, en: str, zh: str) -> None:
    # Called again and again, because the door gets to know a new account within a second or two.
    assert eventually(lambda: not account.calls(token, key) and en in account.doctors()["pushes"].en, bool)
    assert zh in account.wrong("pushes")[1]
    # Mended there and tried again, as the admin console does: at once all is well.
    assert eventually(account.calls, bool)
    assert eventually(lambda: account.doctors()["pushes"].status, lambda status: status == "ok") == "ok"


def test_a_call_for_another_corp(account: Connected) -> None:
    assert eventually(account.calls, bool)
    account.corp.faults.spoiled = "receiver"
    assert eventually(lambda: not account.calls() and account.doctors()["pushes"].status == "fail", bool)
    assert "corp id" in account.wrong("pushes")[0]


def test_a_clock_that_is_wrong(account: Connected) -> None:
    account.corp.faults.clock_seconds = 600
    en, zh = account.wrong("clock")
    assert "seconds behind" in en
    assert "time server" in en
    assert "本机时钟慢" in zh
    account.corp.faults.clock_seconds = 0
    account.corp.faults.spoiled = "time"  # as if this machine were a day ahead
    assert eventually(lambda: not account.calls() and "an hour old" in account.doctors()["pushes"].en, bool)
    assert "请检查本机时钟" in account.wrong("pushes")[1]


def test_a_key_that_cannot_be_one(siyu: Siyu, api: httpx.Client) -> None:
    """It does not come so far: the form says what is wrong."""
    with connected(siyu, api) as account:
        values = {"encoding_aes_key": KEY[:-1]}
        answer = api.patch(f"/api/v1/channels/accounts/{account.id}", json={"values": values})
        assert (answer.status_code, answer.json()["details"]["field"]) == (400, "encoding_aes_key")


def test_what_it_prints(account: Connected) -> None:
    """On the screen it is one language, and the advice stands under what was found."""
    account.corp.faults.refusals.append(Refusal(48002, SERVING))
    shown = account.siyu.cli("doctor", "channels", check=False).stdout
    said = " ".join(shown.split())
    assert f"fail channels.wecom.{account.id}.contacts: {account.name}: WeCom answered 48002" in said
    assert "可调用接口的应用" in said
