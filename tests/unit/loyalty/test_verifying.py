"""The chain of blocks, and that every way of changing the ledger behind its back is found."""

from typing import Any

import orjson
import pytest
from tests.unit.loyalty.conftest import DAY, HOUR, NOON, Ledger

from siyu.loyalty import service
from siyu.loyalty.types import Hold, Verification, Verified, customer
from siyu.timeline.columns import unpack


def a_life(ledger: Ledger) -> None:
    """Two customers earn, spend, hold; some of it sealed in two blocks."""
    ledger.earn(1, 100, expires_at=NOON + DAY, source='a "quoted"\nline')
    ledger.earn(2, 50)
    ledger.spend(1, 30)
    assert ledger.seal() == 3
    ledger.earn(1, 7)
    hold = Hold("h", customer(2, "points"), 20, NOON + HOUR, "redemption")
    ledger.done(lambda conn: service.hold(conn, [hold], NOON))
    assert ledger.seal() == 2
    ledger.earn(2, 9)


def test_untouched_nothing_is_found(ledger: Ledger) -> None:
    assert ledger.verified() == Verified(0, 0, 0, "", ())
    a_life(ledger)
    found = ledger.verified()
    assert (found.findings, found.transactions, found.unsealed, found.block) == ((), 5, 1, 2)
    assert len(found.hash) == 64
    ledger.seal()
    assert ledger.verified().transactions == 6
    assert ledger.seal() == 0


