"""The brand's official account and mini program: fake ones beside Siyu, connected through the public doors, kept alive.

Both run in one process and lie in one file of the data folder. Their people have the UnionIDs that the brand's WeCom shows.
"""

import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import structlog

from siyu.app.context import Context
from siyu.app.demo.beside import Attach, connected, have_called_back, launch, wait_until_it_answers
from siyu.app.demo.marker import Marker
from siyu.app.place import Running
from siyu.channels import service as channels
from siyu.channels.types import Account, CodeDefinition, Greeting
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.http import CSRF_HEADER
from siyu.members import service as members
from siyu.rehearsal import service as rehearsal
from siyu.rehearsal.accounts import BIRTHDAY, STATE
from siyu.rehearsal.types import APP_ID, FOLLOWED_ID, NAME, STORES, Brand

log = structlog.get_logger(__name__)

ACCOUNTS_FILE: Final = "demo-wechat.json"
PROCESS: Final = "fake wechat"
ACTS_PER_MINUTE: Final = 3
_ACTOR: Final[Principal] = access.system("demo")
_OPEN_WITHIN, _LOOK_EVERY = 60.0, 0.5  # seconds
# What happened lately, so that windows are open and messages allowed.
_LATELY: Final[Mapping[str, int]] = {
    "follow": 12, "come by a code": 10, "scan": 8, "click": 15, "view": 10, "write": 25, "accept": 30, "unfollow": 6,
}  # fmt: skip
_LATELY_IN_THE_PROGRAM: Final[Mapping[str, int]] = {"accept": 30, "forbid": 2}
_SIGN_IN: Final = 12  # people, of whom every second gives their phone


@dataclass(frozen=True, slots=True)
class WeChat:
    """What stands beside.

    Attributes:
        official, program: under which Siyu knows them.
        official_url, program_url: of their platforms.
        command: that runs both, without callbacks and without acts.
        receivers: where the callbacks of each go.
        keys: with which these are signed and encrypted.
    """

    official: Account
    program: Account
    official_url: str
    program_url: str
    command: Sequence[str]
    receivers: tuple[str, str]
    keys: Mapping[str, str]


def launch_wechat(attach: Attach, marker: Marker, path: Path, brand: Callable[[], Brand]) -> None:
    """Start both accounts, without waiting for them. Safe to repeat.

    Takes what :func:`~siyu.app.demo.wecom.launch_wecom` does.
    """
    file = path.with_name(ACCOUNTS_FILE)
    launch(attach, PROCESS, _command(marker, path), file, lambda file: rehearsal.write_accounts(brand(), file))


def connect_wechat(
    context: Context, running: Running, attach: Attach, marker: Marker, path: Path, told: threading.Event
) -> WeChat:
    """Connect both accounts that were launched, and have their callbacks come to Siyu's door. Safe to repeat.

    Takes and raises what :func:`~siyu.app.demo.wecom.connect_wecom` does.
    """
    urls = tuple(f"http://127.0.0.1:{port}" for port in (marker.official_port, marker.program_port))
    own = {"app_secret": rehearsal.APP_SECRET}
    found: list[Account] = []
    for channel, app_id, name, url in (
        ("official_account", FOLLOWED_ID, f"{NAME}公众号", urls[0]),
        ("mini_program", APP_ID, f"{NAME}小程序", urls[1]),
    ):
        with httpx.Client(base_url=url, timeout=10, trust_env=False) as client:
            wait_until_it_answers(PROCESS, client, told)
            values = {"base_url": url, "callback_token": marker.token, "callback_key": marker.aes_key}
            account = connected(context, channel, app_id, name, values, {"app_id": app_id, **own})
            found.append(account)
            receiver = {"url": _address(running, account), "token": marker.token, "aes_key": marker.aes_key}
            have_called_back(client, receiver, told)
    official, program = found
    receivers = _address(running, official), _address(running, program)
    keys = {"FAKE_WECHAT_TOKEN": marker.token, "FAKE_WECHAT_AES_KEY": marker.aes_key}
    wechat = WeChat(official, program, urls[0], urls[1], _command(marker, path), receivers, keys)
    attach(PROCESS, *_lasting(wechat, 0))
    return wechat


def stand_follow_code(context: Context, wechat: WeChat, told: threading.Event) -> bool:
    """Make the code at the entrance of a store by which people follow, unless it is there, and wait until WeChat knows it;
    whether it was made now. Its people came by it before Siyu looked.

    Raises:
        KeyboardInterrupt: ``told`` was set.
    """
    place = STORES[0].rpartition("·")[2]
    definition = CodeDefinition(
        greetings=(Greeting("欢迎关注{brand}！回复“1”领取新人礼，点击菜单“附近门店”查看营业时间。"),),
        tags=("公众号扫码",),
        region="华东",
        store=place,
    )
    with context.database.transaction() as conn:
        for archived in (False, True):
            there = channels.code_list(conn, account_id=wechat.official.id, archived=archived, limit=500)
            if any(one.state == STATE for one in there):
                return False
        made = channels.create_code(
            conn, _ACTOR, account_id=wechat.official.id, kind="follow", name=f"{place}入口立牌", definition=definition,
            now=context.clock.now(), zone=ZoneInfo(context.settings.brand_zone), state=STATE,
        )  # fmt: skip
    for _ in range(round(_OPEN_WITHIN / _LOOK_EVERY)):
        with context.database.transaction() as conn:
            if channels.code(conn, made.id).open:
                return True
        if told.wait(_LOOK_EVERY):
            raise KeyboardInterrupt
    log.warning("demo.codes_not_open", codes=[STATE])
    return True


