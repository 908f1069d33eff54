"""Siyu on engines that are not its own: both given by URL, with passwords, and left alone when it stops."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from tests.running import Siyu, begin, end, free_port
from tests.stories.speaking import eventually

from siyu.engines.clickhouse.client import connect
from siyu.engines.clickhouse.embedded import EmbeddedClickHouse
from siyu.engines.embedded_postgres import EmbeddedPostgres

PASSWORD = "p@ss:w/rd %41'"
TILL = """receipt,time,article,pieces,sum,phone
T-1,2026-01-05 10:00:00,Scarf,1,199.00,13912345678
T-2,2026-01-06 18:30:00,Coat,1,899.00,13987654321
"""
MAPPING = {
    "name": "till", "kind": "orders", "shop": "Main Street", "money": "yuan",
    "fields": {
        "order_no": "receipt", "status": {"value": "received"}, "placed_at": "time", "paid_at": "time",
        "line.title": "article", "line.quantity": "pieces", "line.paid_fen": "sum",
    },
    "identifiers": [{"type": "phone", "column": "phone"}],
}  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@dataclass
class Engines:
    """Two servers that somebody else runs."""

    postgres: EmbeddedPostgres
    clickhouse: EmbeddedClickHouse
    postgres_url: str
    clickhouse_url: str


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Engines]:
    """A database of a plain user with a password in PostgreSQL, and a database with a name of its own in ClickHouse."""
    postgres = EmbeddedPostgres(tmp_path / "theirs" / "postgres", config={"fsync": "off"})
    clickhouse = EmbeddedClickHouse(tmp_path / "theirs" / "clickhouse")
    try:
        postgres.start()
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as root:
            root.execute(SQL("CREATE ROLE brand LOGIN PASSWORD {}").format(PASSWORD))
            root.execute(SQL("CREATE DATABASE {} OWNER brand").format(Identifier("brand db")))
            access = postgres.folder / "pg_hba.conf"
            access.write_text(f"local all brand scram-sha-256\n{access.read_text()}")
            root.execute("SELECT pg_reload_conf()")
        server = clickhouse.start().rpartition("/")[0]
        with_client = connect(f"{server}/siyu")
        with_client.run("CREATE DATABASE brand")
        with_client.close()
        socket = postgres.url().partition("?")[2]
        url = f"postgresql://brand:{quote(PASSWORD, safe='')}@/{quote('brand db')}?{socket}"
        yield Engines(postgres, clickhouse, url, f"{server}/brand")
    finally:
        clickhouse.stop()
        postgres.stop()


def send(siyu: Siyu, key: str, *events: dict[str, Any]) -> None:
    body = {"writeKey": key, "batch": list(events)}
    assert httpx.post(f"{siyu.url}/v1/batch", json=body, timeout=30, trust_env=False).status_code == 200
    siyu.drain()


def people_by_day(api: httpx.Client) -> list[tuple[int, int]]:
    """(facts, people) of each day with orders; people are counted after merges, by the alias dictionary."""
    asked = {"kind": "order.paid", "from": "2026-01-01", "to": "2026-01-31"}
    table = api.get("/api/v1/insight/facts-by-day", params=asked).raise_for_status().json()
    return [(day["facts"], day["people"]) for day in table["days"]]


def customer(api: httpx.Client, phone: str) -> int:
    (found,) = api.get("/api/v1/customers/find", params={"value": phone}).raise_for_status().json()["customers"]
    return int(found)


def names(api: httpx.Client, customer_id: int) -> list[str]:
    """What happened to a customer."""
    page = api.get(f"/api/v1/customers/{customer_id}/timeline").raise_for_status().json()
    return [entry["name"] or entry["kind"] for entry in page["entries"]]


def test_a_life_on_engines_of_somebody_else(tmp_path: Path, theirs: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIYU_POSTGRES_URL", theirs.postgres_url)
    monkeypatch.setenv("SIYU_CLICKHOUSE_URL", theirs.clickhouse_url)
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    siyu = begin(first, free_port())
    try:
        assert (siyu.running.postgres_url, siyu.running.clickhouse_url) == (theirs.postgres_url, theirs.clickhouse_url)
        key = siyu.new_source("web")
        send(siyu, key, {"type": "track", "event": "Looked", "anonymousId": "device", "messageId": "1"})
        send(siyu, key, {"type": "identify", "anonymousId": "device", "traits": {"phone": "13912345678"}})
        (first / "till.csv").write_text(TILL.replace("2026-01-06", "2026-01-05"))
        (first / "till.yaml").write_text(json.dumps(MAPPING))
        siyu.cli("import", "orders", str(first / "till.csv"), "--mapping", str(first / "till.yaml"))

        with siyu.client(siyu.api_key()) as api:
            one, other = customer(api, "13912345678"), customer(api, "13987654321")
            assert people_by_day(api) == [(2, 2)]
            siyu.cli("merge", str(one), str(other), "--reason", "they said so")
            assert eventually(lambda: people_by_day(api), lambda found: found == [(2, 1)]) == [(2, 1)]
            kept = customer(api, "13987654321")
            told = names(api, kept)
        assert (told.count("Looked"), told.count("order.paid")) == (1, 2)
        assert siyu.cli_json("check-identity") == []
        assert all(check["status"] != "fail" for check in siyu.cli_json("doctor"))
    finally:
        end(siyu)

    # It has stopped, and nobody else has.
    assert siyu.process.returncode == 0
    assert theirs.postgres.pid
    assert theirs.clickhouse.pid
    with psycopg.connect(theirs.postgres_url) as still_there:
        assert still_there.execute("SELECT count(*) FROM commerce.order_header").fetchone() == (2,)
    assert sorted(path.name for path in first.iterdir() if path.is_dir()) == ["keys"]

    # Another machine: a folder of its own, the same engines, the same key.
    lines = (first / "keys" / "vault.key").read_text().splitlines()
    (vault_key,) = [line for line in lines if not line.startswith("#")]
    monkeypatch.setenv("SIYU_VAULT_KEY", vault_key)
    siyu = begin(second, free_port())
    try:
        send(siyu, key, {"type": "track", "event": "Came Back", "anonymousId": "device", "messageId": "2"})
        with siyu.client(siyu.api_key()) as api:
            assert {"Came Back", "Looked"} <= set(names(api, customer(api, "13912345678")))
            assert people_by_day(api) == [(2, 1)]
        assert [path.name for path in second.iterdir() if path.is_dir()] == []
    finally:
        end(siyu)
    assert theirs.postgres.pid
    assert theirs.clickhouse.pid
