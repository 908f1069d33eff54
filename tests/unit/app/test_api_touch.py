"""From a proposal to a friend's screen, and six reasons why somebody else did not get it: through the API, the gate, the
loops of the worker, a fake WeCom and its staff.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.running import hang_up
from tests.unit.app.conftest import Told, order
from tests.unit.channels.wecom.standing import AES_KEY, TOKEN

from siyu.app.acting import Acting
from siyu.app.outward import outward
from siyu.app.touching import Touching
from siyu.channels import registry
from siyu.channels import service as channels
from siyu.channels.registry import Plugins
from siyu.channels.service import Desk
from siyu.channels.types import Account
from siyu.channels.wecom import Wecom
from siyu.customers import service as customers
from siyu.customers.types import ConsentChange
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.experiments import service as experiments
from siyu.experiments.types import Programme
from siyu.identity import service as identity
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import app as fake
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp
from siyu.rehearsal.platforms.wecom.types import Follow
from siyu.timeline import service as timeline
from siyu.touch import service as touch
from siyu.touch.types import Message, Proposal, Wish

Asking = Callable[..., TestClient]
DAY, HOUR, MINUTE = timedelta(1), timedelta(hours=1), timedelta(minutes=1)
URL = "/api/v1/touch"


@pytest.fixture
def corp(clock: ManualClock) -> Corp:
    made = world.build(clock, staff=6, follows=60, groups=2)
    for staff in made.state.staff.values():
        staff.forgets = 1.0  # until they are told to confirm
    return made


@pytest.fixture
def account(database: Database, clock: ManualClock, corp: Corp, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"wecom": Wecom}, ()))
    with serving(fake.create_app(corp)) as url:
        values = {
            "corp_id": corp.corp_id, "agent_id": "1000002", "secret": DEFAULT_SECRET,
            "callback_token": TOKEN, "encoding_aes_key": AES_KEY, "base_url": url,
        }  # fmt: skip
        with database.transaction() as conn:
            made = channels.connect_account(
                conn, access.system("tests"), channel="wecom", values=values, now=clock.now()
            )
        channel = channels.open_account(database, made, clock, outward())
        with database.transaction() as conn:
            for piece, _ in channel.walk(""):
                channels.mirror(conn, made, piece, clock.now())
        yield made
        hang_up()


class Story:
    """The worker's loops, and what the story asks again and again."""

    def __init__(
        self, database: Database, clock: ManualClock, corp: Corp, account: Account, client: TestClient
    ) -> None:
        self.database, self.clock, self.corp, self.account, self.client = database, clock, corp, account, client
        desk = Desk(database, clock, lambda one: channels.open_account(database, one, clock, outward()))
        self.desk, self.acting, self.touching = desk, Acting(desk), Touching(database, clock)

    def work(self) -> None:
        while self.acting.run_once() or self.touching.hear_once() or self.touching.decide_once():
            pass

    def done(self, act: Callable[..., Any]) -> Any:
        with self.database.transaction() as conn:
            return act(conn)

    def friends(self) -> list[tuple[int, Follow]]:
        """Customers with the only member of staff whom they have."""
        ties = {
            one.external_userid: one
            for userid, follows in sorted(self.corp.state.follows.items())
            for one in follows.values()
            if self.corp.seen(userid)
            and self.corp.state.staff[userid].status == 1
            and self.corp.state.staff[userid].serves
            and not one.gone
            and len(self.corp.followers(one.external_userid)) == 1
        }
        scope = self.account.external_id
        owners = self.done(lambda conn: identity.owners_of(conn, "external_userid", scope, sorted(ties)))
        return [(owners[one], tie) for one, tie in sorted(ties.items()) if one in owners]

    def start(self, key: str, control_bp: int) -> Programme:
        made: Programme = self.done(
            lambda conn: experiments.start_programme(
                conn, key=key, kind="journey", name=key, actor="operator:1", now=self.clock.now(),
                control_bp=control_bp, reason="a story",
            )
        )  # fmt: skip
        return made

    def propose(self, programme: Programme, customer_id: int, key: str, text: str = "春茶上市") -> None:
        proposal = Proposal(
            key=key,
            programme_id=programme.id,
            customer_id=customer_id,
            purpose="marketing",
            message=Message(text),
            wishes=(Wish(self.account.id, "group_send"),),
            value_fen=100,
            valid_until=self.clock.now() + 3 * DAY,
        )
        self.done(lambda conn: touch.propose(conn, [proposal], self.clock.now()))

    def why(self, customer_id: int) -> tuple[str, str, str]:
        """State, code, and the Chinese sentence of the newest touch of a person, as their page shows it."""
        found = self.client.get(f"{URL}/customers/{customer_id}").json()["touches"][0]
        said = [one["zh"] for one in found["decisions"][-1]["reasons"] if one["code"] == found["code"]]
        return found["state"], found["code"], said[0] if said else ""

    def told(self, customer_id: int) -> list[str]:
        found = self.done(lambda conn: timeline.tail(conn, after=0, most=10_000)).facts
        return [one.kind for one in found if one.customer_id == customer_id and one.kind.startswith("touch.")]


