"""The overview: the north star, the RARRA board, the OneID assets, the ladder. Every definition stands here, once.

* A **purchase** is what it is in every report (:mod:`siyu.insight.rules.figures`, setting ``SIYU_PURCHASE_MEANS``), also
  here where the past is shown: an order refunded in full since is none, nor was it. **Money** is paid less refunded, each
  at its time. People are as OneID knows them now, also in the past; facts of nobody are left out.
* **LTV of the base**: net so far of everybody who ever bought, in sum and for each of them, at a moment.
* **Retention**: of those who bought before a window of 90 days, how many bought in it. The window ends now, and for
  comparison when the period before ended.
* **Activation**: people whose first purchase ever lies in the period. Who pays is known: an order names its buyer.
* **Referral**: people who first came by a member's invitation in the period (docs/decisions/0033-invitations.md).
* **Revenue**: net in the period; ARPU is that for each who bought in it.
* **Acquisition**: people who became known by more than a device in the period.
* **Ladder**: the layer each customer stands on now (:data:`siyu.customers.service.LADDER`). **Flows**: who stood on
  another layer 30 days ago; both moments judged by the facts of relations and purchases.

Ends of windows belong to them, beginnings do not. The lists behind figures use the same moments.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from siyu.app.context import Context
from siyu.customers import service as customers
from siyu.customers.types import Layer
from siyu.identity import service as identity
from siyu.insight import service as insight
from siyu.insight.types import Assets, Definitions, LadderMove, LifetimeState, Window, WindowFigures
from siyu.members import service as members

RETENTION_DAYS: Final = 90
FLOW_DAYS: Final = 30
CUSTOMERS: Final = "/api/v1/customers"


@dataclass(frozen=True, slots=True)
class People:
    """The customers behind a figure: the list, and the parameters to ask it with."""

    path: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BaseValue:
    """LTV of the base at a moment: people who had ever bought, their net in fen, and that for each of them."""

    at: datetime
    customers: int
    net_fen: int
    mean_fen: int


@dataclass(frozen=True, slots=True)
class PredictedValue:
    """What the base is expected to bring in the ``months`` after ``as_of``, by the newest fit; discounted, in fen."""

    as_of: date
    months: int
    customers: int
    net_fen: int
    mean_fen: int


@dataclass(frozen=True, slots=True)
class NorthStar:
    """LTV of the base now, and 30 and 90 days ago. ``predicted`` is null until a fit has written predictions."""

    now: BaseValue
    days_30: BaseValue
    days_90: BaseValue
    predicted: PredictedValue | None
    people: People


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the board with the same of the period before.

    Attributes:
        value, before: a count or fen, see ``unit``; ``null`` when it cannot be known, and ``reason`` says why.
        of, of_before: what it is a part of, where it is a part of something: a rate is ``value / of``.
        people: who is counted in ``value``.
    """

    unit: str
    value: int | None
    before: int | None
    of: int | None
    of_before: int | None
    reason: str | None
    reason_zh: str | None
    people: People | None


@dataclass(frozen=True, slots=True)
class Board:
    """RARRA: retention, activation, referral, revenue, acquisition; ``arpu`` belongs to revenue."""

    retention: Figure
    activation: Figure
    referral: Figure
    revenue: Figure
    arpu: Figure
    acquisition: Figure


@dataclass(frozen=True, slots=True)
class LadderLayer:
    """One layer of the ladder and who stands on it now."""

    layer: Layer
    en: str
    zh: str
    customers: int
    people: People


