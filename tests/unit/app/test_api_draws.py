"""Draws by the API: rules, rounds with their odds, turns, what was won; and a third party that checks a round."""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order

from siyu.app import drawing
from siyu.app.context import Context
from siyu.engines.postgres import Database
from siyu.engines.zone import written
from siyu.identity import service as identity
from siyu.kernel.clock import ManualClock

Asking = Callable[..., TestClient]
URL = "/api/v1/draws"
SCRIPT = Path(__file__).parents[3] / "docs" / "howto" / "verify_a_draw.py"
DAY = timedelta(1)
PRIZES = [
    {"code": "phone", "name": "手机", "weight": 100_000, "thing": True, "stock": 2, "cost_fen": 100_000},
    {"code": "ten", "name": "10 积分", "weight": 400_000, "unit": "points", "amount": 10, "cost_fen": 10},
    {"code": "thanks", "name": "谢谢参与", "weight": 500_000},
]
POOL = {
    "code": "wheel", "name": "大转盘", "opens_at": NOW.isoformat(), "closes_at": (NOW + DAY).isoformat(),
    "budget_fen": 250_000, "prizes": PRIZES, "fallback": "thanks",
}  # fmt: skip
FREE = {
    "code": "free", "name": "免单", "opens_at": (NOW - DAY).isoformat(), "closes_at": (NOW + DAY).isoformat(),
    "draws_at": (NOW + 2 * DAY).isoformat(), "winners": 2, "most_fen": 10_000, "budget_fen": 20_000, "per_yuan": 100,
}  # fmt: skip


def published(client: TestClient, code: str, **rules: Any) -> dict[str, Any]:
    wanted = {"version": client.get(f"{URL}/rules").json()["version"], "rules": rules, "reason": "spring"}
    made = client.put(f"{URL}/rules", json=wanted)
    assert made.status_code == 200, made.json()
    asked = {"code": code, "version": made.json()["version"], "confirmed": ["short_notice"]}
    found = client.post(f"{URL}/rounds", json=asked)
    assert found.status_code == 200, found.json()
    return dict(found.json())


@pytest.fixture
def people(tell: Told, database: Database) -> list[int]:
    names = [f"buyer{number}" for number in range(8)]
    tell(*[order(name, name, NOW, 5_000) for name in names])
    with database.transaction() as conn:
        return [identity.find(conn, name, "platform_buyer")[0].customer_id for name in names]


def test_rules(asking: Asking) -> None:
    client = asking("draws.read", "draws.manage")
    nothing = client.get(f"{URL}/rules").json()
    assert (nothing["version"], nothing["rules"]["pools"]) == (0, [])
    assert nothing["rules"]["limits"] == {"prize_fen": 5_000_000, "notice_hours": 0}
    wanted = {"version": 0, "rules": {"pools": [POOL]}, "reason": "spring"}
    made = client.put(f"{URL}/rules", json=wanted).json()
    assert client.get(f"{URL}/rules/versions").json() == [made]
    assert client.put(f"{URL}/rules", json=wanted).status_code == 409
    for wrong, said, zh in (
        ({"prizes": [*PRIZES, {"code": "x", "name": "x", "weight": 1}]}, "over 100 %", "超过 100%"),
        ({"prizes": PRIZES[:2], "fallback": "ten"}, "under 100 %", "低于 100%"),
        ({"prizes": [{**PRIZES[0], "stock": -1}, *PRIZES[1:]]}, "stock of prize 'phone'", "库存不能小于 0"),
        ({"budget_fen": 99_999}, "over the budget of 99999", "超出预算"),
        ({"closes_at": POOL["opens_at"]}, "before it opens", "不晚于开始时间"),
        ({"opens_at": "2026-03-03T00:00:00"}, "timezone", "时间应带有时区"),
        ({"closes_at": "9999-12-31T23:59:59-23:59"}, "years 2000 to 2999", "2999 年之间"),
        ({"prizes": "all"}, "array", "应为列表"),
    ):
        refused = client.put(f"{URL}/rules", json={**wanted, "version": 1, "rules": {"pools": [{**POOL, **wrong}]}})
        assert (refused.status_code, refused.json()["code"]) == (400, "BadInput")
        assert said in refused.json()["message"]
        assert zh in refused.json()["message_zh"]
    dear = {**POOL, "prizes": [{**PRIZES[0], "value_fen": 6_000_000}, *PRIZES[1:]]}
    client.put(f"{URL}/rules", json={**wanted, "version": 1, "rules": {"pools": [dear]}})
    (found,) = client.get(f"{URL}/warnings/wheel").json()
    assert (found["code"], "60000 元" in found["zh"]) == ("prize_value", True)
    refused = client.post(f"{URL}/rounds", json={"code": "wheel", "version": 2})
    assert (refused.status_code, refused.json()["code"]) == (409, "NotConfirmed")
    assert client.get(f"{URL}/warnings/none").status_code == 404


