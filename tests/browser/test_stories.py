"""What operators do in the console, as they do it: by what they read there."""

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from scripts.pictures import Window
from scripts.stage import PASSWORD
from tests.browser.conftest import Brand, Open
from tests.running import begin, end, free_port
from tests.stories.speaking import eventually

from siyu.engines.postgres import run
from siyu.identity.types import IdentifierClaim
from siyu.intake import service as intake
from siyu.intake.types import Lane, Message

pytestmark = [pytest.mark.timeout(180)]

FIRST_OWNER = re.compile(r"http://\S+/first-owner#token=\S+(?=\n)")
FULL_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def button(page: Page | Locator, text: str) -> None:
    """A button by its words; antd puts a space between two Chinese characters."""
    pattern = r"\s*".join(re.escape(letter) for letter in text)
    page.get_by_role("button", name=re.compile(pattern)).first.click()


def agree(page: Page, title: str) -> None:
    """Yes, in the dialog that asks. By its title: on a busy machine the one before may still be closing."""
    page.get_by_role("dialog", name=title).get_by_role("button").last.click()


def test_first_start(opened: Open, tmp_path: Path) -> None:
    """The link of the first start makes the owner, who then sees the overview of a brand without customers."""
    siyu = begin(tmp_path, free_port(), COLUMNS="400")
    try:
        link = eventually(lambda: FIRST_OWNER.findall((tmp_path / "siyu.log").read_text("utf-8")), bool)[0]
        window = opened(siyu.url)
        page = window.page
        page.goto(link)
        page.get_by_label("账号").fill("boss")
        for box in page.locator("input[type=password]").all():  # the password, and the same again
            box.fill("a-good-password")
        page.get_by_label("姓名").fill("老板")
        button(page, "创建并登录")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page).not_to_have_url(re.compile("first-owner"))
        page.goto("/overview")
        window.still()
        # Another day, another browser: the name and the password are enough.
        later = opened(siyu.url)
        later.sign_in("boss", "a-good-password")
        for each in (window, later):
            each.page.goto("about:blank")  # else they would complain that their Siyu is gone
    finally:
        end(siyu)


def test_a_broken_file_is_imported_and_what_was_wrong_is_fetched(
    owner: Window, broken_file: Path, tmp_path: Path
) -> None:
    page = owner.page
    page.goto("/imports/new")
    page.locator("input[type=file]").set_input_files(broken_file)
    expect(page).to_have_url(re.compile(r"/imports/new/[^/]+$"))
    expect(page.get_by_text("未能识别此文件")).to_be_visible()
    page.goto(f"{page.url}/preview?kind=orders&mapping=till")
    expect(page.get_by_text("试运行").first).to_be_visible()
    owner.still()
    button(page, "开始导入")
    expect(page).to_have_url(re.compile(r"/imports/\d+$"), timeout=30_000)
    expect(page.get_by_text("已完成").first).to_be_visible(timeout=30_000)
    with page.expect_download() as fetched:
        page.get_by_text("下载被拒的行").first.click()
    target = tmp_path / "rejects.csv"
    fetched.value.save_as(target)
    text = target.read_text("utf-8-sig")
    assert "昨天下午" in text
    assert "很多" in text
    assert "B-1" not in text


