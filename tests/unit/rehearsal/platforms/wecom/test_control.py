"""The door for who plays the customers."""

import httpx
import pytest
from tests.unit.rehearsal.platforms.conftest import Ask

from siyu.rehearsal.platforms.wecom import control
from siyu.rehearsal.platforms.wecom.fake import Corp

AES = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


def test_how_much_happens_by_itself(corp: Corp, web: httpx.Client) -> None:
    assert web.put("/_control/pace", json={"acts_per_minute": 4}).json() == {"acts_per_minute": 4.0}
    assert web.get("/_control/state").json()["acts_per_minute"] == corp.acts_per_minute == 4
    for wrong in (-1, 61, "often", True, None):
        answer = web.put("/_control/pace", json={"acts_per_minute": wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, "BadInput")
    assert corp.acts_per_minute == 4


def test_the_page_names_every_act(web: httpx.Client) -> None:
    page = web.get("/_control", follow_redirects=True)
    assert page.headers["content-type"].startswith("text/html")
    for name in control.ACTS:
        assert f"<code>{name}</code>" in page.text


def test_every_act_says_what_it_does(corp: Corp) -> None:
    assert [name for name in control.ACTS if not getattr(corp, name).__doc__] == []


def test_a_customer_scans_a_code(web: httpx.Client, ask: Ask, corp: Corp) -> None:
    way = ask("externalcontact/add_contact_way", type=1, scene=2, user=["staff0001"], state="s")["config_id"]
    person = web.post("/_control/acts/new_person", json={"name": "访客"}).json()["result"]["external_userid"]
    scanned = web.post("/_control/acts/customer_scans", json={"external_userid": person, "config_id": way}).json()
    assert scanned["result"][0] == "staff0001"
    assert corp.follow("staff0001", person).state == "s"
    truth = web.get("/_control/truth").json()
    assert person in {one["external_userid"] for one in truth["follows"]}
    web.post("/_control/acts/customer_deletes", json={"external_userid": person, "userid": "staff0001"})
    assert corp.follow("staff0001", person).gone


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("acts/nothing", {}, 404),
        ("acts/save", {}, 404),  # no act, though there is such a method
        ("acts/customer_adds", {"external_userid": "none", "userid": "staff0001"}, 404),
        ("acts/customer_adds", {"userid": "staff0001"}, 400),
        ("acts/customer_adds", {"external_userid": 5, "userid": []}, 400),
        ("acts/staff_writes", {"userid": "staff0001", "external_userid": "x", "createtime": "y"}, 400),
        ("acts/group_is_made", {"owner": "staff0001", "members": 5}, 400),
        ("acts/new_person", {"type": 9}, 400),
    ],
)
def test_bad_input_is_a_clear_error(web: httpx.Client, path: str, body: dict[str, object], status: int) -> None:
    answer = web.post(f"/_control/{path}", json=body)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert answer.json()["message_zh"]
    assert web.post(f"/_control/{path}", content=b"{").status_code == 400


def test_faults_are_turned_one_by_one(web: httpx.Client, corp: Corp) -> None:
    assert web.put("/_control/faults", json={"lost": 0.5}).json()["lost"] == 0.5
    refusals = [{"errcode": 45009, "path": "externalcontact/list"}]
    assert web.put("/_control/faults", json={"refusals": refusals}).status_code == 200
    assert (corp.faults.lost, corp.faults.refusals[0].errcode) == (0.5, 45009)
    for wrong in ({"lost": 2}, {"lost": "much"}, {"nothing": 1}, {"refusals": [{}]}, {"spoiled": "all"}):
        assert web.put("/_control/faults", json=wrong).status_code == 400
    assert corp.faults.lost == 0.5


def test_the_receiver_is_verified(web: httpx.Client, corp: Corp, url: str) -> None:
    wrong = {"url": f"{url}/nothing", "token": "t", "aes_key": AES}
    assert web.put("/_control/callback", json=wrong).json()["verified"] is False
    assert web.put("/_control/callback", json={**wrong, "aes_key": "short"}).status_code == 400
    assert web.put("/_control/callback", json={**wrong, "url": "x"}).status_code == 400
    assert web.put("/_control/callback", json={"url": ""}).json()["verified"] is False
    assert corp.receiver is None
    assert web.get("/_control/callbacks").json()["sent"] == []


def test_time_and_tokens(web: httpx.Client, corp: Corp) -> None:
    assert web.post("/_control/tick").json()["staff"] == 5
    assert web.post("/_control/tokens/die").status_code == 200
    assert web.get("/_control/state").json()["corp_id"] == corp.corp_id
    assert web.get("/_control/welcomes").json() == []