def test_a_round_from_its_odds_to_what_is_handed_out(asking: Asking, people: list[int]) -> None:
    client = asking("draws.read", "draws.manage", "draws.serve")
    round_ = published(client, "wheel", pools=[POOL])
    assert [(one["name"], one["percent"], one["stock"]) for one in round_["odds"]] == [
        ("手机", "10", 2),
        ("10 积分", "40", None),
        ("谢谢参与", "50", None),
    ]
    where = f"{URL}/rounds/{round_['id']}"
    assert (round_["seed"], client.get(where).json()) == (None, round_)
    assert client.get(f"{URL}/rounds", params={"open": True, "code": "wheel"}).json() == [round_]
    turn = {"key": "counter-0001", "customer_id": people[0], "client_seed": "luck"}
    made = client.post(f"{where}/draws", json=turn).json()
    again = client.post(f"{where}/draws", json=turn).json()
    assert again == {**made, "repeated": True}
    assert client.post(f"{where}/draws", json={**turn, "client_seed": ""}).json()["code"] == "IdempotencyMismatch"
    assert client.get(f"{URL}/customers/{people[0]}").json() == [made]
    number = 0
    while made["prize"] != "phone":
        number += 1
        made = client.post(f"{where}/draws", json={**turn, "key": f"more-{number:05}"}).json()
    handed = client.post(f"{URL}/record/{made['id']}/hand_out", json={"note": "parcel 17"}).json()
    assert handed["handed_out_at"] == NOW.isoformat().replace("+00:00", "Z")
    tally = client.get(f"{where}/tally").json()
    assert (tally["draws"], tally["prizes"][0]["given"], tally["prizes"][0]["left"]) == (number + 1, 1, 1)
    ended = client.post(f"{where}/end", json={"reason": "enough"}).json()
    assert len(ended["seed"]) == 64
    closed = client.post(f"{where}/draws", json={**turn, "key": "too-late-1"})
    assert (closed.status_code, closed.json()["code"]) == (409, "DrawNotOpen")
    assert f"至 {written(NOW)}，" in closed.json()["message_zh"]  # on the brand's clock; the moments are details
    assert closed.json()["details"]["closes_at"] == NOW.isoformat()
    assert client.get(f"{URL}/rounds", params={"open": True}).json() == []
    for wrong in ({"key": "short"}, {"client_seed": "a b"}, {"customer_id": "one"}):
        assert client.post(f"{where}/draws", json={**turn, **wrong}).status_code in {400, 422}
    assert client.post(f"{URL}/rounds/99/draws", json=turn).status_code == 404
    assert client.get(f"{where}/orders").status_code == 404


