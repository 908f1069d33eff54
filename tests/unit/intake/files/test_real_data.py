"""Real data through the ready-made mappings: what comes out is what the files hold."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from siyu.intake.files.mapping import FileMapping

Ready = Callable[[str], FileMapping]


def cents(text: str) -> int:
    return int((Decimal(text) * 100).to_integral_value(ROUND_HALF_UP))


class TestCompleteJourney:
    def test_lines_baskets_and_households(self, shared_data: Path, ready_mapping: Ready, read) -> None:
        path = shared_data / "completejourney" / "transactions_sample.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        result = read(path, mapping=ready_mapping("completejourney"))
        assert result.rejects == []
        lines = [(m, line) for m in result.messages for line in m.payload["lines"]]
        assert len(lines) == len(rows) == 75_000
        assert len({m.payload["order_no"] for m in result.messages}) == len({Decimal(r["basket_id"]) for r in rows})
        assert len({(m.payload["order_no"], line["line_no"]) for m, line in lines}) == 75_000
        expected: dict[str, int] = defaultdict(int)
        for row in rows:
            expected[row["household_id"]] += cents(row["sales_value"])
        found: dict[str, int] = defaultdict(int)
        for message, line in lines:
            found[message.claims[0].value] += line["paid_fen"]
        assert found == expected
        assert sum(line["quantity"] for _, line in lines) == sum(int(float(r["quantity"])) for r in rows)

        ids = [m.message_id for m in result.messages]
        middle = result.chunks[len(result.chunks) // 2].checkpoint
        assert [m.message_id for m in read(path, mapping=ready_mapping("completejourney")).messages] == ids
        rest = read(path, mapping=ready_mapping("completejourney"), start_at=middle)
        assert [m.message_id for m in rest.messages] == ids[middle.messages :]


class TestCdnow:
    def test_every_purchase_is_an_order(self, shared_data: Path, ready_mapping: Ready, read) -> None:
        path = shared_data / "cdnow" / "CDNOW_master.txt.gz"
        with gzip.open(path, "rt", encoding="ascii") as file:
            rows = [line.split() for line in file][1:]
        result = read(path, mapping=ready_mapping("cdnow"))
        assert result.rejects == []
        assert len(result.messages) == len(rows) == 69_659
        assert len({m.payload["order_no"] for m in result.messages}) == 69_659
        assert len({m.message_id for m in result.messages}) == 69_659
        expected: dict[str, int] = defaultdict(int)
        for customer, _, _, dollars in rows:
            expected[customer] += cents(dollars)
        found: dict[str, int] = defaultdict(int)
        for message in result.messages:
            found[message.claims[0].value] += message.payload["lines"][0]["paid_fen"]
        assert found == expected
        assert len(found) == 23_570
        assert sum(found.values()) == 250_031_563
