"""Check a round of a draw from what was published of it. Needs Python 3.11 or later and nothing else.

    python verify_a_draw.py round.json draws.json [more.json …] [--hash SHA256]

round.json is the answer of GET /draw/{id} after the round has ended; the other files are pages of
/api/v1/draws/rounds/{id}/draws, of /orders for free orders, or of GET /draw/{id}/entrants for a trial. --hash is the hash of the seed as you read it before you
drew. Ends with 0 when everything is as it was published, else says what is not and ends with 1.
"""

import argparse
import hashlib
import hmac
import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

Line = dict[str, Any]
MILLION = 1_000_000
FAIR = 4_294_000_000  # the greatest multiple of a million that four bytes can hold


def number_of(seed: bytes, round_id: int, customer_id: int, nonce: int, client_seed: str) -> int:
    """What this turn draws."""
    for counter in itertools.count():
        message = f"{round_id}:{customer_id}:{nonce}:{counter}:{client_seed}".encode()
        digest = hmac.new(seed, message, hashlib.sha256).digest()
        for start in range(0, 32, 4):
            value = int.from_bytes(digest[start : start + 4], "big")
            if value < FAIR:
                return value % MILLION
    raise AssertionError


def prize_at(prizes: Sequence[Line], number: int) -> str | None:
    """The prize to which a number belongs."""
    for prize in prizes:
        number -= prize["weight"]
        if number < 0:
            return prize["code"]
    return None


def check_promise(found: Line, noted: str | None) -> Iterator[str]:
    """Seed and rule are those that were promised."""
    if found["seed"] is None:
        yield "the round has not ended: its seed is not told yet"
        return
    if hashlib.sha256(bytes.fromhex(found["seed"])).hexdigest() != found["seed_hash"]:
        yield "the seed is not the one whose hash was published"
    if noted is not None and noted.lower() != found["seed_hash"]:
        yield "the published hash is not the one that you noted"
    rule = json.dumps(found["rule"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if hashlib.sha256(rule.encode()).hexdigest() != found["rule_hash"]:
        yield "the rule is not the one whose hash was published"


def check_draws(found: Line, draws: Sequence[Line]) -> Iterator[str]:
    """Every number and prize follows from the seed; no turn is missing; stock and budget were what is said."""
    rule, seed = found["rule"], bytes.fromhex(found["seed"])
    prizes = {one["code"]: one for one in rule["prizes"]}
    if sum(one["weight"] for one in rule["prizes"]) != MILLION:
        yield "the odds do not come to 100 %"
    turns = defaultdict(list)
    for one in draws:
        turns[one["customer_id"]].append(one["nonce"])
        number = number_of(seed, found["id"], one["customer_id"], one["nonce"], one["client_seed"])
        drawn = prize_at(rule["prizes"], number)
        if (number, drawn) != (one["number"], one["drawn"]):
            yield f"draw {one['id']}: the seed draws {number}, {drawn}; the record says {one['number']}, {one['drawn']}"
        elif not fell_back_rightly(one, prizes[drawn], rule["fallback"]):
            yield f"draw {one['id']}: {drawn} was drawn and {one['prize']} given, against the rule"
    for customer, nonces in sorted(turns.items()):
        if sorted(nonces) != list(range(len(nonces))):
            yield f"turns of customer {customer} are missing or told twice: {sorted(nonces)}"
    for code, prize in prizes.items():
        if prize["stock"] is not None:
            given = [one for one in draws if one["drawn"] == one["prize"] == code]
            yield from check_chain(f"the stock of {code}", prize["stock"], given, "stock", lambda _: 1)
    paid = [one for one in draws if one["drawn"] == one["prize"] and prizes[one["prize"]]["cost_fen"]]
    yield from check_chain(
        "the budget", rule["budget_fen"], paid, "budget", lambda one: prizes[one["prize"]]["cost_fen"]
    )


def fell_back_rightly(one: Line, prize: Line, fallback: str) -> bool:
    """What was drawn was given, or the fallback because there was none left or no money for it."""
    if one["why"] == "":
        return one["prize"] == one["drawn"]
    if one["why"] == "out_of_stock":
        return one["prize"] == fallback and prize["stock"] is not None and one["stock_before"] == 0
    if one["why"] == "no_coupon":
        return one["prize"] == fallback and str(prize["unit"]).startswith("coupon:")
    return one["prize"] == fallback and one["budget_before"] < prize["cost_fen"]


def check_chain(what: str, there: int, given: Sequence[Line], name: str, cost: Callable[[Line], int]) -> Iterator[str]:
    """Each began with what the one before it left."""
    for one in sorted(given, key=lambda one: -one[f"{name}_before"]):
        if one[f"{name}_before"] != there or one[f"{name}_after"] != there - cost(one) or one[f"{name}_after"] < 0:
            yield f"draw {one['id']}: {what} should have been {there} before it, and not below 0 after it"
            return
        there = one[f"{name}_after"]


def check_orders(found: Line, orders: Sequence[Line]) -> Iterator[str]:
    """The orders with the lowest digests won."""
    seed = bytes.fromhex(found["seed"])
    ranked = sorted(orders, key=lambda one: (one["digest"], one["order"]))
    for place, one in enumerate(ranked, 1):
        digest = hmac.new(seed, f"{found['id']}:{one['order']}".encode(), hashlib.sha256).hexdigest()
        if digest != one["digest"] or one["place"] != place:
            yield f"order {one['order']}: its digest is {digest}, and it is said to be {one['digest']} at place {one['place']}"
        if one["given"] and place > found["rule"]["winners"]:
            yield f"order {one['order']} got something at place {place}, behind the winners"


def check_entrants(found: Line, entrants: Sequence[Line]) -> Iterator[str]:
    """The numbers with the lowest digests won, as many as the rule says."""
    seed, winners = bytes.fromhex(found["seed"]), found["rule"]["winners"]
    ranked = sorted(entrants, key=lambda one: (one["digest"], one["name"]))
    if len({one["name"] for one in entrants}) != len(entrants):
        yield "a number took part twice"
    for place, one in enumerate(ranked, 1):
        digest = hmac.new(seed, f"{found['id']}:{one['name']}".encode(), hashlib.sha256).hexdigest()
        if digest != one["digest"] or one["place"] != place:
            yield f"number {one['name']}: its digest is {digest}, and it is said to be {one['digest']} at place {one['place']}"
        if one["won"] != (place <= winners):
            yield f"number {one['name']} at place {place} of {winners} winners is said to have {'won' if one['won'] else 'lost'}"


def main() -> int:
    """Check what the files say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("round", type=Path)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--hash", dest="noted")
    given = parser.parse_args()
    found = json.loads(given.round.read_text("utf-8"))
    lines = [line for page in given.pages for line in json.loads(page.read_text("utf-8"))]
    wrong = list(check_promise(found, given.noted))
    if found["seed"] is not None:
        check = {"pool": check_draws, "free_orders": check_orders, "entrants": check_entrants}[found["kind"]]
        wrong += check(found, lines)
    for line in wrong:
        sys.stdout.write(f"wrong: {line}\n")
    if not wrong:
        sys.stdout.write(f"ok: {len(lines)} lines follow from the seed {found['seed']}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
