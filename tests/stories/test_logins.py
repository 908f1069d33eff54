"""A visitor of the website, a follower, a user of the mini program and a buyer turn out to be one person; and why is told."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.fixtures.exports import make
from tests.running import Siyu
from tests.stories.speaking import Source, eventually
from tests.stories.test_exports import imported, youzan
from tests.stories.test_one_person import all_is_well, track

from siyu.kernel.clock import SystemClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import DEFAULT_SECRET, Account
from siyu.rehearsal.platforms.wechat.app import create_app
from siyu.rehearsal.platforms.wechat.types import Kind

TOKEN = "siyutoken"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
Find = Callable[[str], list[int]]


def platform(api: httpx.Client, kind: Kind) -> Iterator[tuple[int, Account]]:
    """A fake account on the platform and the same account as Siyu has it."""
    fake = Account(SystemClock(), kind)
    with serving(create_app(fake)) as url:
        values = {
            "app_id": fake.state.app_id,
            "base_url": url,
            "app_secret": DEFAULT_SECRET,
            "callback_token": TOKEN,
            "callback_key": KEY,
        }
        made = api.post("/api/v1/channels/accounts", json={"channel": kind, "values": values})
        yield made.raise_for_status().json()["id"], fake
        fake.hang_up()


@pytest.fixture
def official(api: httpx.Client) -> Iterator[tuple[int, Account]]:
    yield from platform(api, "official_account")


@pytest.fixture
def mini(api: httpx.Client) -> Iterator[tuple[int, Account]]:
    yield from platform(api, "mini_program")


def log_in_on_the_page(siyu: Siyu, account_id: int, **params: str) -> httpx.Response:
    """As WeChat's own browser does, from our page to the platform's and back."""
    with siyu.client(None) as browser:
        gone = browser.get(f"/wechat/{account_id}/authorize", params=params)
        assert gone.status_code == 302, gone.text
        there = httpx.get(gone.headers["location"].removesuffix("#wechat_redirect"), trust_env=False)
        assert there.status_code == 302, there.text
        return browser.get(siyu.url + there.headers["location"].partition(str(siyu.port))[2])


def test_one_person_and_the_evidence_of_every_edge(
    siyu: Siyu,
    source: Source,
    api: httpx.Client,
    web: httpx.Client,
    find: Find,
    phone: str,
    official: tuple[int, Account],
    mini: tuple[int, Account],
    tmp_path: Path,
) -> None:
    page_id, page = official
    app_id, app = mini
    union, visitor = f"oU{phone}", f"visitor-{phone}"

    # A website with a tracking SDK: nobody knows who it is.
    source.send(track("Looked At Tea", anonymousId=visitor))
    (somebody,) = find(visitor)

    # The same person follows the official account, by a code at the till.
    page.call_back(f"{siyu.url}/callback/official_account/{page_id}", TOKEN, KEY)
    follower = page.new_person("小雨", union_id=union)
    page.follows(follower, "ADD_SCENE_QR_CODE", "till-1")
    assert page.deliver() == 1
    eventually(lambda: find(follower), bool)
    eventually(lambda: kinds(api, find(follower)[0]), lambda told: "account.followed" in told)
    assert find(follower) != [somebody]

    # They open a page of the brand within WeChat, in the browser that the website knows.
    done = log_in_on_the_page(siyu, page_id, next="/h5/home", ask="true", anonymous_id=visitor, write_key=source.key)
    assert (done.status_code, done.headers["location"]) == (303, "/h5/home")
    assert find(visitor) == find(follower)

    # They open the mini program, and give their phone.
    user = app.new_person("小雨", union_id=union, phone=phone)
    session = web.post(f"/mini-program/{app_id}/login", json={"code": app.app_code(user)}).raise_for_status().json()
    header = {"Authorization": f"Bearer {session['token']}"}
    given = web.post(f"/mini-program/{app_id}/phone", json={"code": app.phone_code(user)}, headers=header)
    assert given.json() == {"phone": f"{phone[:3]}****{phone[-4:]}"}

    # Last year they bought something under that phone; the file of the shop comes now.
    bought = {"订单号": f"E{phone}", "收货人手机号/提货人手机号": phone, "买家手机号": phone}
    imported(siyu, api, youzan(make, tmp_path / "orders.csv", bought), source=f"youzan {phone}")

    (one,) = find(phone)
    assert find(visitor) == find(follower) == find(user) == find(union) == [one]
    assert {"event.tracked", "account.followed", "order.paid"} <= kinds(api, one)
    assert len(api.get(f"/api/v1/customers/{one}/orders").json()["orders"]) == 1

    graph = api.get(f"/api/v1/customers/{one}/graph").json()
    types = {known["id"]: known["type"] for known in graph["identifiers"]}
    sources = {made["id"]: made["name"] for made in api.get("/api/v1/sources").json()}
    edges = {
        (types[edge["stronger"]], types[edge["weaker"]]): (sources[edge["source_id"]], edge["message_id"])
        for edge in graph["edges"]
    }
    told = {pair: (name, message.split("/")[1] if "/" in message else "") for pair, (name, message) in edges.items()}
    of_page, of_app = f"official_account:{page.state.app_id}", f"mini_program:{app.state.app_id}"
    assert told["union_id", "anonymous_id"] == (of_page, "login")
    assert told["open_id", "phone"] == (of_app, "phone")
    both = [
        edge for edge in graph["edges"] if (types[edge["stronger"]], types[edge["weaker"]]) == ("union_id", "open_id")
    ]
    assert {sources[edge["source_id"]] for edge in both} == {of_page, of_app}
    assert {edge["strength"] for edge in both} == {"self"}
    all_is_well(siyu)


def kinds(api: httpx.Client, customer: int) -> set[str]:
    entries: list[dict[str, Any]] = (
        api.get(f"/api/v1/customers/{customer}/timeline", params={"limit": 500}).raise_for_status().json()["entries"]
    )
    return {entry["kind"] for entry in entries}
