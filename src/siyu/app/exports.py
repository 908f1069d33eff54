"""Exports of the customers' list, of the people behind a figure, or of who came into a segment and left it.

Asked for, written by a job as CSV into the data folder, fetched, forgotten.
"""

import csv
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from siyu.app import behind, movers, people
from siyu.app.behind import Asked, SegmentPeople
from siyu.app.codes import CodePeople
from siyu.app.context import Context
from siyu.app.movers import SegmentMoves
from siyu.customers import service as customers
from siyu.customers.types import CustomerRow, Export, ListFilter
from siyu.engines import jobs, machine
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.vault import service as vault
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput, Conflict, described
from siyu.segments import service as segments

log = structlog.get_logger(__name__)

EXPORT: Final = "exports.write"
_PAGE: Final = 2000
_MOST_FOUND: Final = 5000  # by a name or identifier
_PEOPLE: Final = "people"  # where the record of an export keeps the figure it was asked with; no filter is called so
_MOVES: Final = "moves"  # likewise, of an export of who came into a segment and left it
_SEEN_BY: Final[Mapping[type, str]] = {CodePeople: "channels.read", SegmentPeople: "segments.read"}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_TIMES: Final = {
    "first_order_at",
    "last_order_at",
    "first_seen_at",
    "last_seen_at",
    "known_since",
}

# Column → its heading. What is personal is masked unless the export was asked for in clear.
COLUMNS: Final[Mapping[str, str]] = {
    "customer_id": "客户编号",
    "name": "姓名",
    "phone": "手机号",
    "email": "邮箱",
    "layer": "关系阶梯",
    "orders": "已付订单数",
    "net_yuan": "净消费额（元）",
    "first_order_at": "首单时间",
    "last_order_at": "最近下单",
    "first_seen_at": "首次出现",
    "last_seen_at": "最近出现",
    "known_since": "识别时间",
    "platforms": "购买平台",
    "tags": "标签",
    "relations": "关系",
}
_PERSONAL: Final = ("name", "phone", "email")
_OF_MOVES: Final = ("时间", "变化")  # what stands before these


def ask(
    context: Context,
    conn: Connection,
    principal: Principal,
    words: str | None,
    wanted: ListFilter,
    columns: Sequence[str],
    *,
    reveal: bool,
) -> Export:
    """Have a job write the list with these filters; it runs when the transaction is committed. Audited.

    A name or identifier that is looked for is resolved here: the record of an export holds no personal data.

    Raises:
        NotAllowed: without the right ``customers.read``, or ``personal.reveal`` for one in clear.
        BadInput: an unknown column, one named twice, or none.
    """
    _may(principal, columns, reveal=reveal)
    filters = {name: value for name, value in asdict(wanted).items() if value is not None and name != "name"}
    if words or wanted.name:
        found = people.search(conn, words, wanted, limit=_MOST_FOUND)
        filters["ids"] = [one.customer_id for one in found.customers]
    return _begin(context, conn, principal, filters, columns, reveal=reveal, details={"filters": sorted(filters)})


def ask_people(
    context: Context, conn: Connection, principal: Principal, asked: Asked, columns: Sequence[str], *, reveal: bool
) -> Export:
    """Have a job write those whom a figure counts; it runs when the transaction is committed. Audited.

    They are those of the figure's moment, by what the facts say when the job runs.

    Raises:
        NotAllowed: without the right ``customers.read``, that to see the figure (``insight.read``, of an entry code
            ``channels.read``, of a segment ``segments.read``), or ``personal.reveal`` for one in clear.
        BadInput: an unknown column, one named twice, or none; or no figure counts like that.
    """
    _may(principal, columns, reveal=reveal)
    access.require(principal, _SEEN_BY.get(type(asked), "insight.read"))
    behind.check(asked, context.clock.now())
    stored = {_PEOPLE: behind.as_json(asked)}
    return _begin(context, conn, principal, stored, columns, reveal=reveal, details={"report": asked.report})


def ask_moves(
    context: Context,
    conn: Connection,
    principal: Principal,
    asked: SegmentMoves,
    columns: Sequence[str],
    *,
    reveal: bool,
) -> Export:
    """Have a job write who came into a segment and who left it, and when, a line each time; it runs when the transaction is
    committed. Audited.

    Raises:
        NotAllowed: without the rights ``customers.read`` and ``segments.read``, or ``personal.reveal`` for one in clear.
        BadInput: an unknown column, one named twice, or none; or there are no such days.
        NotFound: there is no such segment.
    """
    _may(principal, columns, reveal=reveal)
    access.require(principal, "segments.read")
    movers.days(context, context.clock.now(), asked.first, asked.last)
    segments.segment(conn, asked.segment_id)
    told = {"moves": asked.which, "segment": asked.segment_id}
    return _begin(context, conn, principal, {_MOVES: movers.as_json(asked)}, columns, reveal=reveal, details=told)


