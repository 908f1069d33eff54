"""How well the system is: every number with what is normal, how it stands, and what to do when it does not stand well."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection

import siyu
from siyu.app.context import Context
from siyu.customers import service as customers
from siyu.engines import machine
from siyu.engines.jobs import job_states
from siyu.engines.postgres import scalar
from siyu.intake import service as intake
from siyu.intake.types import Lane
from siyu.loyalty import service as loyalty
from siyu.timeline import service as timeline

State = Literal["ok", "watch", "bad"]
_GIB: Final = 1 << 30
_MINUTES: Final = 5


@dataclass(frozen=True, slots=True)
class Normal:
    """What is normal: ``least`` ≤ value ≤ ``most``, ``None`` where there is no bound; ``bad`` is where it gets bad."""

    least: float | None
    most: float | None
    bad: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One number.

    Attributes:
        name: a stable word for programs.
        group: ``queue``, ``throughput``, ``export``, ``engines``, ``jobs``, ``ledger`` or ``letters``.
        unit: ``messages``, ``facts``, ``seconds``, ``bytes``, ``per_second``, ``jobs``, ``customers``, ``findings``, ``letters``.
        en, zh: what it is.
        value: ``null`` when an engine does not say.
        state: ``bad`` needs somebody now, ``watch`` soon.
        advice, advice_zh: what to do; also when all is well, what the number tells.
    """

    name: str
    group: str
    unit: str
    en: str
    zh: str
    value: float | None
    normal: Normal
    state: State
    advice: str
    advice_zh: str


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table of ClickHouse."""

    table: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class JobState:
    """How one kind of job stands: what waits, runs and failed, and its last run."""

    name: str
    waiting: int
    running: int
    failed: int
    last_state: str | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Versions:
    """Of everything that runs."""

    siyu: str
    python: str
    postgresql: str
    clickhouse: str


@dataclass(frozen=True, slots=True)
class System:
    """The state of the system at a moment; ``state`` is the worst of the readings."""

    at: datetime
    state: State
    readings: tuple[Reading, ...]
    clickhouse_tables: tuple[TableSize, ...]
    jobs: tuple[JobState, ...]
    dead_letters: dict[str, int]
    versions: Versions


def system(context: Context) -> System:
    """Measure everything now.

    Raises:
        EngineProblem: an engine does not answer.
    """
    now = context.clock.now()
    with context.database.transaction() as conn:
        queue, shipped = _queue(conn, now), _export(conn, now)
        flowing = _throughput(conn)
        jobs = [JobState(**one) for one in job_states(conn)]
        dead = intake.dead_letter_counts(conn)
        engines, versions = _postgres(conn)
        proven = _ledger(conn, now)
    tables = [TableSize(*row) for row in context.clickhouse.table_sizes()]
    engines += [_clickhouse_size(tables), _disk(context)]
    readings = (*queue, *flowing, *shipped, *engines, *_jobs(jobs), *proven, _letters(sum(dead.values())))
    return System(
        at=now,
        state=_worst([one.state for one in readings]),
        readings=readings,
        clickhouse_tables=tuple(tables),
        jobs=tuple(jobs),
        dead_letters=dead,
        versions=Versions(
            siyu.__version__,
            platform.python_version(),
            versions,
            str(context.clickhouse.scalar("SELECT version()")),
        ),
    )


def _worst(states: Sequence[State]) -> State:
    for state in ("bad", "watch"):
        if state in states:
            return state
    return "ok"


def _reading(
    name: str,
    unit: str,
    en: str,
    zh: str,
    value: float | None,
    normal: Normal,
    advice: tuple[str, str],
    why: tuple[str, str],
) -> Reading:
    """``advice`` is said when it is not normal, ``why`` when it is; the group is the first word of the name."""
    state: State = "ok"
    if value is None:
        state = "watch"
    elif normal.most is not None and value > normal.most:
        state = "bad" if normal.bad is not None and value > normal.bad else "watch"
    elif normal.least is not None and value < normal.least:
        state = "bad" if normal.bad is not None and value < normal.bad else "watch"
    said = why if state == "ok" else advice
    return Reading(name, name.partition(".")[0], unit, en, zh, value, normal, state, *said)


_SLOW: Final = (
    "The worker does not keep up: look whether an import runs, whether `siyu status` shows a worker, and at its log.",
    "处理进程跟不上：请查看是否正在导入、`siyu status` 中是否有 worker 在运行，并查看日志。",
)


def _queue(conn: Connection, now: datetime) -> list[Reading]:
    depth, since = intake.depth(conn), customers.stale_since(conn)
    words = {
        Lane.LIVE: ("events and callbacks", "实时消息", 5_000, 100_000),
        Lane.BULK: ("imports", "批量导入消息", 500_000, 2_000_000),
    }
    found = [
        _reading(
            f"queue.{lane.name.lower()}",
            "messages",
            f"Messages that wait: {en}",
            f"排队的{zh}",
            depth.messages[lane],
            Normal(None, most, bad),
            _SLOW,
            ("They are worked on as they come.", "消息随到随处理。"),
        )
        for lane, (en, zh, most, bad) in words.items()
    ]
    ages = intake.oldest_by_lane(conn)
    limits = {Lane.LIVE: (5.0, 60.0), Lane.BULK: (900.0, 7200.0)}
    for lane, (most, bad) in limits.items():
        found.append(
            _reading(
                f"queue.{lane.name.lower()}_age",
                "seconds",
                f"Age of the oldest message: {words[lane][0]}",
                f"最早一条{words[lane][1]}的等待时间",
                _age(ages.get(lane), now),
                Normal(None, most, bad),
                _SLOW,
                ("Nothing waits for long.", "没有消息久等。"),
            )
        )
    found.append(
        _reading(
            "queue.standings_age",
            "seconds",
            "Since when value and layer of some customer wait to be counted again",
            "客户价值与层级等待重算的时间",
            _age(since, now),
            Normal(None, 60, 600),
            _SLOW,
            ("Lists show value and layer as they are.", "列表中的价值与层级为最新。"),
        )
    )
    return found


def _throughput(conn: Connection) -> list[Reading]:
    facts = timeline.written_since(conn, timedelta(minutes=_MINUTES)) / (_MINUTES * 60)
    return [
        _reading(
            "throughput.facts",
            "per_second",
            f"Facts a second, over the last {_MINUTES} minutes",
            f"近 {_MINUTES} 分钟每秒新增事实",
            round(facts, 2),
            Normal(None, None, None),
            ("", ""),
            (
                "It follows what comes in; 0 is normal where nothing does.",
                "随进入的数据变化；无数据进入时为 0 属正常。",
            ),
        )
    ]


def _export(conn: Connection, now: datetime) -> list[Reading]:
    lag = timeline.lag(conn)
    advice = (
        "ClickHouse takes them too slowly or not at all: is it running, is its disk full? The log of the worker says more.",
        "ClickHouse 写入过慢或失败：请确认其正在运行、磁盘未满，并查看 worker 日志。",
    )
    why = ("Reports and timelines are up to date.", "报表与动态为最新。")
    return [
        _reading(
            "export.facts", "facts", "Facts that ClickHouse does not have yet", "尚未写入 ClickHouse 的事实",
            lag.facts, Normal(None, 200_000, 2_000_000), advice, why,
        ),
        _reading(
            "export.age", "seconds", "Age of the oldest of them", "其中最早一条的等待时间",
            _age(lag.oldest, now), Normal(None, 30, 600), advice, why,
        ),
    ]  # fmt: skip


def _postgres(conn: Connection) -> tuple[list[Reading], str]:
    size = int(scalar(conn, "SELECT pg_database_size(current_database())"))
    reading = _reading(
        "engines.postgres_bytes", "bytes", "PostgreSQL: size of the database", "PostgreSQL 数据库大小",
        size, Normal(None, None, None), ("", ""),
        ("It grows with people and orders; what matters is the free disk.", "随客户与订单增长；关注剩余磁盘即可。"),
    )  # fmt: skip
    return [reading], str(scalar(conn, "SELECT current_setting('server_version')"))


def _clickhouse_size(tables: Sequence[TableSize]) -> Reading:
    return _reading(
        "engines.clickhouse_bytes", "bytes", "ClickHouse: size of the tables", "ClickHouse 数据表大小",
        sum(table.bytes for table in tables), Normal(None, None, None), ("", ""),
        ("It grows with facts; what matters is the free disk.", "随事实增长；关注剩余磁盘即可。"),
    )  # fmt: skip


def _disk(context: Context) -> Reading:
    folder, least = context.settings.data_folder, context.settings.minimum_free_bytes
    return _reading(
        "engines.disk_free", "bytes", "Free disk under the data folder", "数据目录所在磁盘剩余空间",
        machine.disk_free(folder), Normal(3 * least, None, least),
        (
            f"Make room or move the data folder: below {least / _GIB:.1f} GiB nothing more is accepted, below half of it what waits stands still.",
            f"请清理磁盘或迁移数据目录：低于 {least / _GIB:.1f} GiB 时停止接收数据，低于其一半时暂停处理。",
        ),
        ("There is room.", "空间充足。"),
    )  # fmt: skip


def _jobs(jobs: Sequence[JobState]) -> list[Reading]:
    return [
        _reading(
            "jobs.waiting", "jobs", "Jobs that wait", "等待执行的任务", sum(job.waiting for job in jobs),
            Normal(None, 20, 200),
            (
                "Is a worker running? More at a time: SIYU_WORKER_JOBS.",
                "请确认 worker 正在运行；可用 SIYU_WORKER_JOBS 提高并行数。",
            ),
            ("Jobs run as they come.", "任务随到随执行。"),
        ),
        _reading(
            "jobs.failed", "jobs", "Jobs that failed for good", "最终失败的任务", sum(job.failed for job in jobs),
            Normal(None, 0, 10),
            ("See below which; the worker's log says why. Start them again by hand.", "请在下方查看是哪些任务，原因见 worker 日志；需手动重新发起。"),
            ("None has failed.", "没有失败的任务。"),
        ),
    ]  # fmt: skip


def _ledger(conn: Connection, now: datetime) -> list[Reading]:
    newest = loyalty.verifications(conn, limit=1)
    return [
        _reading(
            "ledger.findings", "findings", "The ledger: what the last check found wrong", "账本最近一次校验发现的异常",
            newest[0].findings if newest else 0, Normal(None, 0, 0),
            (
                "It was changed behind Siyu's back, or the disk has failed: let nobody post by hand, and compare with a backup.",
                "账本在系统之外被改动，或磁盘已损坏：请暂停人工记账，并与此前的备份核对；明细见“账本”页面。",
            ),
            ("Every block, sum and balance is what it should be.", "所有区块、分录与余额均正确。"),
        ),
        _reading(
            "ledger.unverified", "seconds", "The ledger: since the last check of the whole", "账本距最近一次完整校验的时间",
            _age(loyalty.unverified_since(conn), now), Normal(None, 36 * 3600, 72 * 3600),
            (
                "The nightly check does not run: is a worker running? Its log says more; `siyu ledger verify` checks at once.",
                "每晚的校验没有运行：请确认 worker 正在运行并查看其日志；也可运行 `siyu ledger verify` 立即校验。",
            ),
            ("It is checked every night.", "每晚自动校验。"),
        ),
    ]  # fmt: skip


def _letters(count: int) -> Reading:
    return _reading(
        "letters.open", "letters", "Dead letters that nobody has looked after", "未处理的死信", count,
        Normal(None, 0, 1_000),
        (
            "Look at their reasons under Sources, mend the sender, then replay or discard them.",
            "请在“数据源”中查看原因，修复发送方后重放或丢弃。",
        ),
        ("Every message was understood.", "所有消息均已处理。"),
    )  # fmt: skip


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, round((now - moment).total_seconds(), 1)) if moment else 0.0
