"""Quotas: all or nothing for each, never more than there is, whoever comes in whatever order."""

import multiprocessing
import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count as counting
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from tests import forking
from tests.unit.channels.parrot import ABOUT, install

from siyu.channels import service
from siyu.channels.rules import quotas as rules
from siyu.channels.rules.quotas import Held, Stand
from siyu.channels.types import Account, Grant, Quota, QuotaUse, Refusal, Reservation, Wanted
from siyu.engines.postgres import Database, rows
from siyu.kernel.errors import BadInput

SHANGHAI = ZoneInfo("Asia/Shanghai")
_numbers = counting(1)
START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def mass(*customers: str, staff: str = "s1") -> list[Wanted]:
    return [Wanted(f"k{n}", ("mass",), customer, staff) for n, customer in enumerate(customers)]


def kinds(answers: list[Reservation | Refusal]) -> list[str]:
    return [answer.quota if isinstance(answer, Refusal) else "ok" for answer in answers]


def letters(applying: list[Quota]) -> list[tuple[rules.Key, rules.Key, Quota]]:
    """Each one's allowance of letters, and the account's that counts in it."""
    keys = {rules.Key("letter", "month", "customer", who): one for who in "abc" for one in applying if one.shared}
    return [(key, *other) for key, other in rules.shared_of(applying, keys).items()]


class TestDecide:
    """The rule alone: a model counts what was taken and knows what was there."""

    @given(
        asked=st.lists(
            st.tuples(
                st.sampled_from(
                    [
                        ("mass",),
                        ("reply",),
                        ("mass", "reply"),
                        ("days",),
                        ("notice", "days"),
                        ("letter",),
                        ("letter_to_all",),
                        ("letter", "reply"),
                    ]
                ),
                st.sampled_from(["a", "b", "c"]),
                st.sampled_from(["s1", "s2"]),
                st.integers(1, 3),
            ),
            max_size=60,
        ),
        used=st.integers(0, 120),
        held=st.lists(st.integers(0, 4), max_size=3),
    )
    def test_no_more_than_there_is_and_each_all_or_nothing(
        self, asked: list[tuple[tuple[str, ...], str, str, int]], used: int, held: list[int]
    ) -> None:
        applying = rules.applying(ABOUT, {"plan": "small"})
        shared = {key: other for key, other, _ in letters(applying)}
        wanted = [Wanted(str(n), names, who, staff, count) for n, (names, who, staff, count) in enumerate(asked)]
        keyed = [(one, rules.keys_of(rules.quotas_of(ABOUT, applying, one.names), one)) for one in wanted]
        stands = {
            key: Stand(
                quota,
                START,
                used if quota.subject == "account" else used % 3,
                [Held(START + timedelta(hours=n), 4, left) for n, left in enumerate(held)],
            )
            for key, quota in {
                **{key: quota for _, keys in keyed for key, quota in keys.items()},
                **{other: quota for _, other, quota in letters(applying)},
            }.items()
        }
        for key in stands.keys() & shared.keys():
            stands[key].shared = stands[shared[key]]
        room = {
            key: sum(held) if key.window == "grant" else rules.limit_at(stand.quota, SHANGHAI, START) - stand.used
            for key, stand in stands.items()
        }
        answers = rules.decide([(one, list(keys)) for one, keys in keyed], stands, SHANGHAI)
        assert [answer.key for answer in answers] == [one.key for one in wanted]
        left = Counter(room)
        for (one, keys), answer in zip(keyed, answers, strict=True):
            to_all = {key: 3 - left[shared[key]] for key in keys if key in shared}
            fits = all(left[key] - to_all.get(key, 0) >= one.count for key in keys)
            assert isinstance(answer, Reservation) == fits
            if isinstance(answer, Reservation):
                taken = Counter(dict.fromkeys(keys, 0))
                for part in answer.taken:
                    taken[rules.Key(part.quota, part.window, part.subject, part.subject_id)] += part.count
                assert taken == Counter(dict.fromkeys(keys, one.count))
                left.subtract(taken)
            else:
                assert 0 <= answer.limit - answer.used < one.count or answer.used > answer.limit


