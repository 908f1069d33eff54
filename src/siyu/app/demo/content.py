"""The brand's materials, scripts, its persona and a month of Moments, as operators would make them."""

import struct
import zlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.channels import service as channels
from siyu.content import service as content
from siyu.content.types import (
    Adjusting,
    Body,
    Category,
    Character,
    Face,
    MaterialKind,
    Offer,
    Phase,
    PhaseKind,
    Plan,
    Post,
)
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.rehearsal.types import NAME

_ACTOR: Final[Principal] = access.system("demo")
PERSONA: Final = "云小岫"
CALENDAR: Final = "本月朋友圈"
WELCOME: Final = "新好友欢迎"
INVITATION: Final = "到店礼邀约"
_POSTER, _CARD = "秋冬新品海报", "小程序商城"
_MATERIALS: Final[Mapping[str, tuple[MaterialKind, str, Mapping[str, str], tuple[int, int, int] | None]]] = {
    "售后承诺": ("text", f"{NAME}承诺：7 天无理由退换，质量问题运费我们承担。", {}, None),
    _POSTER: ("image", "", {}, (196, 142, 92)),
    "会员权益说明": (
        "link",
        "",
        {"title": f"{NAME}会员权益", "desc": "积分当钱花，生日有礼", "url": "https://shop.example.com/member"},
        None,
    ),
    _CARD: (
        "mini_program",
        "",
        {"title": f"{NAME}商城", "appid": "wx0123456789abcdef", "page": "pages/index"},
        (92, 132, 170),
    ),
}
# What a month is made of: the phase's share of its days, and of each day that has a post: its hour, category and text.
_PHASES: Final[tuple[tuple[PhaseKind, int], ...]] = (
    ("everyday", 10),
    ("warm_up", 17),
    ("burst", 23),
    ("afterglow", 31),
)
_POSTS: Final[tuple[tuple[int, int, Category, str], ...]] = (
    (2, 12, "persona", "早上整理衣橱，发现去年的大衣还是最爱。"),
    (3, 20, "persona", "陪妈妈逛街，她挑中的都是羊毛。"),
    (5, 12, "seeding", "一件衬衫的三种穿法，第二种最显高。"),
    (8, 20, "seeding", "羊绒怎么洗才不缩水？三步就够。"),
    (9, 12, "brand", f"{NAME}门店本周上新，欢迎来试。"),
    (11, 12, "seeding", "这条裙子我穿了一周，同事问了五次链接。"),
    (12, 20, "seeding", "通勤包怎么选：能放电脑，又不压肩。"),
    (13, 12, "persona", "在仓库验货，摸过的料子比吃过的饭还多。"),
    (15, 20, "seeding", "新品大衣的内衬是这样的，细节控请进。"),
    (16, 12, "brand", "会员日倒计时三天，购物车可以先加满。"),
    (18, 10, "brand", "会员日开始：全场两件八折。"),
    (18, 20, "seeding", "会员日必买清单，按预算分好了。"),
    (19, 12, "seeding", "断码前最后一批，小个子也能穿。"),
    (20, 12, "seeding", "晒一晒大家收到的新衣。"),
    (21, 20, "persona", "打包到深夜，谢谢每一位。"),
    (24, 12, "persona", "休息一天，煮了一锅汤。"),
    (25, 20, "seeding", "买家秀第一名，奖品已经寄出。"),
    (26, 12, "brand", "会员日未用的优惠券，周日前仍可使用。"),
)


def stand_content(context: Context) -> None:
    """Make what is not there. Safe to repeat."""
    now, zone = context.clock.now(), ZoneInfo(context.settings.brand_zone)
    with context.database.transaction() as conn:
        shown = _stand_materials(conn, now)
        _stand_scripts(conn, shown, now)
        if not content.personas(conn):
            content.make_persona(conn, _ACTOR, PERSONA, _character(conn, now), now)
        if not content.calendars(conn):
            _stand_calendar(conn, shown[_POSTER], now, zone)


