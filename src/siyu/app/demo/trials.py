"""Two trials of the brand: one that is over, with its draw, reports and rewards; and one that members apply for now."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.app.demo.segments import HIGH_VALUE
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import customer
from siyu.segments import service as segments
from siyu.trials import service as trials
from siyu.trials.types import Application

_ACTOR: Final[Principal] = access.system("demo")
_DAY: Final = timedelta(1)
OVER: Final = "真丝眼罩试用"
OPEN: Final = "秋冬羊绒围巾试用"
_COST: Final = 50
_WHY: Final = (
    "经常出差，睡眠浅，想试试真丝的。",
    "平时用棉质眼罩，想对比一下。",
    "想送妈妈一个，先自己试试。",
    "久坐办公室，午休需要。",
)
_REPORTS: Final = (
    (5, "连用了两周，遮光很好，绑带不勒，真丝触感凉凉的，出差必带。"),
    (5, "比之前的棉质眼罩透气，早起眼周没有压痕，会回购。"),
    (4, "遮光不错，就是鼻翼处略有缝隙，希望可以加厚一点。"),
    (4, "面料舒服，手洗晾干很快，颜色比图片稍深。"),
    (3, "质感好，但绑带偏短，头围大的要注意。"),
)
_WANT: Final = (
    "冬天骑车上班，需要保暖的围巾。",
    "喜欢低饱和的颜色，想试试上身效果。",
    "皮肤容易过敏，想看看羊绒扎不扎。",
    "想搭配新买的大衣。",
)


def stand_trials(context: Context) -> None:
    """Make the two where there is none, with what members did in them. Safe to repeat."""
    now = context.clock.now()
    with context.database.transaction() as conn:
        if trials.trials(conn, now, limit=1):
            return
        own = next((one for one in segments.segments(conn) if one.name == HIGH_VALUE and one.people), None)
        people = sorted(segments.members(conn, own.id))[:200] if own else []
        barred = _over(conn, people[:12], now)
        _open(conn, [one for one in people if one not in barred], now)


def _made(conn: Connection, terms: dict[str, Any], now: datetime) -> int:
    made = trials.make_trial(conn, _ACTOR, trials.read_trial(terms), now).id
    return trials.start_trial(conn, _ACTOR, made, now).id


def _times(opens: datetime, closes: int, chosen: int, reports: int) -> dict[str, str]:
    days = {"closes_at": closes, "chosen_by": chosen, "reports_until": reports}
    return {"opens_at": opens.isoformat(), **{name: (opens + day * _DAY).isoformat() for name, day in days.items()}}


def _over(conn: Connection, people: list[int], now: datetime) -> set[int]:
    """Six were drawn six weeks ago; one of them never reported, and may apply for none before three months are over."""
    began = now - 45 * _DAY
    terms = {
        "name": OVER, "about": "6A 级桑蚕丝，双面真丝。请至少使用一周，写下遮光、触感与绑带的感受。", "pieces": 6, "worth_fen": 12_900,
        "how": "draw", "reward_points": 200, "barred_days": 90, **_times(began, 7, 8, 38),
    }  # fmt: skip
    made = _made(conn, terms, began)
    for place, one in enumerate(people):
        trials.apply_for(conn, one, made, _WHY[place % len(_WHY)], (), began + timedelta(hours=5 + place))
    trials.settle_trial(conn, _ACTOR, made, began + 8 * _DAY)
    chosen = sorted(_of(conn, made, "chosen"), key=lambda one: one.id)
    if chosen:
        trials.send_pieces(conn, _ACTOR, made, [one.id for one in chosen], "顺丰速运", began + 9 * _DAY)
    reported = list(zip(chosen, _REPORTS, strict=False))
    for place, (got, (stars, text)) in enumerate(reported):
        trials.report(conn, got.customer_id, made, stars, text, began + (20 + place) * _DAY)
    if reported:
        trials.approve(conn, _ACTOR, made, [one.id for one, _ in reported], began + 30 * _DAY)
    trials.mark_missed(conn, began + 38 * _DAY)
    trials.end_finished(conn, began + 38 * _DAY)
    return {one.customer_id for one in _of(conn, made, "missed")}


def _open(conn: Connection, people: list[int], now: datetime) -> None:
    """Applied for since yesterday; the brand chooses by hand."""
    began = now - _DAY
    terms = {
        "name": OPEN, "about": "100% 山羊绒，三色可选。入选后请佩戴两周，分享保暖、触感与搭配。", "pieces": 5, "worth_fen": 39_900,
        "points": _COST, "questions": ["您所在的城市冬天多冷？", "想要哪个颜色：燕麦、雾蓝、炭灰？"], "reward_points": 300,
        "barred_days": 90, **_times(began, 15, 18, 60),
    }  # fmt: skip
    made = _made(conn, terms, began)
    has = loyalty.balances(conn, [customer(one, "points") for one in people], now) if people else []
    rich = [one for one, account in zip(people, has, strict=True) if account.available >= 2 * _COST][-8:]
    for place, one in enumerate(rich):
        answers = (("零下十度左右", "湿冷，五度上下")[place % 2], ("燕麦", "雾蓝", "炭灰")[place % 3])
        trials.apply_for(conn, one, made, _WANT[place % len(_WANT)], answers, now)


def _of(conn: Connection, trial_id: int, state: Any) -> list[Application]:
    return list(trials.applications(conn, trial_id, states=[state], limit=500).applications)