class TestReserve:
    def test_a_batch_takes_from_every_quota_and_says_what_is_used(self, conn: Connection, account: Account) -> None:
        answers = service.reserve(conn, account, mass("a", "b", "a"), START)
        assert kinds(answers) == ["ok", "ok", "mass"]
        refused = answers[2]
        assert isinstance(refused, Refusal)
        assert (refused.window, refused.subject_id, refused.used, refused.limit) == ("day", "a", 1, 1)
        assert refused.free_at == datetime(2026, 3, 1, 16, tzinfo=UTC)
        assert refused.zh == "每位客户每天 1 条"
        found = {(one.quota, one.subject, one.window): one for one in service.used(conn, account, START)}
        assert (found["mass", "account", "day"].used, found["mass", "account", "day"].left) == (2, 98)
        a_day = found["mass", "customer", "day"]
        assert (a_day.used, a_day.left, a_day.subjects, a_day.full) == (2, None, 2, 2)
        assert (found["talk", "staff", "hour"].used, found["talk", "staff", "hour"].full) == (2, 0)
        assert found["days", "customer", "month"].limit == 31

    def test_a_refused_one_takes_nothing(self, conn: Connection, account: Account) -> None:
        first = mass(*(f"c{n}" for n in range(31)))
        answers = service.reserve(conn, account, first, START)
        assert Counter(kinds(answers)) == {"ok": 30, "talk": 1}
        found = {(one.quota, one.subject): one.used for one in service.used(conn, account, START)}
        assert found["mass", "account"] == 30
        assert kinds(service.reserve(conn, account, mass("c30", staff="s2"), START)) == ["ok"]

    def test_what_is_free_last_is_said(self, conn: Connection, account: Account) -> None:
        for day in range(4):
            assert kinds(service.reserve(conn, account, mass("a"), START + timedelta(days=day))) == ["ok"]
        (refused,) = service.reserve(conn, account, mass("a"), START + timedelta(days=3))
        assert isinstance(refused, Refusal)
        assert (refused.window, refused.used, refused.limit) == ("month", 4, 4)
        assert refused.free_at == datetime(2026, 3, 31, 16, tzinfo=UTC)
        assert kinds(service.reserve(conn, account, mass("a"), refused.free_at)) == ["ok"]

    def test_the_setting_says_which_limit(self, database: Database, connect: Callable[..., Account]) -> None:
        large = connect("p-large", plan="large")
        asked = [Wanted(str(n), ("mass",), f"c{n}", f"s{n}") for n in range(101)]
        with database.transaction() as conn:
            assert "mass" not in kinds(service.reserve(conn, large, asked, START))
        small = connect("p-small")
        with database.transaction() as conn:
            assert Counter(kinds(service.reserve(conn, small, asked, START))) == {"ok": 100, "mass": 1}

    def test_bad_input_takes_nothing(self, conn: Connection, account: Account) -> None:
        for wanted in (
            Wanted("k", ("none",), "a"),
            Wanted("k", ("mass",), ""),
            Wanted("k", ("mass",), "a", "s", 0),
        ):
            with pytest.raises(BadInput):
                service.reserve(conn, account, [*mass("b"), wanted], START)
        assert rows(conn, "SELECT * FROM channels.quota_use") == []

    def test_a_clock_that_is_behind_takes_from_the_newer_window(self, conn: Connection, account: Account) -> None:
        tomorrow = datetime(2026, 3, 1, 16, tzinfo=UTC)
        assert kinds(service.reserve(conn, account, mass("a"), tomorrow)) == ["ok"]
        assert kinds(service.reserve(conn, account, mass("a"), tomorrow - timedelta(seconds=1))) == ["mass"]

    def test_nothing_wanted_is_nothing_taken(self, conn: Connection, account: Account) -> None:
        assert service.reserve(conn, account, [], START) == []


