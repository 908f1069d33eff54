"""The demo brand's trials: one is over, with its draw, reports and rewards; one can be applied for."""

from pyroaring import BitMap64
from tests.unit.loyalty.conftest import settle

from siyu.app.context import Context
from siyu.app.demo.segments import HIGH_VALUE
from siyu.app.demo.trials import OPEN, OVER, stand_trials
from siyu.draws import service as draws
from siyu.engines.access import service as access
from siyu.engines.postgres import run
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request, customer, gift
from siyu.segments import service as segments
from siyu.segments.store import members
from siyu.segments.types import TagOn
from siyu.trials import service as trials


def test_what_members_did_in_them_is_there_once(web_context: Context) -> None:
    now, people = web_context.clock.now(), list(range(1, 15))
    with web_context.database.transaction() as conn:
        settle(conn, people)
        made = segments.create(conn, access.system("tests"), HIGH_VALUE, TagOn("vip"), now)
        members.replace(conn, made.id, BitMap64(people))
        run(conn, "UPDATE segments.segment SET people = 14 WHERE id = :id", id=made.id)
        for one in people[:9]:
            loyalty.post_one(conn, Request(f"points-{one}", gift(one, "points", 200), "test"), now)
    stand_trials(web_context)
    stand_trials(web_context)
    with web_context.database.transaction() as conn:
        found = {one.trial.terms.name: one for one in trials.trials(conn, now)}
        over, opened = found[OVER], found[OPEN]
        counted = (over.applied, over.chosen, over.sent, over.reported, over.rewarded, over.missed, over.waiting)
        assert (over.trial.state, counted) == ("ended", (12, 6, 6, 5, 5, 1, 0))
        assert (opened.trial.state, opened.applied, opened.chosen, opened.left) == ("live", 8, 0, 5)
        assert over.trial.round_id is not None
        assert draws.round_of(conn, over.trial.round_id).seed is not None
        assert len(draws.entrants_of_round(conn, over.trial.round_id)) == 12
        balances = loyalty.balances(conn, [customer(one, "points") for one in people], now)
        assert sum(one.balance for one in balances) == 9 * 200 + 5 * 200 - 8 * 50
        assert loyalty.verify(conn).findings == ()


def test_a_brand_without_people_has_them_too(web_context: Context) -> None:
    stand_trials(web_context)
    with web_context.database.transaction() as conn:
        found = trials.trials(conn, web_context.clock.now())
    assert [(one.trial.terms.name, one.trial.state, one.applied) for one in found] == [
        (OPEN, "live", 0),
        (OVER, "ended", 0),
    ]