TAMPERING = {
    "a posting": ("UPDATE loyalty.posting SET amount = amount * 2 WHERE transaction_id = {0}", "block", "Block 1"),
    "one side of a posting": (
        "UPDATE loyalty.posting SET amount = amount + 1 WHERE transaction_id = {0} AND amount > 0",
        "sum",
        "sum to 1 points instead of 0",
    ),
    "whose it is": ("UPDATE loyalty.account SET owner = 8 WHERE owner = 1", "block", "Block 1"),
    "a reason": ("UPDATE loyalty.transaction SET reason = 'gift' WHERE id = {3}", "block", "Block 2"),
    "when it was": (
        "UPDATE loyalty.transaction SET effective_at = effective_at - interval '1 day' WHERE id = {0}",
        "block",
        "(transactions",
    ),
    "a transaction gone": ("DELETE FROM loyalty.transaction WHERE id = {1}", "block", "1 of its transactions are gone"),
    "its postings alone": ("DELETE FROM loyalty.transaction WHERE id = {1}", "missing", "it itself is gone"),
    "postings gone": ("DELETE FROM loyalty.posting WHERE transaction_id = {1}", "block", "2 of its postings are gone"),
    "no postings": ("DELETE FROM loyalty.posting WHERE transaction_id = {5}", "missing", "has 0 postings"),
    "a block gone": ("DELETE FROM loyalty.block WHERE number = 1", "block", "Block 1 is missing"),
    "the last block gone": ("DELETE FROM loyalty.block WHERE number = 2", "missing", "in 0 blocks"),
    "a hash": ("UPDATE loyalty.block SET hash = sha256(hash) WHERE number = 1", "block", "does not follow"),
    "members": ("UPDATE loyalty.block SET members = '{{}}' WHERE number = 2", "block", "2 of its transactions"),
    "one that nobody sealed": (
        """INSERT INTO loyalty.transaction
           SELECT id + 1000, key || 'x', input_hash, kind, reason, source, actor, via, of_id, effective_at, recorded_at
           FROM loyalty.transaction WHERE id = {0}""",
        "missing",
        "in 0 blocks",
    ),
    "one that waits taken away": ("DELETE FROM loyalty.unsealed", "missing", "in 0 blocks"),
    "a balance": (
        "UPDATE loyalty.account SET balance = 10000 WHERE owner = 1",
        "balance",
        "says 10000, and its postings sum to 77",
    ),
    "the issuer's balance": (
        "UPDATE loyalty.account SET balance = 0 WHERE kind = 'issuer'",
        "balance",
        "Account issuer/points",
    ),
    "what is left of a lot": (
        "UPDATE loyalty.lot SET remaining = 1 WHERE earned_by = {0}",
        "lot",
        "says that 1 are left; what was taken and given back leaves 70",
    ),
    "the sum of lots": ("UPDATE loyalty.lot SET remaining = 1 WHERE earned_by = {0}", "lots", "its lots sum to 8"),
    "when a lot expires": (
        "UPDATE loyalty.lot SET expires_at = expires_at + interval '1 year' WHERE earned_by = {0}",
        "lot",
        "is not as transaction",
    ),
    "whose a lot is": (
        """UPDATE loyalty.lot SET account_id = (SELECT id FROM loyalty.account WHERE owner = 2 AND kind = 'customer')
           WHERE earned_by = {0}""",
        "lots",
        "customer/1/points",
    ),
    "a lot out of nothing": (
        """INSERT INTO loyalty.lot SELECT 5, account_id, 5, 40, 40, NULL, NULL, true FROM loyalty.lot WHERE earned_by = {0}""",
        "lot",
        "Lot 5 is not as transaction 0 made it",
    ),
    "what was taken from a lot": ("DELETE FROM loyalty.lot_use WHERE transaction_id = {2}", "lot", "leaves 100"),
    "a hold": ("UPDATE loyalty.hold SET state = 'released'", "hold", "20 points are held, and the open holds sum to 0"),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_what_was_changed_is_found_and_said(ledger: Ledger, name: str) -> None:
    a_life(ledger)
    ids = [row[0] for row in ledger.rows("SELECT id FROM loyalty.transaction ORDER BY id")]
    sql, what, said = TAMPERING[name]
    ledger.tamper(sql.format(*ids))
    found = ledger.verified().findings
    assert any(one.what == what and said in one.en for one in found), found
    assert all(one.zh and one.where for one in found)


def test_a_chain_written_anew_is_found_by_who_kept_its_end(ledger: Ledger) -> None:
    a_life(ledger)
    noted = ledger.verified()
    anchor = (noted.block, noted.hash)
    ledger.seal()
    assert ledger.done(lambda conn: service.verify(conn, anchor=anchor)).findings == ()
    ledger.tamper("UPDATE loyalty.transaction SET reason = 'gift'")
    ledger.tamper("DELETE FROM loyalty.block")
    ledger.tamper("INSERT INTO loyalty.unsealed SELECT id FROM loyalty.transaction")
    ledger.tamper("UPDATE loyalty.account SET balance = 0 WHERE kind IN ('issuer', 'spent')")
    ledger.seal()
    assert ledger.verified().findings == ()
    (found,) = ledger.done(lambda conn: service.verify(conn, anchor=anchor)).findings
    assert found.what == "anchor"


def test_what_is_sealed_is_told_once(ledger: Ledger) -> None:
    ledger.earn(1, 100, expires_at=NOON + DAY, via=7, source="order:taobao:1")
    ledger.spend(1, 30)
    order = ledger.earn(2, 50)
    ledger.earn(2, 9, unit="growth")
    ledger.earn(2, 9, unit="fen")
    gone = ledger.spend(2, 5)
    ledger.undo(gone, 2)
    ledger.undo(order, 10)
    hold = Hold("h", customer(2, "points"), 20, NOON + HOUR, "redemption")
    ledger.done(lambda conn: service.hold(conn, [hold], NOON))
    ledger.now = NOON + 2 * DAY
    ledger.done(lambda conn: service.run_out_holds(conn, ledger.now))
    ledger.done(lambda conn: service.expire_due(conn, ledger.now))
    while ledger.seal():
        pass
    facts = unpack([bytes(row[0]) for row in ledger.rows("SELECT body FROM timeline.entry ORDER BY id")]).to_pylist()
    properties = [orjson.loads(one["properties"]) for one in facts]
    told = [
        (one["kind"], one["customer_id"], more["unit"], more["amount"])
        for one, more in zip(facts, properties, strict=True)
    ]
    assert told == [
        ("points.earned", 1, "points", 100),
        ("points.spent", 1, "points", 30),
        ("points.earned", 2, "points", 50),
        ("points.earned", 2, "growth", 9),
        ("points.spent", 2, "points", 5),
        ("points.given_back", 2, "points", 2),
        ("points.taken_back", 2, "points", 10),
        ("points.expired", 1, "points", 70),
    ]
    assert (facts[0]["via"], facts[0]["occurred_at"], facts[0]["name"]) == (7, NOON, "order")
    assert properties[0]["about"] == "order:taobao:1"
    assert properties[5]["of"] == gone


def test_checks_are_kept(ledger: Ledger) -> None:
    def run(**given: Any) -> Verification:
        found = ledger.verified()
        said = {"anchor": None, "actor": "cli:ops", "began_at": ledger.now, "ended_at": ledger.now + HOUR, **given}
        return ledger.done(lambda conn: service.note_verified(conn, found, **said))  # type: ignore[no-any-return]

    a_life(ledger)
    first = run(anchor=(1, "00"))
    assert (first.findings, first.first, first.anchor, first.actor) == (0, (), 1, "cli:ops")
    ledger.tamper("UPDATE loyalty.transaction SET reason = 'gift'")
    second = run()
    assert second.findings == len(ledger.verified().findings) > 0
    assert second.first == ledger.verified().findings[:10]
    assert ledger.done(service.verifications) == [second, first]
    assert ledger.done(lambda conn: service.verifications(conn, before=second.id, limit=1)) == [first]
