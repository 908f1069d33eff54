"""What a customer has and why, by the API and by the command line, through the loop, the job, and people who are merged and split."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order
from typer.testing import CliRunner

from siyu.app import ledger, people
from siyu.app.cli import ledger as commands
from siyu.app.cli.everything import app as cli
from siyu.app.context import Context
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, run
from siyu.identity import service as identity
from siyu.kernel.clock import ManualClock
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Posted, Posting, Request, customer, issuer, spent

Asking = Callable[..., TestClient]
ME = access.system("tests")
URL = "/api/v1/ledger"
DAY = timedelta(1)
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)  # in China


@pytest.fixture
def buyer(tell: Told, database: Database) -> int:
    return owner(tell, database, "a")


def owner(tell: Told, database: Database, name: str) -> int:
    tell(order(name, name, NOW, 5_000))
    with database.transaction() as conn:
        (found,) = identity.find(conn, name, "platform_buyer")
    return found.customer_id


def post(database: Database, key: str, customer_id: int, amount: int, **given: Any) -> Posted:
    terms = {name: given.pop(name) for name in ("expires_at",) if name in given}
    other = issuer("points") if amount > 0 else spent("points")
    lines = (Posting(customer(customer_id, "points"), amount, **terms), Posting(other, -amount))
    with database.transaction() as conn:
        return loyalty.post_one(conn, Request(key, lines, "order", **given), NOW)


def test_what_somebody_has_and_why(asking: Asking, database: Database, buyer: int) -> None:
    post(database, "one", buyer, 100, expires_at=NOW + DAY, source="order:jd:a")
    post(database, "two", buyer, 50, effective_at=NOW - DAY)
    post(database, "three", buyer, -30)
    client = asking("ledger.read")
    found = client.get(f"{URL}/customers/{buyer}").json()
    assert found == {
        "customer_id": buyer,
        "accounts": [
            {
                "kind": "customer", "owner": buyer, "unit": "points", "balance": 120, "available": 120, "pending": 0,
                "held": 0, "owed": 0, "next_expiry": (NOW + DAY).isoformat().replace("+00:00", "Z"),
            }
        ],
    }  # fmt: skip
    why = client.get(f"{URL}/customers/{buyer}/points").json()
    assert [(one["amount"], one["remaining"], one["source"]) for one in why["lots"]] == [
        (100, 70, "order:jd:a"),
        (50, 50, ""),
    ]
    first = client.get(f"{URL}/customers/{buyer}/points/entries", params={"limit": 2}).json()
    rest = client.get(f"{URL}/customers/{buyer}/points/entries", params={"limit": 2, "cursor": first["next"]}).json()
    assert [(one["amount"], one["balance"]) for one in first["entries"] + rest["entries"]] == [
        (-30, 120),
        (50, 150),
        (100, 100),
    ]
    assert rest["next"] is None
    at = {"at": (NOW - DAY).isoformat()}
    assert client.get(f"{URL}/customers/{buyer}/points/balance", params=at).json()["balance"] == 50
    recorded = client.get(f"{URL}/customers/{buyer}/points/balance", params={**at, "by": "recorded"}).json()
    assert recorded["balance"] == 0
    totals = {one["kind"]: one["balance"] for one in client.get(f"{URL}/totals/points").json()}
    assert totals == {"issuer": -150, "spent": 30, "expired": 0, "adjustment": 0}
    assert client.get(f"{URL}/customers/{buyer}/miles").status_code == 400
    assert client.get(f"{URL}/customers/{2**40}").status_code == 404


def test_by_hand_with_a_second_person(asking: Asking, buyer: int) -> None:
    clerk, boss = asking("ledger.post", "ledger.approve", "ledger.read"), asking("ledger.approve")
    wanted = {"key": "gift-0001", "customer_id": buyer, "amount": 5000, "reason": "a gift"}
    made = clerk.post(f"{URL}/by_hand", json=wanted).json()
    assert made["state"] == "waiting"
    assert clerk.post(f"{URL}/by_hand/{made['id']}/approve").status_code == 409
    done = boss.post(f"{URL}/by_hand/{made['id']}/approve").json()
    assert (done["state"], done["amount"]) == ("posted", 5000)
    assert clerk.get(f"{URL}/by_hand", params={"state": "posted"}).json() == [done]
    taken = {"key": "rev-00001", "reason": "a mistake"}
    back = boss.post(f"{URL}/transactions/{done['transaction_id']}/reverse", json=taken).json()
    assert {(one["kind"], one["amount"]) for one in back["changes"]} == {("customer", -5000), ("adjustment", 5000)}
    again = clerk.post(f"{URL}/by_hand", json={**wanted, "amount": 5001})
    assert (again.status_code, again.json()["code"]) == (409, "IdempotencyMismatch")
    refused = clerk.post(f"{URL}/by_hand", json={**wanted, "key": "gift-0002", "amount": 6000}).json()
    assert boss.post(f"{URL}/by_hand/{refused['id']}/refuse").json()["state"] == "refused"
    less = clerk.post(f"{URL}/by_hand", json={**wanted, "key": "gift-0003", "amount": -7})
    assert (less.status_code, less.json()["code"]) == (409, "NotEnough")
    for wrong in (0, 1.5, "many", 10**16):
        assert clerk.post(f"{URL}/by_hand", json={**wanted, "key": "gift-0004", "amount": wrong}).status_code in {
            400,
            422,
        }


def test_units(asking: Asking) -> None:
    client = asking("ledger.read", "ledger.manage")
    made = client.put(f"{URL}/units/coupon:12", json={"name": "满100减10", "by_hand": 1}).json()
    assert made == {"code": "coupon:12", "kind": "coupon", "name": "满100减10", "grace_days": None, "by_hand": 1}
    assert made in client.get(f"{URL}/units").json()
    assert client.put(f"{URL}/units/miles", json={"name": "Miles"}).status_code == 400
    assert client.put(f"{URL}/units/coupon", json={"name": "of nothing"}).status_code == 400


def test_rules_of_earning(asking: Asking) -> None:
    client = asking("ledger.read", "ledger.manage")
    nothing = {"version": 0, "rules": {"orders": [], "days": [], "caps": []}, "at": None, "actor": "", "reason": ""}
    assert client.get(f"{URL}/earning").json() == nothing
    wanted = {"version": 0, "rules": {"orders": [{"amount": 1, "per_fen": 100}]}, "reason": "a point a yuan"}
    made = client.put(f"{URL}/earning", json=wanted).json()
    assert (made["version"], made["rules"]["orders"][0]["when"]) == (1, "received")
    assert client.get(f"{URL}/earning/versions").json() == [made]
    assert client.put(f"{URL}/earning", json=wanted).status_code == 409
    wrong = {**wanted, "version": 1, "rules": {"orders": [{"amount": 0, "per_fen": 100}]}}
    assert client.put(f"{URL}/earning", json=wrong).status_code == 400


def test_tiers(asking: Asking, database: Database, buyer: int, clock: ManualClock) -> None:
    client = asking("ledger.read", "ledger.manage")
    where = f"{URL}/tiers/customers/{buyer}"
    assert client.get(f"{URL}/tiers").json() == {"version": 0, "rules": None, "at": None, "actor": "", "reason": ""}
    assert client.get(where).json() == {"standing": None}
    gold = {"code": "gold", "name": "金卡", "at_least": 4000, "percent": 150}
    rules = {"by": "spend", "tiers": [{"code": "basic", "name": "普通", "at_least": 0, "below": 4000}, gold]}
    found = client.post(f"{URL}/tiers/preview", json={"rules": rules}).json()
    assert [(one["tier"]["code"], one["people"], one["up"]) for one in found] == [("basic", 0, 0), ("gold", 1, 1)]
    wanted = {"version": 0, "rules": rules, "reason": "two tiers"}
    made = client.put(f"{URL}/tiers", json=wanted).json()
    assert (made["version"], made["rules"]["grace_days"]) == (1, 0)
    assert client.get(f"{URL}/tiers/versions").json() == [made]
    tiering = ledger.Tiering(database, clock)
    while tiering.run_once():
        pass
    standing = client.get(where).json()["standing"]
    assert (standing["tier"]["code"], standing["why"], standing["figure"]) == ("gold", "reached", 5_000)
    assert client.put(f"{URL}/tiers", json=wanted).status_code == 409
    gap = {"by": "spend", "tiers": [rules["tiers"][0], {**gold, "at_least": 5000}]}
    for refused in (
        client.put(f"{URL}/tiers", json={**wanted, "version": 1, "rules": gap}),
        client.post(f"{URL}/tiers/preview", json={"rules": gap}),
    ):
        assert refused.status_code == 400
        assert "nobody from 4000 to 5000 is in a tier" in refused.json()["message"]
    assert client.get(f"{URL}/tiers/customers/{2**40}").status_code == 404


def test_check_in(asking: Asking, database: Database, buyer: int) -> None:
    client = asking("ledger.read", "ledger.manage", "ledger.post")
    where = f"{URL}/check_in/customers/{buyer}"
    assert client.get(f"{URL}/check_in").json()["version"] == 0
    wanted = {"version": 0, "rules": {"daily": [{"amount": 5}]}, "reason": "five a day"}
    made = client.put(f"{URL}/check_in", json=wanted).json()
    assert client.get(f"{URL}/check_in/versions").json() == [made]
    done = client.post(where).json()
    assert (done["streak"], done["repeated"], done["rewards"][0]["amount"]) == (1, False, 5)
    assert client.post(where).json()["repeated"] is True
    day = done["day"]
    month = client.get(where, params={"year": int(day[:4]), "month": int(day[5:7])}).json()
    assert month == {
        "customer_id": buyer, "days": [{"day": day, "streak": 1, "made_up": False}], "streak": 1, "cards": 0, "today": day,
    }  # fmt: skip
    assert client.post(f"{where}/make_up", json={"day": day}).status_code == 400
    before = (NOW - 2 * DAY).date().isoformat()
    none = client.post(f"{where}/make_up", json={"day": before})
    assert (none.status_code, none.json()["code"]) == (409, "NotEnough")
    assert client.post(f"{where}/make_up", json={"day": "yesterday"}).status_code in {400, 422}
    assert client.post(f"{URL}/check_in/customers/{2**40}").status_code == 404
    assert client.put(f"{URL}/check_in", json=wanted).status_code == 409


def test_tasks(asking: Asking, tell: Told, database: Database, buyer: int) -> None:
    client = asking("ledger.read", "ledger.manage")
    where = f"{URL}/tasks/customers/{buyer}"
    assert (client.get(f"{URL}/tasks").json()["version"], client.get(where).json()) == (0, [])
    task = {"code": "buy", "name": "再来一单", "fact": "order.paid", "rewards": [{"amount": 9}]}
    wanted = {"version": 0, "rules": {"tasks": [task]}, "reason": "one more order"}
    made = client.put(f"{URL}/tasks", json=wanted).json()
    assert client.get(f"{URL}/tasks/versions").json() == [made]
    (before,) = client.get(where).json()
    assert (before["open"], before["done_at"], before["times"]) == (True, None, 0)
    tell(order("a", "again", NOW, 5_000))
    (after,) = client.get(where).json()
    assert (after["open"], after["times"]) == (False, 1)
    assert client.get(f"{URL}/customers/{buyer}").json()["accounts"][0]["balance"] == 9
    wrong = {**wanted, "version": 1, "rules": {"tasks": [{**task, "fact": "points.earned"}]}}
    refused = client.put(f"{URL}/tasks", json=wrong)
    assert refused.status_code == 400
    assert "would be fulfilled by what it gives itself" in refused.json()["message"]
    assert client.get(f"{URL}/tasks/customers/{2**40}").status_code == 404


def test_the_loop_and_the_job(web_context: Context, database: Database, buyer: int, clock: ManualClock) -> None:
    post(database, "one", buyer, 100, expires_at=NOW + DAY)
    sealing = ledger.Sealing(database, clock)
    assert (sealing.run_once(), sealing.run_once()) == (1, 0)
    clock.advance(2 * DAY)
    assert ledger.keep(web_context) == {"holds": 0, "lots": 1, "lasting": 0}
    assert sealing.run_once() == 1
    assert ledger.verify(web_context, actor="system:tests").findings == ()


def test_every_night_and_what_was_changed_is_an_alarm(
    asking: Asking, web_context: Context, database: Database, buyer: int, clock: ManualClock
) -> None:
    post(database, "one", buyer, 100)
    assert ledger.Sealing(database, clock).run_once() == 1
    clock.advance(DAY)
    assert ledger.verify_nightly(web_context).findings == ()
    clock.advance(DAY)
    with database.transaction() as conn:
        run(conn, "SET LOCAL session_replication_role = replica")
        run(conn, "UPDATE loyalty.posting SET amount = amount * 2 WHERE amount < 0")
    broken = ledger.verify_nightly(web_context)
    assert len(broken.findings) > 1
    newest, before = asking("ledger.read").get(f"{URL}/verifications").json()
    assert (newest["findings"], newest["actor"], newest["anchor"]) == (len(broken.findings), "system:ledger.verify", 1)
    assert (before["findings"], before["anchor"]) == (0, None)


def test_merged_and_split_by_an_operator(tell: Told, database: Database, clock: ManualClock, buyer: int) -> None:
    other = owner(tell, database, "b")
    with database.transaction() as conn:
        (identifier,) = identity.graph(conn, other).identifiers
    post(database, "one", buyer, 100)
    post(database, "two", other, 40, via=identifier.id)
    with database.transaction() as conn:
        stays = people.merge(conn, ME, buyer, other, "a test", NOW)
        assert [one.balance for one in loyalty.accounts_of(conn, other, NOW)] == [140]
    with database.transaction() as conn:
        made = people.split(conn, ME, stays, [identifier.id], "a test", NOW)
        assert [one.balance for one in loyalty.accounts_of(conn, made, NOW)] == [40]
        assert [one.balance for one in loyalty.accounts_of(conn, stays, NOW)] == [100]
    while ledger.Sealing(database, clock).run_once():
        pass
    with database.transaction() as conn:
        assert loyalty.verify(conn).findings == ()


class TestCommands:
    @pytest.fixture(autouse=True)
    def _engines(self, commanding: Callable[..., None], web_context: Context) -> None:
        commanding(web_context, commands)

    @staticmethod
    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(cli, ["ledger", *words])
        assert result.exit_code == code, (result.output, result.exception)
        return result.output

    def test_post_balance_verify(self, buyer: int, database: Database, clock: ManualClock) -> None:
        said = self.run("post", str(buyer), "100", "--reason", "a gift", "--key", "gift")
        assert f"customer/{buyer}/points: +100" in said
        assert self.run("post", str(buyer), "100", "--reason", "a gift", "--key", "gift") == said
        assert "wait for a second person" in self.run("post", str(buyer), "100000", "--reason", "a gift")
        assert json.loads(self.run("balance", str(buyer), "--json"))[0]["balance"] == 100
        assert json.loads(self.run("balance", str(buyer), "--at", "2026-01-01", "--json"))[0]["balance"] == 0
        ledger.Sealing(database, clock).run_once()
        said = self.run("verify")
        assert "Nothing was changed: 1 transactions sealed, 0 wait." in said
        anchor = said.strip().splitlines()[-1]
        self.run("verify", "--anchor", anchor)
        with database.transaction() as conn:
            run(conn, "SET LOCAL session_replication_role = replica")
            run(conn, "UPDATE loyalty.posting SET amount = 1000 WHERE amount = 100")
        said = self.run("verify", "--anchor", anchor, code=1)
        assert "sum to 900 points instead of 0" in said
        assert json.loads(self.run("verify", "--json", code=1))["findings"]
