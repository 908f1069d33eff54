"""What makes sense as a template, when its coupons are valid, and what they may cost."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from siyu.kernel.errors import BadInput
from siyu.kernel.money import Money
from siyu.rewards.rules.margin import WHOLE
from siyu.rewards.types.coupons import CouponKind, CouponTerms
from siyu.rewards.types.economy import RewardRules
from siyu.rewards.types.errors import UnderMargin

_NEEDS: Final[Mapping[CouponKind, tuple[str, ...]]] = {
    "money": ("off_fen",),
    "percent": ("percent",),
    "exchange": ("pay_fen", "cost_fen", "goods"),
    "shipping": ("most_fen",),
}
_MAY: Final[Mapping[CouponKind, frozenset[str]]] = {
    "money": frozenset({"off_fen"}),
    "percent": frozenset({"percent", "most_fen"}),
    "exchange": frozenset({"pay_fen", "cost_fen"}),
    "shipping": frozenset({"most_fen"}),
}
_ALL: Final = frozenset({"off_fen", "percent", "most_fen", "pay_fen", "cost_fen"})


def check(terms: CouponTerms) -> None:
    """Check that the terms make sense together.

    Raises:
        BadInput: says what to change.
    """
    missing = [name for name in _NEEDS[terms.kind] if getattr(terms, name) in (None, [])]
    if missing:
        raise _bad(
            f"a coupon of the kind '{terms.kind}' needs {', '.join(missing)}.",
            f"“{terms.kind}”类优惠券须填写 {'、'.join(missing)}。",
        )
    strange = sorted(name for name in _ALL - _MAY[terms.kind] if getattr(terms, name) is not None)
    if strange:
        raise _bad(
            f"a coupon of the kind '{terms.kind}' has no {', '.join(strange)}; leave it out.",
            f"“{terms.kind}”类优惠券没有 {'、'.join(strange)}，请去掉。",
        )
    if terms.off_fen is not None and 0 < terms.threshold_fen < terms.off_fen:
        raise _bad(
            f"it would take off {Money(terms.off_fen)} yuan of {Money(terms.threshold_fen)}; raise the threshold.",
            f"满 {Money(terms.threshold_fen)} 元减 {Money(terms.off_fen)} 元不成立，请提高门槛。",
        )
    _check_window(terms)
    if terms.shared_code is not None and terms.bearer:
        raise _bad(
            "a shared code gives everybody a coupon of their own: bearer has to be false.",
            "共享码领取的优惠券归个人所有，bearer 须为 false。",
        )
    if terms.shared_code is not None and terms.per_person is None:
        raise _bad(
            "a shared code needs per_person: else one person takes all.",
            "共享码须设置每人限领 per_person，避免被一人领完。",
        )
    if terms.limited_fen and most_off(terms) is None:
        raise _bad(
            "a budget in fen needs most_fen: else nobody knows what one coupon may take off.",
            "设置金额预算时须填写 most_fen（单张最高优惠额）。",
        )
    if terms.at_a_loss and not terms.limited_fen:
        raise _bad(
            "a loss that is meant has a budget: set limited_fen, and give it one.",
            "允许低于成本时须启用金额预算 limited_fen 并设置额度。",
        )


def _check_window(terms: CouponTerms) -> None:
    if terms.valid_until is None and terms.valid_days is None:
        raise _bad("say how long it is valid: valid_until or valid_days.", "请设置有效期：valid_until 或 valid_days。")
    if terms.valid_from is not None and terms.valid_until is not None and terms.valid_from >= terms.valid_until:
        raise _bad("it would end before it is valid; change the window.", "有效期结束时间须晚于开始时间。")
    if terms.valid_from is not None and (terms.valid_days is not None or terms.after_days):
        raise _bad(
            "it begins at a moment (valid_from) or by days after it is got (after_days, valid_days), not both.",
            "生效时间只能选择固定时间（valid_from）或领取后天数（after_days、valid_days）之一。",
        )


def most_off(terms: CouponTerms) -> int | None:
    """What one coupon may cost the brand at most, in fen; ``None`` when it has no limit."""
    if terms.kind == "money":
        return terms.off_fen
    if terms.kind == "exchange":
        return max(0, (terms.cost_fen or 0) - (terms.pay_fen or 0))
    return terms.most_fen


def check_cost(rules: RewardRules, terms: CouponTerms) -> None:
    """Check that no use of one coupon sells for less than the goods cost and the margin that has to stay over.

    Raises:
        UnderMargin: says what to change.
    """
    if terms.at_a_loss:
        return
    bp = rules.goods_cost_bp if terms.goods_cost_bp is None else terms.goods_cost_bp
    floor = bp * (WHOLE + rules.margin_bp)  # of a price that is WHOLE * WHOLE
    percent = f"{floor / WHOLE / 100:g}"
    meant = "Or say that the loss is meant (at_a_loss), with a budget in fen."
    meant_zh = "或声明允许亏损（at_a_loss）并设置金额预算。"
    if terms.kind == "exchange":
        least = -(-(terms.cost_fen or 0) * (WHOLE + rules.margin_bp) // WHOLE)
        if (terms.pay_fen or 0) < least:
            raise UnderMargin(
                name=terms.name,
                reason=f"the product costs {Money(terms.cost_fen or 0)} yuan; have at least {Money(least)} paid for it. {meant}",
                reason_zh=f"商品成本 {Money(terms.cost_fen or 0)} 元，兑换价须不低于 {Money(least)} 元，{meant_zh}",
            )
    elif terms.kind == "percent":
        most = (WHOLE * WHOLE - floor) * 100 // (WHOLE * WHOLE)
        if (terms.percent or 0) > most:
            raise UnderMargin(
                name=terms.name,
                reason=f"cost and margin are {percent} % of the price: take off at most {max(most, 0)} %. {meant}",
                reason_zh=f"成本与毛利占售价 {percent}%，最多可减 {max(most, 0)}%，{meant_zh}",
            )
    else:
        _check_threshold(terms, floor, percent, (meant, meant_zh))


def _check_threshold(terms: CouponTerms, floor: int, percent: str, meant: tuple[str, str]) -> None:
    off = most_off(terms) or 0
    room = WHOLE * WHOLE - floor
    if terms.threshold_fen * room >= off * WHOLE * WHOLE:
        return
    if room > 0:
        least = Money(-(-off * WHOLE * WHOLE // room))
        en, zh = f"raise the threshold to at least {least} yuan", f"门槛须提高至不低于 {least} 元"
    else:
        en, zh = "these goods leave no room for a coupon", "此类商品没有优惠空间"
    raise UnderMargin(
        name=terms.name,
        reason=f"it takes off {Money(off)} yuan, and cost and margin are {percent} % of the price: {en}. {meant[0]}",
        reason_zh=f"最高优惠 {Money(off)} 元，成本与毛利占售价 {percent}%：{zh}，{meant[1]}",
    )


def window_of(terms: CouponTerms, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From when and until when a coupon that somebody gets now is valid; days are those of the brand's clock.

    ``None``: at once; without end. An end that is over already is told as it is.
    """
    start = terms.valid_from
    if terms.after_days:
        start = midnight(now, terms.after_days, zone)
    ends = [terms.valid_until] if terms.valid_until is not None else []
    if terms.valid_days is not None:
        ends.append(midnight(now, terms.after_days + terms.valid_days, zone))
    return start, min(ends, default=None)


def midnight(now: datetime, after: int, zone: ZoneInfo) -> datetime:
    """The beginning of the day so many days after that of a moment, in UTC."""
    day = now.astimezone(zone).date() + timedelta(after)
    return datetime.combine(day, time(), zone).astimezone(ZoneInfo("UTC"))


def _bad(en: str, zh: str) -> BadInput:
    return BadInput(reason=en, reason_zh=zh)
