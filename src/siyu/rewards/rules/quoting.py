"""What coupons take off a basket, to the fen, and why one does not apply."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from siyu.engines.zone import written
from siyu.kernel.money import Money
from siyu.rewards.rules.margin import WHOLE
from siyu.rewards.types.coupons import Basket, Coupon, Quote, TakenOff, Template
from siyu.rewards.types.economy import RewardRules

Why = tuple[str, str]
SHIPPING = ""  # the line of what shipping costs


class _Basket:
    """A basket while coupons take off one after the other."""

    def __init__(self, basket: Basket) -> None:
        self.left = {line.line: line.price_fen * line.quantity for line in basket.lines}
        self.left[SHIPPING] = basket.shipping_fen
        self.products = {line.line: line for line in basket.lines}
        self.goods_fen = sum(self.left.values()) - basket.shipping_fen
        self.used: list[Template] = []

    def lines_of(self, template: Template) -> list[str]:
        """Those that a template is for."""
        goods = set(template.terms.goods)
        return [name for name, line in self.products.items() if not goods or line.product in goods]

    def goods_left(self) -> int:
        return sum(self.left[name] for name in self.products)


def quote(
    basket: Basket,
    coupons: Iterable[Coupon],
    templates: Mapping[int, Template],
    rules: RewardRules | None,
    now: datetime,
) -> Quote:
    """What these coupons take off together, the one with the lowest place first.

    Coupons that are used together never sell the goods for less than they cost and the margin; one that would is left out.

    Args:
        basket: its lines have different names.
        coupons: that are to be used.
        templates: theirs.
        rules: what goods cost and which margin has to stay over; ``None``: nobody said.
        now: the present.
    """
    working = _Basket(basket)
    taken = []
    for coupon in sorted(coupons, key=lambda one: (templates[one.template_id].terms.place, one.template_id, one.id)):
        template = templates[coupon.template_id]
        shares: dict[str, int] = {}
        why = _not_valid(coupon, now) or _not_together(template, working.used)
        if why is None:
            shares, why = _shares(template, working)
        if why is None and working.used and rules is not None and not template.terms.at_a_loss:
            why = _under_cost(working, [*working.used, template], shares, rules)
        if why is not None:
            taken.append(TakenOff(coupon, 0, {}, 0, why))
            continue
        for name, fen in shares.items():
            working.left[name] -= fen
        working.used.append(template)
        off = sum(shares.values())
        terms = template.terms
        cost = max(0, (terms.cost_fen or 0) - (terms.pay_fen or 0)) if terms.kind == "exchange" else off
        taken.append(TakenOff(coupon, off, shares, cost))
    total = working.goods_fen + basket.shipping_fen
    return Quote(total, sum(one.off_fen for one in taken), tuple(taken))


def _not_valid(coupon: Coupon, now: datetime) -> Why | None:
    if coupon.state == "used":
        return "it is used already.", "该优惠券已使用。"
    if coupon.state == "revoked":
        return "it was taken back.", "该优惠券已作废。"
    if coupon.state == "expired" or (coupon.valid_until is not None and coupon.valid_until <= now):
        at = written(coupon.valid_until) if coupon.valid_until else "?"
        return f"it ended at {at}.", f"该优惠券已于 {at} 过期。"
    if coupon.valid_from is not None and coupon.valid_from > now:
        at = written(coupon.valid_from)
        return f"it begins at {at}.", f"该优惠券自 {at} 起可用。"
    return None


def _not_together(template: Template, used: Sequence[Template]) -> Why | None:
    same = sum(one.id == template.id for one in used)
    if same >= template.terms.several:
        most = template.terms.several
        return (
            f"{most} of '{template.terms.name}' may be used on one order.",
            f"每单最多使用 {most} 张“{template.terms.name}”。",
        )
    for other in used:
        together = other.id in template.terms.stacks_with or template.id in other.terms.stacks_with
        if other.id != template.id and not together:
            return (
                f"it cannot be used together with '{other.terms.name}'.",
                f"不能与“{other.terms.name}”同时使用。",
            )
    return None


def _shares(template: Template, working: _Basket) -> tuple[dict[str, int], Why | None]:
    terms = template.terms
    lines = working.lines_of(template)
    if not lines:
        return {}, ("the basket has none of the goods it is for.", "购物车中没有适用的商品。")
    base = sum(working.left[name] for name in lines)
    if base < terms.threshold_fen:
        missing = Money(terms.threshold_fen - base)
        return {}, (f"{missing} yuan are missing to its threshold.", f"还差 {missing} 元满足使用门槛。")
    if terms.kind == "shipping":
        off = min(working.left[SHIPPING], terms.most_fen or 0)
        return ({SHIPPING: off}, None) if off else ({}, ("shipping costs nothing.", "本单无运费，无需使用。"))
    if terms.kind == "exchange":
        return _exchange(terms.pay_fen or 0, lines, working)
    if terms.kind == "money":
        off = min(terms.off_fen or 0, base)
    else:
        off = base * (terms.percent or 0) // 100
        off = off if terms.most_fen is None else min(off, terms.most_fen)
    if not off:
        return {}, ("there is nothing left to take off.", "没有可优惠的金额。")
    return split(off, {name: working.left[name] for name in lines}), None


def _exchange(pay_fen: int, lines: Sequence[str], working: _Basket) -> tuple[dict[str, int], Why | None]:
    """One of the dearest product among the lines, for what is to be paid."""
    best = max(lines, key=lambda name: min(working.products[name].price_fen, working.left[name]))
    off = min(working.products[best].price_fen, working.left[best]) - pay_fen
    if off <= 0:
        return {}, ("the product costs no more than is paid with it.", "商品售价不高于兑换价，无需使用。")
    return {best: off}, None


def _under_cost(
    working: _Basket, used: Sequence[Template], shares: Mapping[str, int], rules: RewardRules
) -> Why | None:
    bp = max(rules.goods_cost_bp if one.terms.goods_cost_bp is None else one.terms.goods_cost_bp for one in used)
    off = sum(fen for name, fen in shares.items() if name != SHIPPING)
    if any(one.terms.at_a_loss for one in used) or not off:
        return None
    if (working.goods_left() - off) * WHOLE * WHOLE >= working.goods_fen * bp * (WHOLE + rules.margin_bp):
        return None
    return (
        "together with the others it would sell the goods for less than they cost.",
        "与其他优惠券叠加后售价将低于成本。",
    )


def split(fen: int, worth: Mapping[str, int]) -> dict[str, int]:
    """An amount shared among lines by what they are worth: sums to it to the fen, and no share is above its line.

    Args:
        fen: not above the sum of what they are worth.
        worth: not below 0.
    """
    left, rest = sum(worth.values()), fen
    shares = {}
    for name, value in sorted(worth.items()):
        share = rest * value // left if left else 0
        shares[name] = share
        rest -= share
        left -= value
    return {name: share for name, share in shares.items() if share}
