"""Reading the ledger as a whole: how far it is sealed, and the accounts of things."""

import pytest
from tests.unit.loyalty.conftest import NOON, Ledger

from siyu.kernel.errors import BadInput
from siyu.loyalty import service
from siyu.loyalty.types import Posting, Sealed, budget, issuer


def test_how_far_it_is_sealed(ledger: Ledger) -> None:
    with ledger.database.transaction() as conn:
        assert service.sealed(conn) == Sealed(0, "", None, 0)
    ledger.earn(1, 5)
    ledger.seal()
    ledger.earn(1, 5)
    with ledger.database.transaction() as conn:
        found = service.sealed(conn)
        last = service.verify(conn)
    assert (found.block, found.hash, found.at, found.waiting) == (1, last.hash, NOON, 1)


def test_budgets_are_read_by_pages(ledger: Ledger) -> None:
    for thing in (3, 1, 2):
        ledger.post(
            ledger.request([Posting(budget(thing, "points"), 10 * thing), Posting(issuer("points"), -10 * thing)])
        )
    with ledger.database.transaction() as conn:
        first, after = service.accounts_of_things(conn, "budget", NOON, limit=2)
        rest, end = service.accounts_of_things(conn, "budget", NOON, cursor=after, limit=2)
        assert service.accounts_of_things(conn, "stock", NOON) == ([], None)
        with pytest.raises(BadInput):
            service.accounts_of_things(conn, "budget", NOON, cursor="nonsense")
    assert [(one.account.owner, one.balance) for one in [*first, *rest]] == [(1, 10), (2, 20), (3, 30)]
    assert end is None