def verify(*given: Path | str) -> tuple[int, str]:
    """What a third party finds, by the script of the docs alone: without site packages, and without Siyu."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), *map(str, given)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=SCRIPT.parents[2])
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_third_party_verifies_a_round(
    asking: Asking, people: list[int], web_context: Context, clock: ManualClock, tmp_path: Path
) -> None:
    """Drawn at once over HTTP by many; then checked, and checked again after somebody has made it up a little."""
    client = asking("draws.read", "draws.manage", "draws.serve")
    published_ = published(client, "wheel", pools=[{**POOL, "budget_fen": 200_090}])
    where = f"{URL}/rounds/{published_['id']}"

    def turn(number: int) -> int:
        said = {"key": f"at-once-{number:04}", "customer_id": people[number % 8], "client_seed": f"c{number % 3}"}
        # On a busy machine somebody waits too long for a connection, and is told to come again: with the same key.
        while (answer := client.post(f"{where}/draws", json=said)).status_code == 503:
            assert answer.json()["code"] in {"EngineProblem", "TryLater"}
        return answer.status_code

    with ThreadPoolExecutor(64) as workers:
        assert set(workers.map(turn, range(128))) == {200}
    clock.advance(DAY)
    assert drawing.keep(web_context) == {"rounds": 1, "forgotten": 0}
    found = asking().get(f"/draw/{published_['id']}").json()  # without a key
    assert not {"published_by", "ended_by", "confirmed"} & found.keys()
    assert (found["odds"], found["seed_hash"]) == (published_["odds"], published_["seed_hash"])
    first = client.get(f"{where}/draws", params={"limit": 100}).json()
    rest = client.get(f"{where}/draws", params={"limit": 100, "after": first[-1]["id"]}).json()
    assert {one["why"] for one in first + rest} > {""}

    def written(name: str, what: Any) -> Path:
        (path := tmp_path / f"{name}.json").write_text(json.dumps(what, ensure_ascii=False), "utf-8")
        return path

    round_, pages = written("round", found), (written("first", first), written("rest", rest))
    assert verify(round_, *pages, "--hash", published_["seed_hash"]) == (
        0,
        f"ok: 128 lines follow from the seed {found['seed']}\n",
    )
    assert verify(round_, *pages, "--hash", "0" * 64)[0] == 1
    early = verify(written("early", published_), *pages)
    assert early == (1, "wrong: the round has not ended: its seed is not told yet\n")
    cheated = {**found, "rule": {**found["rule"], "budget_fen": 10**9}}
    assert "the rule is not the one" in verify(written("rule", cheated), *pages)[1]
    other = {**found, "seed": "00" * 32}
    assert "the seed is not the one" in verify(written("seed", other), *pages)[1]
    lost = [one for one in first if one["nonce"] != 1]
    assert "are missing or told twice" in verify(round_, written("lost", lost), pages[1])[1]
    lucky = [{**one, "prize": "phone"} if one["drawn"] == "thanks" else one for one in first]
    assert "against the rule" in verify(round_, written("lucky", lucky), pages[1])[1]
    phone = next(one for one in first if one["prize"] == "phone")
    more = [{**one, "stock_before": 9} if one is phone else one for one in first]
    assert "the stock of phone should have been 2" in verify(round_, written("more", more), pages[1])[1]


def test_free_orders_are_verified_as_well(
    asking: Asking, people: list[int], web_context: Context, clock: ManualClock, tmp_path: Path
) -> None:
    client = asking("draws.read", "draws.manage")
    where = f"{URL}/rounds/{published(client, 'free', free_orders=[FREE])['id']}"
    assert client.get(f"{where}/orders").json() == []
    clock.advance(2 * DAY)
    drawing.keep(web_context)
    found = client.get(f"{where}/orders").json()
    assert [one["given"] for one in found] == [5_000, 5_000] + [0] * 6
    assert {one["customer_id"] for one in found} == set(people)
    for name, said in (("round", client.get(where).json()), ("orders", found), ("swapped", found[::-1])):
        (tmp_path / f"{name}.json").write_text(json.dumps(said), "utf-8")
    assert verify(tmp_path / "round.json", tmp_path / "orders.json")[0] == 0
    one, other = found[0], found[5]
    swapped = [
        {**one, "place": 6, "digest": other["digest"]},
        {**other, "place": 1, "digest": one["digest"]},
        *found[1:5],
    ]
    (tmp_path / "swapped.json").write_text(json.dumps(swapped), "utf-8")
    assert "its digest is" in verify(tmp_path / "round.json", tmp_path / "swapped.json")[1]
    assert client.get(f"{where}/tally").status_code == 404
