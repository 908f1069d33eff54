"""The order of rooms, held by import-linter; and proof that it would notice a breach."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "siyu"
# Rooms that others may not look into; the rest is either below everything (kernel), wiring (app) or has fronts inside.
_NO_FRONT = {"kernel", "engines", "app", "rehearsal"}


def lint(source: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    command += ["--config", str(ROOT / ".importlinter")]
    environment = {**os.environ, "PYTHONPATH": str(source), "COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=source, env=environment)


class TestContracts:
    def test_all_kept(self) -> None:
        result = lint(ROOT / "src")
        assert result.returncode == 0, result.stdout

    def test_every_kind_of_breach_is_noticed(self, tmp_path: Path) -> None:
        copy = tmp_path / "src"
        shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
        breaches = {
            "identity/service_breach.py": "import siyu.commerce.service\n",
            "commerce/breach.py": "def late() -> None:\n    from siyu.customers import store\n    print(store)\n",
            "stray/__init__.py": "",
            "engines/access/rules.py": "import sqlalchemy\n" + (SOURCE / "engines/access/rules.py").read_text("utf-8"),
            "engines/access/http/routes.py": "from siyu.engines.access.store import people\n"
            + (SOURCE / "engines/access/http/routes.py").read_text("utf-8"),
            "engines/postgres/breach.py": "import siyu.engines.vault.service\n",
        }
        for name, text in breaches.items():
            path = copy / "siyu" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        result = lint(copy)
        broken = {line.rpartition(" BROKEN")[0] for line in result.stdout.splitlines() if " BROKEN" in line}
        assert broken >= {
            "A room imports only rooms below it",
            "The engines stand on each other in this order",
            "Rules decide without I/O, clock, settings or logs",
            "A face calls its room's service, never the store",
            "Outsiders see only service and types of customers",
        }, result.stdout
        assert "stray" in result.stdout


class TestDeclarations:
    @pytest.fixture
    def contracts(self) -> configparser.ConfigParser:
        parser = configparser.ConfigParser(delimiters=("=",))
        parser.read(ROOT / ".importlinter", "utf-8")
        return parser

    def test_every_room_stands_in_the_order(self, contracts: configparser.ConfigParser) -> None:
        rooms = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
        assert set(contracts["importlinter:contract:order"]["layers"].split()) == rooms

    def test_every_room_has_a_front(self, contracts: configparser.ConfigParser) -> None:
        rooms = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()} - _NO_FRONT
        for room in rooms:
            assert contracts[f"importlinter:contract:front-{room}"]["protected_modules"].split() == [f"siyu.{room}.*"]
