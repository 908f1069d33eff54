"""Each check is made to fail in the way a newcomer would."""

import json
import os
import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from siyu.app.doctor import Check, engines, machine, run_checks
from siyu.app.place import Place
from siyu.engines.postgres import Database, run
from siyu.engines.settings import Settings
from siyu.engines.vault import service as vault


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(data_folder=folder, http_port=_free_port(), **given)


def found(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in run_checks(settings)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestRunChecks:
    def test_a_sound_machine(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in [name for name in os.environ if name.startswith("SIYU_")]:
            monkeypatch.delenv(name)
        checks = found(settings(tmp_path, minimum_free_bytes=64 * 1024**2))
        assert [check for check in checks.values() if check.status == "fail"] == []
        assert len(checks) >= 15

    def test_leaves_nothing_behind(self, tmp_path: Path) -> None:
        found(settings(tmp_path / "new"))
        assert list(tmp_path.iterdir()) == []

    def test_a_broken_check_stops_none_of_the_others(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken() -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(machine, "memory_check", broken)
        checks = found(settings(tmp_path))
        assert checks["memory"].status == "fail"
        assert checks["clickhouse"].status == "ok"

    def test_everything_is_said_in_both_languages(self, tmp_path: Path) -> None:
        odd = settings(tmp_path, http_host="0.0.0.0", minimum_free_bytes=10**18)
        for check in run_checks(odd):
            assert check.en
            assert re.search(r"[一-鿿]|UTF-8|。|：", check.zh), check
            assert bool(check.advice_en) == bool(check.advice_zh)
            if check.status != "ok":
                assert check.advice_en, check


class TestMachine:
    def test_port_in_use(self, tmp_path: Path) -> None:
        with socket.socket() as busy:
            busy.bind(("127.0.0.1", 0))
            busy.listen()
            port = busy.getsockname()[1]
            check = found(Settings(data_folder=tmp_path, http_port=port))["port"]
        assert (check.status, "another program" in check.en) == ("fail", True)

    def test_foreign_address(self, tmp_path: Path) -> None:
        assert found(settings(tmp_path, http_host="192.0.2.1"))["port"].status == "fail"

    def test_disk_too_full(self, tmp_path: Path) -> None:
        assert found(settings(tmp_path, minimum_free_bytes=10**18))["disk"].status == "fail"

    def test_folder_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        assert found(settings(tmp_path / "file" / "data"))["folder"].status == "fail"

    def test_folder_on_the_network(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(machine, "_mounted_as", lambda _: "nfs4")
        assert found(settings(tmp_path))["folder"].status == "warn"

    def test_misspelt_setting(self) -> None:
        (check,) = machine.unknown_settings_check({"SIYU_HTTP_PROT": "1"})
        assert (check.status, check.advice_en) == ("warn", "Did you mean SIYU_HTTP_PORT?")

    def test_clock_long_gone(self) -> None:
        (check,) = machine.clock_check(datetime(1970, 1, 1, tzinfo=UTC))
        assert check.status == "fail"

    def test_open_to_the_network_without_tls(self, tmp_path: Path) -> None:
        assert found(settings(tmp_path, http_host="0.0.0.0"))["exposure"].status == "warn"
        safe = settings(tmp_path, http_host="0.0.0.0", public_url="https://siyu.example")
        assert found(safe)["exposure"].status == "ok"

    def test_folder_held(self, tmp_path: Path) -> None:
        with Place(tmp_path):
            check = found(settings(tmp_path))["held"]
        assert check.status == "warn"
        assert json.dumps(os.getpid()) in check.en

    def test_key_that_others_may_read(self, tmp_path: Path) -> None:
        (tmp_path / "keys").mkdir()
        file = tmp_path / "keys" / "vault.key"
        file.touch(mode=0o644)
        file.chmod(0o644)
        assert found(settings(tmp_path))["vault"].advice_en == f"chmod 600 {file}"


class TestEngines:
    def test_postgres_up_to_date(self, tmp_path: Path, database: Database) -> None:
        checks = found(settings(tmp_path, postgres_url=database.url))
        assert [checks[name].status for name in ("postgres", "postgres-clock", "migrations", "vault-key", "queue")] == [
            "ok"
        ] * 5

    def test_postgres_not_there(self, tmp_path: Path) -> None:
        check = found(settings(tmp_path, postgres_url="postgresql://siyu:secret@127.0.0.1:9/siyu"))["postgres"]
        assert check.status == "fail"
        assert "SIYU_POSTGRES_URL" in check.advice_en
        assert "secret" not in str(check)

    def test_clickhouse_not_there(self, tmp_path: Path) -> None:
        check = found(settings(tmp_path, clickhouse_url="http://siyu:secret@127.0.0.1:9/siyu"))["clickhouse"]
        assert check.status == "fail"
        assert "secret" not in str(check)

    def test_vault_key_lost(self, tmp_path: Path, database: Database) -> None:
        with database.transaction() as conn:
            vault.open_keyring(conn, key="", file=tmp_path / "keys" / "vault.key")
        (tmp_path / "keys" / "vault.key").unlink()
        checks = run_checks(settings(tmp_path, postgres_url=database.url))
        assert [check.status for check in checks if "backup" in check.en] == ["fail"]

    def test_database_of_a_newer_siyu(self, tmp_path: Path, database: Database) -> None:
        with database.transaction() as conn:
            run(conn, "INSERT INTO siyu_migration VALUES ('intake_9999')")
        assert found(settings(tmp_path, postgres_url=database.url))["migrations"].status == "fail"

    def test_migration_waiting(self, tmp_path: Path, database: Database) -> None:
        with database.transaction() as conn:
            run(conn, "UPDATE siyu_migration SET version_num = 'access_0001' WHERE version_num = 'access_0002'")
        check = found(settings(tmp_path, postgres_url=database.url))["migrations"]
        assert (check.status, "access_0002" in check.en) == ("warn", True)

    def test_clocks_apart(self) -> None:
        check = engines._skew("postgres-clock", "PostgreSQL", datetime.now(UTC) - timedelta(minutes=5))
        assert (check.status, "300 s" in check.en) == ("warn", True)
