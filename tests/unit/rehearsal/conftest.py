"""One small brand for all tests of this folder; it is never changed."""

from datetime import UTC, datetime

import pytest

from siyu.rehearsal import service
from siyu.rehearsal.types import Brand, ExportFile, Truth

END = datetime(2026, 3, 15, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def brand() -> Brand:
    return service.build(7, 2_500, 150, END)


@pytest.fixture(scope="session")
def truth(brand: Brand) -> Truth:
    return service.truth(brand)


@pytest.fixture(scope="session")
def files(brand: Brand, tmp_path_factory: pytest.TempPathFactory) -> list[ExportFile]:
    return service.write_exports(brand, tmp_path_factory.mktemp("exports"))
