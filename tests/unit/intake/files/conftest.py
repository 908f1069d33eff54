"""Exports to read, written fresh for each session by tests/fixtures/exports/make.py."""

import importlib.util
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from siyu.intake.files import service
from siyu.intake.files.types import Checkpoint, Chunk, ImportOptions, Limits, Note, Reject
from siyu.intake.types import Message

NOW = datetime(2024, 12, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[4]
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def make() -> ModuleType:
    """The script that writes the exports."""
    spec = importlib.util.spec_from_file_location("make_exports", ROOT / "tests/fixtures/exports/make.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def exports(make: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An export of each platform."""
    return make.write_all(tmp_path_factory.mktemp("exports"))


class Imported:
    """Everything that came out of a file."""

    def __init__(self, chunks: list[Chunk]) -> None:
        self.chunks = chunks
        self.messages: list[Message] = [m for c in chunks for m in c.messages]
        self.rejects: list[Reject] = [r for c in chunks for r in c.rejects]
        self.notes: list[Note] = [n for c in chunks for n in c.notes]

    def order(self, number: str) -> dict[str, Any]:
        return dict(next(m.payload for m in self.messages if m.payload["order_no"] == number))

    def message(self, number: str) -> Message:
        return next(m for m in self.messages if m.payload["order_no"] == number)

    def claims(self, number: str) -> set[tuple[str, str, str, str]]:
        return {(c.type, c.scope, c.value, c.strength) for c in self.message(number).claims}

    def codes(self) -> set[tuple[str, str]]:
        return {(n.code, n.value) for n in self.notes}


Reader = Callable[..., Imported]


@pytest.fixture
def read() -> Reader:
    """Read a file to the end."""

    def run(path: Path, start_at: Checkpoint | None = None, chunk: int = 1000, **options: Any) -> Imported:
        settings = ImportOptions(7, options.pop("now", NOW), limits=Limits(chunk=chunk), **options)
        return Imported(list(service.read_messages(path, settings, start_at)))

    return run


@pytest.fixture
def options() -> ImportOptions:
    return ImportOptions(7, NOW)


def _mapping(name: str) -> service.FileMapping:
    return service.load_mapping(ROOT / "docs/howto/mappings" / f"{name}.yaml")


@pytest.fixture
def ready_mapping() -> Callable[[str], service.FileMapping]:
    """A mapping of docs/howto/mappings."""
    return _mapping


@pytest.fixture
def shared_data() -> Path:
    """Real data beside the project; the test is skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip("no ../shared/data beside the project: real data cannot be compared")
    return DATA
