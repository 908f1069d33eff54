"""The first pass of an import: who is who in all files at once, the surest links first, and nothing else changes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from siyu.app import imports, linking
from siyu.app.context import Context
from siyu.app.imports import Begun
from siyu.app.linking import FirstPass
from siyu.app.pipeline import Pipeline
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows
from siyu.engines.settings import Settings
from siyu.identity import service as identity
from siyu.intake.files.errors import UnreadableFile
from siyu.intake.files.service import FileMapping, load_mapping
from siyu.intake.types import ImportRun
from siyu.kernel.clock import ManualClock

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
ACTOR = access.system("tests")
TILL = """
name: till
kind: orders
shop: till
fields:
  order_no: number
  status: {value: received}
  placed_at: time
  paid_at: time
  line.title: {value: tea}
  line.paid_fen: sum
identifiers:
  - {type: member_no, scope: till, column: card}
  - {type: phone, column: phone, strength: contact}
  - {type: email, column: mail}
  - {type: phone, column: own}
"""
# A present to the owner of the phone came first; that it is the owner's own is said later, and more often.
GIFT = ("1", "2026-01-01", "giver", "13800138000", "giver@m.cn")
OWN = [(str(n), f"2026-02-0{n}", "owner", "13800138000", "") for n in range(2, 7)]

Line = tuple[str, ...]  # up to the last that is given
People = set[frozenset[str]]
RIGHT: People = {frozenset({"giver", "email"}), frozenset({"owner", "phone"})}


@pytest.fixture
def context(database: Database, tmp_path: Path) -> Context:
    """Importing needs no ClickHouse."""
    return Context(Settings(data_folder=tmp_path), database, cast("Any", None), ManualClock(NOW))


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> FileMapping:
    path = tmp_path_factory.mktemp("mapping") / "till.yaml"
    path.write_text(TILL, "utf-8")
    return load_mapping(path)


def write(path: Path, lines: Sequence[Line]) -> Path:
    """A file of these orders."""
    text = "number,time,card,phone,mail,own,sum\n"
    text += "".join(",".join((*line, *[""] * (6 - len(line)), "10.00")) + "\n" for line in lines)
    path.write_text(text, "utf-8")
    return path


def begin(context: Context, till: FileMapping, *paths: Path) -> list[Begun]:
    return [imports.begin(context, path, "orders", actor=ACTOR, mapping=till) for path in paths]


def finish(context: Context, begun: Sequence[Begun]) -> list[ImportRun]:
    """Import the files and take everything through the pipeline."""
    runs = [imports.finish(context, each) for each in begun]
    line = Pipeline(context.database, context.clock, 5_000)
    while line.run_once():
        pass
    return runs


def people(context: Context) -> People:
    """Who is one person: the cards, and how many phones and mails hang on them."""
    groups: dict[int, set[str]] = {}
    with context.database.transaction() as conn:
        assert identity.rebuild(conn, NOW) == []
        for row in rows(conn, "SELECT id, customer_id, type, value FROM identity.identifier ORDER BY id"):
            groups.setdefault(row.customer_id, set()).add(row.value if row.type == "member_no" else row.type)
    return {frozenset(group) for group in groups.values()}


def table(context: Context, name: str) -> list[tuple[Any, ...]]:
    with context.database.transaction() as conn:
        return sorted(tuple(map(str, row)) for row in rows(conn, f"SELECT * FROM {name}"))


def facts(context: Context) -> int:
    with context.database.transaction() as conn:
        return len(rows(conn, "SELECT 1 FROM timeline.entry"))


class TestSurestFirst:
    def test_as_rows_come_the_first_word_wins(self, context: Context, till: FileMapping, tmp_path: Path) -> None:
        """What the first pass is there to mend."""
        finish(context, begin(context, till, write(tmp_path / "a.csv", [GIFT, *OWN])))
        assert people(context) == {frozenset({"giver", "email", "phone"}), frozenset({"owner"})}

    def test_in_one_file(self, context: Context, till: FileMapping, tmp_path: Path) -> None:
        begun = begin(context, till, write(tmp_path / "a.csv", [GIFT, *OWN]))
        result = linking.link_first(context, begun, actor=ACTOR)
        assert (result.identifiers, result.customers) == (4, 2)
        assert people(context) == RIGHT
        (run,) = finish(context, begun)
        assert (run.state, run.messages) == ("done", 6)
        assert people(context) == RIGHT

    def test_over_all_files(self, context: Context, till: FileMapping, tmp_path: Path) -> None:
        begun = begin(context, till, write(tmp_path / "a.csv", [GIFT]), write(tmp_path / "b.csv", OWN))
        linking.link_first(context, begun, actor=ACTOR)
        finish(context, begun)
        assert people(context) == RIGHT

    def test_the_import_finds_everybody_as_they_are(self, context: Context, till: FileMapping, tmp_path: Path) -> None:
        begun = begin(context, till, write(tmp_path / "a.csv", [GIFT, *OWN, ("7", "2026-02-09", "alone", "", "")]))
        linking.link_first(context, begun, actor=ACTOR)
        names = ("identity.identifier", "identity.evidence", "identity.ledger")
        before = [table(context, name) for name in names]
        finish(context, begun)
        after = [table(context, name) for name in names]
        assert after[1:] == before[1:]
        assert len(after[0]) == len(before[0]) + 1  # who is named alone comes with the import
        assert set(before[0]) <= set(after[0])


class TestPeopleWhoAreThere:
    def test_merged_ones_take_their_orders_along(self, context: Context, till: FileMapping, tmp_path: Path) -> None:
        """Two customers with an order each turn out to be one; the rooms follow within the first pass."""
        old = [("1", "2026-01-01", "card", "", ""), ("2", "2026-01-02", "", "", "me@m.cn")]
        finish(context, begin(context, till, write(tmp_path / "old.csv", old)))
        told = facts(context)
        begun = begin(context, till, write(tmp_path / "new.csv", [("3", "2026-01-03", "card", "", "me@m.cn")]))
        result = linking.link_first(context, begun, actor=ACTOR)
        ((_, winner),) = result.merged
        assert [fact.kind for fact in result.facts] == ["customer.merged"]
        assert facts(context) > told
        with context.database.transaction() as conn:
            assert {row[0] for row in rows(conn, "SELECT customer_id FROM commerce.order_header")} == {winner}
            assert {row[0] for row in rows(conn, "SELECT customer_id FROM customers.profile")} == {winner}
        assert people(context) == {frozenset({"card", "email"})}

    def test_an_owner_gets_what_came_in_under_their_phone(
        self, context: Context, till: FileMapping, tmp_path: Path
    ) -> None:
        """Given with a present before, now signed in with: the phone leaves the giver, and its orders with it."""
        old = [GIFT, ("2", "2026-01-02", "", "13800138000")]
        finish(context, begin(context, till, write(tmp_path / "old.csv", old)))
        own = [("3", "2026-01-03", "owner", "", "", "13800138000")]
        begun = begin(context, till, write(tmp_path / "new.csv", own))
        result = linking.link_first(context, begun, actor=ACTOR)
        assert [fact.kind for fact in result.facts] == ["customer.split"]
        finish(context, begun)
        assert people(context) == RIGHT
        with context.database.transaction() as conn:
            owned = rows(
                conn,
                """SELECT order_no, value FROM commerce.order_header JOIN identity.identifier USING (customer_id)
                   WHERE type = 'member_no' ORDER BY 1""",
            )
        assert owned == [("1", "giver"), ("2", "owner"), ("3", "owner")]


class TestAgain:
    def test_at_any_moment_it_changes_nothing(self, context: Context, till: FileMapping, tmp_path: Path) -> None:
        path = write(tmp_path / "a.csv", [GIFT, *OWN])
        names = ("identity.identifier", "identity.evidence", "identity.ledger", "identity.alias", "timeline.entry")
        linking.link_first(context, begin(context, till, path), actor=ACTOR)
        linked = [table(context, name) for name in names]
        begun = begin(context, till, path)  # as after a kill before the import itself
        again = linking.link_first(context, begun, actor=ACTOR)
        assert (again.identifiers, again.customers, sum(again.links.values()), again.merged) == (0, 0, 0, [])
        assert [table(context, name) for name in names] == linked
        finish(context, begun)
        ended = [table(context, name) for name in names]
        linking.link_first(context, begin(context, till, path), actor=ACTOR)
        assert [table(context, name) for name in names] == ended
        assert len(table(context, "intake.import_run")) == 2  # the one that is done, and the one begun after it

    def test_what_fails_leaves_nothing_and_goes_on(self, context: Context, till: FileMapping, tmp_path: Path) -> None:
        good, bad = write(tmp_path / "a.csv", OWN), write(tmp_path / "b.csv", [GIFT])
        begun = begin(context, till, good, bad)
        kept = bad.read_bytes()
        bad.unlink()
        with pytest.raises(UnreadableFile):
            linking.link_first(context, begun, actor=ACTOR)
        assert table(context, "identity.identifier") == []
        with context.database.transaction() as conn:
            assert [row[0] for row in rows(conn, "SELECT state FROM intake.import_run")] == ["failed", "failed"]
        bad.write_bytes(kept)
        again = begin(context, till, good, bad)
        assert [each.run.id for each in again] == [each.run.id for each in begun]
        linking.link_first(context, again, actor=ACTOR)
        assert {run.state for run in finish(context, again)} == {"done"}
        assert people(context) == RIGHT

    def test_killed_while_reading(self, context: Context, till: FileMapping, tmp_path: Path) -> None:
        begun = begin(context, till, write(tmp_path / "a.csv", [GIFT, *OWN]))

        def kill(_: FirstPass) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            linking.link_first(context, begun, actor=ACTOR, progress=kill)
        assert table(context, "identity.identifier") == []
        linking.link_first(context, begun, actor=ACTOR)
        finish(context, begun)
        assert people(context) == RIGHT


def test_says_how_far_it_is(context: Context, till: FileMapping, tmp_path: Path) -> None:
    begun = begin(context, till, write(tmp_path / "a.csv", [GIFT]), write(tmp_path / "b.csv", OWN))
    heard: list[FirstPass] = []
    linking.link_first(context, begun, actor=ACTOR, progress=heard.append)
    assert list(dict.fromkeys(so_far.file for so_far in heard)) == ["a.csv", "b.csv", ""]
    assert (heard[-1].rows, heard[-1].bytes_read) == (6, sum(each.run.file_bytes for each in begun))
    assert [so_far.bytes_read for so_far in heard] == sorted(so_far.bytes_read for so_far in heard)
