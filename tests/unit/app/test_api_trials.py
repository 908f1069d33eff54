"""Trials by the API: an operator and members from the first application to the reward; and a third party that checks the draw."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW
from tests.unit.app.membership import ACTOR, Pages, standing, write
from tests.unit.app.test_api_draws import verify
from tests.unit.app.test_api_member_shop import earn

from siyu.app import trying
from siyu.app.context import Context
from siyu.engines.access import service as access
from siyu.trials import service as trials

Asking = Callable[..., TestClient]
URL, OWN = "/api/v1/trials", "/member/v1"
DAY = timedelta(1)
PHONES = [f"1380013800{digit}" for digit in range(4)]
WORDS = "泡了三次，回甘很好。"


def said(**given: Any) -> dict[str, Any]:
    plain = {
        "name": "春茶试用", "about": "明前龙井 20 克", "pieces": 2, "worth_fen": 9900, "opens_at": NOW.isoformat(),
        "closes_at": (NOW + 7 * DAY).isoformat(), "chosen_by": (NOW + 8 * DAY).isoformat(),
        "reports_until": (NOW + 29 * DAY).isoformat(), "reward_points": 200,
    }  # fmt: skip
    return {"terms": {**plain, **given}}


@pytest.fixture
def pages(web_context: Context) -> Iterator[Pages]:
    context = replace(web_context, clickhouse=cast("Any", SimpleNamespace(close=lambda: None)))
    with standing(context) as found:
        yield found


def live(pages: Pages) -> int:
    """The number of a trial that can be applied for."""
    now = pages.clock.now()
    times = {name: (now + days * DAY).isoformat() for name, days in (("opens_at", 0), ("closes_at", 7))}
    with pages.database.transaction() as conn:
        made = trials.make_trial(conn, ACTOR, trials.read_trial(said(**times)["terms"]), now)
        return trials.start_trial(conn, ACTOR, made.id, now).id


def key_of(pages: Pages) -> dict[str, str]:
    """What an operator with every right of trials sends."""
    with pages.database.transaction() as conn:
        rights, me = ["trials.read", "trials.manage", "trials.serve"], ACTOR
        made = access.create_api_key(conn, me, name="tests", scopes=rights, now=pages.clock.now())
    return {"Authorization": f"Bearer {made.token}"}


def test_an_operator_and_members_from_the_application_to_the_reward(pages: Pages) -> None:
    console = pages.browser()
    console.headers.update(key_of(pages))
    draft = console.post(URL, json=said(points=30, questions=["平时喝什么茶？"])).json()
    assert (draft["state"], draft["round_id"], draft["terms"]["how"]) == ("draft", None, "hand")
    url, own = f"{URL}/{draft['id']}", f"{OWN}/trials/{draft['id']}"
    first, second, third = (pages.sign_in(phone) for phone in PHONES[:3])
    assert first.get(f"{OWN}/trials").json()["trials"] == []
    assert first.get(own).status_code == 404
    assert console.post(f"{url}/start").json()["state"] == "live"
    changed = {"version": 1, **said(points=30, questions=["平时喝什么茶？"], about="明前龙井 25 克")}
    assert console.put(url, json=changed).json()["version"] == 2
    for phone in PHONES[:3]:
        earn(pages, phone, 100)

    wanted = {"text": "我是老茶客", "answers": ["绿茶"]}
    refused = write(first, "POST", f"{own}/apply", {"text": "我是老茶客"}).json()
    assert (refused["code"], "全部 1 个问题" in refused["message_zh"]) == ("BadInput", True)
    applied = write(first, "POST", f"{own}/apply", wanted, key="apply-once-1").json()
    assert write(first, "POST", f"{own}/apply", wanted, key="apply-once-1").json() == applied
    assert write(first, "POST", f"{own}/apply", wanted, key="apply-once-2").json()["code"] == "AlreadyApplied"
    write(second, "POST", f"{own}/apply", wanted)
    write(third, "POST", f"{own}/apply", wanted)
    assert write(third, "POST", f"{own}/withdraw").json()["state"] == "withdrawn"
    shown = first.get(f"{OWN}/trials").json()
    assert (shown["points"], shown["trials"][0]["stands"], shown["trials"][0]["applied"]) == (70, "applied", 2)
    assert third.get(own).json()["trial"]["stands"] == "open"

    found = console.get(f"{url}/applications", params={"state": "applied"}).json()
    mine = [one for one in found["applications"] if one["text"] == "我是老茶客"]
    assert (len(mine), mine[-1]["answers"]) == (2, ["绿茶"])
    named = {"application_ids": [applied["id"]]}
    assert write(first, "POST", f"{own}/report", {"stars": 5, "text": WORDS}).json()["code"] == "NothingToReport"
    assert console.post(f"{url}/choose", json=named).json()[0]["state"] == "chosen"
    pages.clock.advance(8 * DAY)
    assert trying.keep(pages.context) == {"settled": 1, "missed": 0, "ended": 0, "released": 0}
    assert console.post(f"{url}/send", json={**named, "parcel": "SF 1001"}).json()[0]["parcel"] == "SF 1001"
    first, second = pages.sign_in(PHONES[0]), pages.sign_in(PHONES[1])
    assert second.get(f"{OWN}/applications").json()["applications"][0]["state"] == "not_chosen"
    told = write(first, "POST", f"{own}/report", {"stars": 4, "text": WORDS}, key="report-once").json()
    assert (told["state"], told["parcel"]) == ("reported", "SF 1001")
    assert write(first, "POST", f"{own}/report", {"stars": 4, "text": WORDS}, key="report-once").json() == told
    assert write(first, "POST", f"{own}/report", {"stars": 9, "text": WORDS}).status_code == 400
    console = pages.browser()
    console.headers.update(key_of(pages))
    back = console.post(f"{url}/send_back", json={**named, "note": "请补充口感"}).json()
    assert (back[0]["state"], back[0]["note"]) == ("sent_back", "请补充口感")
    write(first, "POST", f"{own}/report", {"stars": 5, "text": "口感甘甜，三泡仍有余香。"})
    assert console.post(f"{url}/approve", json=named).json()[0]["state"] == "rewarded"
    assert console.post(f"{url}/approve", json=named).json()[0]["state"] == "rewarded"
    assert first.get(f"{OWN}/trials").json()["points"] == 270
    figures = console.get(url).json()
    counted = [figures[name] for name in ("applied", "chosen", "sent", "reported", "rewarded", "waiting", "stars")]
    assert counted == [2, 1, 1, 1, 1, 0, 500]
    (one,) = console.get(f"{URL}/customers/{pages.customer_of(PHONES[0])}").json()
    assert (one["name"], one["state"], one["stars"]) == ("春茶试用", "rewarded", 5)


def test_a_third_party_verifies_who_was_drawn(pages: Pages, tmp_path: Path) -> None:
    console = pages.browser()
    console.headers.update(key_of(pages))
    made = console.post(URL, json=said(how="draw")).json()["id"]
    round_id = console.post(f"{URL}/{made}/start").json()["round_id"]
    anybody = pages.browser()
    before = anybody.get(f"/draw/{round_id}").json()
    assert (before["kind"], before["seed"], before["rule"]["winners"]) == ("entrants", None, 2)
    numbers = []
    for phone in PHONES:
        member = pages.sign_in(phone)
        numbers.append(str(write(member, "POST", f"{OWN}/trials/{made}/apply", {"text": "想试试"}).json()["id"]))
    assert anybody.get(f"/draw/{round_id}/entrants").json() == []
    pages.clock.advance(8 * DAY)
    trying.keep(pages.context)
    entrants = anybody.get(f"/draw/{round_id}/entrants").json()
    assert {one["name"] for one in entrants} == set(numbers)
    assert {name for one in entrants for name in one} == {"name", "digest", "place", "won"}  # nothing of who they are
    told = anybody.get(f"/draw/{round_id}").json()
    where = [tmp_path / "round.json", tmp_path / "entrants.json"]
    for path, what in zip(where, (told, entrants), strict=True):
        path.write_text(json.dumps(what), "utf-8")
    assert verify(*where, "--hash", before["seed_hash"])[0] == 0
    entrants[1]["won"], entrants[2]["won"] = False, True
    where[1].write_text(json.dumps(entrants), "utf-8")
    code, said_ = verify(*where)
    assert (code, said_.count("is said to have")) == (1, 2)
    assert anybody.get(f"/draw/{round_id + 1}/entrants").status_code == 404


@pytest.mark.parametrize(
    ("given", "zh"),
    [
        ({"closes_at": (NOW - DAY).isoformat()}, "申请截止时间须晚于"),
        ({"pieces": 0}, "试用数量为 0"),
        ({"reward_points": -1}, "报告奖励积分为 -1"),
        ({"chosen_by": NOW.isoformat()}, "公布时间不能早于"),
        ({"reports_until": NOW.isoformat()}, "报告截止时间须晚于"),
        ({"pieces": "two"}, "terms"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_terms_that_cannot_be(asking: Asking, given: dict[str, Any], zh: str) -> None:
    client = asking("trials.read", "trials.manage")
    answer = client.post(URL, json=said(**given))
    assert (answer.status_code, answer.json()["code"]) == (400, "BadInput")
    assert zh in answer.json()["message_zh"] or zh in answer.json()["message"] or given["pieces"] == "two"
    assert client.get(URL).json() == []


def test_a_list_by_its_state(asking: Asking) -> None:
    client = asking("trials.read", "trials.manage")
    ids = [client.post(URL, json=said(name=f"试用 {one}")).json()["id"] for one in range(3)]
    client.post(f"{URL}/{ids[0]}/start")
    assert [one["id"] for one in client.get(URL).json()] == ids[::-1]
    assert [one["id"] for one in client.get(URL, params={"state": "live"}).json()] == ids[:1]
    assert client.post(f"{URL}/{ids[1]}/end", json={"reason": "a mistake"}).json()["state"] == "ended"
    assert client.post(f"{URL}/{ids[1]}/end", json={"reason": ""}).status_code == 400
    assert client.post(f"{URL}/99/start").json()["code"] == "NotFound"
    assert client.get(f"{URL}/{ids[0]}/applications", params={"state": "nonsense"}).status_code == 400