@pytest.fixture
def story(database: Database, clock: ManualClock, corp: Corp, account: Account, asking: Asking, tell: Told) -> Story:
    tell()  # the friends whom the mirror told of
    return Story(database, clock, corp, account, asking("touch.read", "touch.manage", "touch.complaints", "audit.read"))


def test_a_friend_gets_it_when_the_member_of_staff_confirms(story: Story, corp: Corp, clock: ManualClock) -> None:
    customer_id, tie = story.friends()[0]
    asked = {
        "key": "welcome-1", "purpose": "service", "text": "王姐，茶到店了",
        "wishes": [{"account_id": story.account.id, "way": "group_send"}],
    }  # fmt: skip
    place = f"{URL}/customers/{customer_id}/touches"
    first = story.client.post(place, json=asked)
    assert (first.status_code, first.json()["outcome"], first.json()["reasons"]) == (200, "send", [])
    assert story.client.post(place, json=asked).json() == first.json()
    assert story.client.post(place, json={**asked, "text": "别的"}).status_code == 409
    story.work()
    (send,) = corp.state.sends.values()
    assert story.why(customer_id) == ("waits_for_staff", "", "")
    clock.advance(5 * HOUR)
    assert touch.look_after_staff(story.desk) == 0  # nine in the evening: staff have peace too
    clock.advance(13 * HOUR)
    assert touch.look_after_staff(story.desk) == 1
    assert touch.look_after_staff(story.desk) == 0
    corp.staff_confirms(tie.userid, send.msgid)
    clock.advance(2 * HOUR)
    story.work()
    assert story.why(customer_id) == ("sent", "", "")
    assert story.told(customer_id) == ["touch.sent"]
    assert len(corp.state.sends) == 1


def test_a_complaint_is_written_down_once(
    story: Story, corp: Corp, clock: ManualClock, asking: Asking, database: Database
) -> None:
    (customer_id, tie), (other, _), *_ = story.friends()
    programme = story.start("journey:complaints", 0)
    story.propose(programme, customer_id, "complaint-1")
    story.work()
    (touched,) = story.client.get(f"{URL}/customers/{customer_id}").json()["touches"]
    place = f"{URL}/customers/{customer_id}/complaints"
    body = {"key": "request-1", "touch_id": touched["id"], "reason": "来电说太打扰了"}
    early = story.client.post(place, json=body)
    assert (early.status_code, early.json()["code"]) == (409, "Conflict")  # nobody has confirmed yet
    (send,) = corp.state.sends.values()
    corp.staff_confirms(tie.userid, send.msgid)
    clock.advance(2 * HOUR)
    story.work()
    first = story.client.post(place, json=body)
    assert (first.status_code, first.json()["touch_id"]) == (200, touched["id"])
    again = story.client.post(place, json={**body, "key": "request-2", "reason": "又来电"})
    assert again.json() == first.json()  # the same touch is complained about once
    (shown,) = story.client.get(f"{URL}/customers/{customer_id}").json()["touches"]
    assert shown["complained_at"] == first.json()["at"]
    general = {"key": "request-3", "reason": "在门店抱怨群发太多"}
    for _ in range(2):
        assert story.client.post(place, json=general).json()["touch_id"] is None
    assert story.told(customer_id) == ["touch.sent", "touch.complained", "touch.complained"]
    elsewhere = story.client.post(f"{URL}/customers/{other}/complaints", json=general)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "IdempotencyMismatch")
    foreign = story.client.post(f"{URL}/customers/{other}/complaints", json=body)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "NotFound")
    told = story.client.get("/api/v1/audit", params={"action": "touch.complaint_noted"}).json()["items"]
    assert [one["details"]["reason"] for one in told] == ["在门店抱怨群发太多", "来电说太打扰了"]
    refused = asking("touch.read", "touch.manage").post(place, json=general)
    assert (refused.status_code, refused.json()["code"]) == (403, "NotAllowed")


