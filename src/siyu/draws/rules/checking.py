"""Which rules of draws make sense together, and what the law may have against them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from siyu.draws.rules.giving import TURN, coupon_of
from siyu.draws.types import WHOLE, DrawLimits, DrawRules, FreeOrders, Pool, Prize, Rebate, Warned
from siyu.draws.types.pools import MOST_FEN
from siyu.engines.zone import written
from siyu.kernel.errors import BadInput

_PLAIN: Final = ("points", "growth", "group_points", "make_up", TURN)  # units that prizes may be, beside coupons
_MOST_COUPONS: Final = 100
_PRICES: Final = ("points", "group_points", TURN)
_YUAN: Final = 100
_YEARS: Final = (2000, 2999)


def check(rules: DrawRules) -> None:
    """Check that everything that is drawn for can be drawn for.

    Raises:
        BadInput: says what to change.
    """
    named: Sequence[Pool | FreeOrders | Rebate] = [*rules.pools, *rules.free_orders, *rules.rebates]
    codes: set[str] = set()
    for one in named:
        if one.code in codes:
            raise _bad(f"there are two with the code '{one.code}'; rename one.", f"代码“{one.code}”重复，请修改其一。")
        codes.add(one.code)
        moments = [one.opens_at, one.closes_at, *([one.draws_at] if isinstance(one, FreeOrders) else [])]
        if not all(_YEARS[0] <= moment.year <= _YEARS[1] for moment in moments):
            raise _bad(
                f"the times of '{one.code}' lie in the years {_YEARS[0]} to {_YEARS[1]}; change them.",
                f"“{one.code}”的时间须在 {_YEARS[0]} 年至 {_YEARS[1]} 年之间，请修改。",
            )
        if one.closes_at <= one.opens_at:
            raise _bad(
                f"'{one.code}' closes at {written(one.closes_at)}, before it opens; move its end behind its beginning.",
                f"“{one.code}”的结束时间 {written(one.closes_at)} 不晚于开始时间，请修改时间窗口。",
            )
    for pool in rules.pools:
        _check_pool(pool)
    for free in rules.free_orders:
        _check_free(free)
    for rebate in rules.rebates:
        _check_rebate(rebate)


def _check_pool(pool: Pool) -> None:
    what, zh = f"pool '{pool.code}'", f"奖池“{pool.code}”"
    codes = [one.code for one in pool.prizes]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise _bad(f"{what} has the prize '{twice[0]}' twice; rename one.", f"{zh}的奖品“{twice[0]}”重复，请修改其一。")
    _check_fen(what, zh, "budget_fen", pool.budget_fen)
    for prize in pool.prizes:
        _check_prize(pool, prize)
    total = sum(one.weight for one in pool.prizes)
    if total != WHOLE:
        more, more_zh = ("over", "超过") if total > WHOLE else ("under", "低于")
        raise _bad(
            f"the odds of {what} come to {percent(total)} %, {more} 100 %: the weights sum to {total} and have to sum to "
            f"{WHOLE}; give '{pool.fallback}' the rest, or take less elsewhere.",
            f"{zh}的中奖概率合计为 {percent(total)}%，{more_zh} 100%：权重之和为 {total}，应为 {WHOLE}；"
            f"请将余量分配给“{pool.fallback}”，或调整其他奖品。",
        )
    if pool.fallback not in codes:
        raise _bad(
            f"{what} falls back on '{pool.fallback}', which is none of its prizes; add it, or name another.",
            f"{zh}的兜底奖品“{pool.fallback}”不在奖品列表中，请添加或改选其他奖品。",
        )
    if pool.fallen_back.stock is not None or pool.fallen_back.cost_fen:
        raise _bad(
            f"'{pool.fallback}' of {what} is given where another prize cannot be: it may have no stock, and cost nothing.",
            f"{zh}的“{pool.fallback}”是兜底奖品，不能设置库存，成本须为 0。",
        )
    if pool.price is not None and pool.price.unit not in _PRICES:
        can = ", ".join(_PRICES)
        raise _bad(
            f"a turn at {what} costs {can}, not '{pool.price.unit}'.",
            f"{zh}的抽奖消耗单位可为 {can}，不能是“{pool.price.unit}”。",
        )


def _check_prize(pool: Pool, prize: Prize) -> None:
    what, zh = f"prize '{prize.code}' of '{pool.code}'", f"奖池“{pool.code}”的奖品“{prize.code}”"
    if not 0 <= prize.weight <= WHOLE:
        raise _bad(
            f"the weight of {what} is {prize.weight}; weights are parts per million, 0 to {WHOLE}.",
            f"{zh}的权重为 {prize.weight}；权重以百万分之一计，须在 0 至 {WHOLE} 之间。",
        )
    if prize.stock is not None and not 0 <= prize.stock <= MOST_FEN:
        raise _bad(
            f"the stock of {what} is {prize.stock}; say how many there are, 0 or more, or leave it out.",
            f"{zh}的库存为 {prize.stock}；库存不能小于 0，请填写实际数量或留空。",
        )
    _check_fen(what, zh, "cost_fen", prize.cost_fen)
    _check_fen(what, zh, "value_fen", prize.worth_fen)
    if prize.cost_fen > pool.budget_fen:
        raise _bad(
            f"{what} costs {prize.cost_fen} fen, over the budget of {pool.budget_fen}: it could never be given. "
            "Raise the budget, or take a smaller prize.",
            f"{zh}的成本 {prize.cost_fen} 分超出预算 {pool.budget_fen} 分，永远无法发放；请提高预算或更换奖品。",
        )
    if prize.unit is not None and prize.thing:
        raise _bad(
            f"{what} is a thing or so many of a unit, not both; make two prizes of it.",
            f"{zh}不能既是实物又是账本单位，请拆分为两个奖品。",
        )
    if coupon_of(prize) is not None:
        _check_coupon(pool, prize, what, zh)
    elif prize.unit is not None:
        _check_unit(what, zh, prize.unit)
    elif not prize.thing and prize.worth_fen:
        raise _bad(
            f"{what} is nothing, and is said to cost or be worth something; name a unit, or say that it is a thing.",
            f"{zh}没有内容却设置了成本或价值；请指定账本单位，或标记为实物。",
        )


def _check_coupon(pool: Pool, prize: Prize, what: str, zh: str) -> None:
    if prize.amount > _MOST_COUPONS:
        raise _bad(
            f"{what} gives {prize.amount} coupons; give up to {_MOST_COUPONS}.",
            f"{zh}一次发放 {prize.amount} 张优惠券，最多 {_MOST_COUPONS} 张。",
        )
    if prize.expires_days is not None:
        raise _bad(
            f"{what} gives coupons, which last as long as their template says; leave out expires_days.",
            f"{zh}为优惠券，有效期由券模板决定，请将有效天数留空。",
        )
    if prize.code == pool.fallback:
        raise _bad(
            f"{what} is the fallback, and there is an end of coupons; fall back on something else.",
            f"{zh}为优惠券，数量有限，不能作为兜底奖品，请改选其他奖品。",
        )


def _check_free(free: FreeOrders) -> None:
    what, zh = f"'{free.code}'", f"“{free.code}”"
    if free.draws_at < free.closes_at:
        raise _bad(
            f"{what} is drawn before its window closes; move draws_at behind closes_at.",
            f"{zh}的开奖时间早于窗口结束时间，请将开奖时间后移。",
        )
    _check_fen(what, zh, "most_fen", free.most_fen)
    _check_fen(what, zh, "budget_fen", free.budget_fen)
    if not free.most_fen or free.winners * free.most_fen > free.budget_fen:
        raise _bad(
            f"{what} may give back {free.winners} orders of up to {free.most_fen} fen each, and its budget is "
            f"{free.budget_fen}; let most_fen be above 0 and the budget hold all of them.",
            f"{zh}最多返还 {free.winners} 单、每单最高 {free.most_fen} 分，预算为 {free.budget_fen} 分；"
            "单笔上限须大于 0，且预算须足以支付全部中奖订单。",
        )
    if (free.per_yuan is None) == (free.amount is None):
        raise _bad(
            f"{what} gives either per_yuan or amount of its unit; name one of them.",
            f"{zh}须在“每元数量”与“固定数量”中选择其一。",
        )
    _check_unit(what, zh, free.unit)
    _check_shop(what, zh, free.platform, free.shop)


def _check_rebate(rebate: Rebate) -> None:
    what, zh = f"rebate '{rebate.code}'", f"满返“{rebate.code}”"
    for before, after in zip(rebate.steps, rebate.steps[1:], strict=False):
        if after.at_least_fen <= before.at_least_fen or after.amount <= before.amount:
            raise _bad(
                f"{what}: the step at {after.at_least_fen} fen has to ask for more than the one before it, and give more.",
                f"{zh}：{after.at_least_fen} 分的档位门槛与返还数量均须高于前一档。",
            )
    _check_unit(what, zh, rebate.unit)
    _check_shop(what, zh, rebate.platform, rebate.shop)


def _check_shop(what: str, zh: str, platform: str | None, shop: str | None) -> None:
    if shop is not None and platform is None:
        raise _bad(f"{what} names a shop; name its platform as well.", f"{zh}指定了店铺，请同时指定平台。")


def _check_unit(what: str, zh: str, unit: str) -> None:
    if unit not in _PLAIN:
        can = ", ".join(_PLAIN)
        raise _bad(f"{what} gives {can}, not '{unit}'.", f"{zh}可发放的单位为 {can}，不能是“{unit}”。")


def _check_fen(what: str, zh: str, name: str, fen: int) -> None:
    if not 0 <= fen <= MOST_FEN:
        raise _bad(
            f"{name} of {what} is {fen}; it is in fen, 0 to {MOST_FEN}.",
            f"{zh}的 {name} 为 {fen}；单位为分，须在 0 至 {MOST_FEN} 之间。",
        )


def check_units(rule: Pool | FreeOrders, there: Collection[str]) -> None:
    """Check that the ledger has the units that a rule gives.

    Raises:
        BadInput: says which are missing.
    """
    wanted = {rule.unit} if isinstance(rule, FreeOrders) else {one.unit for one in rule.prizes if one.unit is not None}
    if missing := sorted(wanted - set(there)):
        names = ", ".join(missing)
        raise _bad(
            f"the ledger has no {names}; make the coupon or unit first, or give something else.",
            f"账本中没有 {names}，请先创建对应的优惠券或单位，或更换奖品。",
        )


def warnings(rule: Pool | FreeOrders, limits: DrawLimits, now: datetime) -> list[Warned]:
    """What the law may have against publishing this now."""
    found = [_too_dear(name, fen, limits.prize_fen) for name, fen in _worths(rule) if fen > limits.prize_fen]
    if rule.opens_at < now + timedelta(hours=limits.notice_hours):
        found.append(
            Warned(
                "short_notice",
                f"Rule, odds and prizes have to be public before '{rule.name}' opens at {written(rule.opens_at)}, "
                f"{limits.notice_hours} hours before it by your settings. Let it open later.",
                f"活动规则、概率与奖品须在“{rule.name}”开始（{written(rule.opens_at)}）前公示，"
                f"按设置须提前 {limits.notice_hours} 小时。请推迟开始时间。",
            )
        )
    return found


def _worths(rule: Pool | FreeOrders) -> Iterable[tuple[str, int]]:
    if isinstance(rule, FreeOrders):
        return [(rule.name, rule.most_fen)]
    return [(one.name, one.worth_fen) for one in rule.prizes]


def _too_dear(name: str, fen: int, limit: int) -> Warned:
    return Warned(
        "prize_value",
        f"'{name}' is worth {_yuan(fen)} yuan; where prizes are drawn, the law allows no prize over {_yuan(limit)} yuan. "
        "Take a smaller prize.",
        f"“{name}”价值 {_yuan(fen)} 元；抽奖式有奖销售的最高奖金额不得超过 {_yuan(limit)} 元，请更换奖品。",
    )


def _yuan(fen: int) -> str:
    return f"{fen // _YUAN}.{fen % _YUAN:02}".removesuffix(".00")


def percent(weight: int) -> str:
    """Parts per million in percent, exactly, as a member reads them: ``0.0123``."""
    sign, weight = ("-", -weight) if weight < 0 else ("", weight)
    whole, rest = divmod(weight, WHOLE // 100)
    return f"{sign}{whole}.{rest:04}".rstrip("0").rstrip(".")


def _bad(en: str, zh: str) -> BadInput:
    return BadInput(reason=en, reason_zh=zh)
