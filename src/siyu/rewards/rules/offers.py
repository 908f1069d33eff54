"""What makes sense as an offer, and whether it can be redeemed at a moment."""

from datetime import datetime

from siyu.engines.zone import written
from siyu.kernel.errors import BadInput
from siyu.rewards.types.errors import NotOpen
from siyu.rewards.types.offers import Offer, OfferTerms, Stands


def check(terms: OfferTerms) -> None:
    """Check that the terms make sense together.

    Raises:
        BadInput: says what to change.
    """
    if not terms.points and not terms.cash_fen:
        raise _bad(
            "an offer costs points or cash; what costs nothing is given as a coupon.",
            "兑换须消耗积分或现金；免费赠送请使用发券。",
        )
    if terms.coupon_id is not None and terms.cash_fen:
        raise _bad(
            "a coupon is given for points only; leave cash_fen 0.", "优惠券仅可用积分兑换，请将 cash_fen 设为 0。"
        )
    if terms.starts_at is not None and terms.ends_at is not None and terms.starts_at >= terms.ends_at:
        raise _bad("the offer would end before it starts; change the window.", "兑换结束时间须晚于开始时间。")
    if terms.coupon_id is None and not terms.cost_fen:
        raise _bad(
            "say in cost_fen what one piece costs the brand; the margin is kept by it.",
            "请填写单件成本 cost_fen，用于毛利校验。",
        )
    if terms.coupon_id is not None and terms.cost_fen:
        raise _bad(
            "the cost of a coupon is what it may take off: leave cost_fen 0.",
            "优惠券的成本即其最高优惠额，请将 cost_fen 设为 0。",
        )
    most = terms.per_person
    if most is not None and terms.per_day is not None and terms.per_day > most:
        raise _bad(
            f"a person may have {most} in all, so not {terms.per_day} on a day.",
            f"每人每日限 {terms.per_day} 件，超过了每人总限 {most} 件。",
        )
    for code, count in terms.tiers.items():
        if most is not None and count > most:
            raise _bad(
                f"a person may have {most} in all, so not {count} in the tier '{code}'.",
                f"等级“{code}”限 {count} 件，超过了每人总限 {most} 件。",
            )
    if terms.seckill and (terms.starts_at is None or terms.ends_at is None):
        raise _bad("a seckill needs starts_at and ends_at.", "秒杀须设置开始与结束时间。")
    if terms.seckill and most is None:
        raise _bad(
            "a seckill needs per_person: else a few take everything.",
            "秒杀须设置每人限购 per_person，避免被少数人抢空。",
        )


def check_open(offer: Offer, now: datetime) -> None:
    """Check that an offer can be redeemed now.

    Raises:
        NotOpen: says since when or until when it can.
    """
    terms = offer.terms
    if offer.state != "live":
        raise NotOpen(name=terms.name, reason="it is not offered at present.", reason_zh="未在售。")
    if terms.starts_at is not None and now < terms.starts_at:
        at = written(terms.starts_at)
        raise NotOpen(name=terms.name, reason=f"it begins at {at}.", reason_zh=f"将于 {at} 开始。")
    if terms.ends_at is not None and now >= terms.ends_at:
        at = written(terms.ends_at)
        raise NotOpen(name=terms.name, reason=f"it ended at {at}.", reason_zh=f"已于 {at} 结束。")


def most_in_all(terms: OfferTerms, tier: str | None) -> int | None:
    """How many pieces a person in this tier may have in all; ``None``: no limit, 0: none."""
    if not terms.tiers:
        return terms.per_person
    return terms.tiers.get(tier or "", 0)


def may_still(terms: OfferTerms, tier: str | None, in_all: int, of_day: int) -> int | None:
    """How many more pieces a person may have today who has had so many in all and of the day; ``None``: no limit."""
    most = most_in_all(terms, tier)
    limits = [] if most is None else [most - in_all]
    if terms.per_day is not None:
        limits.append(terms.per_day - of_day)
    return max(min(limits), 0) if limits else None


def is_over(offer: Offer, now: datetime) -> bool:
    """Whether an offer is offered no more, now and later."""
    return offer.state != "live" or (offer.terms.ends_at is not None and now >= offer.terms.ends_at)


def stands(offer: Offer, tier: str | None, left: int, may: int | None, now: datetime) -> Stands:
    """Whether somebody can have a piece now, or why not; their points are not looked at."""
    terms = offer.terms
    if is_over(offer, now):
        return "over"
    if terms.tiers and tier not in terms.tiers:
        return "not_for_tier"
    if may == 0:
        return "limit"
    if terms.starts_at is not None and now < terms.starts_at:
        return "soon"
    return "open" if left else "sold_out"


def _bad(en: str, zh: str) -> BadInput:
    return BadInput(reason=en, reason_zh=zh)
