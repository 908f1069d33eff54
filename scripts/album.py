"""The pictures of the docs: of which pages, and what is done there before one is taken."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from scripts.stage import Stage

WIDTH, HEIGHT, TABLET = 1280, 800, 820


@dataclass(frozen=True)
class Picture:
    """One picture of the docs: where, and what is done there first.

    Attributes:
        path: address, from what the demo brand holds.
        act: what has to be done on the page before; what an address can say, the address says.
    """

    name: str
    path: Callable[[Stage], str]
    act: Callable[[Page, Stage], None] | None = None
    dark: bool = False
    width: int = WIDTH
    height: int = HEIGHT
    signed_in: bool = True


def _at(path: str) -> Callable[[Stage], str]:
    return lambda stage: path.format(**vars(stage))


def _upload(attribute: str) -> Callable[[Page, Stage], None]:
    """Hand a file of the stage to the wizard, and wait for the step after it."""

    def act(page: Page, stage: Stage) -> None:
        page.locator("input[type=file]").set_input_files(getattr(stage, attribute))
        page.wait_for_url(re.compile(r"/imports/new/.+"))

    return act


def _then(first: Callable[[Page, Stage], None], path: str) -> Callable[[Page, Stage], None]:
    """After ``first``, an address below the one that has been reached."""

    def act(page: Page, stage: Stage) -> None:
        first(page, stage)
        page.goto(f"{page.url}/{path}")

    return act


def _send(page: Page, stage: Stage) -> None:
    """Events while somebody watches."""
    page.wait_for_timeout(1000)  # the stream has to be open; what came before shows without its time
    stage.send_some()
    page.wait_for_timeout(1500)


def _watch(page: Page, stage: Stage) -> None:
    """The end of the page, while something happens."""
    _send(page, stage)
    page.locator("main").evaluate("(it) => it.scrollTo(0, it.scrollHeight)")


def _counted(page: Page, _: Stage) -> None:
    """A rule's size, which comes half a second after the rule."""
    page.locator("[aria-live] .ant-progress").wait_for()


def _previewed(page: Page, _: Stage) -> None:
    """A script as somebody gets it."""
    page.get_by_role("combobox").first.click()
    option = page.locator(".ant-select-item-option:visible").first
    option.wait_for()
    option.dispatch_event("click")
    page.get_by_role("status").first.wait_for()


def _putting_in(page: Page, stage: Stage) -> None:
    """Customers by their numbers, as they are about to be put into a journey."""
    page.locator("main .ant-btn-primary").last.click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".ant-segmented-item").last.click()
    dialog.locator("textarea").fill(f"#{stage.customer}\n#{stage.friend}")


def _asked(page: Page, _: Stage) -> None:
    """The last button of the page's form before its reason: what the rules would do."""
    page.locator("main .ant-card").last.locator("button").last.click()
    page.locator("[aria-live] table").first.wait_for()
    page.locator("main .ant-card").last.evaluate("(it) => it.scrollIntoView()")


def _friends(stage: Stage) -> str:
    """Somebody who brought friends, whom a segment finds."""
    rule = {"condition": "did", "fact": {"kind": "member.invited"}}
    wanted = {"name": "带来好友的会员", "rule": {"version": 1, "rule": rule}}
    made = stage.api.post("/api/v1/segments", json=wanted)
    if made.is_success:
        stage.inviters = made.json()["id"]
    while not (found := stage.api.get(f"/api/v1/segments/{stage.inviters}/people").json().get("customer_ids")):
        time.sleep(0.5)
    return f"/customers/{found[0]}"


def _to_friends(page: Page, _: Stage) -> None:
    page.locator(
        ".ant-card", has=page.get_by_role("heading", name=re.compile("^(邀请|Friends|Invit|Who)"))
    ).last.evaluate("(it) => it.scrollIntoView({ block: 'center' })")


