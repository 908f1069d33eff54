"""A programme from its template to what it brought; one that drives people away; and why somebody did not get it.

The fake WeCom's own staff confirm, and its customers delete them; people buy through the tracking door.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from scripts.pictures import Window
from scripts.stage import Stage
from tests.browser.conftest import Brand
from tests.browser.test_stories import agree, button

from siyu.app import guarding
from siyu.engines import jobs
from siyu.engines.postgres import rows, run

pytestmark = [pytest.mark.timeout(300)]

DAY_AND_NIGHT = {"start": "00:00", "end": "23:59", "purposes": ["marketing"]}
SOON = 120_000.0  # until a rehearsal is over, a crowd is in, and the gate has decided
TALL: Final = {"width": 1280, "height": 1000}
THANKS = "感谢与须知"


def got(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def until(ask: Callable[[], Any], fits: Callable[[Any], bool], within: float) -> Any:
    """What is there once it fits."""
    deadline = time.monotonic() + within
    while not fits(answer := ask()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {within} s: {answer}")  # whole: an assert would shorten it
        time.sleep(0.5)
    return answer


@contextmanager
def by_rules(brand: Brand, **changed: Any) -> Iterator[None]:
    """Other rules of the gate for a while: it may be night, and people of the stage have been reached today."""
    api, place = brand.stage.api, "/api/v1/touch/rules"

    def put(rules: dict[str, Any]) -> None:
        version = got(api.get(place))["version"]
        got(api.put(place, json={"version": version, "rules": rules, "reason": "a story"}))

    before = got(api.get(place))["rules"]
    order = [name for name in before["order"] if name not in ("quiet_hours", "resting")]
    put({**before, "order": order, "budgets": [], **changed})
    try:
        yield
    finally:
        put(before)


def friends(brand: Brand) -> tuple[int, list[int]]:
    """The segment of all friends, and who is in it."""
    segments = got(brand.stage.api.get("/api/v1/segments"))
    (found,) = [one["id"] for one in segments if one["name"] == "全部好友"]
    return found, got(brand.stage.api.get(f"/api/v1/segments/{found}/people", params={"limit": 500}))["customer_ids"]


def definition(brand: Brand, key: str) -> dict[str, Any]:
    """Half of the people are left alone, so that few are enough to see something."""
    templates = {one["key"]: one["definition"] for one in got(brand.stage.api.get("/api/v1/journeys/templates"))}
    made: dict[str, Any] = {**templates["post-purchase"], "name": key, "purpose": "marketing", "start": THANKS}
    made |= {"control_bp": 5000, "control_reason": "演示品牌人数少", "layout": {}}
    steps = {name: step for name, step in made["steps"].items() if name != "等半小时"}
    for step in steps.values():
        if step["kind"] == "send":
            step |= {"wishes": [{"account": brand.stage.wecom, "way": "group_send", "channel": ""}]}
    steps[THANKS] |= {"purpose": None, "valid_for": "2d", "text": f"{key}：感谢您一直以来的支持，本周到店有小礼相送。"}
    return {**made, "steps": steps}


def programme_of(brand: Brand, journey: int) -> int:
    return int(got(brand.stage.api.get(f"/api/v1/journeys/{journey}"))["journey"]["programme_id"])


def touches(brand: Brand, programme: int, state: str) -> list[dict[str, Any]]:
    query: dict[str, str | int] = {"programme_id": programme, "state": state, "limit": 200}
    found: list[dict[str, Any]] = got(brand.stage.api.get("/api/v1/touch/touches", params=query))
    return found


def platform(brand: Brand) -> httpx.Client:
    """The door of who plays the people of the fake WeCom."""
    account = got(brand.stage.api.get(f"/api/v1/channels/accounts/{brand.stage.wecom}"))
    return httpx.Client(base_url=account["settings"]["base_url"], timeout=20, trust_env=False)


def staff_confirm(brand: Brand) -> None:
    """Everybody confirms what WeCom shows them; Siyu looks at once, and not in five minutes."""
    place = f"/api/v1/channels/accounts/{brand.stage.wecom}/tasks"
    with platform(brand) as wecom:
        for task in got(brand.stage.api.get(place)):
            if task["way"] != "group_send" or task["state"] != "open":
                continue
            staff = {one["staff_id"] for one in touched_by(brand, task["handle"])}
            for one in staff:
                wecom.post("/_control/acts/staff_confirms", json={"userid": one, "task_id": task["handle"]})
    with brand.siyu.context() as context, context.database.transaction() as conn:
        run(conn, "UPDATE channels.staff_task SET due_at = now() WHERE state = 'open'")


def touched_by(brand: Brand, handle: str) -> list[dict[str, Any]]:
    with brand.siyu.context() as context, context.database.transaction() as conn:
        found = rows(conn, "SELECT DISTINCT staff_id FROM channels.delivery WHERE handle = :handle", handle=handle)
        return [{"staff_id": row.staff_id} for row in found]


def unread(brand: Brand, wecom: httpx.Client) -> int:
    """What the platform has not told yet, or was told and not read again."""
    waiting = int(got(wecom.get("/_control/callbacks"))["waiting"])
    with brand.siyu.context() as context, context.database.transaction() as conn:
        found = rows(conn, "SELECT 1 FROM channels.reread WHERE account_id = :account", account=brand.stage.wecom)
        return waiting + len(found)


def start(page: Page, segment: int) -> None:
    """Published, started, and everybody of a segment is let in."""
    page.get_by_role("button", name=re.compile(r"^发\s*布$")).click()
    agree(page, "发布")
    expect(page.get_by_text("版本 1").first).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^启\s*动$")).click()
    agree(page, "启动")
    expect(page.get_by_text("运行中").first).to_be_visible()
    page.goto(f"{page.url.partition('?')[0]}?tab=running&segment={segment}")
    button(page, "加入客户")
    agree(page, "加入客户")


def test_from_a_template_to_what_it_brought(owner: Window, brand: Brand) -> None:
    stage = brand.stage
    segment, people = friends(brand)
    with by_rules(brand):
        owner.page.set_viewport_size(TALL)
        page = owner.page
        page.goto("/journeys/templates?key=post-purchase")
        button(page, "使用此模板")
        page.get_by_label("名称", exact=True).fill("购后到店礼")
        page.get_by_label("键", exact=True).fill("care-story")
        agree(page, "购后关怀")
        expect(page).to_have_url(re.compile(r"/journeys/\d+$"))
        journey = int(page.url.rpartition("/")[2])

        # Changed as text, drawn as a canvas.
        text = stage.api.post(
            "/api/v1/journeys/yaml/write",
            json={"key": "care-story", "definition": definition(brand, "购后到店礼")},
        ).text
        page.get_by_role("tab", name="YAML").click()
        page.get_by_role("textbox", name="YAML").fill(text)
        button(page, "应用到画布")
        page.get_by_role("tab", name="画布").click()
        expect(page.get_by_text("检查通过，可以发布")).to_be_visible()
        button(page, "保存草稿")
        expect(page.get_by_text("已保存").first).to_be_visible()

        # Over what really happened: people paid in the last month.
        page.get_by_role("tab", name="演练").click()
        page.get_by_role("spinbutton", name="最多取样人数").fill("12")
        button(page, "开始演练")
        expect(page.get_by_text(re.compile(r"取样 \d+ 人，共 \d+ 人有理由进入"))).to_be_visible(timeout=SOON)
        expect(page.get_by_text("演练无法知道的事")).to_be_visible()
        assert owner.findings() == []

        start(page, segment)
        programme = programme_of(brand, journey)
        waits = until(lambda: touches(brand, programme, "waits_for_staff"), lambda found: len(found) > 20, 90)
        control = [one for one in touches(brand, programme, "dropped") if one["code"] == "control"]
        assert len(waits) + len(control) > len(people) * 0.8

        def confirmed() -> list[dict[str, Any]]:
            staff_confirm(brand)
            time.sleep(1)
            return touches(brand, programme, "sent")

        sent = until(confirmed, lambda found: len(found) >= len(waits), 90)  # few of them are known on the website
        bought = buy(brand, [one["customer_id"] for one in sent])
        assert bought

        lift = f"/api/v1/insight/lift/{programme}"
        brought = until(
            lambda: got(stage.api.get(lift, params={"days": 7})),
            lambda found: any(one["outcome"] == "order" and one["treated"] > 0 for one in found["outcomes"]),
            60,
        )
        assert brought["treated"] >= len(sent)
        assert brought["control"] == len(control)
        page.goto(f"/journeys/{journey}?tab=report&days=7")
        for label, count in (("触达组曝光人数", brought["treated"]), ("对照组曝光人数", brought["control"])):
            card = page.get_by_role("group", name=label, exact=True)
            expect(card.get_by_text(str(count), exact=True)).to_be_visible()
        verdicts = {"more": "有提升", "less": "有下降", "not_enough": "尚不足以下结论"}
        table = page.get_by_role("table").first
        for one in brought["outcomes"]:
            expect(table.get_by_text(verdicts[one["verdict"]]).first).to_be_visible()
        assert owner.findings() == []
        settled(page)
        assert owner.findings() == []
        assert got(api_of(stage, programme))["programme"]["control_bp"] == 2000
        put_in(page, journey, people[0])
        rehearsed_ahead(page, journey, segment)
        assert owner.findings() == []


def api_of(stage: Stage, programme: int) -> httpx.Response:
    return stage.api.get(f"/api/v1/programmes/{programme}")


def decide(page: Page, label: str, reason: str, act: str, set_value: Callable[[Locator], None]) -> None:
    """A change that asks for a reason: refused without one."""
    button(page, label)
    asking = page.get_by_role("dialog")
    set_value(asking)
    yes = asking.get_by_role("button", name=re.compile(r"\s*".join(act)))
    expect(yes).to_be_disabled()
    asking.get_by_label("原因", exact=True).fill(reason)
    yes.click()
    expect(asking).to_be_hidden()


def settled(page: Page) -> None:
    """Another control group, another limit, other costs: on the page of the journey."""
    decide(page, "修改比例", "人数太少", "修改比例", lambda box: box.get_by_label("对照组比例").fill("20"))
    expect(page.get_by_text("新进入的客户中 20% 留作对照组")).to_be_visible()
    decide(page, "守护设置", "先观察一周", "保存", lambda box: box.get_by_label("超过限度时自动停止该项目").click())
    expect(page.get_by_text("已关闭", exact=True)).to_be_visible()
    button(page, "修改成本")
    way = page.get_by_role("combobox", name="添加发送方式")
    way.fill("群发给客户")
    expect(page.locator(".ant-select-item-option-active").last).to_contain_text("群发给客户")
    way.press("Enter")
    page.get_by_label("群发给客户，每次").fill("0.05")
    button(page, "保存")
    expect(page.get_by_text("¥0.05")).to_be_visible()


def put_in(page: Page, journey: int, customer: int) -> None:
    """By their number; who is inside already, and what names nobody, is said."""
    page.goto(f"/journeys/{journey}?tab=running")
    button(page, "加入客户")
    asking = page.get_by_role("dialog")
    asking.get_by_text("个别客户").click()
    asking.get_by_label("客户", exact=True).fill(f"#{customer}\nabc")
    asking.get_by_role("button", name=re.compile(r"^加\s*入$")).click()
    expect(asking.get_by_role("status").get_by_text("1 个标识找不到客户：abc")).to_be_visible()
    asking.get_by_role("button", name=re.compile(r"关\s*闭")).last.click()


def rehearsed_ahead(page: Page, journey: int, segment: int) -> None:
    """What a segment would receive that is to be brought in now."""
    page.goto(f"/journeys/{journey}?tab=rehearsal&segment={segment}")
    page.get_by_text("加入一个人群").click()
    page.get_by_role("spinbutton", name="最多取样人数").fill("8")
    button(page, "开始演练")
    expect(page.get_by_text("加入人群“全部好友”：")).to_be_visible(timeout=SOON)
    expect(page.get_by_text(re.compile(r"取样 8 人，共 \d+ 人有理由进入"))).to_be_visible()


def buy(brand: Brand, customers: list[int]) -> list[int]:
    """They order on the website, where the shop knows them by their accounts."""
    done = []
    for customer in customers:
        known = got(brand.stage.api.get(f"/api/v1/customers/{customer}"))["identifiers"]
        users = [one["value"] for one in known if one["type"] == "user_id" and one["scope"] == str(brand.stage.source)]
        if not users or len(done) == 8:
            continue
        order = {"order_id": f"S-{customer}", "total": 399, "products": [{"sku": "A-1001", "quantity": 1}]}
        who = {"type": "track", "userId": users[0], "messageId": f"buys-{customer}"}
        brand.stage.send({**who, "event": "Order Completed", "properties": order})
        done.append(customer)
    brand.siyu.drain()
    return done


def test_why_somebody_did_not_get_it_for_seven_reasons(owner: Window, brand: Brand) -> None:
    stage, api = brand.stage, brand.stage.api
    _, people = friends(brand)
    everybody = [one["customer_id"] for one in got(api.get("/api/v1/customers", params={"limit": 200}))["customers"]]
    stranger = next(one for one in everybody if one not in people and one != stage.refused)
    left_alone, busy, twice, both, silent, sleeps = [one for one in people if one != stage.refused][:6]
    group_send, kf = ({"account_id": stage.wecom, "way": way} for way in ("group_send", "kf"))

    def offer(customer: int, key: str, **more: Any) -> str:
        body = {
            "key": f"why-{key}",
            "purpose": "marketing",
            "wishes": [group_send],
            "hours": 24,
            "text": f"为什么 {key}",
            **more,
        }
        return str(got(api.post(f"/api/v1/touch/customers/{customer}/touches", json=body))["outcome"])

    owner.page.set_viewport_size(TALL)
    told: set[str] = set()

    def says(code: str, customer: int, sentence: str) -> None:
        """The list of touches names the person and the reason, in words."""
        owner.page.goto(f"/touch?code={code}")
        row = owner.page.get_by_role("row").filter(has=owner.page.get_by_role("link", name=f"#{customer}", exact=True))
        expect(row.filter(has_text=sentence).first).to_be_visible()
        told.add(code)

    budget = [{"name": "day", "hours": 24, "most": 1, "counts": ["marketing"], "obeys": ["marketing"]}]
    with by_rules(brand, budgets=budget):  # what waits is decided again when the rules change
        assert offer(stranger, "stranger") == "drop"
        says("no_relation", stranger, "没有可用于")
        got(api.put(f"/api/v1/touch/customers/{left_alone}/left_alone", json={"for_ever": True, "reason": "客户来电"}))
        assert offer(left_alone, "alone") == "drop"
        says("do_not_disturb", left_alone, "客户已设为免打扰")
        offer(busy, "first")
        assert offer(busy, "second") in {"defer", "drop"}
        says("budget", busy, "上限 1 条")
        assert offer(both, "both", kinds=["red_packet", "coupon"]) == "drop"
        says("exclusion_within", both, "不得同时发送")
    with by_rules(brand):
        assert offer(silent, "silent", wishes=[kf], details={"open_kfid": "kf1"}) == "drop"
        says("no_grant", silent, "须客户先有互动")
        offer(twice, "same", text="同一句话")
        assert offer(twice, "again", text="同一句话") == "drop"
        says("repeated", twice, "收到过相同内容")
    order = [name for name in got(api.get("/api/v1/touch/rules"))["rules"]["order"] if name != "resting"]
    with by_rules(brand, order=order, quiet_hours=DAY_AND_NIGHT):
        assert offer(sleeps, "night", hours=72) == "defer"
        says("quiet_hours", sleeps, "免打扰时段")
    assert len(told) == 7
    assert owner.findings() == []


def test_the_guard_stops_what_drives_people_away(owner: Window, brand: Brand) -> None:
    api = brand.stage.api
    segment, _ = friends(brand)
    with by_rules(brand):
        body = {"key": "harm-story", "definition": definition(brand, "打扰客户的旅程")}
        journey = got(api.post("/api/v1/journeys", json=body))["id"]
        owner.page.set_viewport_size(TALL)
        page = owner.page
        page.goto(f"/journeys/{journey}")
        start(page, segment)
        programme = programme_of(brand, journey)
        found = until(lambda: touches(brand, programme, "waits_for_staff"), lambda found: len(found) > 40, 90)
        with platform(brand) as wecom:
            for one in found[:35]:
                deletes = {"external_userid": one["subject_id"], "userid": one["staff_id"]}
                got(wecom.post("/_control/acts/customer_deletes", json=deletes))
            until(lambda: unread(brand, wecom), lambda left: left == 0, 60)  # the next story counts friends

        def guarded() -> dict[str, Any]:
            brand.siyu.drain()
            with brand.siyu.context() as context, context.database.transaction() as conn:
                jobs.defer(conn, guarding.JOB, {"timestamp": 0})
            time.sleep(2)
            return dict(got(api.get(f"/api/v1/touch/programmes/{programme}/guard")))

        guard = until(guarded, lambda seen: seen["halted_at"] is not None, 150)
        assert "删除好友" in guard["said_zh"]
        page.goto(f"/journeys/{journey}?tab=report")
        expect(page.get_by_text("已因伤害自动停止")).to_be_visible()
        expect(page.get_by_text(guard["said_zh"]).first).to_be_visible()
        assert owner.findings() == []
        page.goto(f"/touch/programmes?programme={programme}")
        expect(page.get_by_text("已被防护停止").first).to_be_visible()
        page.goto(f"/touch?programme={programme}&code=programme_halted")
        assert owner.findings() == []