def test_somebody_wrongly_merged_is_found_and_split(owner: Window, brand: Brand) -> None:
    """A shared tablet made two people one: their identifiers tell who is who, and the split gives one of them back."""
    stage, page = brand.stage, owner.page
    for user, phone in (("split-a", "13900010001"), ("split-b", "13900010002")):
        traits = {"phone": phone, "name": f"{user} 王"}
        stage.send({"type": "identify", "userId": user, "messageId": f"id-{user}", "traits": traits})
    brand.siyu.drain()
    one, other = (
        stage.api.get("/api/v1/customers/find", params={"value": phone}).json()["customers"][0]
        for phone in ("13900010001", "13900010002")
    )
    both = {"customer_id": one, "other_id": other, "reason": "同一台平板"}
    merged = stage.api.post("/api/v1/customers/merge", json=both)
    assert merged.is_success, merged.text

    page.goto("/customers")
    page.get_by_placeholder(re.compile("姓名、手机号")).fill("13900010002")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("[?&]q=13900010002"))
    owner.still()
    page.get_by_role("link", name=re.compile("王|\\*")).first.click()
    expect(page).to_have_url(re.compile(r"/customers/\d+"))
    where = page.url.split("?")[0]
    page.goto(f"{where}/graph")
    expect(page.get_by_text("split-b").first).to_be_visible()
    page.goto(f"{where}/split")
    for value in ("split-b", "139****0002"):
        box = page.get_by_role("row", name=re.compile(re.escape(value))).get_by_role("checkbox")
        box.click()  # its state goes by way of the address
        expect(box).to_be_checked()
    expect(page.get_by_text("拆分预览")).to_be_visible()
    button(page, "确认拆分")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").first.fill("两位不同的客户")
    agree(page, "确认拆分")
    expect(page).not_to_have_url(re.compile("/split"))
    page.goto(f"{page.url}/graph")
    expect(page.get_by_text("split-b").first).to_be_visible()
    expect(page.get_by_text("139****0002").first).to_be_visible()
    found = [
        stage.api.get("/api/v1/customers/find", params={"value": phone}).json()["customers"]
        for phone in ("13900010001", "13900010002")
    ]
    assert found[0] != found[1]


def test_a_dead_letter_is_replayed_after_the_mend(owner: Window, brand: Brand) -> None:
    now = datetime.now(UTC)
    payload = {
        "platform": "generic",
        "shop": "unlucky",
        "order_no": "L-1",
        "status": "paid",
        "paid_fen": 1250,
        "lines": [],
    }
    claims = (IdentifierClaim("user_id", str(brand.stage.source), "letter-writer"),)
    unlucky = [
        Message(
            "order", brand.stage.source, f"browser-unlucky-{order}", now, now, claims, {**payload, "order_no": order}
        )
        for order in ("first", "second", "third")
    ]
    guard = "ALTER TABLE commerce.order_header ADD CONSTRAINT broken CHECK (shop <> 'unlucky') NOT VALID"
    page = owner.page
    with brand.siyu.context() as context:
        with context.database.transaction() as conn:
            run(conn, guard)
        try:
            with context.database.transaction() as conn:
                intake.put(conn, Lane.LIVE, unlucky)
            brand.siyu.drain()
            page.goto("/sources/dead-letters")
            kind = page.get_by_role("table", name="按原因").get_by_role("row", name=re.compile("CheckViolation"))
            expect(kind).to_contain_text("3")
            kind.get_by_role("link").click()
            letters = page.get_by_role("table", name="死信列表").get_by_role("row", name=re.compile("CheckViolation"))
            expect(letters).to_have_count(3)
        finally:
            with context.database.transaction() as conn:
                run(conn, "ALTER TABLE commerce.order_header DROP CONSTRAINT broken")
    letters.first.get_by_role("checkbox").check()
    button(page, "重放所选")
    agree(page, "重放死信")
    expect(letters).to_have_count(2)
    expect(kind).to_contain_text("2")
    kind.get_by_role("button", name=re.compile(r"重\s*放")).click()  # all of the kind: a job does it
    agree(page, "重放 2 条死信")
    expect(kind).to_have_count(0)
    brand.siyu.drain()
    assert len(brand.siyu.facts("kind = 'order.paid' AND startsWith(message_id, 'browser-unlucky')")) == 3


