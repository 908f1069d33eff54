"""A list with nothing in it says so, and a kind of fact that there is not is no empty list."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from siyu.app.cli import access, channels, data, imports, journeys, letters, people, segments, sources
from siyu.app.cli.everything import app
from siyu.app.context import Context

EMPTY = [
    "keys list", "sources list", "channels list", "segments list", "journeys list", "import list", "dead-letters list",
    "dead-letters groups", "review", "retention", "ltv",
]  # fmt: skip


@pytest.fixture
def _engines(commanding: Callable[..., None], reporting_context: Context) -> None:
    commanding(reporting_context, access, channels, data, imports, journeys, letters, people, segments, sources)


@pytest.mark.usefixtures("_engines")
def test_says_so_beside_what_a_program_reads() -> None:
    for command in EMPTY:
        result = CliRunner().invoke(app, command.split())
        assert result.exit_code == 0, result.output
        assert result.stderr.strip().endswith("."), command
        assert "name" not in result.stdout, command


def test_an_unknown_kind_names_the_nearest(asking: Callable[..., TestClient]) -> None:
    client, path = asking("customers.read"), "/api/v1/customers/7/timeline"
    answer = client.get(path, params={"kind": ["order.paid", "order.payed"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "UnknownFactKind")
    assert "order.paid" in answer.json()["message_zh"]
    assert client.get(path, params={"kind": "order.paid"}).status_code == 404  # the kind is there, the customer is not