_TILL, _SHOP = _upload("till_file"), _upload("export_file")
PICTURES = (
    Picture("sign-in", _at("/sign-in"), signed_in=False, height=600),
    Picture("overview", _at("/overview"), height=1000),
    Picture("overview-dark", _at("/overview"), dark=True),
    Picture("overview-tablet", _at("/overview"), width=TABLET, height=1100),
    Picture("overview-ladder", _at("/overview"), _watch, height=900),
    Picture("customers", _at("/customers?sort=-value")),
    Picture("customers-export", _at("/customers?layer=3&exports=open")),
    Picture("customer", _at("/customers/{customer}"), height=1000),
    Picture("customer-orders", _at("/customers/{customer}/orders"), height=640),
    Picture("customer-timeline", _at("/customers/{customer}/timeline")),
    Picture("customer-graph", _at("/customers/{customer}/graph")),
    Picture("customer-split", _at("/customers/{customer}/split?leaving={leaving}")),
    Picture("customer-touches", _at("/customers/{refused}/touches"), height=640),
    Picture("segments", _at("/segments"), height=560),
    Picture("segment-new", _at("/segments/{segments[0]}/edit"), _counted, height=760),
    Picture("segment", _at("/segments/{moved}"), height=1100),
    Picture("segment-sets", _at("/segments/sets?of={segments[0]},{segments[1]},{segments[2]}"), height=900),
    Picture("touches", _at("/touch"), height=560),
    Picture("announcement", _at("/touch/announcements/{announcement}"), height=760),
    Picture("announcement-new", _at("/touch/announcements/new"), height=1000),
    Picture("touch-rules", _at("/touch/rules"), height=1000),
    Picture("touch-rules-change", _at("/touch/rules?edit=1"), height=1000),
    Picture("review", _at("/review"), height=900),
    Picture("imports", _at("/imports"), height=640),
    Picture("import-recognise", _at("/imports/new"), _SHOP),
    Picture("import-mapping", _at("/imports/new"), _then(_TILL, "mapping?kind=orders"), height=900),
    Picture("import-preview", _at("/imports/new"), _then(_TILL, "preview?kind=orders&mapping=till"), height=900),
    Picture("import-done", _at("/imports/{run}"), height=900),
    Picture("sources", _at("/sources"), height=640),
    Picture("source-live", _at("/sources/{source}"), _send, height=640),
    Picture("source-snippets", _at("/sources/{source}?tab=snippets"), height=640),
    Picture("dead-letters", _at("/sources/dead-letters")),
    Picture("journeys", _at("/journeys"), height=560),
    Picture("journey-templates", _at("/journeys/templates?key=win-back")),
    Picture("journey", _at("/journeys/{journey}"), height=900),
    Picture("journey-step", _at("/journeys/{journey}?step=第三天带礼回访"), height=900),
    Picture("journey-running", _at("/journeys/{journey}?tab=running"), height=900),
    Picture("journey-put-in", _at("/journeys/{journey}?tab=running"), _putting_in, height=700),
    Picture("journey-rehearsal", _at("/journeys/{journey}?tab=rehearsal"), height=900),
    Picture("journey-settings", _at("/journeys/{journey}?tab=report"), height=1000),
    Picture("materials", _at("/content"), height=560),
    Picture("material", _at("/content/materials/{material}"), height=640),
    Picture("scripts", _at("/content/scripts"), height=500),
    Picture("script", _at("/content/scripts/{script}"), _previewed, height=860),
    Picture("persona", _at("/content/personas/{persona}"), height=1000),
    Picture("moments", _at("/content/moments/{calendar}"), height=1000),
    Picture("earning", _at("/members/earning"), height=760),
    Picture("tiers", _at("/members/tiers"), height=640),
    Picture("tiers-preview", _at("/members/tiers?edit=1"), _asked, height=760),
    Picture("tasks", _at("/members/tasks"), height=640),
    Picture("tasks-preview", _at("/members/tasks?edit=1"), _asked, height=900),
    Picture("customer-value", _at("/customers/{customer}/value"), height=900),
    Picture("customer-friends", _friends, _to_friends, height=900),
    Picture("ledger", _at("/members/ledger"), height=900),
    Picture("coupons", _at("/members/coupons"), height=560),
    Picture("coupon", _at("/members/coupons/1"), height=900),
    Picture("shop", _at("/members/shop"), height=560),
    Picture("offer-new", _at("/members/shop/new"), height=900),
    Picture("draws", _at("/members/draws"), height=560),
    Picture("draw", _at("/members/draws/1"), height=900),
    Picture("trials", _at("/members/trials"), height=560),
    Picture("trial", _at("/members/trials/2?people=waiting"), height=900),
    Picture("channels", _at("/channels"), height=560),
    Picture("channel-account", _at("/channels/{wecom}"), height=640),
    Picture("entry-codes", _at("/channels/codes"), height=640),
    Picture("entry-code", _at("/channels/codes/{till}")),
    Picture("entry-code-funnel", _at("/channels/codes/{till}?tab=funnel&days=90")),
    Picture("channel-staff", _at("/channels/staff?account={wecom}")),
    Picture("retention", _at("/insight/retention"), height=900),
    Picture("retention-people", _at("/insight/retention?cell={cell}")),
    Picture("funnels", _at("/insight/funnels?saved={funnel}&f={funnel_steps}"), height=900),
    Picture("rfm", _at("/insight/rfm")),
    Picture("ltv", _at("/insight/ltv"), height=900),
    Picture("ltv-model", _at("/insight/ltv?tab=model"), height=1000),
    Picture("team", _at("/team/members"), height=640),
    Picture("team-rights", _at("/team/rights")),
    Picture("team-keys", _at("/team/keys"), height=640),
    Picture("team-audit", _at("/team/audit"), height=640),
    Picture("system", _at("/system"), height=1000),
)
