"""The brand's coupons, its shop for points and its draws, as operators would make them, and what members did with them."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.app.demo.segments import HIGH_VALUE
from siyu.draws import service as draws
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.identity import service as identity
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import customer
from siyu.payments import service as payments
from siyu.rehearsal.types import FOLLOWED_ID
from siyu.rewards import service as rewards
from siyu.segments import service as segments

_ACTOR: Final[Principal] = access.system("demo")
_WHY: Final = "演示品牌"
# A hundred points are a yuan; a tenth of the cost has to stay over.
_RULES: Final = {"points": 100, "fen": 100, "margin_bp": 1_000, "goods_cost_bp": 6_000}
MONEY_OFF: Final = "满 300 减 30"
SHIPPING: Final = "满 199 包邮"
TAGS: Final = "吊牌卡满 50 减 10"
# By name: the terms, and how many may be given.
_COUPONS: Final[dict[str, tuple[dict[str, Any], int]]] = {
    MONEY_OFF: (
        {"kind": "money", "off_fen": 3_000, "threshold_fen": 30_000, "valid_days": 30, "per_person": 5},
        20_000,
    ),
    "会员日九折": ({"kind": "percent", "percent": 10, "most_fen": 5_000, "valid_days": 14, "per_person": 1}, 5_000),
    SHIPPING: ({"kind": "shipping", "most_fen": 1_200, "threshold_fen": 19_900, "valid_days": 60}, 5_000),
    "新客口令券": (
        {
            "kind": "money",
            "off_fen": 2_000,
            "threshold_fen": 10_000,
            "valid_days": 30,
            "per_person": 1,
            "shared_code": "YUNXIU20",
        },
        1_000,
    ),
    "9.9 元换购方巾": ({"kind": "exchange", "pay_fen": 990, "cost_fen": 850, "goods": ["方巾"], "valid_days": 30}, 300),
    TAGS: ({"kind": "money", "off_fen": 1_000, "threshold_fen": 5_000, "valid_days": 180, "bearer": True}, 500),
}
BAG: Final = "棉麻帆布袋"
CUP: Final = "限量手冲咖啡杯"
SCARF: Final = "羊毛围巾"  # points and cash
_STOCK: Final = {BAG: 200, SCARF: 60, CUP: 30}
_PAID: Final = 3  # members
_WHEEL: Final = "autumn_wheel"
_WARM_UP: Final = "warm_up"


def stand_rewards(context: Context) -> None:
    """Make what is not there, give coupons to a segment, and have some members redeem and draw. Safe to repeat."""
    now = context.clock.now()
    with context.database.transaction() as conn:
        if rewards.rules(conn) is None:
            rewards.change_rules(conn, _ACTOR, rewards.read_rules(_RULES), 0, _WHY, now)
            kinds = {name: _coupon(conn, name, *said, now) for name, said in _COUPONS.items()}
            offers = {terms["name"]: _offer(conn, terms, now) for terms in _offers(kinds[MONEY_OFF], now)}
            rounds = _stand_draws(conn, kinds[SHIPPING], now)
            _live(conn, kinds, offers, rounds, now)
        _take_cash(conn, now)


def _coupon(conn: Connection, name: str, terms: dict[str, Any], budget: int, now: datetime) -> int:
    made = rewards.make_template(conn, _ACTOR, rewards.read_template({"name": name, **terms}), now).id
    rewards.add_budget(conn, _ACTOR, made, coupons=budget, fen=0, key=f"demo-budget-{made}", reason=_WHY, now=now)
    rewards.set_template_state(conn, _ACTOR, made, "live", _WHY, now)
    return made


def _offers(coupon_id: int, now: datetime) -> list[dict[str, Any]]:
    week = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(days=7)).isoformat()}
    return [
        {"name": BAG, "points": 800, "cost_fen": 600, "per_person": 2},
        {"name": SCARF, "points": 1_500, "cash_fen": 3_900, "cost_fen": 4_500, "tiers": {"silver": 1, "gold": 2}},
        {"name": f"{MONEY_OFF}（积分兑换）", "points": 3_300, "coupon_id": coupon_id, "per_day": 1},
        {"name": CUP, "points": 500, "cost_fen": 450, "per_person": 1, "seckill": True, **week},
        {"name": "真丝眼罩", "points": 100, "cost_fen": 3_000},  # a draft: it would sell under its margin
    ]


def _offer(conn: Connection, terms: dict[str, Any], now: datetime) -> int:
    made = rewards.make_offer(conn, _ACTOR, rewards.read_offer(terms), now)
    if pieces := _STOCK.get(made.terms.name):
        rewards.add_stock(conn, _ACTOR, made.id, pieces, f"demo-stock-{made.id}", _WHY, now)
    if not made.terms.cash_fen and (pieces or made.terms.coupon_id is not None):
        rewards.set_offer_state(conn, _ACTOR, made.id, "live", _WHY, now)
    return made.id


def _take_cash(conn: Connection, now: datetime) -> None:
    """What costs cash besides goes live where somebody takes it."""
    if not payments.merchants(conn):
        return
    for shown in rewards.offers(conn, now):
        one = shown.offer
        if one.terms.name == SCARF and one.state == "draft":
            rewards.set_offer_state(conn, _ACTOR, one.id, "live", _WHY, now)


def _stand_draws(conn: Connection, coupon_id: int, now: datetime) -> dict[str, int]:
    """A wheel for points, one before it that is over, free orders and a rebate; returns the rounds."""
    if draws.draw_rules(conn) is not None:
        return {}
    prizes = [
        {"code": "scarf", "name": "羊毛围巾", "weight": 2_000, "stock": 5, "cost_fen": 4_500, "value_fen": 19_900}
        | {"thing": True},
        {"code": "p200", "name": "200 积分", "weight": 98_000, "cost_fen": 200, "unit": "points", "amount": 200},
        {"code": "p20", "name": "20 积分", "weight": 500_000, "cost_fen": 20, "unit": "points", "amount": 20},
        {"code": "shipping", "name": "包邮券", "weight": 20_000, "stock": 50, "cost_fen": 1_200}
        | {"unit": f"coupon:{coupon_id}"},
        {"code": "thanks", "name": "谢谢参与", "weight": 380_000},
    ]
    wheel = {"prizes": prizes, "fallback": "thanks", "budget_fen": 500_000, "price": {"amount": 50}, "per_day": 3}
    opens, later = now.isoformat(), {days: (now + timedelta(days=days)).isoformat() for days in (14, 21, 30)}
    said = {
        "pools": [
            {"code": _WHEEL, "name": "秋日幸运转盘", "opens_at": opens, "closes_at": later[30], **wheel},
            {"code": _WARM_UP, "name": "预热抽奖", "opens_at": opens, "closes_at": later[14], **wheel},
        ],
        "free_orders": [
            {"code": "free_orders", "name": "下单抽免单", "opens_at": opens, "closes_at": later[14]}
            | {"draws_at": later[21], "winners": 3, "most_fen": 50_000, "budget_fen": 150_000, "per_yuan": 100}
        ],
        "rebates": [
            {"code": "autumn_rebate", "name": "满额返积分", "opens_at": opens, "closes_at": later[30]}
            | {"steps": [{"at_least_fen": 50_000, "amount": 300}, {"at_least_fen": 100_000, "amount": 800}]}
        ],
    }
    rules = draws.change_draw_rules(conn, _ACTOR, draws.read_draw_rules(said), 0, _WHY, now)
    return {
        code: draws.publish(conn, _ACTOR, code, rules.version, (), now).id for code in (_WARM_UP, _WHEEL, "free_orders")
    }


def _live(
    conn: Connection, kinds: dict[str, int], offers: dict[str, int], rounds: dict[str, int], now: datetime
) -> None:
    """What members of the first weeks did."""
    own = next((one for one in segments.segments(conn) if one.name == HIGH_VALUE and one.people), None)
    if own is None:
        return
    rewards.issue(conn, _ACTOR, kinds[MONEY_OFF], [], "demo-high-value", now, segment_id=own.id)
    rewards.print_codes(conn, _ACTOR, kinds[TAGS], 50, "demo-tags", now)
    first = sorted(segments.members(conn, own.id))[:200]
    has = loyalty.balances(conn, [customer(one, "points") for one in first], now)
    rich = [one for one, account in zip(first, has, strict=True) if account.available >= 1_500][:16]
    _redeem(conn, offers, rich, now)
    _use(conn, rich[:6], kinds[MONEY_OFF], now)
    _draw(conn, rich, rounds, now)
    _pay(conn, first, now)


def _pay(conn: Connection, people: list[int], now: datetime) -> None:
    """Some are paid for pictures of what they bought; the money waits for them in WeChat."""
    if not payments.merchants(conn):
        return
    known = sorted({one for one, _ in identity.values_of(conn, "open_id", FOLLOWED_ID, people)})
    for one in known[:_PAID]:
        payments.transfer_by_hand(
            conn, _ACTOR, one, fen=888, remark="晒单返现", reason=_WHY, key=f"demo-transfer-{one}", now=now
        )


def _redeem(conn: Connection, offers: dict[str, int], people: list[int], now: datetime) -> None:
    """Some got what they redeemed, one did not want it any more, the others wait."""
    for place, one in enumerate(people):
        name = CUP if place % 3 == 2 else BAG
        done = rewards.redeem(conn, one, offers[name], f"demo-redeem-{one}", now, principal=_ACTOR).redemption
        if place == 1:
            rewards.cancel(conn, _ACTOR, done.id, "客户改选其他商品", now)
        elif place % 2 == 0:
            rewards.fulfil(conn, _ACTOR, done.id, now)


def _use(conn: Connection, people: list[int], template_id: int, now: datetime) -> None:
    """Coupons are used at the till; of the last one the order is given back."""
    basket = rewards.read_basket({"lines": [{"line": "1", "product": "大衣", "quantity": 1, "price_fen": 39_900}]})
    done = None
    for one in people:
        held = [coupon.id for coupon, _ in rewards.coupons_of(conn, one, now) if coupon.template_id == template_id]
        if held:  # who came into the segment since it was given coupons has none
            key = f"demo-use-{one}"
            done = rewards.use_coupons(conn, _ACTOR, key, basket, key, now, customer_id=one, coupon_ids=held)
    if done:
        rewards.return_coupons(conn, _ACTOR, done.id, now)


def _draw(conn: Connection, people: list[int], rounds: dict[str, int], now: datetime) -> None:
    """The first round is over: its seed can be looked at."""
    if not rounds:
        return
    for code, turns in ((_WARM_UP, 1), (_WHEEL, 2)):
        for one in people:
            for turn in range(turns):
                draws.draw_for(conn, _ACTOR, one, rounds[code], now, key=f"demo-draw-{code}-{one}-{turn}")
    draws.end_round(conn, _ACTOR, rounds[_WARM_UP], "预热结束", now)