def test_an_analyst_sees_no_phone(opened: Open, brand: Brand) -> None:
    """Neither on a page nor in any answer that a page is given."""
    window = opened(brand.stage.url)
    answers: list[str] = []
    window.page.on(
        "response",
        lambda answer: answers.append(answer.text()) if "json" in answer.headers.get("content-type", "") else None,
    )
    window.sign_in("zhouyi", PASSWORD)
    page = window.page
    customer = f"/customers/{brand.stage.customer}"
    for path in ("/customers", customer, f"{customer}/graph", f"{customer}/timeline", f"{customer}/orders"):
        page.goto(path)
        window.still()
        assert not FULL_PHONE.search(page.locator("body").inner_text()), path
        expect(page.get_by_role("button", name=re.compile("^\\s*显\\s*示"))).to_have_count(0)
    shown = [phone for text in answers for phone in re.findall(r'"\+?(?:86)?(1[3-9]\d{9})"', text)]
    assert shown == []
    page.goto("/team/audit")
    expect(page.get_by_text("没有权限").first).to_be_visible()


def test_both_languages_without_a_reload(owner: Window) -> None:
    page = owner.page
    page.goto("/customers")
    owner.still()
    page.evaluate("() => { window.sameDocument = true }")
    expect(page.get_by_role("heading", level=1)).to_have_text("客户")
    button(page, "English")
    expect(page.get_by_role("heading", level=1)).to_have_text("Customers")
    assert page.locator("html").get_attribute("lang") == "en"
    button(page, "中文")
    expect(page.get_by_role("heading", level=1)).to_have_text("客户")
    assert page.evaluate("() => window.sameDocument") is True


def test_dark_mode(owner: Window) -> None:
    page = owner.page
    page.goto("/overview")
    owner.still()
    before = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    choose(page, "外观", "深色")
    page.wait_for_function(f"() => getComputedStyle(document.body).backgroundColor !== '{before}'")
    red, green, blue = map(
        int, re.findall(r"\d+", page.evaluate("() => getComputedStyle(document.body).backgroundColor"))[:3]
    )
    assert max(red, green, blue) < 60
    owner.still()
    assert owner.findings() == []


def choose(page: Page, menu: str, entry: str) -> None:
    page.get_by_role("button", name=re.compile(menu)).first.click()
    # By the keyboard: on a busy machine a menu still moves to its place under a mouse button that is down.
    page.get_by_role("menuitem", name=entry).or_(page.get_by_role("menuitemradio", name=entry)).first.press("Enter")
    expect(page.get_by_role("button", name=f"{menu}: {entry}")).to_be_visible()


def test_with_the_keyboard_only(opened: Open, brand: Brand) -> None:
    """Sign in, and reach a customer."""
    page = opened(brand.stage.url).page
    page.goto("/sign-in")
    page.get_by_label("账号").focus()
    page.keyboard.type("linyue")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("sign-in"))
    page.goto("/customers")
    expect(page.get_by_role("link", name=re.compile(r"\*")).first).to_be_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if re.search(r"/customers/\d+", page.evaluate("() => document.activeElement.getAttribute('href') ?? ''")):
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/customers/\d+"))


def test_from_a_cohort_cell_to_its_people_to_an_export(owner: Window, brand: Brand) -> None:
    page = owner.page
    page.goto(f"/insight/retention?cell={brand.stage.cell}")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_be_visible()
    owner.still()
    start, period = brand.stage.cell.rsplit(".", 1)
    told = brand.stage.api.get("/api/v1/insight/retention", params={"period": "month"}).json()
    cohort = next(one for one in told["cohorts"] if one["start"] == start)
    people = drawer.locator("tbody tr[data-row-key]")
    expect(people).to_have_count(cohort["active"][int(period)])
    shown = {row.get_attribute("data-row-key") for row in people.all()}
    drawer.get_by_role("button", name="导出这些客户").click()
    with page.expect_download() as got:
        drawer.get_by_role("link", name="下载导出文件").click()
    lines = list(csv.DictReader(got.value.path().read_text("utf-8-sig").splitlines()))
    assert len(lines) == cohort["active"][int(period)] > 0
    assert {line["客户编号"] for line in lines} == shown