class TestGiveBack:
    def test_what_was_refused_can_be_taken_again(self, conn: Connection, account: Account) -> None:
        (taken,) = service.reserve(conn, account, mass("a"), START)
        assert isinstance(taken, Reservation)
        service.give_back(conn, account, [taken], START)
        assert kinds(service.reserve(conn, account, mass("a", "a"), START)) == ["ok", "mass"]

    def test_a_window_that_is_over_stays_as_it_is(self, conn: Connection, account: Account) -> None:
        (taken,) = service.reserve(conn, account, mass("a"), START)
        assert isinstance(taken, Reservation)
        tomorrow = START + timedelta(days=1)
        assert kinds(service.reserve(conn, account, mass("a"), tomorrow)) == ["ok"]
        service.give_back(conn, account, [taken], tomorrow)
        assert kinds(service.reserve(conn, account, mass("a"), tomorrow)) == ["mass"]
        month = [one for one in service.used(conn, account, tomorrow) if one.window == "month" and one.quota == "mass"]
        assert [one.used for one in month] == [1]  # of the month, which still runs, it was given back


class TestTwentyFourHours:
    """The 24 hours before each moment: no day begins anew at midnight."""

    def nudge(self, conn: Connection, account: Account, hours: float, count: int = 1) -> Reservation | Refusal:
        (answer,) = service.reserve(
            conn, account, [Wanted("n", ("nudge",), "t1", count=count)], START + timedelta(hours=hours)
        )
        return answer

    def test_each_is_over_24_hours_later(self, conn: Connection, account: Account) -> None:
        asked = (0, 10, 20, 23.9, 24, 25, 34, 35)
        assert kinds([self.nudge(conn, account, hours) for hours in asked]) == [
            "ok", "ok", "nudge", "nudge", "ok", "nudge", "ok", "nudge",
        ]  # fmt: skip
        refused = self.nudge(conn, account, 36)
        assert isinstance(refused, Refusal)
        assert (refused.used, refused.limit, refused.free_at) == (2, 2, START + timedelta(hours=48))
        two = self.nudge(conn, account, 36, count=2)
        assert isinstance(two, Refusal)
        assert two.free_at == START + timedelta(hours=58)

    def test_what_was_refused_can_be_taken_again(self, conn: Connection, account: Account) -> None:
        first, second = self.nudge(conn, account, 0), self.nudge(conn, account, 0)
        assert isinstance(first, Reservation)
        assert isinstance(second, Reservation)
        service.give_back(conn, account, [second], START)
        assert kinds([self.nudge(conn, account, 1), self.nudge(conn, account, 2)]) == ["ok", "nudge"]

    def test_it_is_shown_with_the_others(self, conn: Connection, account: Account) -> None:
        self.nudge(conn, account, 0, count=2)
        service.reserve(conn, account, [Wanted("n", ("nudge",), "t2")], START)

        def shown(hours: float) -> QuotaUse:
            (found,) = [
                one for one in service.used(conn, account, START + timedelta(hours=hours)) if one.quota == "nudge"
            ]
            return found

        assert (shown(1).used, shown(1).limit, shown(1).subjects, shown(1).full) == (3, 2, 2, 1)
        assert (shown(24).used, shown(24).subjects) == (0, 0)

    def test_many_at_once_take_no_more(self, database: Database, account: Account) -> None:
        answers: list[str] = []

        def take() -> None:
            with database.transaction() as conn:
                answers.append(*kinds([self.nudge(conn, account, 0)]))

        threads = [threading.Thread(target=take) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Counter(answers) == {"ok": 2, "nudge": 4}


class TestGrants:
    def reply(self, conn: Connection, account: Account, count: int, at: datetime) -> list[str]:
        wanted = [Wanted(str(n), ("reply",), "a") for n in range(count)]
        return kinds(service.reserve(conn, account, wanted, at))

    def test_what_a_person_takes_back_is_gone(self, conn: Connection, account: Account) -> None:
        service.grant(conn, account, [Grant("notice", "a", 2, None), Grant("notice", "b", 2, None)], START)
        service.grant(conn, account, [Grant("notice", "a", 0, None)], START)
        wanted = [Wanted(who, ("notice",), who) for who in "ab"]
        assert [type(one) for one in service.reserve(conn, account, wanted, START)] == [Refusal, Reservation]
        again = [Grant("notice", "a", 3, None), Grant("notice", "a", 0, None), Grant("notice", "a", 1, None)]
        service.grant(conn, account, again, START)
        first, second = service.reserve(conn, account, [Wanted(str(n), ("notice",), "a") for n in range(2)], START)
        assert isinstance(first, Reservation)
        assert isinstance(second, Refusal)

    def test_nothing_is_allowed_until_an_act_grants_it(self, conn: Connection, account: Account) -> None:
        (refused,) = service.reserve(conn, account, [Wanted("k", ("reply",), "a")], START)
        assert isinstance(refused, Refusal)
        assert (refused.used, refused.limit, refused.free_at) == (0, 0, None)
        until = START + timedelta(hours=48)
        for _ in range(2):  # a repeat is the same grant
            service.grant(conn, account, [Grant("reply", "a", 9, until), Grant("none", "a", 1, None)], START)
        assert self.reply(conn, account, 6, START) == ["ok"] * 5 + ["reply"]
        service.grant(conn, account, [Grant("reply", "a", 9, until)], START)
        assert self.reply(conn, account, 1, START) == ["reply"]

    def test_it_ends(self, conn: Connection, account: Account) -> None:
        service.grant(conn, account, [Grant("reply", "a", 5, START + timedelta(hours=48))], START)
        assert self.reply(conn, account, 1, START + timedelta(hours=48)) == ["reply"]
        assert self.reply(conn, account, 1, START + timedelta(hours=47)) == ["ok"]

    def test_a_newer_act_begins_anew_and_a_late_word_of_an_older_adds_nothing(
        self, conn: Connection, account: Account
    ) -> None:
        first, second = START + timedelta(hours=48), START + timedelta(hours=50)
        service.grant(conn, account, [Grant("reply", "a", 5, first)], START)
        assert self.reply(conn, account, 2, START) == ["ok", "ok"]
        service.grant(conn, account, [Grant("reply", "a", 5, second)], START)
        service.grant(conn, account, [Grant("reply", "a", 5, first)], START)
        assert self.reply(conn, account, 6, START) == ["ok"] * 5 + ["reply"]

    def test_those_without_an_end_add_up_to_the_limit(self, conn: Connection, account: Account) -> None:
        for count in (1, 1, 9):
            service.grant(conn, account, [Grant("notice", "a", count, None)], START)
        use = next(one for one in service.used(conn, account, START) if one.quota == "notice")
        assert (use.used, use.left, use.subjects, use.limit) == (0, 3, 1, 3)
        wanted = [Wanted(str(n), ("notice",), "a") for n in range(4)]
        answers = service.reserve(conn, account, wanted, START + timedelta(days=999))
        assert kinds(answers) == ["ok"] * 3 + ["notice"]
        service.give_back(conn, account, [one for one in answers[:2] if isinstance(one, Reservation)], START)
        assert kinds(service.reserve(conn, account, wanted, START)) == ["ok"] * 2 + ["notice"] * 2


acts = st.one_of(
    st.tuples(
        st.just("reserve"),
        st.lists(
            st.tuples(
                st.sampled_from([("mass",), ("reply",), ("mass", "reply"), ("letter",), ("letter_to_all",)]),
                st.sampled_from("ab"),
                st.integers(1, 2),
            ),
            min_size=1,
            max_size=5,
        ),
    ),
    st.tuples(st.just("give_back"), st.integers(0, 9)),
    st.tuples(st.just("grant"), st.tuples(st.sampled_from("ab"), st.integers(1, 6), st.integers(1, 60))),
    st.tuples(st.just("wait"), st.sampled_from([1, 30 * 60, 7 * 3600, 26 * 3600, 20 * 86400])),
)


class TestModel:
    """Any history of one account: what is held never exceeds a limit, and the tables say what is held."""

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(history=st.lists(acts, max_size=25))
    def test_any_history(
        self, database: Database, connect: Callable[..., Account], history: list[tuple[str, Any]]
    ) -> None:
        account, now = connect(f"p-{next(_numbers)}"), START
        held: list[Reservation] = []
        given_: Counter[str] = Counter()  # to each customer, by all grants
        for what, how in history:
            with database.transaction() as conn:
                if what == "reserve":
                    wanted = [Wanted(str(n), names, who, "s1", count) for n, (names, who, count) in enumerate(how)]
                    answers = service.reserve(conn, account, wanted, now)
                    assert [answer.key for answer in answers] == [one.key for one in wanted]
                    held += [one for one in answers if isinstance(one, Reservation)]
                elif what == "give_back" and held:
                    service.give_back(conn, account, [held.pop(how % len(held))], now)
                elif what == "grant":
                    who, count, hours = how
                    given_[who] += min(count, 5)
                    service.grant(conn, account, [Grant("reply", who, count, now + timedelta(hours=hours))], now)
                elif what == "wait":
                    now += timedelta(seconds=how)
                stands = service.used(conn, account, now)
            self.hold(stands, held, given_)

    def hold(self, stands: list[QuotaUse], held: list[Reservation], given_: Counter[str]) -> None:
        taken: Counter[tuple[str, str, str, str, datetime | None]] = Counter()
        for one in (part for reservation in held for part in reservation.taken):
            taken[one.quota, one.window, one.subject, one.subject_id, one.at] += one.count
        limits = {(one.quota, one.subject, one.window): one.limit for one in stands}
        for (quota, window, subject, _, _), count in taken.items():
            assert count <= limits[quota, subject, window]
        for who in "ab":
            assert (
                sum(n for (_, window, _, id_, _), n in taken.items() if (window, id_) == ("grant", who)) <= given_[who]
            )
        for stand in stands:
            if stand.window != "grant":
                mine = [
                    count
                    for (quota, window, subject, _, at), count in taken.items()
                    if (quota, window, subject, at) == (stand.quota, stand.window, stand.subject, stand.since)
                ]
                assert (stand.used, stand.subjects) == (sum(mine), len(mine))


def hammer(database: Database, account: Account, seed: int, rounds: int) -> int:
    """Send, and sometimes give back, in small batches of the same few customers; returns how many were kept."""
    dice, kept = random.Random(seed), 0
    for _ in range(rounds):
        names = [f"c{dice.randrange(200)}" for _ in range(dice.randrange(1, 9))]
        staff = f"s{dice.randrange(5)}"
        with database.transaction() as conn:
            answers = service.reserve(conn, account, mass(*names, staff=staff), START)
        taken = [one for one in answers if isinstance(one, Reservation)]
        back = taken[: dice.randrange(2)]
        with database.transaction() as conn:
            service.give_back(conn, account, back, START)
        kept += len(taken) - len(back)
    return kept


def hammer_alone(url: str, account: Account, seed: int, rounds: int, answer: "multiprocessing.Queue[int]") -> None:
    install()
    database = Database(url, pool_size=4)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(hammer(database, account, seed * 10 + n, rounds)))
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    answer.put(sum(found) if len(found) == len(threads) else -1)


