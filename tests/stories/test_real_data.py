"""Real data through the whole system: what both engines say equals what is computed from the file."""

import csv
import gzip
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.running import ACTOR, Siyu

from siyu.app import imports
from siyu.engines.postgres import rows, scalar

MAPPINGS = Path(__file__).parents[2] / "docs" / "howto" / "mappings"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def cents(text: str) -> int:
    return int((Decimal(text) * 100).to_integral_value(ROUND_HALF_UP))


def bring_in(siyu: Siyu, path: Path, name: str) -> dict[str, Any]:
    """Import a file by its ready-made mapping, as the command does, and wait until everything is in both engines."""
    with siyu.context() as context:
        mapping = imports.find_mapping(context, str(MAPPINGS / f"{name}.yaml"))
        run = imports.import_file(context, path, "orders", actor=ACTOR, source=name, mapping=mapping)
    siyu.drain(200)
    return imports.describe(run)


def spent(siyu: Siyu, shop: str) -> dict[str, dict[str, int]]:
    """Per card, in cents: by the orders in PostgreSQL, and by the facts in ClickHouse."""
    with siyu.context() as context:
        with context.database.transaction() as conn:
            by_orders = rows(
                conn,
                """SELECT value, sum(paid_fen) FROM commerce.order_header JOIN identity.identifier USING (customer_id)
                   WHERE shop = :shop AND type = 'member_no' AND scope = :shop GROUP BY value""",
                shop=shop,
            )
            card_of = dict(
                rows(
                    conn,
                    "SELECT customer_id, value FROM identity.identifier WHERE type = 'member_no' AND scope = :shop",
                    shop=shop,
                )
            )
        by_facts = context.clickhouse.rows(
            "SELECT customer_id, sum(amount_fen) FROM facts WHERE JSONExtractString(properties, 'shop') = {shop:String} "
            "GROUP BY customer_id",
            shop=shop,
        )
    return {
        "orders": {value: int(total) for value, total in by_orders},
        "facts": {card_of[customer]: int(total) for customer, total in by_facts},
    }


def counted(siyu: Siyu, shop: str) -> tuple[int, ...]:
    """Orders, lines, people, facts and their sum: what must not change when a file is imported again."""
    with siyu.context() as context:
        with context.database.transaction() as conn:
            orders = scalar(conn, "SELECT count(*) FROM commerce.order_header WHERE shop = :shop", shop=shop)
            lines = scalar(
                conn,
                """SELECT count(*) FROM commerce.order_line
                   WHERE order_id IN (SELECT id FROM commerce.order_header WHERE shop = :shop)""",
                shop=shop,
            )
            cards = scalar(
                conn,
                """SELECT count(DISTINCT customer_id) FROM identity.identifier
                   WHERE type = 'member_no' AND scope = :shop""",
                shop=shop,
            )
        facts = context.clickhouse.one(
            "SELECT count(), sum(amount_fen) FROM facts WHERE JSONExtractString(properties, 'shop') = {shop:String}",
            shop=shop,
        )
    return (orders, lines, cards, *facts)


def check_cohorts(siyu: Siyu, shop: str, purchases: list[tuple[str, datetime]], net: dict[str, int]) -> None:
    """Cohorts by month as the brand's clock has it, their sizes, who came back, and what they brought in."""
    months: dict[str, set[int]] = defaultdict(set)
    for card, at in purchases:
        there = at.replace(tzinfo=UTC).astimezone(ZoneInfo("Asia/Shanghai"))
        months[card].add(there.year * 12 + there.month)
    cards: dict[int, list[str]] = defaultdict(list)
    for card, seen in months.items():
        cards[min(seen)].append(card)
    expected = {
        start: {age: sum(start + age in months[card] for card in inside) for age in range(12)}
        for start, inside in cards.items()
    }

    def mine(report: str) -> dict[int, dict[str, Any]]:
        found = siyu.cli_json(report, "--by", "shop")["cohorts"]
        return {
            int(one["start"][:4]) * 12 + int(one["start"][5:7]): one
            for one in found
            if one["group"].endswith(f"/{shop}")
        }

    retention, money = mine("retention"), mine("ltv")
    assert {start: dict(enumerate(one["active"][:12])) for start, one in retention.items()} == expected
    assert {start: (one["customers"], one["net_fen"][-1]) for start, one in money.items()} == {
        start: (len(inside), sum(net[card] for card in inside)) for start, inside in cards.items()
    }