@dataclass(frozen=True, slots=True)
class Flow:
    """How many customers moved from one layer to another within the last 30 days."""

    before: Layer
    after: Layer
    customers: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the overview, as of ``at``; the period has ``days`` days and ends then."""

    at: datetime
    days: int
    north_star: NorthStar
    rarra: Board
    assets: Assets
    ladder: tuple[LadderLayer, ...]
    flows: tuple[Flow, ...]
    flow_days: int


@dataclass(frozen=True, slots=True)
class Present:
    """What an overview says of the present, however long its period is; the dearer half of it.

    Attributes:
        at: the moment.
        layers: people on each layer of the ladder.
        moves: those who stood on another one ``FLOW_DAYS`` ago.
    """

    at: datetime
    layers: Mapping[Layer, int]
    moves: Sequence[LadderMove]
    assets: Assets
    predicted: PredictedValue | None


def present(context: Context, now: datetime) -> Present:
    """What there is now. A report: it reads all facts that carry money, and all identifiers."""

    def counted() -> tuple[Mapping[Layer, int], Assets, PredictedValue | None]:
        with context.database.transaction() as conn:
            assets = insight.assets(conn, identity.asset_counts(conn))
            return customers.layer_counts(conn), assets, _predicted(insight.lifetime.state(conn))

    with ThreadPoolExecutor(1) as beside:  # one engine counts while the other does
        counting = beside.submit(counted)
        flows_from = now - timedelta(days=FLOW_DAYS)
        moves = insight.ladder_moves(context.clickhouse, Definitions.of(context.settings), flows_from, now)
        layers, assets, predicted = counting.result()
    return Present(now, layers, moves, assets, predicted)


def overview(context: Context, present: Present, days: int = 30) -> Overview:
    """Make the overview. A report: it reads all facts that carry money.

    Args:
        context: open engines.
        present: of the moment with which the period ends.
        days: how long the period is; the one before it is as long.
    """
    now = present.at
    started, before = now - timedelta(days=days), now - timedelta(days=2 * days)
    keep = timedelta(days=RETENTION_DAYS)
    windows = (
        Window(None, now),
        Window(None, now - timedelta(days=30)),
        Window(None, now - timedelta(days=90)),
        Window(started, now),
        Window(before, started),
        Window(now - keep, now),
        Window(started - keep, started),
    )
    base, base_30, base_90, this, last, kept, kept_last = insight.windows(
        context.clickhouse, Definitions.of(context.settings), now, windows
    )
    with context.database.transaction() as conn:
        came = _Came(
            (customers.became_known(conn, started, now), customers.became_known(conn, before, started)),
            (members.count_brought(conn, started, now), members.count_brought(conn, before, started))
            if members.any_brought(conn)
            else None,
        )
    return Overview(
        at=now,
        days=days,
        north_star=NorthStar(
            _base(now, base),
            _base(windows[1].end, base_30),
            _base(windows[2].end, base_90),
            present.predicted,
            _people(sort="value", orders_from=1),
        ),
        rarra=_board(started, now, (this, last), (kept, kept_last), came),
        assets=present.assets,
        ladder=tuple(
            LadderLayer(rung.layer, rung.en, rung.zh, present.layers[rung.layer], _people(layer=int(rung.layer)))
            for rung in customers.LADDER
        ),
        flows=tuple(Flow(Layer(move.before), Layer(move.after), move.people) for move in present.moves),
        flow_days=FLOW_DAYS,
    )


@dataclass(frozen=True, slots=True)
class _Came:
    """Who became known in the period, and in the one before; who first came by an invitation, likewise, where anybody
    ever did.
    """

    known: tuple[int, int]
    brought: tuple[int, int] | None


def _base(at: datetime, figures: WindowFigures) -> BaseValue:
    return BaseValue(at, figures.buyers, figures.net_fen, figures.net_fen // figures.buyers if figures.buyers else 0)


def _predicted(state: LifetimeState) -> PredictedValue | None:
    model = state.model
    if model is None or state.as_of is None:
        return None
    mean = model.predicted_fen // model.customers if model.customers else 0
    return PredictedValue(state.as_of, model.months, model.customers, model.predicted_fen, mean)


def _board(
    started: datetime,
    now: datetime,
    period: tuple[WindowFigures, WindowFigures],
    kept: tuple[WindowFigures, WindowFigures],
    came: _Came,
) -> Board:
    this, last = period
    window = now - timedelta(days=RETENTION_DAYS)
    bought = _people(sort="last_order", last_order_from=started)
    arpu = [figures.net_fen // figures.buyers if figures.buyers else None for figures in period]
    return Board(
        retention=_figure(
            "customers",
            (kept[0].returned, kept[1].returned),
            (kept[0].earlier, kept[1].earlier),
            _people(sort="last_order", first_order_before=window, last_order_from=window),
        ),
        activation=_figure(
            "customers", (this.new, last.new), None, _people(sort="last_order", first_order_from=started)
        ),
        referral=_referral(started, now, came.brought),
        revenue=_figure("fen", (this.net_fen, last.net_fen), None, bought),
        arpu=_figure("fen", (arpu[0], arpu[1]), (this.buyers, last.buyers), bought),
        acquisition=_figure(
            "customers", came.known, None, _people(sort="first_seen", known_from=started, known_before=now)
        ),
    )


def _referral(started: datetime, now: datetime, brought: tuple[int, int] | None) -> Figure:
    if brought is not None:
        return _figure("customers", brought, None, _people(sort="first_seen", invited_from=started, invited_before=now))
    return Figure(
        "customers",
        None,
        None,
        None,
        None,
        "No fact says yet who brought whom; this figure begins with the first friend who comes by an invitation.",
        "目前还没有记录“谁带来了谁”的事实；首位好友受邀加入后开始统计。",
        None,
    )


def _figure(
    unit: str, pair: tuple[int | None, int | None], of: tuple[int, int] | None, people: People | None
) -> Figure:
    none = pair[0] is None
    value, before = pair
    none = value is None
    return Figure(
        unit=unit,
        value=value,
        before=before,
        of=of[0] if of else None,
        of_before=of[1] if of else None,
        reason="Nobody bought in this period." if none else None,
        reason_zh="本期无人购买。" if none else None,
        people=people,
    )


def _people(**parameters: str | int | datetime) -> People:
    return People(
        CUSTOMERS,
        {name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in parameters.items()},
    )
