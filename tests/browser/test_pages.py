"""Every page, as the browser and axe-core see it: no error, no failed request, no serious finding, nothing too wide."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect
from scripts.pictures import Window
from tests.browser.conftest import Brand, Open, Watch

pytestmark = [pytest.mark.timeout(300)]

# Conditions of several themes, one that is refused, and a group: as an address has them.
RULE = quote(
    json.dumps(
        {
            "condition": "all",
            "of": [
                {"condition": "relation", "kind": "friend", "state": "standing", "less_than_days": 90},
                {
                    "condition": "bought",
                    "measure": "count",
                    "comparison": "ge",
                    "value": 1,
                    "within": {},
                    "product_nos": [],
                },
                {"condition": "not", "of": {"condition": "segment", "segment_id": 9999}},
                {
                    "condition": "any",
                    "of": [
                        {"condition": "rfm", "purchases": {"least": 2}},
                        {"condition": "value", "comparison": "ge", "fen": 100},
                    ],
                },
            ],
        }
    )
)

PAGES: dict[str, Callable[[Brand], str]] = {
    "overview": lambda _: "/overview",
    "customers": lambda _: "/customers?sort=-value",
    "customers/:id": lambda brand: f"/customers/{brand.stage.customer}",
    "customers/:id/orders": lambda brand: f"/customers/{brand.stage.customer}/orders",
    "customers/:id/timeline": lambda brand: f"/customers/{brand.stage.customer}/timeline",
    "customers/:id/graph": lambda brand: f"/customers/{brand.stage.customer}/graph",
    "customers/:id/merge": lambda brand: f"/customers/{brand.stage.customer}/merge",
    "customers/:id/split": lambda brand: f"/customers/{brand.stage.customer}/split?leaving={brand.stage.leaving}",
    "customers/:id/timeline, of a friend": lambda brand: f"/customers/{brand.stage.friend}/timeline",
    "segments": lambda _: "/segments",
    "segments/new": lambda _: f"/segments/new?rule={RULE}",
    "segments/sets": lambda brand: f"/segments/sets?of={','.join(map(str, brand.stage.segments))}",
    "segments/lists": lambda _: "/segments/lists?add=1",
    "segments/:id": lambda brand: f"/segments/{brand.stage.segments[0]}",
    "segments/:id, overlap": lambda brand: (
        f"/segments/{brand.stage.segments[0]}?tab=overlap&with={brand.stage.segments[1]}"
    ),
    "segments/:id, evaluations": lambda brand: f"/segments/{brand.stage.segments[0]}?tab=evaluations",
    "segments/:id/edit": lambda brand: f"/segments/{brand.stage.segments[0]}/edit",
    "customers/:id/touches": lambda brand: f"/customers/{brand.stage.refused}/touches",
    "customers/:id/touches, a test send": lambda brand: f"/customers/{brand.stage.refused}/touches?send=1",
    "touch": lambda _: "/touch",
    "touch/tasks": lambda _: "/touch/tasks",
    "touch/announcements": lambda _: "/touch/announcements",
    "touch/announcements/new": lambda _: "/touch/announcements/new",
    "touch/announcements/:id": lambda brand: f"/touch/announcements/{brand.stage.announcement}",
    "touch/programmes": lambda _: "/touch/programmes?programme=1",
    "touch/rules": lambda _: "/touch/rules?version=1",
    "touch/rules, changed": lambda _: "/touch/rules?edit=1",
    "customers/:id/journeys": lambda brand: f"/customers/{brand.stage.customer}/journeys",
    "journeys": lambda _: "/journeys",
    "journeys/templates": lambda _: "/journeys/templates?key=win-back",
    "journeys/broadcasts/new": lambda _: "/journeys/broadcasts/new",
    "journeys/:id": lambda brand: f"/journeys/{brand.stage.journey}",
    "journeys/:id, a step": lambda brand: f"/journeys/{brand.stage.journey}?step=看价值分流",
    "journeys/:id, the trigger": lambda brand: f"/journeys/{brand.stage.journey}?step=(entry)",
    "journeys/:id, settings": lambda brand: f"/journeys/{brand.stage.journey}?step=(settings)",
    "journeys/:id, as YAML": lambda brand: f"/journeys/{brand.stage.journey}?tab=yaml",
    "journeys/:id, running": lambda brand: f"/journeys/{brand.stage.journey}?tab=running",
    "journeys/:id, rehearsal": lambda brand: f"/journeys/{brand.stage.journey}?tab=rehearsal",
    "journeys/:id, report": lambda brand: f"/journeys/{brand.stage.journey}?tab=report",
    "journeys/:id, versions": lambda brand: f"/journeys/{brand.stage.journey}?tab=versions",
    "content": lambda _: "/content",
    "content/materials/new": lambda _: "/content/materials/new?kind=image",
    "content/materials/:id": lambda brand: f"/content/materials/{brand.stage.material}",
    "content/scripts": lambda _: "/content/scripts",
    "content/scripts, exclusions": lambda _: "/content/scripts?exclusions=1",
    "content/scripts/new": lambda _: "/content/scripts/new",
    "content/scripts/:id": lambda brand: f"/content/scripts/{brand.stage.script}?version=1",
    "content/scripts/:id/edit": lambda brand: f"/content/scripts/{brand.stage.script}/edit",
    "content/personas": lambda _: "/content/personas",
    "content/personas/new": lambda _: "/content/personas/new",
    "content/personas/:id": lambda brand: f"/content/personas/{brand.stage.persona}",
    "content/moments": lambda _: "/content/moments",
    "content/moments, a new one": lambda _: "/content/moments?new=1",
    "content/moments/:id": lambda brand: f"/content/moments/{brand.stage.calendar}",
    "content/moments/:id, a post": lambda brand: f"/content/moments/{brand.stage.calendar}?post=1",
    "content/moments/:id, the plan": lambda brand: f"/content/moments/{brand.stage.calendar}?plan=1",
    "members/tasks": lambda _: "/members/tasks?version=1",
    "members/tasks, changed": lambda _: "/members/tasks?edit=1",
    "members/tiers": lambda _: "/members/tiers?version=1",
    "members/tiers, changed": lambda _: "/members/tiers?edit=1",
    "members/earning": lambda _: "/members/earning?version=1",
    "members/earning, changed": lambda _: "/members/earning?edit=1",
    "members/check-in": lambda _: "/members/check-in?version=1",
    "members/check-in, changed": lambda _: "/members/check-in?edit=1",
    "members/ledger": lambda _: "/members/ledger",
    "members/approvals": lambda _: "/members/approvals",
    "customers/:id/value": lambda brand: f"/customers/{brand.stage.customer}/value",
    "members/coupons": lambda _: "/members/coupons",
    "members/coupons/new": lambda _: "/members/coupons/new",
    "members/coupons/desk": lambda brand: f"/members/coupons/desk?by=customer&q={brand.stage.customer}",
    "members/coupons/:id": lambda _: "/members/coupons/1",
    "members/shop": lambda _: "/members/shop",
    "members/shop/new": lambda _: "/members/shop/new",
    "members/shop/:id": lambda _: "/members/shop/1",
    "members/redemptions": lambda _: "/members/redemptions?redemption=3",
    "members/economy": lambda _: "/members/economy",
    "members/draws": lambda _: "/members/draws",
    "members/draws/rules": lambda _: "/members/draws/rules?edit=pools:autumn_wheel",
    "members/draws/:id": lambda _: "/members/draws/1",
    "members/draws/:id, its record": lambda _: "/members/draws/2?tab=turns",
    "members/draws/:id, its proof": lambda _: "/members/draws/1?tab=proof",
    "members/trials": lambda _: "/members/trials",
    "members/trials/new": lambda _: "/members/trials/new",
    "members/trials/:id": lambda _: "/members/trials/2?people=waiting",
    "members/trials/:id, its terms": lambda _: "/members/trials/2?tab=terms",
    "members/trials/:id, its proof": lambda _: "/members/trials/1?tab=proof",
    "members/payments": lambda _: "/members/payments",
    "members/transfers": lambda _: "/members/transfers",
    "members/merchants": lambda _: "/members/merchants?merchant=new",
    "members/units": lambda _: "/members/units?unit=points",
    "channels": lambda _: "/channels",
    "channels/connect": lambda _: "/channels/connect",
    "channels/connect, what it needs": lambda _: "/channels/connect?kind=wecom",
    "channels/connect, the callback": lambda brand: f"/channels/connect?account={brand.stage.account}",
    "channels/connect, the check": lambda brand: f"/channels/connect?account={brand.stage.account}&step=check",
    "channels/:id": lambda brand: f"/channels/{brand.stage.account}",
    "channels/:id, quotas": lambda brand: f"/channels/{brand.stage.account}?tab=quotas",
    "channels/:id, a reconcile": lambda brand: f"/channels/{brand.stage.wecom}?tab=reconcile&walk=1",
    "channels/:id, settings": lambda brand: f"/channels/{brand.stage.account}?tab=settings",
    "channels/codes": lambda _: "/channels/codes",
    "channels/codes/new": lambda _: "/channels/codes/new",
    "channels/codes/new, of groups": lambda _: "/channels/codes/new?kind=group",
    "channels/codes/:code": lambda brand: f"/channels/codes/{brand.stage.code}",
    "channels/codes/:code, its page": lambda brand: f"/channels/codes/{brand.stage.code}?of=page&theme=green",
    "channels/codes/:code, the funnel": lambda brand: f"/channels/codes/{brand.stage.code}?tab=funnel&people=added",
    "channels/codes/:code, cards": lambda brand: f"/channels/codes/{brand.stage.code}?tab=cards",
    "channels/codes/:code, welcomes": lambda brand: f"/channels/codes/{brand.stage.code}?tab=welcomes",
    "channels/codes/:code/edit": lambda brand: f"/channels/codes/{brand.stage.code}/edit",
    "channels/staff": lambda _: "/channels/staff",
    "channels/contacts": lambda brand: f"/channels/contacts?account={brand.stage.wecom}",
    "channels/handovers": lambda brand: f"/channels/handovers?account={brand.stage.wecom}",
    "channels/handovers, who waits": lambda brand: f"/channels/handovers?account={brand.stage.wecom}&tab=heirless",
    "channels/handovers, groups": lambda brand: f"/channels/handovers?account={brand.stage.wecom}&tab=groups",
    "channels/tasks": lambda brand: f"/channels/tasks?account={brand.stage.wecom}",
    "channels/marks": lambda brand: f"/channels/marks?account={brand.stage.wecom}",
    "channels/groups": lambda _: "/channels/groups",
    "channels/tags": lambda _: "/channels/tags",
    "review": lambda _: "/review",
    "imports": lambda _: "/imports",
    "imports/new": lambda _: "/imports/new",
    "imports/new/:file": lambda brand: f"/imports/new/{brand.stage.waiting[1]}",
    "imports/new/:file, not recognised": lambda brand: f"/imports/new/{brand.stage.waiting[0]}",
    "imports/new/:file/mapping": lambda brand: f"/imports/new/{brand.stage.waiting[0]}/mapping?kind=orders",
    "imports/new/:file/preview": lambda brand: f"/imports/new/{brand.stage.waiting[1]}/preview?kind=orders",
    "imports/:id": lambda brand: f"/imports/{brand.stage.run}",
    "sources": lambda _: "/sources",
    "sources/dead-letters": lambda _: "/sources/dead-letters",
    "sources/:id": lambda brand: f"/sources/{brand.stage.source}",
    "sources/:id, keys": lambda brand: f"/sources/{brand.stage.source}?tab=keys",
    "sources/:id, snippets": lambda brand: f"/sources/{brand.stage.source}?tab=snippets",
    "sources/:id, letters": lambda brand: f"/sources/{brand.stage.source}?tab=letters",
    "insight/retention": lambda _: "/insight/retention",
    "insight/retention, a cell": lambda brand: f"/insight/retention?cell={brand.stage.cell}",
    "insight/funnels": lambda brand: f"/insight/funnels?saved={brand.stage.funnel}&f={brand.stage.funnel_steps}",
    "insight/rfm": lambda _: "/insight/rfm",
    "insight/ltv": lambda _: "/insight/ltv",
    "insight/ltv, cohorts": lambda _: "/insight/ltv?tab=cohorts",
    "insight/ltv, channels": lambda _: "/insight/ltv?tab=channels",
    "insight/ltv, the model": lambda _: "/insight/ltv?tab=model",
    "insight/ltv, a group of the model": lambda _: "/insight/ltv?tab=model&came=0",
    "insight/ltv, so much so far": lambda _: "/insight/ltv?fitted=50000-100000",
    "team/members": lambda _: "/team/members",
    "team/rights": lambda _: "/team/rights",
    "team/keys": lambda _: "/team/keys",
    "team/audit": lambda _: "/team/audit",
    "system": lambda _: "/system",
    "none": lambda _: "/no-such-page",
}


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    language: str
    tag: str  # of the language, as the page has it
    dark: bool
    width: int


NARROW, HEIGHT = 820, 1000
LOOKS = (Look("zh", "zh-CN", False, 1280), Look("en", "en", True, NARROW))


# As the browser does on "back": the router of the console reads the address, without all of it being loaded anew.
_GO = "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }"
_RESIZED_MS = 100  # what follows a new width follows at once


def go(window: Window, path: str) -> None:
    if window.page.url == "about:blank":
        window.page.goto(path)
    else:
        window.page.evaluate(_GO, path)


def stands(window: Window) -> str | None:
    """In which language the window is, as the page has it."""
    return window.page.locator("html").get_attribute("lang")


def turn(window: Window, look: Look) -> None:
    """The page that is open, as it stands, into another look."""
    window.page.emulate_media(color_scheme="dark" if look.dark else "light")
    window.page.set_viewport_size({"width": look.width, "height": HEIGHT})
    # Not by the mouse: a drawer may be open above it.
    window.page.locator(f"header button[lang={look.tag}]").dispatch_event("click")
    expect(window.page.locator("html")).to_have_attribute("lang", look.tag)


def seen(window: Window, look: Look) -> list[str]:
    """What is wrong with the page that is open, also when its window becomes narrower."""
    window.still()
    found = [*too_wide(window), *window.findings()]
    if look.width > NARROW:
        window.page.set_viewport_size({"width": NARROW, "height": HEIGHT})
        window.still(_RESIZED_MS)
        found += [f"made narrower: {one}" for one in too_wide(window)]
        window.page.set_viewport_size({"width": look.width, "height": HEIGHT})
    return [f"{look}: {one}" for one in found]


def too_wide(window: Window) -> list[str]:
    wide = window.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return [f"the page is {wide} px wider than the window"] if wide > 0 else []


@pytest.fixture(scope="module")
def watch(browser: Browser, brand: Brand, session: object) -> Iterator[Watch]:
    """Over one window for all pages: a new one would load everything anew."""
    first, _ = LOOKS
    watch = Watch.begin(
        browser, brand.stage.url, first.language, width=first.width, height=HEIGHT, storage_state=session
    )
    yield watch
    watch.window.context.close()


@pytest.fixture
def window(watch: Watch, request: pytest.FixtureRequest) -> Iterator[Window]:
    yield watch.window
    watch.end(request.node)


@pytest.mark.parametrize("area", sorted({page.partition("/")[0] for page in PAGES}))
def test_every_page(window: Window, brand: Brand, area: str) -> None:
    """All pages of an area open in one look, and again in the other: to turn a page costs more than to open two.

    The last one is turned where it stands; the next area begins in that look.
    """
    pages = {name: path(brand) for name, path in PAGES.items() if name.partition("/")[0] == area}
    first, then = LOOKS if stands(window) != LOOKS[1].tag else LOOKS[::-1]
    wrong: dict[str, list[str]] = {}
    for name, path in pages.items():
        answer = brand.stage.api.get(path)
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/html"), name
        go(window, path)
        wrong[name] = seen(window, first)
    turn(window, then)
    for place, (name, path) in enumerate(reversed(pages.items())):
        if place > 0:
            go(window, path)
        wrong[name] += seen(window, then)
    assert {name: found for name, found in wrong.items() if found} == {}


def test_pages_before_the_sign_in(opened: Open, brand: Brand) -> None:
    for look in LOOKS:
        window = opened(brand.stage.url, look.language, dark=look.dark)
        for path in ("/sign-in", "/first-owner", "/reset"):
            window.page.goto(path)
            assert seen(window, look) == [], path


def test_no_page_is_forgotten() -> None:
    """Whoever adds a route adds its page here, or says where else it is looked at."""
    screens = Path(__file__).parents[2] / "web/console/src/screens"
    found = set()
    for routes in screens.glob("*/routes.tsx"):
        for path in re.findall(r'\{\s*path: "([^"]+)"', routes.read_text("utf-8")):
            if not path.startswith("/"):  # the entries of the menu are addresses
                found.add(path)
    known = {part for page in PAGES for part in (page.split(",")[0], *_ends(page.split(",")[0]))}
    assert found <= known


def _ends(page: str) -> list[str]:
    parts = page.split("/")
    return ["/".join(parts[at:]) for at in range(1, len(parts))]
