"""Every test here has an open vault of its own."""

from collections.abc import Iterator

import pytest

from siyu.engines.vault import keyring, service


@pytest.fixture(autouse=True)
def ring() -> Iterator[keyring.Keyring]:
    made = keyring.Keyring([keyring.new_key()])
    before = list(service._open)
    service.configure(made)
    yield made
    service._open[:] = before
