"""Members invite friends: from the link to what it gave, and who is worth what by it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, order
from tests.unit.app.membership import ACTOR, Pages, set_rules, standing, write

from siyu.app import people, social
from siyu.app.context import Context
from siyu.app.membership import forget_members
from siyu.engines.access import service as access
from siyu.engines.postgres import rows
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane
from siyu.timeline.columns import unpack

ANN, BEN, CID = "13800138000", "13900139000", "13700137000"
TASKS = {
    "tasks": [
        {
            "code": "invite",
            "name": "邀请好友",
            "fact": "member.invited",
            "every": "friend",
            "rewards": [{"amount": 100, "unit": "points"}],
        },
        {
            "code": "came",
            "name": "受邀加入",
            "fact": "member.referred",
            "rewards": [{"amount": 30, "unit": "points"}],
        },
    ]
}


@pytest.fixture
def pages(web_context: Context) -> Iterator[Pages]:
    context = replace(web_context, clickhouse=cast("Any", SimpleNamespace(close=lambda: None)))
    with standing(context) as found:
        set_rules(found.database, NOW, tasks=TASKS)
        yield found


def sent(pages: Pages, phone: str, invite: str) -> TestClient:
    """Somebody signs in by a code and an invitation; the queue has not been worked on yet."""
    browser = pages.browser()
    pages.clock.advance(timedelta(minutes=2))
    code = pages.code_of(browser, phone)
    done = browser.post("/member/v1/sign-in/phone", json={"phone": phone, "code": code, "invite": invite})
    assert done.status_code == 200, done.text
    return browser


def come(pages: Pages, phone: str, invite: str) -> TestClient:
    browser = sent(pages, phone, invite)
    pages.drain()
    return browser


def invitations(browser: TestClient) -> dict[str, Any]:
    answer = browser.get("/member/v1/invitations")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def points(browser: TestClient) -> int:
    return int(browser.get("/member/v1/home").json()["points"]["available"])


def told(pages: Pages) -> list[tuple[str, int, dict[str, Any]]]:
    """Facts of invitations that are on the log."""
    with pages.database.transaction() as conn:
        bodies = [bytes(row[0]) for row in rows(conn, "SELECT body FROM timeline.entry ORDER BY id")]
    facts = unpack(bodies).to_pylist() if bodies else []
    return [
        (one["kind"], one["customer_id"], orjson.loads(one["properties"]))
        for one in facts
        if one["kind"].startswith("member.")
    ]


def operator(pages: Pages, *rights: str) -> TestClient:
    with pages.database.transaction() as conn:
        key = access.create_api_key(conn, ACTOR, name="console", scopes=rights, now=NOW)
    client = pages.browser()
    client.headers["Authorization"] = f"Bearer {key.token}"
    return client


def merge(pages: Pages, one: str, other: str) -> int:
    with pages.database.transaction() as conn:
        return people.merge(
            conn, ACTOR, pages.customer_of(one), pages.customer_of(other), "the same", pages.clock.now()
        )


def part(pages: Pages, phone: str) -> None:
    with pages.database.transaction() as conn:
        (leaving,) = identity.find(conn, phone, "phone")
        people.split(conn, ACTOR, leaving.customer_id, [leaving.id], "they are not", pages.clock.now())


def test_from_the_link_to_what_it_gave(pages: Pages) -> None:
    ann = pages.sign_in(ANN)
    own = invitations(ann)
    assert own["link"].endswith(f"/m/?invite={own['code']}")
    assert (own["came"], own["friends"]) == (0, [])
    assert [one["amount"] for one in own["gives"]] == [100]
    assert invitations(ann)["code"] == own["code"]
    drawn = ann.get("/member/v1/invitations/code.svg")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in drawn.content

    ben = come(pages, BEN, own["code"])
    cid = come(pages, CID, f" {own['code'].upper()} ")  # typed by hand
    ids = {name: pages.customer_of(phone) for name, phone in (("ann", ANN), ("ben", BEN), ("cid", CID))}
    assert told(pages) == [
        ("member.invited", ids["ann"], {"friend": ids["ben"], "way": "sms"}),
        ("member.referred", ids["ben"], {"inviter": ids["ann"], "way": "sms"}),
        ("member.invited", ids["ann"], {"friend": ids["cid"], "way": "sms"}),
        ("member.referred", ids["cid"], {"inviter": ids["ann"], "way": "sms"}),
    ]
    assert [points(one) for one in (ann, ben, cid)] == [200, 30, 30]
    own = invitations(ann)
    assert own["came"] == 2
    assert [[reward["amount"] for reward in one["rewards"]] for one in own["friends"]] == [[100], [100]]

    claim = (IdentifierClaim("phone", "", BEN),)
    with pages.database.transaction() as conn:
        intake.put(conn, Lane.LIVE, [order("ben", "1", NOW, 15_000)._replace(claims=claim)])
    pages.drain()
    console = operator(pages, "customers.read")
    worth = {"friends": 2, "buyers": 1, "net_fen": 15_000}
    assert console.get(f"/api/v1/customers/{ids['ann']}").json()["social"] == worth
    found = console.get(f"/api/v1/customers/{ids['ann']}/referrals").json()
    assert (found["came_by"], found["social"]) == (None, worth)
    assert [one["customer"]["customer_id"] for one in found["friends"]] == [ids["cid"], ids["ben"]]
    found = console.get(f"/api/v1/customers/{ids['ben']}/referrals").json()
    assert (found["came_by"]["customer_id"], found["friends"]) == (ids["ann"], [])
    asked = console.get("/api/v1/customers", params={"inviter": ids["ann"], "orders_from": 0}).json()
    assert {one["customer_id"] for one in asked["customers"]} <= {ids["ben"], ids["cid"]}


def test_signing_in_again_brings_nobody(pages: Pages) -> None:
    ann, ben = pages.sign_in(ANN), pages.sign_in(BEN)
    code = invitations(ann)["code"]
    come(pages, BEN, code)  # was a member before
    come(pages, CID, code)
    come(pages, CID, code)
    come(pages, CID, invitations(ben)["code"])  # the first inviter wins
    assert [(kind, who) for kind, who, _ in told(pages)] == [
        ("member.invited", pages.customer_of(ANN)),
        ("member.referred", pages.customer_of(CID)),
    ]
    assert (points(ann), invitations(ben)["came"]) == (100, 0)


@pytest.mark.parametrize("code", ["", "nobody", "23456789ab", "' OR 1=1 --", "邀请\u0000", "x" * 1000])
def test_a_wrong_code_lets_them_in(pages: Pages, code: str) -> None:
    come(pages, BEN, code)
    assert told(pages) == []


def test_a_code_without_end_is_refused(pages: Pages) -> None:
    browser = pages.browser()
    asked = browser.post("/member/v1/sign-in/phone", json={"phone": BEN, "code": "123456", "invite": "x" * 1001})
    assert (asked.status_code, asked.json()["code"]) == (400, "BadInput")


def test_ones_own_code_brings_nobody(pages: Pages) -> None:
    ann = pages.sign_in(ANN)
    come(pages, ANN, invitations(ann)["code"])
    assert (told(pages), points(ann)) == ([], 0)


def test_who_had_a_session_before_first_sign_ins_were_noted(pages: Pages) -> None:
    ann, _ = pages.sign_in(ANN), pages.sign_in(BEN)
    with pages.database.transaction() as conn:
        rows(conn, "DELETE FROM members.first_sign_in RETURNING 1")
    come(pages, BEN, invitations(ann)["code"])
    assert told(pages) == []


def test_at_the_same_moment_by_two_codes(pages: Pages) -> None:
    """Two tabs with two invitations; two processes work on the queue."""
    codes = [invitations(pages.sign_in(phone))["code"] for phone in (ANN, BEN)]
    for code in codes:
        sent(pages, CID, code)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: pages.drain(), range(4)))
    assert [kind for kind, *_ in told(pages)] == ["member.invited", "member.referred"]
    assert sum(points(pages.sign_in(phone)) for phone in (ANN, BEN)) == 100


def test_codes_asked_for_at_once_are_one(pages: Pages) -> None:
    ann = pages.sign_in(ANN)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: invitations(ann)["code"], range(8)))) == 1


def test_who_turns_out_to_be_the_inviter_was_brought_by_nobody(pages: Pages) -> None:
    ann = pages.sign_in(ANN)
    ben = come(pages, BEN, invitations(ann)["code"])
    assert invitations(ann)["came"] == 1
    kept = merge(pages, ANN, BEN)
    assert invitations(ann)["came"] == 0
    with pages.database.transaction() as conn:
        assert social.referrals(conn, kept).came_by is None
    part(pages, BEN)
    assert (invitations(ann)["came"], invitations(ben)["came"]) == (1, 0)


def test_who_turns_out_to_have_been_a_member_was_brought_by_nobody(pages: Pages) -> None:
    ann, _ = pages.sign_in(ANN), pages.sign_in(CID)
    come(pages, BEN, invitations(ann)["code"])
    merge(pages, CID, BEN)
    assert invitations(ann)["came"] == 0
    part(pages, BEN)
    assert invitations(ann)["came"] == 1


def test_both_codes_of_somebody_merged_count(pages: Pages) -> None:
    ann, ben = pages.sign_in(ANN), pages.sign_in(BEN)
    codes = [invitations(one)["code"] for one in (ann, ben)]
    merge(pages, ANN, BEN)
    assert invitations(ann)["code"] == invitations(ben)["code"] == codes[0]
    come(pages, CID, codes[1])
    assert invitations(ann)["came"] == 1
    part(pages, BEN)  # whose code it was
    assert (invitations(ann)["came"], invitations(ben)["came"]) == (0, 1)


def test_nobody_comes_by_who_was_deleted(pages: Pages) -> None:
    ann = pages.sign_in(ANN)
    code = invitations(ann)["code"]
    assert write(ann, "POST", "/member/v1/data/deletion").status_code < 300
    pages.clock.advance(timedelta(days=60))
    assert forget_members(pages.context)["deleted"] == 1
    come(pages, BEN, code)
    assert told(pages) == []


def test_invitations_are_the_members_own(pages: Pages) -> None:
    assert pages.browser().get("/member/v1/invitations").status_code == 401