def _stand_materials(conn: Connection, now: datetime) -> dict[str, int]:
    there = {one.name: one.id for one in content.materials(conn, limit=200)}
    for name, (kind, text, fields, colour) in _MATERIALS.items():
        if name not in there:
            medium = content.keep_medium(conn, _ACTOR, f"{name}.png", _picture(colour), now).hash if colour else ""
            made = content.make_material(conn, _ACTOR, kind, name, now, text=text, fields=fields, medium=medium)
            there[name] = made.id
    return there


def _stand_scripts(conn: Connection, shown: Mapping[str, int], now: datetime) -> None:
    welcome = Body(
        plain=Offer(
            f"{{{{name|亲}}}}，您好！我是{NAME}的{PERSONA}。{{{{city|您所在城市}}}}的门店有新品到店，有搭配问题随时找我。",
            (shown[_CARD],),
        )
    )
    invitation = Body(
        bait_a=Offer("{{name|亲}}，到店试穿即送 30 元优惠券，无门槛。", kinds=("coupon",)),
        bait_b=Offer("{{name|亲}}，到店试穿即送定制帆布袋一个。", kinds=("gift",)),
        hook=Offer("回复“1”为您保留尺码，本周内有效。", (shown[_POSTER],)),
        fallbacks=(Offer("{{name|亲}}，到店可预约一对一搭配服务。", kinds=("service",)),),
    )
    there = {one.name for one in content.scripts(conn, limit=200)}
    for name, body in ((WELCOME, welcome), (INVITATION, invitation)):
        if name not in there:
            content.make_script(conn, _ACTOR, name, body, now, note="初版")


def _character(conn: Connection, now: datetime) -> Character:
    """Worn by two of those who serve customers, where the brand has some."""
    worn = []
    for account in channels.accounts(conn):
        serving = [one for one in channels.workload(conn, account.id, now, now) if one.serves and one.active]
        worn += [Face(account.id, one.staff_id) for one in sorted(serving, key=lambda one: one.staff_id)]
    return Character(
        tone="三十岁上下的衣橱顾问，亲切、不夸张。多说怎么穿、怎么洗，少说价格；称呼客户为“您”。",
        greeting=f"您好，我是{NAME}的{PERSONA}",
        keep=(NAME,),
        never=("最低价", "全网第一", "绝对"),
        faces=tuple(worn[:2]),
        adjusting=(Adjusting("operator", ("text", "materials")), Adjusting("staff", ("text",), 30)),
    )


def _stand_calendar(conn: Connection, poster: int, now: datetime, zone: ZoneInfo) -> None:
    """A plan that is kept but for one phase, whose posts speak of goods where they should of the brand."""
    first = now.astimezone(zone).date().replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    begins = [first, *(first + timedelta(days=until) for _, until in _PHASES[:-1])]
    ends = [*(one - timedelta(days=1) for one in begins[1:]), last]
    plan = Plan(tuple(Phase(kind, begin, end) for (kind, _), begin, end in zip(_PHASES, begins, ends, strict=True)))
    calendar = content.make_calendar(conn, _ACTOR, CALENDAR, plan, now)
    (persona,) = content.personas(conn)[:1]
    for day, hour, category, text in _POSTS:
        at = _at(first.replace(day=day), hour, zone)
        who = persona.id if category != "brand" else None
        materials = (poster,) if category == "brand" else ()
        content.plan_post(conn, _ACTOR, calendar.id, Post(at, category, who, None, text, materials), zone)


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def _picture(colour: tuple[int, int, int], width: int = 640, height: int = 400) -> bytes:
    """A PNG in shades of a colour: light to the right, with rings around its middle."""
    down, across = np.mgrid[0:height, 0:width]
    rings = np.cos(np.hypot(down - height / 2, across - width / 2) / 24) * 10
    shade = 40 * across / width + rings
    pixels = np.clip(np.array(colour) + shade[..., None], 0, 255).astype(np.uint8)
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each line begins with its filter: none
    rows[:, 1:] = pixels.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