def _may(principal: Principal, columns: Sequence[str], *, reveal: bool) -> None:
    access.require(principal, "customers.read")
    if reveal:
        access.require(principal, "personal.reveal")
    _check(columns)


def _begin(
    context: Context,
    conn: Connection,
    principal: Principal,
    wanted: dict[str, Any],
    columns: Sequence[str],
    *,
    reveal: bool,
    details: dict[str, Any],
) -> Export:
    now = context.clock.now()
    made = customers.begin_export(conn, wanted, list(columns), reveal=reveal, made_by=principal.actor, now=now)
    jobs.defer(conn, EXPORT, {"export_id": made.id}, queue=jobs.LONG)
    told = {**details, "columns": list(columns), "reveal": reveal}
    _audit(conn, principal.actor, "export.requested", made.id, told, now)
    return made


def _check(columns: Sequence[str]) -> None:
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown or not columns or len(set(columns)) != len(columns):
        named = ", ".join(unknown) or "none, or one twice"
        raise BadInput(
            reason=f"these columns cannot be exported: {named}; there are {', '.join(COLUMNS)}.",
            reason_zh=f"无法导出这些列：{', '.join(unknown) or '未指定或重复'}；可用的列有 {', '.join(COLUMNS)}。",
        )


def write(context: Context, export_id: int) -> None:
    """Write the file of an export from the beginning. Safe to repeat: one that is done stays as it is.

    Raises:
        TryLater: the disk is nearly full.
        SiyuError: noted with the export as well, and nothing is left of the file.
    """
    with context.database.transaction() as conn:
        found = customers.export(conn, export_id)
        if found.state in {"done", "expired"}:
            return
        customers.advance_export(conn, export_id, 0)
    folder = _folder(context)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"customers-{export_id}-{secrets.token_hex(8)}.csv"
    try:
        count = _write_rows(context, found, path)
        with context.database.transaction() as conn:
            customers.finish_export(
                conn, export_id, rows=count, size=path.stat().st_size, file=path.name, now=context.clock.now()
            )
    except BaseException as error:
        path.unlink(missing_ok=True)
        with context.database.transaction() as conn:
            customers.fail_export(conn, export_id, described(error), context.clock.now())
        raise
    log.info("export.done", export=export_id, rows=count)


def give_up(context: Context, conn: Connection, problem: Mapping[str, Any], export_id: int) -> None:
    """Note that an export will not be written. Safe to repeat; one that ended in whatever way stays as it is."""
    if customers.export(conn, export_id).state in {"waiting", "running"}:
        customers.fail_export(conn, export_id, problem, context.clock.now())


def _write_rows(context: Context, export: Export, path: Path) -> int:
    zone = ZoneInfo(context.settings.brand_zone)
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # Excel takes UTF-8 for what it is by the BOM
        path.chmod(0o600)
        writer = csv.writer(file)
        moves = _MOVES in export.wanted
        writer.writerow([*(_OF_MOVES if moves else ()), *[COLUMNS[name] for name in export.columns]])
        for lines in _moved(context, export, zone) if moves else _listed(context, export, zone):
            machine.check_room(path.parent, context.settings.minimum_free_bytes)
            writer.writerows(lines)
            count += len(lines)
            with context.database.transaction() as conn:
                customers.advance_export(conn, export.id, count)
    return count


def _listed(context: Context, export: Export, zone: ZoneInfo) -> Iterator[list[list[str]]]:
    for wanted in _lists(context, export):
        cursor: str | None = None
        while True:
            shown, clear, cursor = _shown(context, export, wanted, cursor)
            yield _lines(shown, clear, export.columns, zone)
            if cursor is None:
                break


def _moved(context: Context, export: Export, zone: ZoneInfo) -> Iterator[list[list[str]]]:
    """A line each time that somebody came or left; of whom nothing is known, their number."""
    for moves in movers.pages(context, movers.from_json(export.wanted[_MOVES]), _PAGE):
        ids = tuple({move.customer_id for move in moves})
        shown, clear, _ = _shown(context, export, ListFilter(ids=ids), None)
        cells = {one.customer_id: _lines([one], clear, export.columns, zone)[0] for one in shown}
        yield [
            [
                f"{move.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
                "进入" if move.entered else "离开",
                *cells.get(move.customer_id, _unknown(move.customer_id, export.columns)),
            ]
            for move in moves
        ]


def _unknown(customer_id: int, columns: Sequence[str]) -> list[str]:
    return [str(customer_id) if name == "customer_id" else "" for name in columns]


