"""A brand that has products tried, with a few customers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection
from tests.unit.loyalty.conftest import join, settle

from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows
from siyu.identity import service as identity
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Account, Request, customer, gift
from siyu.timeline.columns import unpack
from siyu.trials import service
from siyu.trials.types import Application, Trial, TrialRead, TrialTerms

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)
DAY, HOUR = timedelta(1), timedelta(hours=1)
ME = access.system("tests")
REPORT = "泡了三次，回甘很好。"


def terms(**given: Any) -> TrialTerms:
    """Three pieces of tea: a week to apply, a day to choose, three weeks to report; chosen by hand."""
    plain: dict[str, Any] = {
        "name": "春茶试用", "pieces": 3, "opens_at": NOON, "closes_at": NOON + 7 * DAY, "chosen_by": NOON + 8 * DAY,
        "reports_until": NOON + 29 * DAY, "reward_points": 200, "least_words": 5,
    }  # fmt: skip
    return TrialTerms(**{**plain, **given})


@dataclass
class Brand:
    """What tests of trials do, each in a transaction of its own."""

    database: Database
    now: datetime = NOON
    keys: list[int] = field(default_factory=lambda: [0])

    def done(self, act: Any) -> Any:
        with self.database.transaction() as conn:
            return act(conn)

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return self.done(lambda conn: [tuple(row) for row in rows(conn, sql, **parameters)])  # type: ignore[no-any-return]

    def draft(self, **given: Any) -> Trial:
        return self.done(lambda conn: service.make_trial(conn, ME, terms(**given), self.now))  # type: ignore[no-any-return]

    def start(self, trial_id: int) -> Trial:
        return self.done(lambda conn: service.start_trial(conn, ME, trial_id, self.now))  # type: ignore[no-any-return]

    def trial(self, **given: Any) -> int:
        """The number of one that is live."""
        return self.start(self.draft(**given).id).id

    def apply(self, customer_id: int, trial_id: int, text: str = "想试试", answers: Sequence[str] = ()) -> Application:
        return self.done(lambda conn: service.apply_for(conn, customer_id, trial_id, text, answers, self.now))  # type: ignore[no-any-return]

    def withdraw(self, customer_id: int, trial_id: int) -> Application:
        return self.done(lambda conn: service.withdraw(conn, customer_id, trial_id, self.now))  # type: ignore[no-any-return]

    def choose(self, trial_id: int, *wanted: Application) -> list[Application]:
        ids = [one.id for one in wanted]
        return self.done(lambda conn: service.choose(conn, ME, trial_id, ids, self.now))  # type: ignore[no-any-return]

    def settle(self, trial_id: int) -> Trial:
        return self.done(lambda conn: service.settle_trial(conn, ME, trial_id, self.now))  # type: ignore[no-any-return]

    def end(self, trial_id: int) -> Trial:
        return self.done(lambda conn: service.end_trial(conn, ME, trial_id, "a test", self.now))  # type: ignore[no-any-return]

    def send(self, trial_id: int, *wanted: Application) -> list[Application]:
        ids = [one.id for one in wanted]
        return self.done(lambda conn: service.send_pieces(conn, ME, trial_id, ids, "SF 1001", self.now))  # type: ignore[no-any-return]

    def report(self, customer_id: int, trial_id: int, stars: int = 5, text: str = REPORT) -> Application:
        return self.done(lambda conn: service.report(conn, customer_id, trial_id, stars, text, self.now))  # type: ignore[no-any-return]

    def approve(self, trial_id: int, *wanted: Application) -> list[Application]:
        ids = [one.id for one in wanted]
        return self.done(lambda conn: service.approve(conn, ME, trial_id, ids, self.now))  # type: ignore[no-any-return]

    def send_back(self, trial_id: int, *wanted: Application, note: str = "请补充口感") -> list[Application]:
        ids = [one.id for one in wanted]
        return self.done(lambda conn: service.send_back(conn, ME, trial_id, ids, note, self.now))  # type: ignore[no-any-return]

    def read(self, trial_id: int) -> TrialRead:
        return self.done(lambda conn: service.trial(conn, trial_id, self.now))  # type: ignore[no-any-return]

    def of(self, one: Application) -> Application:
        return self.done(lambda conn: service.application(conn, one.id))  # type: ignore[no-any-return]

    def look_after(self) -> tuple[int, int, int]:
        """(settled, missed, ended) of the job's one round."""
        return tuple(
            self.done(lambda conn, act=act: act(conn, self.now))
            for act in (service.settle_due, service.mark_missed, service.end_finished)
        )  # type: ignore[return-value]

    def earn(self, customer_id: int, points: int) -> None:
        self.keys[0] += 1
        wanted = Request(f"gift-{self.keys[0]}", gift(customer_id, "points", points), "test")
        self.done(lambda conn: loyalty.post_one(conn, wanted, self.now))

    def has(self, account: Account | int) -> int:
        asked = customer(account, "points") if isinstance(account, int) else account
        return int(self.done(lambda conn: loyalty.balances(conn, [asked], self.now))[0].balance)

    def merge(self, loser: int, winner: int) -> None:
        """As OneID and the rooms do it."""

        def act(conn: Connection) -> None:
            identity.hold_people(conn, alone=True)
            join(conn, loser, winner)
            loyalty.reassign(conn, [(loser, winner)], self.now)
            service.regroup_trials(conn, [(loser, winner)], self.now)

        self.done(act)

    def told(self) -> list[tuple[str, int, Any]]:
        """(kind, customer, properties) of every fact of trials, in order."""
        blobs = [bytes(row[0]) for row in self.rows("SELECT body FROM timeline.entry ORDER BY id")]
        found = unpack(blobs).to_pylist() if blobs else []
        return [
            (one["kind"], one["customer_id"], orjson.loads(one["properties"]))
            for one in found
            if one["kind"].startswith("trial.")
        ]

    def assert_whole(self) -> None:
        assert [one.en for one in self.done(loyalty.verify).findings] == []


@pytest.fixture
def brand(database: Database) -> Brand:
    own = Brand(database)
    own.done(lambda conn: settle(conn, range(1, 13)))
    return own
