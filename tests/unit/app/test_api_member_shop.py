"""What members have for their points: offers, coupons with a code, draws; theirs and nobody else's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.membership import ACTOR, Pages, set_rules, standing, write

from siyu.app.context import Context
from siyu.draws import service as draws
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request, gift
from siyu.rewards import service as rewards
from siyu.rewards.types import OfferTerms, RewardRules

PHONE, OTHER = "13800138000", "13900139000"
URL = "/member/v1"
TIERS = {
    "by": "growth",
    "tiers": [
        {"code": "plain", "name": "普通会员", "at_least": 0, "below": 100},
        {"code": "gold", "name": "金卡", "at_least": 100, "below": None},
    ],
}


@pytest.fixture
def pages(web_context: Context) -> Iterator[Pages]:
    context = replace(web_context, clickhouse=cast("Any", SimpleNamespace(close=lambda: None)))
    with standing(context) as found:
        set_rules(found.database, found.clock.now(), tiers=TIERS)
        value_points(found)
        yield found


def value_points(pages: Pages) -> None:
    """A point is a fen, and a fifth has to stay over."""
    with pages.database.transaction() as conn:
        wanted = RewardRules(points=100, fen=100, margin_bp=2_000)
        rewards.change_rules(conn, ACTOR, wanted, 0, "tests", pages.clock.now())


def earn(pages: Pages, phone: str, points: int) -> None:
    now = pages.clock.now()
    with pages.database.transaction() as conn:
        lines = gift(pages.customer_of(phone), "points", points)
        loyalty.post_one(conn, Request(f"earn:{phone}:{now.timestamp()}", lines, "order"), now)


def offer(pages: Pages, stock: int = 5, **terms: Any) -> int:
    now = pages.clock.now()
    wanted = OfferTerms(**{"name": "茶杯", "points": 1200, "cost_fen": 1000, **terms})
    with pages.database.transaction() as conn:
        made = rewards.make_offer(conn, ACTOR, wanted, now)
        if wanted.coupon_id is None:
            rewards.add_stock(conn, ACTOR, made.id, stock, f"stock-{made.id:04}", "tests", now)
        rewards.set_offer_state(conn, ACTOR, made.id, "live", "tests", now)
    return made.id


def coupon(pages: Pages, **terms: Any) -> int:
    now = pages.clock.now()
    said = {"name": "满百减十", "kind": "money", "off_fen": 1000, "threshold_fen": 10_000, "valid_days": 20, **terms}
    with pages.database.transaction() as conn:
        made = rewards.make_template(conn, ACTOR, rewards.read_template(said), now)
        rewards.add_budget(
            conn, ACTOR, made.id, coupons=100, fen=0, key=f"budget-{made.id:04}", reason="tests", now=now
        )
        rewards.set_template_state(conn, ACTOR, made.id, "live", "tests", now)
    return made.id


def shown(browser: TestClient) -> dict[int, dict[str, Any]]:
    return {one["id"]: one for one in browser.get(f"{URL}/rewards").json()["offers"]}


def test_offers_stand_as_they_are_for_the_one_who_looks(pages: Pages) -> None:
    now = pages.clock.now()
    plain, gold = offer(pages, per_person=1), offer(pages, name="金杯", points=9000, tiers={"gold": 1})
    empty = offer(pages, 1, name="末件")
    soon = offer(
        pages, name="秒杀", seckill=True, per_person=1,
        starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2),
    )  # fmt: skip
    with pages.database.transaction() as conn:
        rewards.make_offer(conn, ACTOR, OfferTerms(name="草稿", points=1200, cost_fen=1000), now)
    browser = pages.sign_in(PHONE)
    earn(pages, PHONE, 5_000)
    assert write(browser, "POST", f"{URL}/rewards/{empty}/redeem", {}).json()["state"] == "placed"
    found = shown(browser)
    stands = {one: (found[one]["stands"], found[one]["left"], found[one]["may"]) for one in found}
    assert stands == {
        plain: ("open", 5, 1), gold: ("not_for_tier", 5, 0), empty: ("sold_out", 0, None), soon: ("soon", 5, 1),
    }  # fmt: skip
    assert list(found)[-1] == soon
    assert (found[gold]["tiers"], found[soon]["seckill"]) == (["金卡"], True)
    home = browser.get(f"{URL}/home").json()
    assert home["next_offer"] == {"id": plain, "name": "茶杯", "points": 1200, "missing": 0}

    one = write(browser, "POST", f"{URL}/rewards/{plain}/redeem", {"pieces": 1}, key="one-press-1")
    assert (one.status_code, one.json()["points"]) == (200, 1200)
    again = write(browser, "POST", f"{URL}/rewards/{plain}/redeem", {"pieces": 1}, key="one-press-1")
    assert again.json() == one.json()
    refused = write(browser, "POST", f"{URL}/rewards/{plain}/redeem", {"pieces": 1})
    assert refused.json()["code"] == "LimitReached"
    mixed = write(browser, "POST", f"{URL}/rewards/{empty}/redeem", {"pieces": 1}, key="one-press-1")
    assert mixed.json()["code"] == "IdempotencyMismatch"
    pages.clock.advance(timedelta(hours=1))
    now_open = browser.get(f"{URL}/rewards/{soon}").json()
    assert (now_open["offer"]["stands"], now_open["points"]) == ("open", 5_000 - 2_400)
    assert write(browser, "POST", f"{URL}/rewards/{soon}/redeem", {}).status_code == 200
    pages.clock.advance(timedelta(hours=1))
    assert browser.get(f"{URL}/rewards/{soon}").json()["offer"]["stands"] == "over"
    assert soon not in shown(browser)
    assert browser.get(f"{URL}/rewards/{soon + 1}").status_code == 404  # the draft

    own = browser.get(f"{URL}/redemptions", params={"limit": 2}).json()
    assert [line["name"] for line in own["redemptions"]] == ["秒杀", "茶杯"]
    rest = browser.get(f"{URL}/redemptions", params={"cursor": own["next"]}).json()
    assert ([line["name"] for line in rest["redemptions"]], rest["next"]) == (["末件"], None)
    stranger = pages.sign_in(OTHER)
    assert stranger.get(f"{URL}/redemptions").json()["redemptions"] == []
    assert stranger.get(f"{URL}/redemptions/{one.json()['id']}").status_code == 404
    # The same key of another session is another press.
    poor = write(stranger, "POST", f"{URL}/rewards/{plain}/redeem", {"pieces": 1}, key="one-press-1")
    assert poor.json()["code"] == "NotEnough"


def test_two_presses_of_a_button_and_the_last_piece(pages: Pages) -> None:
    last = offer(pages, 1)
    browsers = [pages.sign_in(PHONE), pages.sign_in(OTHER)]
    for phone in (PHONE, OTHER):
        earn(pages, phone, 5_000)

    def press(place: int) -> Any:
        return write(
            browsers[place % 2], "POST", f"{URL}/rewards/{last}/redeem", {}, key=f"button-of-{place % 2}"
        ).json()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(press, range(4)))
    got = [one for one in found if "state" in one]
    assert len({one["id"] for one in got}) == 1
    assert {one["code"] for one in found if "code" in one} == {"SoldOut"}
    assert shown(browsers[0])[last]["left"] == 0


def test_points_become_a_coupon_with_a_code(pages: Pages) -> None:
    template = coupon(pages)
    one = offer(pages, name="十元券", points=1500, cost_fen=0, coupon_id=template)
    browser, stranger = pages.sign_in(PHONE), pages.sign_in(OTHER)
    earn(pages, PHONE, 3_000)
    got = write(browser, "POST", f"{URL}/rewards/{one}/redeem", {}).json()
    assert (got["coupon"], got["state"]) == (True, "placed")
    (mine,) = browser.get(f"{URL}/coupons", params={"state": "held"}).json()["coupons"]
    assert (mine["name"], mine["off_fen"], mine["threshold_fen"]) == ("满百减十", 1000, 10_000)
    assert len(mine["code"]) == 19
    assert browser.get(f"{URL}/coupons/{mine['id']}").json() == mine
    drawn = browser.get(f"{URL}/coupons/{mine['id']}/code.svg")
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
    assert drawn.text.startswith("<?xml")

    # Somebody else's: neither seen, nor drawn, nor claimed by its code.
    for path in ("", "/code.svg"):
        refused = stranger.get(f"{URL}/coupons/{mine['id']}{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "OthersCoupon")
    refused = write(stranger, "POST", f"{URL}/coupons/claim", {"code": mine["code"].lower()})
    assert (refused.status_code, refused.json()["code"]) == (403, "OthersCoupon")
    slip = write(
        stranger,
        "POST",
        f"{URL}/coupons/claim",
        {"code": mine["code"][:-1] + ("2" if mine["code"][-1] != "2" else "3")},
    )
    assert slip.json()["code"] == "BadInput"
    assert stranger.get(f"{URL}/coupons").json()["coupons"] == []
    pages.clock.advance(timedelta(days=21))
    assert browser.get(f"{URL}/coupons/{mine['id']}").json()["state"] == "expired"


def test_a_shared_code_is_claimed_once_a_press(pages: Pages) -> None:
    coupon(pages, shared_code="WELCOME", per_person=1)
    browser = pages.sign_in(PHONE)
    one = write(browser, "POST", f"{URL}/coupons/claim", {"code": " welcome "}, key="claim-press")
    assert (one.status_code, one.json()["code"]) == (200, "WELCOME")
    again = write(browser, "POST", f"{URL}/coupons/claim", {"code": " welcome "}, key="claim-press")
    assert again.json() == one.json()
    refused = write(browser, "POST", f"{URL}/coupons/claim", {"code": "WELCOME"})
    assert refused.json()["code"] == "CouponRefused"


def publish(pages: Pages, **how: Any) -> int:
    now = pages.clock.now()
    pool = {
        "code": "spring", "name": "春日抽奖", "budget_fen": 1_000_000, "fallback": "none",
        "opens_at": now.isoformat(), "closes_at": (now + timedelta(days=3)).isoformat(),
        "price": {"amount": 100}, "per_person": 3, "per_day": 2,
        "prizes": [
            {"code": "points", "name": "50 积分", "weight": 499_000, "unit": "points", "amount": 50, "cost_fen": 50},
            {"code": "phone", "name": "手机", "weight": 500_000, "stock": 1, "thing": True, "cost_fen": 300_000},
            {"code": "none", "name": "谢谢参与", "weight": 1_000},
        ],
        **how,
    }  # fmt: skip
    with pages.database.transaction() as conn:
        version = draws.change_draw_rules(conn, ACTOR, draws.read_draw_rules({"pools": [pool]}), 0, "tests", now)
        return draws.publish(conn, ACTOR, "spring", version.version, [], now).id


def test_a_member_draws_and_can_check_it(pages: Pages) -> None:
    browser = pages.sign_in(PHONE)
    earn(pages, PHONE, 1_000)
    round_id = publish(pages)
    (there,) = browser.get(f"{URL}/draws").json()["rounds"]
    assert (there["turns_left"], there["has"], there["price"]) == (2, 1000, {"amount": 100, "unit": "points"})
    assert [one["percent"] for one in there["prizes"]] == ["49.9", "50", "0.1"]
    url = f"{URL}/draws/{round_id}/turns"
    one = write(browser, "POST", url, {"client_seed": "my-own"}, key="turn-of-one").json()
    assert write(browser, "POST", url, {"client_seed": "my-own"}, key="turn-of-one").json() == one
    two = write(browser, "POST", url, {}).json()
    assert (one["nonce"], two["nonce"], one["client_seed"]) == (0, 1, "my-own")
    assert browser.get(f"{URL}/draws").json()["rounds"][0]["turns_left"] == 0
    assert write(browser, "POST", url, {}).json()["code"] == "NoTurnsLeft"
    pages.clock.advance(timedelta(days=1))
    assert browser.get(f"{URL}/draws").json()["rounds"][0]["turns_left"] == 1
    third = write(browser, "POST", url, {}).json()
    won = [draw for draw in (third, two, one) if draw["won"]]
    wins = browser.get(f"{URL}/wins").json()
    assert (wins["wins"], wins["next"]) == (won, None)
    assert pages.sign_in(OTHER).get(f"{URL}/wins").json()["wins"] == []
    pages.clock.advance(timedelta(days=3))
    with pages.database.transaction() as conn:
        assert draws.end_due(conn, pages.clock.now()) == 1
    assert browser.get(f"{URL}/draws").json()["rounds"] == []
    told = browser.get(f"/draw/{round_id}").json()
    assert sha256(bytes.fromhex(told["seed"])).hexdigest() == there["seed_hash"]