def _shown(
    context: Context, export: Export, wanted: ListFilter, cursor: str | None
) -> tuple[Sequence[CustomerRow], dict[int, dict[str, str]], str | None]:
    """A page of customers with what is to be seen of them in clear, which is in the audit by the commit of this."""
    with context.database.transaction() as conn:
        page = people.search(conn, None, wanted, sort="first_seen", descending=False, cursor=cursor, limit=_PAGE)
        clear = _in_clear(conn, export, page.customers) if export.reveal else {}
    return page.customers, clear, page.next


def _lists(context: Context, export: Export) -> Iterator[ListFilter]:
    """The filters of the lists that make up the export, one below the other."""
    if _PEOPLE not in export.wanted:
        yield ListFilter(**_read_filters(export.wanted))
        return
    for ids in behind.everybody(context, behind.from_json(export.wanted[_PEOPLE])):
        for start in range(0, len(ids), _PAGE):
            yield ListFilter(ids=tuple(ids[start : start + _PAGE]))


def _read_filters(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Filters as they were before they became JSON."""
    moments = {name for name in stored if name.endswith(("_from", "_before")) and isinstance(stored[name], str)}
    filters: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in moments else value for name, value in stored.items()
    }
    if "ids" in filters:
        filters["ids"] = tuple(filters["ids"])
    return filters


def _in_clear(conn: Connection, export: Export, shown: Sequence[CustomerRow]) -> dict[int, dict[str, str]]:
    """Personal data by customer and name; the look goes into the audit, page by page."""
    ids = [one.customer_id for one in shown]
    prints = customers.personal_prints(conn, ids)
    for customer_id, phones in identity.phones_of(conn, ids).items():
        prints.setdefault(customer_id, {}).setdefault("phone", ("phone", phones[0]))
    items = sorted({item for named in prints.values() for item in named.values()})
    found = vault.reveal(conn, actor=export.made_by, items=items, reason=f"export:{export.id}") if items else {}
    return {
        customer_id: {name: found.get(print_, "") for name, (_, print_) in named.items()}
        for customer_id, named in prints.items()
    }


def _lines(
    shown: Iterable[CustomerRow], clear: Mapping[int, Mapping[str, str]], columns: Sequence[str], zone: ZoneInfo
) -> list[list[str]]:
    titles = {rung.layer: rung.zh for rung in customers.LADDER}
    special: dict[str, Callable[[CustomerRow], str]] = {
        "layer": lambda one: titles[one.layer],
        "net_yuan": lambda one: (
            f"{'-' if one.net_fen < 0 else ''}{abs(one.net_fen) // 100}.{abs(one.net_fen) % 100:02d}"
        ),
    }

    def cell(one: CustomerRow, name: str) -> str:
        if name in _PERSONAL:
            return _harmless(clear.get(one.customer_id, one.personal).get(name, ""))
        if name in special:
            return special[name](one)
        value = getattr(one, name)
        if name in _TIMES:
            return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}" if value else ""
        return _harmless("、".join(value)) if isinstance(value, tuple) else str(value)

    return [[cell(one, name) for name in columns] for one in shown]


def _harmless(text: str) -> str:
    """A spreadsheet would take some beginnings for a formula; names and tags come from outside. A phone may have its +."""
    if text.startswith(_FORMULA) and not text[1:].isdecimal():
        return f"'{text}"
    return text


def fetch(context: Context, conn: Connection, principal: Principal, export_id: int) -> Path:
    """The file of a finished export; the download is audited.

    Raises:
        NotFound: there is no such export.
        NotAllowed: it is in clear, and the right ``personal.reveal`` is missing.
        Conflict: it is not finished, failed, or is gone.
    """
    found = customers.export(conn, export_id)
    if found.reveal:
        access.require(principal, "personal.reveal")
    path = _folder(context) / found.file if found.file else None
    now = context.clock.now()
    if path is None or not path.exists() or (found.expires_at is not None and found.expires_at <= now):
        raise Conflict(
            reason="this export has no file: it is not finished, it failed, or its seven days are over.",
            reason_zh="该导出没有可下载的文件：尚未完成、已失败或已超过 7 天。",
        )
    _audit(conn, principal.actor, "export.downloaded", export_id, {"rows": found.rows, "reveal": found.reveal}, now)
    return path


def forget(context: Context) -> None:
    """Delete the files of exports whose time is over. Safe to repeat."""
    with context.database.transaction() as conn:
        gone = customers.expire_exports(conn, context.clock.now())
    for name in gone:
        (_folder(context) / name).unlink(missing_ok=True)


def _folder(context: Context) -> Path:
    return context.settings.data_folder / "exports"


def _audit(conn: Connection, actor: str, action: str, export_id: int, details: dict[str, Any], now: datetime) -> None:
    access.record(conn, actor=actor, action=action, target=f"export:{export_id}", details=details, now=now)