def check_funnel(siyu: Siyu, shop: str, purchases: list[tuple[str, datetime]]) -> None:
    """Who bought a second time within 30 days, over HTTP, with the people behind the step."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for card, at in sorted(purchases):
        times[card].append(at)
    again = [
        card
        for card, seen in times.items()
        if any(later - earlier <= timedelta(days=30) for earlier, later in pairwise(seen) if earlier.year == 1997)
    ]
    step = {"kind": "order.paid", "where": [{"property": "shop", "comparison": "eq", "value": shop}]}
    asked = {"steps": [step, step], "window": {"amount": 30}, "from": "1997-01-01", "to": "1997-12-31"}
    with siyu.client(siyu.api_key("insight.read", "customers.read")) as client:
        funnel = client.post("/api/v1/insight/funnel", json=asked).raise_for_status().json()
        people = client.post("/api/v1/insight/funnel/people", json={**asked, "step": 2}).raise_for_status().json()
    assert [one["people"] for one in funnel["steps"]] == [len(times), len(again)]
    assert people["total"] == len(again)
    assert len(people["customers"]) == len(people["customer_ids"]) == 50


def test_complete_journey(siyu: Siyu, shared_data: Path, tmp_path: Path) -> None:
    """Baskets of many lines. Every third household will do; all lines are read in tests/unit/intake/files."""
    whole = shared_data / "completejourney" / "transactions_sample.csv.gz"
    if not whole.exists():
        pytest.skip(f"{whole} is not here")
    path = tmp_path / whole.name
    expected: dict[str, int] = defaultdict(int)
    bought: dict[str, tuple[str, datetime]] = {}
    lines = 0
    with gzip.open(whole, "rt", encoding="utf-8") as file, gzip.open(path, "wt", encoding="utf-8", newline="") as some:
        reader = csv.DictReader(file)
        writer = csv.DictWriter(some, reader.fieldnames or ())
        writer.writeheader()
        for row in reader:
            household = row["household_id"]
            if int(household) % 3:
                continue
            writer.writerow(row)
            lines += 1
            expected[household] += cents(row["sales_value"])
            bought[row["basket_id"]] = household, datetime.fromisoformat(row["transaction_timestamp"])
    assert lines > 20_000

    run = bring_in(siyu, path, "completejourney")
    assert (run["state"], run["rows"], run["rejected"]) == ("done", lines, 0)
    found = spent(siyu, "completejourney")
    assert found["orders"] == dict(expected)
    assert found["facts"] == dict(expected)
    check_cohorts(siyu, "completejourney", list(bought.values()), expected)
    before = counted(siyu, "completejourney")
    assert before[:3] == (len(bought), lines, len(expected))

    bring_in(siyu, path, "completejourney")
    assert counted(siyu, "completejourney") == before


def test_cdnow(siyu: Siyu, shared_data: Path) -> None:
    path = shared_data / "cdnow" / "CDNOW_master.txt.gz"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    expected: dict[str, int] = defaultdict(int)
    days: dict[str, list[tuple[str, int]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="ascii") as file:
        next(file)
        for line in file:
            customer, day, _, dollars = line.split()
            expected[customer] += cents(dollars)
            days[f"{day[:4]}-{day[4:6]}-{day[6:]}"].append((customer, cents(dollars)))
    assert (len(expected), sum(expected.values())) == (23_570, 250_031_563)

    run = bring_in(siyu, path, "cdnow")
    assert (run["state"], run["rows"], run["rejected"]) == ("done", 69_659, 0)
    found = spent(siyu, "cdnow")
    assert found["orders"] == dict(expected)
    assert found["facts"] == dict(expected)
    by_day = siyu.cli_json("days", "order.paid", "--from", "1997-01-01", "--to", "1998-06-30")["days"]
    assert [(day["day"], day["facts"], day["people"], day["amount_fen"]) for day in by_day] == [
        (day, len(sold), len({customer for customer, _ in sold}), sum(fen for _, fen in sold))
        for day, sold in sorted(days.items())
    ]
    purchases = [(customer, datetime.fromisoformat(day)) for day, sold in days.items() for customer, _ in sold]
    check_cohorts(siyu, "cdnow", purchases, expected)
    check_funnel(siyu, "cdnow", purchases)
    before = counted(siyu, "cdnow")
    assert before[:3] == (69_659, 69_659, 23_570)
    assert before[4] == 250_031_563

    bring_in(siyu, path, "cdnow")
    assert counted(siyu, "cdnow") == before
