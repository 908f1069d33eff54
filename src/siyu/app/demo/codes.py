"""The brand's entry codes: those by which its people came, made as an operator would, and a few who come just now."""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import httpx
import structlog
from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.app.demo.wecom import Beside
from siyu.channels import service as channels
from siyu.channels.types import Chats, Code, CodeDefinition, CodeKind, Greeting, Roster, Shift, Span
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.rehearsal.types import STORES

log = structlog.get_logger(__name__)

# What the codes carry, by which the corp's people came too: it was there before Siyu.
STORE, PARCEL, GROUP = "store_01", "parcel_card", "group_001"
CARDS: Final = 12
VISITORS: Final = ("周小满", "吴一诺", "郑书瑶", "冯亦航")
_ACTOR: Final[Principal] = access.system("demo")
_OPEN_WITHIN, _LOOK_EVERY = 60.0, 0.5  # seconds


def stand_codes(context: Context, beside: Beside, told: threading.Event) -> None:
    """Make the entry codes that are not there, wait until WeCom knows them, and let a few people scan one. Safe to repeat.

    Raises:
        KeyboardInterrupt: ``told`` was set.
    """
    fresh = False
    with context.database.transaction() as conn:
        now = context.clock.now()
        there = {one.state for archived in (False, True) for one in _codes(conn, beside, archived=archived)}
        for kind, name, state, definition in _wanted(conn, beside, now):
            if state in there:
                continue
            fresh = True
            made = channels.create_code(
                conn, _ACTOR, account_id=beside.account.id, kind=kind, name=name, definition=definition,
                now=now, zone=ZoneInfo(context.settings.brand_zone), state=state,
            )  # fmt: skip
            if state == PARCEL:
                channels.add_cards(conn, _ACTOR, made.id, up_to=CARDS, now=now)
    if fresh and _known(context, beside, told):
        _come(beside)


def _codes(conn: Connection, beside: Beside, *, archived: bool = False) -> list[Code]:
    return channels.code_list(conn, account_id=beside.account.id, archived=archived, limit=500)


def _wanted(conn: Connection, beside: Beside, now: datetime) -> list[tuple[CodeKind, str, str, CodeDefinition]]:
    """Kind, name, what it carries and all the rest; fewer where a small brand has nobody who could serve."""
    staff = [one for one in channels.workload(conn, beside.account.id, now, now) if one.serves and one.active]
    groups = channels.group_list(conn, beside.account.id, now, now)
    store, place = STORES[0], STORES[0].rpartition("·")[2]
    here = sorted(one.staff_id for one in staff if store in one.departments)
    online = sorted(one.staff_id for one in staff if "线上客服" in one.departments)
    chats = [one.group_id for one in groups if one.gone_at is None and one.name.endswith(("群1", "群2"))]
    wanted: list[tuple[CodeKind, str, str, CodeDefinition]] = []
    if here and online:
        wanted = [
            ("staff", f"{place}收银台台卡", STORE, _of_store(place, here, online)),
            ("staff", "包裹卡", PARCEL, _of_parcels(online)),
        ]
    if chats:
        of_group = CodeDefinition(chats=Chats(tuple(sorted(chats)), base_name="福利群"), tags=("社群",), region="华东")
        wanted.append(("group", "福利群入群码", GROUP, of_group))
    return wanted


def _of_store(place: str, here: Sequence[str], online: Sequence[str]) -> CodeDefinition:
    """By day those of the store, in the evening online service; who stands at the till is a friend at once."""
    day, evening = Span("10:00", "20:00"), Span("20:00", "23:00")
    return CodeDefinition(
        roster=Roster(
            shifts=(Shift(day, tuple(here)), Shift(evening, tuple(online[:1]))),
            backups=(online[-1],),
            daily_cap=100,
        ),
        greetings=(
            Greeting("{greeting}，{name}！我是{brand}{store}的{staff}，有新品和活动第一时间告诉您。", span=day),
            Greeting("您好，{name}！我是{brand}的{staff}，门店营业时间 10:00–20:00，明天我们会联系您。"),
        ),
        tags=("门店扫码",),
        remark="{name}-{store}",
        region="华东",
        store=place,
    )


def _of_parcels(online: Sequence[str]) -> CodeDefinition:
    return CodeDefinition(
        roster=Roster(staff=tuple(online), backups=(online[0],)),
        greetings=(Greeting("{name}，包裹收到了吗？我是{brand}客服{staff}，售后和搭配都可以找我。"),),
        tags=("包裹卡",),
        region="线上",
    )


def _known(context: Context, beside: Beside, told: threading.Event) -> bool:
    """Wait until the platform knows the codes; False when it takes too long, for then the console says why."""
    for _ in range(round(_OPEN_WITHIN / _LOOK_EVERY)):
        with context.database.transaction() as conn:
            found = _codes(conn, beside)
        if all(one.open for one in found):
            return True
        if told.wait(_LOOK_EVERY):
            raise KeyboardInterrupt
    log.warning("demo.codes_not_open", codes=[one.state for one in found if not one.open])
    return False


def _come(beside: Beside) -> None:
    """Some scan the store's code who were never there before; who was, does not come twice."""
    try:
        with httpx.Client(base_url=f"{beside.url}/_control", timeout=10, trust_env=False) as client:
            ways = client.get("/ways").json()["ways"]
            for number, name in enumerate(VISITORS if STORE in ways else (), start=1):
                who = f"wmyunxiucame{number:03d}"
                if client.post("/acts/new_person", json={"name": name, "external_userid": who}).is_success:
                    scanned = {"external_userid": who, "config_id": ways[STORE]}
                    client.post("/acts/customer_scans", json=scanned).raise_for_status()
    except httpx.HTTPError as error:  # the codes are there; people come by them as time goes on
        log.warning("demo.nobody_came", error=str(error))
