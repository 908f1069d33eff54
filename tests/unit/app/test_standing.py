"""What the list says of people is what a full count says, whatever happened and by whatever purchases are counted."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.app.conftest import NOW, order, row, visit

from siyu.app import people
from siyu.app.context import Context
from siyu.app.pipeline import Pipeline
from siyu.app.standing import adopt, check, count_marked
from siyu.app.web import create_app
from siyu.customers import service as customers
from siyu.customers.types import Basis
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows, run
from siyu.engines.settings import Settings
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.clock import ManualClock, to_millis
from siyu.timeline import service as timeline

ACTOR = access.system("tests")


def days(number: float) -> Any:
    return NOW - timedelta(days=number)


def take_in(database: Database, *messages: Message) -> None:
    with database.transaction() as conn:
        intake.put(conn, Lane.LIVE, messages)
    pipeline = Pipeline(database, ManualClock(NOW), 5000)
    while pipeline.run_once():
        pass


def count(database: Database) -> None:
    while True:
        with database.transaction() as conn:
            if not count_marked(conn):
                return


def differences(database: Database, *, mend: bool = False) -> list[Any]:
    with database.transaction() as conn:
        return list(check(conn, mend=mend))


def bought(buyer: str, number: str, at: Any, paid: int, **more: Any) -> Message:
    made = order(buyer, number, at, paid)
    return made._replace(payload={**made.payload, **more})


class TestEqualToAFullCount:
    """A sequence of whatever can happen to people, counted in between at any place."""

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_after_anything(self, database: Database, data: st.DataObject) -> None:
        mine = uuid.uuid4().hex[:12]  # the examples share a database
        buyer = st.sampled_from([f"{mine}-{name}" for name in "abcd"])
        money = st.sampled_from([0, 100, 500])
        status = st.sampled_from(["placed", "paid", "received", "closed"])

        def an_order() -> Message:
            number, at = data.draw(st.integers(1, 5)), days(data.draw(st.integers(0, 9)))
            more = {"refunded_fen": data.draw(money), "status": data.draw(status)}
            made = bought(data.draw(buyer), f"{mine}-{number}", at, data.draw(money), **more)
            return made._replace(claims=()) if data.draw(st.integers(0, 4)) == 0 else made  # an order of nobody

        def a_row() -> Message:
            phone = f"139{int(mine, 16) % 10**7:07d}{data.draw(st.integers(0, 1))}"
            more = {"member": True} if data.draw(st.booleans()) else {}
            return row(data.draw(buyer), days(3), phone=data.draw(st.sampled_from(["", phone])), name="王", **more)

        def a_visit() -> Message:
            seen = visit(f"{mine}-{data.draw(st.integers(0, 2))}", days(1))
            claim = IdentifierClaim("platform_buyer", "jd", data.draw(buyer))
            return seen._replace(claims=(*seen.claims, claim)) if data.draw(st.booleans()) else seen

        def merge() -> None:
            with database.transaction() as conn:
                found = sorted(self.mine(conn, mine))
                if len(found) > 1:
                    one, other = data.draw(st.permutations(found))[:2]
                    people.merge(conn, ACTOR, one, other, "test", NOW)

        def split() -> None:
            with database.transaction() as conn:
                for customer_id in sorted(self.mine(conn, mine)):
                    known = sorted(one.id for one in identity.graph(conn, customer_id).identifiers)
                    if len(known) > 1:
                        people.split(conn, ACTOR, customer_id, [data.draw(st.sampled_from(known))], "test", NOW)
                        return

        def another_basis() -> None:
            wanted = Basis(data.draw(st.sampled_from(["kept", "paid"])), data.draw(st.integers(2, 3)))
            with database.transaction() as conn:
                customers.count_by(conn, wanted)

        def gather() -> None:
            with database.transaction() as conn:
                customers.gather_stale(conn, many=1)

        messages = {"order": an_order, "row": a_row, "visit": a_visit}
        acts = {
            "merge": merge,
            "split": split,
            "basis": another_basis,
            "gather": gather,
            "count": lambda: count(database),
        }
        steps = st.sampled_from([*["order"] * 3, "row", "visit", "merge", "split", "basis", "gather", "count"])
        for step in data.draw(st.lists(steps, min_size=1, max_size=14)):
            if step in messages:
                take_in(database, *[messages[step]() for _ in range(data.draw(st.integers(1, 3)))])
            else:
                acts[step]()
            assert differences(database) == []  # who is not marked is right at any time
        count(database)
        assert differences(database) == []

    def test_many_marks_are_put_together(self, database: Database) -> None:
        """Marked again and again in no order: each is taken once, in the order of ids, and waits since its first mark."""
        with database.transaction() as conn:
            customers.mark_stale(conn, [10**9])
        for batch in range(150):
            with database.transaction() as conn:
                customers.mark_stale(conn, [1 + (7919 * (batch + step)) % 25_000 for step in range(400)])
        with database.transaction() as conn:
            marked = customers.marked_at_one_moment(conn)
            since = customers.stale_since(conn)
        with database.transaction() as conn:
            assert customers.gather_stale(conn)
            assert not customers.gather_stale(conn)  # nothing has come since
            assert customers.stale_since(conn) == since
        taken: list[int] = []
        while True:
            with database.transaction() as conn:
                if not (found := customers.take_stale(conn)):
                    break
            taken += found
        assert taken == sorted(marked)
        with database.transaction() as conn:
            customers.mark_stale(conn, [1])
            assert not customers.gather_stale(conn)  # too few

    def test_known_since_earlier_than_thought(self, database: Database) -> None:
        """An older row names somebody who is known already, by a phone that is new."""
        take_in(database, order("ann", "1", days(1), 100))
        count(database)
        take_in(database, row("ann", days(3), phone="13912340001"))
        assert differences(database) == []
        count(database)
        assert differences(database) == []

    def mine(self, conn: Any, prefix: str) -> set[int]:
        return {found for name in "abcd" for found in people.find(conn, f"{prefix}-{name}", "platform_buyer")}


class TestCheck:
    def test_what_went_unnoticed_is_told_and_mended(self, database: Database) -> None:
        take_in(database, order("ann", "1", days(5), 500), order("ben", "2", days(5), 700))
        count(database)
        with database.transaction() as conn:
            run(conn, "UPDATE customers.standing SET orders = 9 WHERE net_fen = 500")
            run(conn, "DELETE FROM customers.standing WHERE net_fen = 700")
        ann, ben = sorted(differences(database), key=lambda one: one.stored is None)
        assert ann.stored == {**ann.counted, "orders": 9}
        assert (ann.counted["orders"], ben.stored, ben.counted["net_fen"]) == (1, None, 700)
        assert len(differences(database, mend=True)) == 2
        assert differences(database) == []  # they wait already
        count(database)
        assert differences(database) == []


class TestBasis:
    def test_another_setting_has_everybody_counted_again(self, database: Database, tmp_path: Path) -> None:
        take_in(database, bought("ann", "1", days(5), 500, refunded_fen=500), order("ann", "2", days(3), 100))
        count(database)
        kept, paid = (Settings(data_folder=tmp_path, purchase_means=means) for means in ("kept", "paid"))
        assert self.orders(database) == [1]
        assert not adopt(database, kept)
        assert adopt(database, paid)
        assert self.orders(database) == [1]  # soon
        count(database)
        assert self.orders(database) == [2]
        assert not adopt(database, paid)

    def orders(self, database: Database) -> list[int]:
        with database.transaction() as conn:
            return [row[0] for row in rows(conn, "SELECT orders FROM customers.standing")]


class TestEveryFace:
    """A brand with orders of every fate; each face of Siyu is asked who bought how often, and how much it was."""

    FATES = (
        ("ann", bought("ann", "1", days(70), 500)),
        ("ann", bought("ann", "2", days(40), 800, refunded_fen=300)),  # partly refunded
        ("ann", bought("ann", "3", days(9), 900, refunded_fen=900, status="closed")),  # in full
        ("ben", bought("ben", "4", days(8), 600)),
        ("ben", bought("ben", "5", days(7), 600, refunded_fen=600, status="closed")),
        ("cid", bought("cid", "6", days(6), 400, refunded_fen=400, status="closed")),  # nothing but that
        ("dee", bought("dee", "7", days(5), 0)),  # a gift: for nothing, and nobody took it back
        ("eve", bought("eve", "8", days(4), 300, status="closed", paid_at=None)),  # cancelled before payment
        ("fay", bought("fay", "9", days(3), 250)),
        ("fay", bought("fay", "9", days(3), 0, refunded_fen=0, status="closed")),  # a later export says: nothing paid
    )
    # Purchases of each, the newest of them days ago, and net.
    EXPECTED: ClassVar[Mapping[str, Mapping[str, tuple[int, int, int]]]] = {
        "kept": {"ann": (2, 40, 1000), "ben": (1, 8, 600), "dee": (1, 5, 0)},
        "paid": {"ann": (3, 9, 1000), "ben": (2, 7, 600), "cid": (1, 6, 0), "dee": (1, 5, 0), "fay": (1, 3, 0)},
    }

    @pytest.fixture(params=["kept", "paid"])
    def means(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    def client(self, reporting_context: Context, means: str, tmp_path: Path) -> TestClient:
        database = reporting_context.database
        for _, message in self.FATES:  # one by one, as exports of different days
            take_in(database, message)
        count(database)
        changed = Settings(data_folder=tmp_path, purchase_means=means)
        adopt(database, changed)
        count(database)
        exporter = timeline.Exporter(database, reporting_context.clickhouse)
        while exporter.export_once():
            pass
        client = TestClient(create_app(replace(reporting_context, settings=changed)))
        with database.transaction() as conn:
            rights = ["insight.read", "customers.read"]
            made = access.create_api_key(conn, ACTOR, name="faces", scopes=rights, now=NOW)
        client.headers["Authorization"] = f"Bearer {made.token}"
        return client

    def test_the_same_everywhere(self, client: TestClient, means: str, reporting_context: Context) -> None:
        def ask(path: str, **parameters: Any) -> Any:
            found = client.get(f"/api/v1/{path}", params=parameters)
            assert found.status_code == 200, found.text
            return found.json()

        expected = self.EXPECTED[means]
        with reporting_context.database.transaction() as conn:
            who = {name: people.find(conn, name, "platform_buyer")[0] for name in ("ann", "ben", "cid", "dee", "fay")}
        name_of = {customer_id: name for name, customer_id in who.items()}

        listed = ask("customers", orders_from=1)["customers"]
        seen = {name_of[one["customer_id"]]: (one["orders"], one["last_order_at"], one["net_fen"]) for one in listed}
        told = {name: (orders, _json(last), net) for name, (orders, last, net) in expected.items()}
        assert seen == told
        repeat = {name for name, (orders, _, _) in expected.items() if orders >= 2}
        assert {name_of[one["customer_id"]] for one in ask("customers", layer=2)["customers"]} == repeat

        for name, customer_id in who.items():
            page = ask(f"customers/{customer_id}")
            value = page["value"]
            orders, last, net = expected.get(name, (0, None, 0))
            assert (value["orders"], value["last_order_at"], value["net_fen"]) == (orders, last and _json(last), net)
            assert page["profile"]["layer"] == (2 if name in repeat else 0)

        overview = ask("overview", days=30)["overview"]
        now = overview["north_star"]["now"]
        assert (now["customers"], now["net_fen"]) == (len(expected), 1600)
        assert overview["assets"]["buyers"] == len(expected)
        assert {one["layer"]: one["customers"] for one in overview["ladder"]}[2] == len(repeat)
        flows = {(one["before"], one["after"]): one["customers"] for one in overview["flows"]}
        assert flows == ({(0, 2): 1} if "ben" in repeat else {})  # ben's both lie in the last 30 days
        this_month = {name for name, (_, last, _) in expected.items() if last < 30}
        assert overview["rarra"]["arpu"]["of"] == len(this_month)

        rfm = ask("insight/rfm")
        assert rfm["customers"] == len(expected)
        cohorts = ask("insight/retention")
        assert sum(one["customers"] for one in cohorts["cohorts"]) == len(expected)
        assert sum(sum(one["orders"]) for one in cohorts["cohorts"]) == sum(one[0] for one in expected.values())
        assert ask("insight/ltv")["customers"] == len(expected)


def _json(days_ago: float) -> str:
    return days(days_ago).isoformat().replace("+00:00", "Z")


def test_a_moment_of_the_story_is_what_orders_carry() -> None:
    assert to_millis(days(5)) == bought("ann", "1", days(5), 1).payload["paid_at"]
