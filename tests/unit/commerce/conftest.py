"""A fixed moment, and a vault whose keys belong to the test."""

from datetime import UTC, datetime

import pytest

from siyu.engines.vault import service as vault
from siyu.engines.vault.keyring import Keyring


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _vault() -> None:
    vault.configure(Keyring([b"k" * 32]))
