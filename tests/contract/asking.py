"""What the tests of the contract share: the OpenAPI, its routes, and a Siyu to put them to."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from tests.running import Siyu

LONG: Final = int(os.environ.get("SIYU_CONTRACT_EXAMPLES", "0"))
# The short form makes the same requests each time; the long one more of them, and others.
HOW_MANY: Final = settings(
    max_examples=LONG or 2,
    derandomize=not LONG,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# As clients get it. That the code says the same, test_scripts.py holds; to ask the code takes each worker two seconds.
OPENAPI: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "docs/reference/openapi.json").read_text("utf-8")
)
OPERATIONS: Final = [(method.upper(), path) for path, item in OPENAPI["paths"].items() for method in item]

# Their good answer never ends; tests/unit/app/test_api_live.py reads them. Here they only keep out who may not come in.
ENDLESS: Final = {("GET", "/api/v1/live"), ("GET", "/api/v1/sources/{source_id}/live")}


@dataclass(frozen=True)
class Filled:
    """A Siyu with data in it, and the real ids of that data by the name of the parameter that takes them."""

    siyu: Siyu
    key: str
    ids: dict[str, list[Any]]
    owner: int


def described(method: str, path: str) -> dict[str, Any]:
    return dict(OPENAPI["paths"][path][method.lower()])


def contained(path: str) -> list[str]:
    """The names in a path's braces."""
    return re.findall(r"{(\w+)}", path)


def words(operation: tuple[str, str]) -> str:
    return " ".join(operation)


every = pytest.mark.parametrize("operation", [one for one in OPERATIONS if one not in ENDLESS], ids=words)
