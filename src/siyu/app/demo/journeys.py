"""What the brand says to its customers, as operators would run it: new friends are looked after, buyers are thanked, and a
member's day is announced, to people and to group chats. All of it goes through the gate, and leaves a control group alone.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.app.demo.segments import FOLLOWERS_BORN, HIGH_VALUE, NEW_FRIENDS
from siyu.app.demo.wecom import Beside
from siyu.channels import service as channels
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.experiments import service as experiments
from siyu.journeys import service as journeys
from siyu.journeys.types import Definition, Send, Wish
from siyu.rehearsal.types import NAME
from siyu.segments import service as segments
from siyu.touch import service as touch
from siyu.touch.types import GroupNews, Message

_ACTOR: Final[Principal] = access.system("demo")
# Key → template; who buys or makes friends from now on enters by themselves.
_JOURNEYS: Final[Mapping[str, str]] = {"new-friends": "six-link-sop", "thanks": "post-purchase"}
_MEMBERS_DAY: Final = "members-day"
_SAID: Final = f"{NAME}会员日本周三开始：两件八折，老朋友提前一天看新款。需要留货请直接回复我。"
_NEWS: Final = "会员日预告"
_TO_CHATS: Final = "本周三会员日，群内专享全场八八折，到店出示会员码即可。"
_BIRTHDAYS: Final = "birthdays"
_CONGRATULATION: Final = "生日礼提醒"
_GIFT: Final = {"data.thing1": "生日礼券 50 元", "data.time2": "生日前后 7 天", "data.thing3": "到店出示会员码领取"}
_COST_FEN: Final = {"group_send": 2}  # of a member of staff's time, as the brand reckons it
_REHEARSED: Final = timedelta(days=30)
_SAMPLE: Final = 200  # people


def stand_journeys(context: Context, beside: Beside, template_id: str) -> None:
    """Start what does not run yet, with people in it. Safe to repeat.

    Args:
        context: of the Siyu that runs.
        beside: the brand's WeCom.
        template_id: with which the official account congratulates; empty when nobody knows it just now.
    """
    now, zone = context.clock.now(), ZoneInfo(context.settings.brand_zone)
    with context.database.transaction() as conn:
        there = {one.key for one in journeys.journeys(conn)}
        known = {one.name: one.id for one in segments.segments(conn)}
    drafts: dict[str, Definition] = {key: journeys.template(name).definition for key, name in _JOURNEYS.items()}
    sending = Send("end", (Wish(channel=beside.account.channel, way="group_send"),), _SAID, valid_for="3d")
    drafts[_MEMBERS_DAY] = journeys.broadcast(_NEWS, known[HIGH_VALUE], sending, purpose="marketing")
    crowds = {"new-friends": known[NEW_FRIENDS], _MEMBERS_DAY: known[HIGH_VALUE]}
    if template_id:
        details = {"template_id": template_id, **_GIFT}
        said = Send("end", (Wish(channel="official_account", way="template"),), valid_for="3d", details=details)
        drafts[_BIRTHDAYS] = journeys.broadcast(_CONGRATULATION, known[FOLLOWERS_BORN], said, purpose="service")
        crowds[_BIRTHDAYS] = known[FOLLOWERS_BORN]
    for key, draft in drafts.items():
        if key in there:
            continue
        with context.database.transaction() as conn:
            made = journeys.create(conn, key, draft, _ACTOR.actor, now)
            if draft.kind == "journey":
                journeys.ask_rehearsal(conn, made.id, now - _REHEARSED, now, _SAMPLE, _ACTOR.actor, now)
            journeys.publish(conn, made.id, _ACTOR.actor, now, zone)
            running = journeys.start(conn, made.id, _ACTOR.actor, now, zone)
            experiments.change_costs(conn, running.programme_id, _COST_FEN, _ACTOR.actor, now)
            if key in crowds:
                journeys.bring_segment(
                    conn, made.id, crowds[key], request_id="demo", at=None, actor=_ACTOR.actor, now=now
                )
    with context.database.transaction() as conn:
        _tell_chats(conn, beside, context)


def _tell_chats(conn: Connection, beside: Beside, context: Context) -> None:
    now = context.clock.now()
    if any(one.name == _NEWS for one in touch.announcements(conn)):
        return
    if not channels.group_list(conn, beside.account.id, now, now):
        return
    news = GroupNews(_MEMBERS_DAY, _NEWS, beside.account.id, Message(_TO_CHATS), now + timedelta(days=3), per_minute=20)
    touch.announce(conn, _ACTOR, news, now)