def begin_life(wechat: WeChat) -> None:
    """A little of everything at both accounts, told by their callbacks. The acts are chosen by the brand's seed."""
    try:
        _lived(wechat.official_url, _LATELY)
        _lived(wechat.program_url, _LATELY_IN_THE_PROGRAM)
    except httpx.HTTPError as error:  # the accounts are there; people come as time goes on
        log.warning("demo.nobody_came", error=str(error))


def template_of_birthdays(wechat: WeChat) -> str:
    """The template of the official account that congratulates; empty when it does not answer."""
    try:
        said = httpx.get(f"{wechat.official_url}/_control/state", timeout=10, trust_env=False).json()
    except httpx.HTTPError as error:
        log.warning("demo.no_template", error=str(error))
        return ""
    return next((one for one, places in said["templates"].items() if tuple(places) == BIRTHDAY), "")


def live_on_wechat(wechat: WeChat, attach: Attach) -> None:
    """From now on people follow and leave, scan, write and click, a few a minute."""
    attach(PROCESS, *_lasting(wechat, ACTS_PER_MINUTE))
    for url in (wechat.official_url, wechat.program_url):
        try:
            httpx.put(f"{url}/_control/pace", json={"acts_per_minute": ACTS_PER_MINUTE}, timeout=10, trust_env=False)
        except httpx.TransportError as error:  # it died a moment ago, and will live on when it is started again
            log.info("demo.pace_not_heard", error=str(error))


def _lived(url: str, acts: Mapping[str, int]) -> None:
    answer = httpx.post(f"{url}/_control/life", json=dict(acts), timeout=60, trust_env=False)
    answer.raise_for_status()


def bring_friends(context: Context, wechat: WeChat, http_url: str) -> None:
    """A few sign in to the mini program, with the code of ``wx.login`` and some with that of the button for one's phone,
    and look at the members' pages from there: the first invites the others. Safe to repeat.
    """
    with context.database.transaction() as conn:
        if members.any_brought(conn):
            return
    try:
        _sign_in(wechat, http_url)
    except httpx.HTTPError as error:  # they can still come
        log.warning("demo.nobody_signed_in", error=str(error))


def _sign_in(wechat: WeChat, http_url: str) -> None:
    with (
        httpx.Client(base_url=f"{wechat.program_url}/_control", timeout=10, trust_env=False) as people,
        httpx.Client(base_url=f"{http_url}/mini-program/{wechat.program.id}", timeout=30, trust_env=False) as siyu,
        httpx.Client(
            base_url=f"{http_url}/member/v1", headers={CSRF_HEADER: "1"}, timeout=30, trust_env=False
        ) as pages,
    ):
        invite = ""
        who = people.get("/people", params={"limit": _SIGN_IN}).raise_for_status().json()
        for number, open_id in enumerate(who):
            code = _act(people, "app_code", open_id)
            token = siyu.post("/login", json={"code": code}).raise_for_status().json()["token"]
            if number % 2:
                given = {"code": _act(people, "phone_code", open_id)}
                siyu.post("/phone", json=given, headers={"Authorization": f"Bearer {token}"}).raise_for_status()
            invite = _look_at_pages(pages, token, invite)


def _look_at_pages(pages: httpx.Client, token: str, invite: str) -> str:
    """Sign in to the members' pages by an invitation, if there is one; returns it, or else their own."""
    pages.cookies.clear()  # of who was there before
    pages.post("/sign-in/platform", json={"token": token, "invite": invite}).raise_for_status()
    return invite or str(pages.get("/invitations").raise_for_status().json()["code"])


def _act(people: httpx.Client, name: str, open_id: str) -> Any:
    return people.post(f"/acts/{name}", json={"open_id": open_id}).raise_for_status().json()["result"]


def _command(marker: Marker, path: Path) -> Sequence[str]:
    command = [sys.executable, "-m", "siyu.app.cli", "fake", "wechat", "--file", str(path.with_name(ACCOUNTS_FILE))]
    command += ["--port", str(marker.official_port), "--mini-port", str(marker.program_port)]
    return [*command, "--process", str(os.getpid())]


def _lasting(wechat: WeChat, acts: int) -> tuple[Sequence[str], Mapping[str, str]]:
    """How they are started again when they died: with their callbacks and acts. Keys are no arguments that all can see."""
    official, program = wechat.receivers
    command = [*wechat.command, "--callback-url", official, "--mini-callback-url", program]
    return [*command, "--acts-per-minute", str(acts)], wechat.keys


def _address(running: Running, account: Account) -> str:
    return f"{running.http_url}/callback/{account.channel}/{account.id}"