def test_six_reasons_why_somebody_did_not_get_it(story: Story, clock: ManualClock, tell: Told) -> None:
    everybody = story.start("journey:1", 0)
    (no, _), (twice, _), (evening, _), (rich, _), *others = story.friends()
    change = ConsentChange(no, "all", "marketing", "denied", clock.now(), "tests")
    story.done(lambda conn: customers.change_consents(conn, [change], clock.now()))
    story.propose(everybody, no, "1")
    assert story.why(no) == ("dropped", "consent_denied", "客户已拒绝通过“wecom”接收“marketing”类消息。")

    tell(order("b1", "o1", clock.now(), 1000))
    (stranger,) = story.done(lambda conn: identity.find(conn, "b1"))
    story.propose(everybody, stranger.customer_id, "2")
    assert story.why(stranger.customer_id)[:2] == ("dropped", "no_relation")

    story.propose(everybody, twice, "3")
    story.propose(everybody, twice, "4")
    assert story.why(twice)[:2] == ("dropped", "repeated")

    story.propose(everybody, rich, "5")
    story.propose(everybody, rich, "6", "另一波")
    assert story.why(rich) == ("waiting", "budget", "客户在 24 小时内已收到 1 条，上限 1 条。")

    half = story.start("journey:2", 9000)
    for number, (customer_id, _) in enumerate(others):
        story.propose(half, customer_id, f"half:{number}")
    controls = [one for one, _ in others if story.why(one)[1] == "control"]
    assert len(others) * 0.6 < len(controls) < len(others)
    assert story.why(controls[0]) == ("dropped", "control", "客户属于该项目的对照组。")
    assert story.told(controls[0]) == []

    clock.advance(6 * HOUR)  # ten in the evening
    story.propose(everybody, evening, "7")
    assert story.why(evening) == ("waiting", "quiet_hours", "客户当地时间处于 21:00 至 09:00 的免打扰时段。")
    page = story.client.get(f"{URL}/customers/{evening}").json()
    assert [one["due_at"] for one in page["planned"]] == ["2026-03-02T01:00:00Z"]

    assert {one: story.told(one) for one in (no, twice)} == {no: ["touch.dropped"], twice: ["touch.dropped"]}
    counts = story.client.get(f"{URL}/programmes/{everybody.id}").json()["counts"]
    assert {(one["state"], one["code"], one["count"]) for one in counts} >= {
        ("dropped", "no_relation", 1), ("waiting", "budget", 1), ("queued", "", 2)
    }  # fmt: skip
    dropped = story.client.get(f"{URL}/touches", params={"state": "dropped", "code": "repeated"}).json()
    assert [one["key"] for one in dropped] == ["4"]
    later = {"since": "2026-03-01T14:00:00Z", "programme_id": everybody.id}
    assert [one["key"] for one in story.client.get(f"{URL}/touches", params=later).json()] == ["7"]
    earlier = {"until": "2026-03-01T14:00:00Z", "account_id": story.account.id, "programme_id": everybody.id}
    assert {one["key"] for one in story.client.get(f"{URL}/touches", params=earlier).json()} == {"3", "5"}
    lines = story.client.get(f"{URL}/programmes").json()
    assert [(one["key"], one["control_bp"], one["state"]) for one in lines] == [
        ("journey:2", 9000, "running"), ("journey:1", 0, "running")
    ]  # fmt: skip


