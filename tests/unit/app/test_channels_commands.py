"""``siyu channels`` and ``siyu doctor channels``, over a database of the test's own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.app.conftest import NOW
from tests.unit.channels.parrot import Parrot, installed
from typer.testing import CliRunner, Result

from siyu.app.cli import channels as commands
from siyu.app.cli.everything import app
from siyu.app.context import Context
from siyu.app.doctor import run_checks
from siyu.channels import registry, service
from siyu.channels.types import Finding
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.engines.vault import service as vault
from siyu.kernel.errors import BadInput, NotFound, SiyuError


@pytest.fixture(autouse=True)
def _parrot(monkeypatch: pytest.MonkeyPatch, commanding: Callable[..., None], web_context: Context) -> None:
    monkeypatch.setattr(registry, "plugins", installed)
    commanding(web_context, commands)


def run(*words: str, typed: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["channels", *words], input=typed)
    if isinstance(result.exception, SiyuError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_an_account_from_connecting_to_its_check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "app_id" in run("kinds").output
    (tmp_path / "key").write_text("from a file", "utf-8")
    given = ("connect", "parrot", "--id", "p1", "--set", "app_id=p00ff", "--set", f"nickname_key=@{tmp_path / 'key'}")
    made = run(*given, "--name", "Polly", typed="s3cret\n")
    assert "/callback/parrot/1" in made.output
    assert "s3cret" not in made.output
    monkeypatch.setattr(Parrot, "health", lambda self: [Finding("token", True, self.ports.secret("nickname_key"), "")])
    checked = json.loads(run("check", "--json", code=1).output)
    token, pushes = checked[0]["health"]["findings"]
    assert (token["en"], pushes["ok"]) == ("from a file", False)
    assert "/callback/parrot/1" in pushes["advice_en"]  # where the platform has to be told to call
    wrong = Finding("token", False, "the secret is wrong.", "密钥错误。", "Copy it again.", "请重新复制。", 40001)
    monkeypatch.setattr(Parrot, "health", lambda _: [wrong])
    told = run("check", "1", code=1).output
    assert "fail" in told
    assert "Copy it again." in told
    assert "the secret is wrong." in run("list").output


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(BadInput, match="not field=value"):
        run("connect", "parrot", "--set", "app_id")
    with pytest.raises(BadInput, match="cannot be read"):
        run("connect", "parrot", "--set", "app_id=@/nowhere")
    with pytest.raises(NotFound):
        run("connect", "macaw")
    with pytest.raises(NotFound):
        run("check", "7")


class TestDoctor:
    def checks(self, tmp_path: Path, database: Database) -> dict[str, str]:
        settings = Settings(data_folder=tmp_path, postgres_url=database.url)
        return {one.name: one.status for one in run_checks(settings, "channels")}

    def test_only_what_is_asked_for(self, tmp_path: Path, database: Database) -> None:
        assert self.checks(tmp_path, database) == {"channels": "ok"}
        with pytest.raises(NotFound):
            run_checks(Settings(data_folder=tmp_path), "weather")

    def test_every_finding_of_every_account(
        self, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = vault._ring()
        with database.transaction() as conn:
            vault.configure(vault.open_keyring(conn, key="", file=tmp_path / "keys" / "vault.key"))
            service.connect_account(
                conn,
                access.system("tests"),
                channel="parrot",
                external_id="p",
                name="",
                values={"app_id": "p00ff", "secret": "s"},
                now=NOW,
            )
        right, wrong = Finding("token", True, "good", "好"), Finding("callback", False, "bad", "坏", "do", "做")
        monkeypatch.setattr(Parrot, "health", lambda _: [right, wrong])
        try:
            found = self.checks(tmp_path, database)
        finally:
            vault.configure(before)
        assert found == {"channels.parrot.1.token": "ok", "channels.parrot.1.callback": "fail"}
        with database.transaction() as conn:
            assert not service.health_of_accounts(conn)[1].ok

    def test_without_the_database(self, tmp_path: Path) -> None:
        settings = Settings(data_folder=tmp_path, postgres_url="postgresql://siyu:secret@127.0.0.1:9/siyu")
        (check,) = run_checks(settings, "channels")
        assert (check.status, "secret" in str(check)) == ("warn", False)
