"""Real data through the ready-made mappings: what comes out is what the files hold."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from siyu.intake.files import service
from siyu.intake.files.mapping import FileMapping
from siyu.intake.files.types import Checkpoint, Chunk, ImportOptions
from siyu.intake.types import Message

Ready = Callable[[str], FileMapping]


def cents(text: str) -> int:
    return int((Decimal(text) * 100).to_integral_value(ROUND_HALF_UP))


class Totals:
    """What the messages of a file add up to; the messages themselves are not kept."""

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self.ids: list[str] = []
        self.lines: set[tuple[str, str]] = set()
        self.orders: set[str] = set()
        self.spent: dict[str, int] = defaultdict(int)
        self.pieces = self.rejects = 0
        self.checkpoints: list[Checkpoint] = []
        for chunk in chunks:
            self.rejects += len(chunk.rejects)
            self.checkpoints.append(chunk.checkpoint)
            for message in chunk.messages:
                self._add(message)

    def _add(self, message: Message) -> None:
        self.ids.append(message.message_id)
        number = message.payload["order_no"]
        self.orders.add(number)
        for line in message.payload["lines"]:
            self.lines.add((number, line["line_no"]))
            self.spent[message.claims[0].value] += line["paid_fen"]
            self.pieces += line["quantity"]


class TestCompleteJourney:
    def test_lines_baskets_and_households(
        self, shared_data: Path, ready_mapping: Ready, options: ImportOptions
    ) -> None:
        path = shared_data / "completejourney" / "transactions_sample.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        mapped = replace(options, mapping=ready_mapping("completejourney"))
        found = Totals(service.read_messages(path, mapped))
        assert found.rejects == 0
        assert len(found.lines) == len(found.ids) == len(rows) == 75_000  # the sample is shuffled: a message a line
        assert len(found.orders) == len({Decimal(r["basket_id"]) for r in rows})
        spent: dict[str, int] = defaultdict(int)
        for row in rows:
            spent[row["household_id"]] += cents(row["sales_value"])
        assert found.spent == spent
        assert found.pieces == sum(int(float(r["quantity"])) for r in rows)

        middle = found.checkpoints[len(found.checkpoints) // 2]
        assert Totals(service.read_messages(path, mapped, middle)).ids == found.ids[middle.messages :]


class TestCdnow:
    def test_every_purchase_is_an_order(self, shared_data: Path, ready_mapping: Ready, options: ImportOptions) -> None:
        path = shared_data / "cdnow" / "CDNOW_master.txt.gz"
        with gzip.open(path, "rt", encoding="ascii") as file:
            rows = [line.split() for line in file][1:]
        found = Totals(service.read_messages(path, replace(options, mapping=ready_mapping("cdnow"))))
        assert found.rejects == 0
        assert len(found.orders) == len(set(found.ids)) == len(rows) == 69_659
        spent: dict[str, int] = defaultdict(int)
        for customer, _, _, dollars in rows:
            spent[customer] += cents(dollars)
        assert found.spent == spent
        assert len(found.spent) == 23_570
        assert sum(found.spent.values()) == 250_031_563