def test_a_programme_that_is_paused_holds_and_goes_on(story: Story, corp: Corp) -> None:
    programme = story.start("journey:1", 0)
    (one, _), *_ = story.friends()
    place = f"{URL}/programmes/{programme.id}"
    assert story.client.post(f"{place}/pause", json={"reason": "a"}).status_code == 400
    assert story.client.post(f"{place}/pause", json={"reason": "看一看"}).status_code == 204
    story.propose(programme, one, "1")
    story.work()
    assert (story.why(one)[:2], corp.state.sends) == (("waiting", "programme_paused"), {})
    assert story.client.get(place).json()["state"] == "paused"
    (line,) = story.client.get(f"{URL}/programmes").json()
    assert (line["state"], line["reason"]) == ("paused", "看一看")
    assert story.client.post(f"{place}/resume", json={"reason": "看过了"}).status_code == 204
    story.work()
    assert story.why(one)[0] == "waits_for_staff"
    assert story.client.post(f"{URL}/programmes/99/pause", json={"reason": "none"}).status_code == 404


def test_rules_are_changed_with_a_reason_and_hold_at_once(story: Story, asking: Asking) -> None:
    programme = story.start("journey:1", 0)
    (one, _), *_ = story.friends()
    story.propose(programme, one, "1")
    story.propose(programme, one, "2", "另一波")
    assert story.why(one)[1] == "budget"
    before = story.client.get(f"{URL}/rules").json()
    wanted = {"version": before["version"], "rules": {**before["rules"], "budgets": []}, "reason": "双十一"}
    changed = story.client.put(f"{URL}/rules", json=wanted)
    assert (changed.status_code, changed.json()["reason"]) == (200, "双十一")
    assert story.client.put(f"{URL}/rules", json=wanted).status_code == 409
    story.work()
    assert story.why(one)[0] == "waits_for_staff"
    assert [each["version"] for each in story.client.get(f"{URL}/rules/versions").json()] == [
        before["version"] + 1, before["version"]
    ]  # fmt: skip
    assert asking("touch.read").put(f"{URL}/rules", json=wanted).status_code == 403


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"order": ["valid", "programme", "consent", "relation", "quota"]}, "control"),
        ({"order": ["valid", "programme", "consent", "relation", "control", "quota", "budget"]}, "last"),
        ({"order": ["valid", "programme", "relation", "consent", "control", "quota"]}, "before"),
        ({"order": ["valid", "valid", "programme", "relation", "consent", "control", "quota"]}, "twice"),
        ({"quiet_hours": {"start": "25:00"}}, "quiet_hours"),
        ({"exclusions": [{"kinds": ["coupon"], "days": 1}]}, "exclusions"),
        ({"budgets": [{"name": "a", "hours": 24, "most": 5}, {"name": "b", "hours": 48, "most": 2}]}, "never matters"),
        ({"budgets": [{"name": "a", "hours": 24, "most": 1}, {"name": "a", "hours": 48, "most": 2}]}, "names"),
        ({"fun": True}, "fun"),
    ],
)
def test_rules_that_make_no_sense_are_refused_with_what_to_change(
    asking: Asking, rules: dict[str, object], said: str
) -> None:
    client = asking("touch.read", "touch.manage")
    version = client.get(f"{URL}/rules").json()["version"]
    answer = client.put(f"{URL}/rules", json={"version": version, "rules": rules, "reason": "a test"})
    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert answer.json()["message_zh"]
    assert client.get(f"{URL}/rules").json()["version"] == version


def test_somebody_who_asked_for_peace_is_left_alone(story: Story) -> None:
    (one, _), *_ = story.friends()
    place = f"{URL}/customers/{one}/left_alone"
    assert story.client.put(place, json={"for_ever": True, "reason": "客户要求"}).status_code == 204
    story.propose(story.start("journey:1", 0), one, "1")
    assert story.why(one) == ("dropped", "do_not_disturb", "客户已设为免打扰。")
    assert story.client.get(f"{URL}/customers/{one}").json()["left_alone_because"] == "客户要求"
    assert story.client.put(f"{URL}/customers/987654/left_alone", json={"reason": "nobody"}).status_code == 404
