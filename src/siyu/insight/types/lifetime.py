"""Plan and answers of the lifetime models. Amounts in fen; days as the clock of the brand's zone has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from siyu.insight.types.definitions import USUAL, Definitions
from siyu.kernel.errors import Conflict, SiyuError

MONTHS = 12  # how far ahead value is predicted
MONTHLY_DISCOUNT = 0.01  # what comes a month later is worth so much less
MOST_REPEATS = 7  # the last group of the calibration: so many repeat purchases or more


class NotSettled(SiyuError):
    """The likelihood of a model has no maximum on these data."""

    status = 409
    en = "The purchases of these customers fit no lifetime model: its parameters run away. More data may settle them."
    zh = "这些客户的购买记录无法拟合生命周期模型（参数不收敛），积累更多数据后可再试。"


class NoPrediction(Conflict):
    """The data do not carry a prediction; says what is needed."""

    en = "There is no prediction: {reason}"
    zh = "暂无预测：{reason_zh}"


@dataclass(frozen=True, slots=True)
class LifetimePlan:
    """What a refit takes and how far it looks.

    Attributes:
        as_of: nothing after this moment counts.
        zone: whose days decide, an IANA name.
        months: how far ahead.
        monthly_discount: 0.01 says that a yuan in a month is worth 1/1.01 today.
        definitions: what a purchase is.
    """

    as_of: datetime
    zone: str
    months: int = MONTHS
    monthly_discount: float = MONTHLY_DISCOUNT
    definitions: Definitions = USUAL


@dataclass(frozen=True, slots=True)
class GroupCheck:
    """Repeat purchases in the held-out period of ``customers`` who made ``repeats`` before (the last group: or more)."""

    repeats: int
    customers: int
    expected: float
    actual: int


@dataclass(frozen=True, slots=True)
class WeekCheck:
    """Repeat purchases of one week from ``start`` on, of those who first bought before the held-out period."""

    start: date
    expected: float
    actual: int
    held_out: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """The model fitted on the days up to ``until``, held against what came after. ``weeks`` begin with the first ones."""

    until: date
    days: int
    customers: int
    parameters: Mapping[str, float]
    expected: float
    actual: int
    groups: tuple[GroupCheck, ...]
    weeks: tuple[WeekCheck, ...]


@dataclass(frozen=True, slots=True)
class ValueBin:
    """Customers whose value is ``from_fen`` to under ``to_fen`` (``None``: no bound), so far and predicted."""

    from_fen: int | None
    to_fen: int | None
    actual_customers: int
    predicted_customers: int


@dataclass(frozen=True, slots=True)
class LifetimeModel:
    """What a refit found.

    Attributes:
        model: ``bgnbd`` or ``pareto_nbd``, whichever makes the purchases more likely; times in days.
        log_likelihoods: of each that was tried.
        spend: p, q and v of the Gamma-Gamma model, in fen.
        purchases: days on which somebody bought, over all customers.
        alive: expected number of customers who have not left.
        expected_purchases: of all customers over ``months``.
        actual_fen: net amount of all customers so far.
        predicted_fen: discounted value of all customers over ``months``.
        calibration: ``None`` when the first part alone carries no model.
    """

    model: str
    parameters: Mapping[str, float]
    log_likelihoods: Mapping[str, float]
    spend: Mapping[str, float]
    months: int
    monthly_discount: float
    customers: int
    repeat_buyers: int
    purchases: int
    alive: float
    expected_purchases: float
    actual_fen: int
    predicted_fen: int
    calibration: Calibration | None
    distribution: tuple[ValueBin, ...]


@dataclass(frozen=True, slots=True)
class LifetimePoint:
    """The value of the base as one refit saw it; ``predicted_fen`` is ``None`` where there was no prediction."""

    as_of: date
    customers: int
    actual_fen: int
    predicted_fen: int | None


@dataclass(frozen=True, slots=True)
class LifetimeState:
    """How the prediction stands.

    Attributes:
        as_of: day of the last refit, ``None`` before the first.
        fitted_at: when that was.
        customers: who had bought by then.
        model: what it found; ``None`` when there is no prediction.
        reason: why not, in English; empty when there is a model.
        reason_zh: the same in Chinese.
        history: one point a day, oldest first.
    """

    as_of: date | None
    fitted_at: datetime | None
    customers: int
    model: LifetimeModel | None
    reason: str
    reason_zh: str
    history: tuple[LifetimePoint, ...] = ()


@dataclass(frozen=True, slots=True)
class LifetimeDistribution:
    """How many customers are worth how much, by the facts up to ``fitted_at``; empty with the reason when there is no
    prediction.
    """

    as_of: date | None
    fitted_at: datetime | None
    months: int
    bins: tuple[ValueBin, ...]
    reason: str = ""
    reason_zh: str = ""