class TestTogether:
    def test_no_interleaving_exceeds_a_quota(self, database: Database, account: Account) -> None:
        """Three processes of three threads each, on the same customers, staff and account, giving some back."""
        context = forking.context()
        answer: multiprocessing.Queue[int] = context.Queue()
        processes = [
            context.Process(target=hammer_alone, args=(database.url, account, seed, 40, answer)) for seed in range(3)
        ]
        for process in processes:
            process.start()
        kept = [answer.get(timeout=120) for _ in processes]
        for process in processes:
            process.join()
        assert min(kept) >= 0, "a sender failed"
        with database.transaction() as conn:
            stored = rows(conn, "SELECT quota, subject, time_window, max(used) AS most, sum(used) AS sum_ "
                                "FROM channels.quota_use GROUP BY 1, 2, 3")  # fmt: skip
        found = {(row.quota, row.subject, row.time_window): (row.most, row.sum_) for row in stored}
        assert found["mass", "customer", "day"][0] == 1
        assert found["talk", "staff", "hour"][0] <= 30
        # What the senders hold, the tables hold, to the one; and the account's hundred are used up and no more.
        assert {total for _, total in found.values()} == {sum(kept)} == {100}

    def test_grants_are_not_taken_twice(self, database: Database, account: Account) -> None:
        with database.transaction() as conn:
            service.grant(conn, account, [Grant("reply", f"c{n}", 5, START + timedelta(1)) for n in range(4)], START)
        got: list[str] = []

        def send() -> None:
            for n in range(20):
                with database.transaction() as conn:
                    got.extend(kinds(service.reserve(conn, account, [Wanted("k", ("reply",), f"c{n % 4}")], START)))

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Counter(got) == {"ok": 20, "reply": 60}
