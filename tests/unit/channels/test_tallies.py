"""How many stand with whom is kept as changes: their sum is what counting would find, whatever is written."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from tests.unit.channels.conftest import NOW

from siyu.channels import service
from siyu.channels.rules.ties import Tie
from siyu.channels.store import contacts, groups, marks
from siyu.channels.types import Account
from siyu.channels.types.acts import Mark
from siyu.engines.postgres import Database, rows

_COUNTED = """
    SELECT 'tag' AS kind, tag_id AS object_id, count(DISTINCT contact_id) FROM channels.follow, unnest(tags) AS tag_id
    WHERE ended_at IS NULL GROUP BY tag_id
    UNION ALL SELECT 'staff', staff_id, count(*) FROM channels.follow
    WHERE ended_at IS NULL AND staff_id <> '' GROUP BY staff_id
    UNION ALL SELECT 'chat_' || kind, group_id, count(*) FROM channels.chat_member
    WHERE left_at IS NULL GROUP BY kind, group_id ORDER BY 1, 2"""
_KEPT = """
    SELECT kind, object_id, sum(change) FROM channels.tally GROUP BY kind, object_id HAVING sum(change) <> 0
    ORDER BY 1, 2"""
_MARK = Mark(1, 1, 1, "", "", (), (), "done", 0, "", "", 0, None)


def _some_ties(rng: random.Random) -> list[tuple[str, str, Tie]]:
    pairs = {(f"wm{rng.randrange(5)}", rng.choice(("", "ann", "bo"))) for _ in range(rng.randrange(1, 6))}
    made = []
    for contact_id, staff_id in sorted(pairs):
        tags = rng.sample(("t1", "t2", "t3"), rng.randrange(3))
        ended = NOW if rng.random() < 0.3 else None
        made.append((contact_id, staff_id, Tie(NOW, NOW, ended, told_at=NOW, details={"tags": tags})))
    return made


def _some_marks(rng: random.Random, account: Account) -> list[Mark]:
    pairs = {(f"wm{rng.randrange(5)}", rng.choice(("ann", "bo"))) for _ in range(rng.randrange(1, 4))}
    return [
        replace(
            _MARK, account_id=account.id, contact_id=contact_id, staff_id=staff_id,
            adds=rng.sample(("t1", "t2", "t4"), rng.randrange(3)), removes=rng.sample(("t3", "t5"), rng.randrange(2)),
        )
        for contact_id, staff_id in sorted(pairs)
    ]  # fmt: skip


def _some_stays(rng: random.Random) -> list[tuple[str, str, Tie]]:
    pairs = {(f"g{rng.randrange(2)}", f"m{rng.randrange(4)}") for _ in range(rng.randrange(1, 5))}
    details = {"union_id": "", "way": "", "invited_by": "", "state": "", "version": 1}
    return [
        (
            group_id,
            member_id,
            Tie(
                NOW,
                NOW,
                NOW if rng.random() < 0.3 else None,
                told_at=NOW,
                details={**details, "kind": rng.choice(("customer", "staff"))},
            ),
        )
        for group_id, member_id in sorted(pairs)
    ]


def _same(conn: Connection) -> bool:
    return [tuple(row) for row in rows(conn, _COUNTED)] == [tuple(row) for row in rows(conn, _KEPT)]


@pytest.mark.parametrize("seed", range(8))
def test_the_sum_is_what_counting_would_find(database: Database, account: Account, seed: int) -> None:
    rng = random.Random(seed)
    for number in range(25):
        with database.transaction() as conn:
            contacts.write_ties(conn, account.id, _some_ties(rng))
            if number % 3 == 0:
                marks.mark_follows(conn, account.id, _some_marks(rng, account), NOW + timedelta(minutes=number))
            groups.write_members(conn, account.id, _some_stays(rng))
            if number % 7 == 6:
                service.fold_tallies(conn)
            assert _same(conn)
    with database.transaction() as conn:
        assert rows(conn, _KEPT)


def test_what_is_written_again_adds_nothing(database: Database, account: Account) -> None:
    ties = _some_ties(random.Random(3))
    with database.transaction() as conn:
        contacts.write_ties(conn, account.id, ties)
        before = rows(conn, "SELECT count(*) FROM channels.tally")
        contacts.write_ties(conn, account.id, ties)
        assert rows(conn, "SELECT count(*) FROM channels.tally") == before


def test_a_fold_leaves_one_row_of_each_number(database: Database, account: Account) -> None:
    with database.transaction() as conn:
        for seed in range(6):
            contacts.write_ties(conn, account.id, _some_ties(random.Random(seed)))
        before = rows(conn, _KEPT)
        service.fold_tallies(conn)
        assert rows(conn, _KEPT) == before
        assert len(rows(conn, "SELECT * FROM channels.tally")) == len(before)
