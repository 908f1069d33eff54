"""Quotas beyond each one's own: what reaches everybody, what there is at once, what a setting multiplies."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count as counting
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from tests.unit.channels.parrot import ABOUT

from siyu.channels import service
from siyu.channels.rules import quotas as rules
from siyu.channels.service import quotas
from siyu.channels.types import Account, Refusal, Reservation, Wanted
from siyu.engines.postgres import Database, rows

SHANGHAI = ZoneInfo("Asia/Shanghai")
_numbers = counting(1)
START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def kinds(answers: list[Reservation | Refusal]) -> list[str]:
    return [answer.quota if isinstance(answer, Refusal) else "ok" for answer in answers]


letters_sent = st.one_of(
    st.tuples(st.just("send"), st.lists(st.sampled_from(["a", "a", "b", "all"]), min_size=1, max_size=4)),
    st.tuples(st.just("send"), st.lists(st.sampled_from(["a", "all"]), min_size=2, max_size=6)),
    st.tuples(st.just("back"), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.sampled_from([0, 1, 12])),
)


class TestShared:
    """What goes to all takes from what each may get."""

    def test_to_all_and_to_each_are_counted_together(self, conn: Connection, account: Account) -> None:
        to_all, to_a = Wanted("all", ("letter_to_all",), ""), Wanted("a", ("letter",), "a")
        asked = [to_a, to_all, to_a, to_all, to_a]
        answers = service.reserve(conn, account, asked, START)
        assert kinds(answers) == ["ok", "ok", "ok", "ok", "letter"]
        refused = answers[-1]
        assert isinstance(refused, Refusal)
        assert (refused.used, refused.limit, refused.subject_id) == (4, 4, "a")
        assert refused.free_at == datetime(2026, 3, 31, 16, tzinfo=UTC)
        to_b = Wanted("b", ("letter",), "b")
        assert kinds(service.reserve(conn, account, [to_all, to_b, to_b], START)) == ["ok", "ok", "letter"]
        found = {one.quota: one for one in service.used(conn, account, START)}
        assert (found["letter"].used, found["letter"].full, found["letter"].shared) == (3, 2, 3)
        april = datetime(2026, 4, 2, tzinfo=UTC)
        assert kinds(service.reserve(conn, account, [to_b] * 5, april)) == ["ok"] * 4 + ["letter"]

    def test_what_was_not_sent_to_all_counts_for_nobody(self, conn: Connection, account: Account) -> None:
        (taken,) = service.reserve(conn, account, [Wanted("all", ("letter_to_all",), "", count=3)], START)
        assert isinstance(taken, Reservation)
        two = [Wanted("a", ("letter",), "a")] * 2
        assert kinds(service.reserve(conn, account, two, START)) == ["ok", "letter"]
        service.give_back(conn, account, [taken], START)
        assert kinds(service.reserve(conn, account, two * 2, START)) == ["ok"] * 3 + ["letter"]

    def test_a_month_that_is_over_for_another_is_over(self, conn: Connection, account: Account) -> None:
        april = datetime(2026, 3, 31, 16, tzinfo=UTC)
        service.reserve(conn, account, [Wanted("all", ("letter_to_all",), "")], april)
        (refused,) = service.reserve(conn, account, [Wanted("a", ("letter",), "a")], april - timedelta(seconds=1))
        assert isinstance(refused, Refusal)
        assert refused.free_at == april
        assert kinds(service.reserve(conn, account, [Wanted("a", ("letter",), "a")] * 4, april)) == ["ok"] * 3 + [
            "letter"
        ]

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(history=st.lists(letters_sent, min_size=3, max_size=15))
    def test_any_history_of_letters(
        self, database: Database, connect: Callable[..., Account], history: list[tuple[str, Any]]
    ) -> None:
        """Each in its turn gets a letter exactly when there is room: what each got and what all got are four a month."""
        account, now = connect(f"p-all-{next(_numbers)}"), START
        held: list[tuple[datetime, str, Reservation]] = []
        for what, how in history:
            month = now.astimezone(SHANGHAI).replace(day=1, hour=0)
            with database.transaction() as conn:
                if what == "back" and held:
                    _, _, given_back = held.pop(how % len(held))
                    service.give_back(conn, account, [given_back], now)
                elif what == "send":
                    names = {"all": "letter_to_all"}
                    wanted = [Wanted(who, (names.get(who, "letter"),), "" if who == "all" else who) for who in how]
                    for answer in service.reserve(conn, account, wanted, now):
                        who = answer.key
                        had = Counter(one for at, one, _ in held if at == month)
                        room = had["all"] < 3 if who == "all" else had[who] + had["all"] < 4
                        assert isinstance(answer, Reservation) == room
                        if isinstance(answer, Reservation):
                            held.append((month, who, answer))
            now += timedelta(days=how) if what == "wait" else timedelta(0)

    def test_what_goes_to_all_counts_for_each_whoever_sends(self, database: Database, account: Account) -> None:
        """What is seen inside a sender's transaction, whose rows nobody else may change."""
        failed: list[str] = []

        def send(seed: int) -> None:
            dice = random.Random(seed)
            for _ in range(30):
                names = sorted({f"c{dice.randrange(12)}" for _ in range(4)})
                with database.transaction() as conn:
                    if dice.random() < 0.1:
                        service.reserve(conn, account, [Wanted("all", ("letter_to_all",), "")], START)
                        continue
                    answers = service.reserve(conn, account, [Wanted(one, ("letter",), one) for one in names], START)
                    got = [one.key for one in answers if isinstance(one, Reservation)]
                    stood = rows(
                        conn,
                        """SELECT subject_id, used + (SELECT coalesce(max(used), 0) FROM channels.quota_use
                                                      WHERE quota = 'letter_to_all') AS had
                           FROM channels.quota_use WHERE quota = 'letter' AND subject_id = ANY(:got)""",
                        got=got,
                    )
                    failed.extend(f"{who} had {had}" for who, had in stood if had > 4)

        threads = [threading.Thread(target=send, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.transaction() as conn:
            (to_all,) = [one.used for one in service.used(conn, account, START) if one.quota == "letter_to_all"]
        assert (failed, to_all) == ([], 3)


class TestEver:
    """What there is at once, whenever it was taken."""

    def test_it_is_taken_until_it_is_given_back(self, conn: Connection, account: Account) -> None:
        one = [Wanted("k", ("shelf",), "")]
        taken = [service.reserve(conn, account, one, START + timedelta(days=400 * n))[0] for n in range(3)]
        assert kinds(taken) == ["ok", "ok", "shelf"]
        first, _, refused = taken
        assert isinstance(first, Reservation)
        assert isinstance(refused, Refusal)
        assert (refused.used, refused.limit, refused.free_at) == (2, 2, None)
        service.give_back(conn, account, [first], START + timedelta(days=2000))
        assert kinds(service.reserve(conn, account, one * 2, START)) == ["ok", "shelf"]
        (use,) = [one for one in service.used(conn, account, START) if one.quota == "shelf"]
        assert (use.used, use.left, use.since, use.until, use.limit) == (2, 0, None, None, 2)

    def test_what_is_counted_is_so(self, conn: Connection, account: Account) -> None:
        for count, left in ((5, 0), (1, 1), (0, 2)):
            quotas.count(conn, account, "shelf", count)
            (use,) = [one for one in service.used(conn, account, START) if one.quota == "shelf"]
            assert (use.used, use.left) == (count, left)


class TestTimes:
    def test_a_setting_says_how_often_the_limit_is_there(
        self, conn: Connection, connect: Callable[..., Account]
    ) -> None:
        account = connect("p-crowd", crowd="3")
        (use,) = [one for one in service.used(conn, account, START) if one.quota == "crowd"]
        assert use.limit == 30
        for said, limit in (({}, 20), ({"crowd": ""}, 20), ({"crowd": "x"}, 10), ({"crowd": "0"}, 10)):
            assert [one.limit for one in rules.applying(ABOUT, said) if one.name == "crowd"] == [limit]
