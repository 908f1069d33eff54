"""Checks of the engines and of what is in them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from psycopg import OperationalError
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from siyu.app.doctor.check import Check, Finding
from siyu.app.migrations import postgres_folders
from siyu.app.place import Running
from siyu.engines.clickhouse.client import Client, connect
from siyu.engines.embedded_postgres import binaries
from siyu.engines.postgres import Database, rows, scalar
from siyu.engines.postgres.migrate import script_directory
from siyu.engines.settings import Settings
from siyu.engines.vault import service as vault
from siyu.intake import service as intake
from siyu.timeline import service as timeline

_OLDEST_POSTGRES: Final = 150000
_OLDEST_CLICKHOUSE: Final = (24, 3)
_SKEW: Final = 2.0  # seconds
_BEHIND: Final = 60.0  # seconds
_PATIENCE: Final = 5  # seconds


def postgres_check(settings: Settings, running: Running | None) -> Finding:
    url = settings.postgres_url or (running.postgres_url if running else "")
    if not url:
        yield Check(
            "postgres", "ok", f"embedded, from {binaries()}; it does not run now.", "内嵌 PostgreSQL，当前未运行。"
        )
        return
    database = impatient(url)
    try:
        with database.transaction() as conn:
            yield from _postgres_server(conn)
            yield from _contents(settings, conn)
    except OperationalError as problem:
        said = str(problem).strip().replace("\n", " ")
        yield Check(
            "postgres",
            "fail",
            f"PostgreSQL cannot be reached: {said}",
            f"无法连接 PostgreSQL：{said}",
            "Is the address in SIYU_POSTGRES_URL right, does the server run, and does it let this machine in?",
            "请确认 SIYU_POSTGRES_URL 地址正确、服务已启动，且允许本机连接。",
        )
    finally:
        database.close()


def impatient(url: str) -> Database:
    """A database that is given up after some seconds when it does not answer."""
    target = make_url(url)
    if "connect_timeout" not in target.query:
        target = target.update_query_dict({"connect_timeout": str(_PATIENCE)})
    return Database(target.render_as_string(hide_password=False), pool_size=2)


def _postgres_server(conn: Connection) -> Finding:
    number = int(scalar(conn, "SELECT current_setting('server_version_num')"))
    name = scalar(conn, "SELECT current_setting('server_version')")
    if number < _OLDEST_POSTGRES:
        yield Check(
            "postgres", "fail", f"PostgreSQL {name} is too old.", f"PostgreSQL {name} 版本过低。",
            "Siyu needs version 15 or newer.", "Siyu 需要 15 或更高版本。",
        )  # fmt: skip
    elif scalar(conn, "SELECT current_setting('server_encoding')") != "UTF8":
        yield Check(
            "postgres", "fail", "the database is not in UTF-8.", "数据库编码不是 UTF-8。",
            "Make one: CREATE DATABASE siyu ENCODING 'UTF8' TEMPLATE template0", "请新建：CREATE DATABASE siyu ENCODING 'UTF8' TEMPLATE template0",
        )  # fmt: skip
    elif not scalar(conn, "SELECT has_database_privilege(current_database(), 'CREATE')"):
        yield Check(
            "postgres", "fail", "the user may not make schemas.", "数据库用户无权创建 schema。",
            "GRANT CREATE ON DATABASE … TO the user in SIYU_POSTGRES_URL.", "请执行 GRANT CREATE ON DATABASE … TO SIYU_POSTGRES_URL 中的用户。",
        )  # fmt: skip
    else:
        yield Check("postgres", "ok", f"PostgreSQL {name} answers.", f"PostgreSQL {name} 正常。")
    yield _skew("postgres-clock", "PostgreSQL", scalar(conn, "SELECT clock_timestamp()"))


def _skew(check: str, engine: str, theirs: datetime) -> Check:
    seconds = abs((datetime.now(UTC) - theirs).total_seconds())
    if seconds > _SKEW:
        return Check(
            check, "warn", f"{engine}'s clock is {seconds:.0f} s away from ours.", f"{engine} 与本机时间相差 {seconds:.0f} 秒。",
            "Keep both right with NTP.", "请在两边启用 NTP。",
        )  # fmt: skip
    return Check(check, "ok", f"{engine}'s clock agrees.", f"{engine} 时间一致。")


def _contents(settings: Settings, conn: Connection) -> Finding:
    if scalar(conn, "SELECT to_regclass('siyu_migration')") is None:
        yield Check("migrations", "ok", "an empty database; the first start fills it.", "空数据库，首次启动时初始化。")
        return
    script = script_directory(postgres_folders())
    applied = {row.version_num for row in rows(conn, "SELECT version_num FROM siyu_migration")}
    known = {revision.revision for revision in script.walk_revisions()}
    if applied - known:
        yield Check(
            "migrations", "fail", "the database belongs to a newer Siyu.", "数据库来自更新版本的 Siyu。",
            "Install that version again; there is no way back.", "请重新安装该版本，数据库无法降级。",
        )  # fmt: skip
        return
    waiting = sorted(set(script.get_heads()) - applied)
    en = f"{', '.join(waiting)} run at the next start." if waiting else "PostgreSQL is up to date."
    zh = f"{', '.join(waiting)} 将在下次启动时执行。" if waiting else "PostgreSQL 结构为最新。"
    yield Check(
        "migrations", "warn" if waiting else "ok", en, zh, *(("Run siyu up.", "请运行 siyu up。") if waiting else ())
    )
    if not waiting:
        yield from _vault_fits(settings, conn)
        yield from _behind(conn)


def _vault_fits(settings: Settings, conn: Connection) -> Finding:
    vault.find_keyring(conn, key=settings.vault_key.get_secret_value(), file=settings.vault_key_file)
    yield Check("vault-key", "ok", "the vault key belongs to this database.", "保险库密钥与数据库匹配。")


def _behind(conn: Connection) -> Finding:
    now = datetime.now(UTC)
    depth, lag, dead = intake.depth(conn), timeline.lag(conn), sum(intake.dead_letter_counts(conn).values())
    age = max((now - moment).total_seconds() if moment else 0.0 for moment in (depth.oldest, lag.oldest))
    waiting = sum(depth.messages.values())
    found = Check(
        "queue", "ok", f"{waiting:,} messages and {lag.facts:,} facts wait, the oldest for {age:.0f} s; {dead:,} dead letters.",
        f"{waiting:,} 条消息与 {lag.facts:,} 条事实等待处理，最久 {age:.0f} 秒；死信 {dead:,} 条。",
    )  # fmt: skip
    if age > _BEHIND:
        advice = (
            "Is the worker running? See siyu status and the log.",
            "请确认 worker 是否运行，查看 siyu status 与日志。",
        )
        found = replace(found, status="warn", advice_en=advice[0], advice_zh=advice[1])
    elif dead:
        advice = ("See why with siyu dead-letters.", "请用 siyu dead-letters 查看原因。")
        found = replace(found, status="warn", advice_en=advice[0], advice_zh=advice[1])
    yield found


def clickhouse_check(settings: Settings, running: Running | None) -> Finding:
    url = settings.clickhouse_url or (running.clickhouse_url if running else "")
    if not url:
        yield Check("clickhouse", "ok", "embedded; it does not run now.", "内嵌 ClickHouse，当前未运行。")
        return
    client = connect(url, timeout=10)
    try:
        yield from _clickhouse_server(client)
    finally:
        client.close()


def _clickhouse_server(client: Client) -> Finding:
    version = str(client.scalar("SELECT version()"))
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST_CLICKHOUSE:
        yield Check(
            "clickhouse", "fail", f"ClickHouse {version} is too old.", f"ClickHouse {version} 版本过低。",
            "Siyu needs version 24.3 or newer.", "Siyu 需要 24.3 或更高版本。",
        )  # fmt: skip
    else:
        yield Check("clickhouse", "ok", f"ClickHouse {version} answers.", f"ClickHouse {version} 正常。")
    yield _skew("clickhouse-clock", "ClickHouse", client.scalar("SELECT now64(3, 'UTC')"))
