"""Checks of the accounts of channels: each plugin tries what its accounts need."""

from psycopg import OperationalError

from siyu.app.doctor.check import Check, Finding
from siyu.app.doctor.engines import impatient
from siyu.app.outward import outward
from siyu.app.place import Running
from siyu.channels import service as channels
from siyu.engines.postgres import Database, scalar
from siyu.engines.settings import Settings
from siyu.engines.vault import service as vault
from siyu.engines.vault.types import VaultKeyMissing
from siyu.kernel.clock import SystemClock


def channels_check(settings: Settings, running: Running | None) -> Finding:
    """Asks the platforms; fetches tokens where there are none, and keeps what was found for the console."""
    for problem in channels.bad_plugins():
        yield Check("channels", "fail", problem.message, problem.message_zh)
    url = settings.postgres_url or (running.postgres_url if running else "")
    if not url:
        yield Check("channels", "ok", "asked when Siyu runs.", "Siyu 运行时检查。")
        return
    database = impatient(url)
    try:
        yield from _accounts(settings, database)
    except OperationalError:
        yield Check(
            "channels", "warn", "PostgreSQL does not answer: nothing was tried.", "PostgreSQL 无响应，未做检查。",
            "See the check postgres.", "请查看 postgres 检查项。",
        )  # fmt: skip
    finally:
        database.close()


def _accounts(settings: Settings, database: Database) -> Finding:
    with database.transaction() as conn:
        there = scalar(conn, "SELECT to_regnamespace('channels')") is not None
        accounts = channels.accounts(conn) if there else []
        if not accounts:
            yield Check("channels", "ok", "no account is connected.", "尚未接入渠道账号。")
            return
        ring = vault.find_keyring(conn, key=settings.vault_key.get_secret_value(), file=settings.vault_key_file)
    if ring is None:
        raise VaultKeyMissing(where=str(settings.vault_key_file))
    vault.configure(ring)
    for account in accounts:
        health = channels.check_account(database, account, SystemClock(), outward(), settings.base_url)
        for one in health.findings:
            yield Check(
                f"channels.{account.channel}.{account.id}.{one.check}",
                "ok" if one.ok else "fail",
                f"{account.name}: {one.en}",
                f"{account.name}：{one.zh}",
                one.advice_en,
                one.advice_zh,
            )
