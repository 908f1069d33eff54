"""What the website and the mini program send: events in Segment's shape, in batches."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from siyu.rehearsal import identifiers
from siyu.rehearsal.exports.frame import place
from siyu.rehearsal.rules.calendar import DAY
from siyu.rehearsal.rules.visits import Device, Source, Visits, What, make_happenings, make_visits
from siyu.rehearsal.types import APP_ID, MINI_PROGRAM, NAME, SHOPS, WEBSITE, Brand, Shop, TrackingBatch

EVENTS_A_BATCH: Final = 500
MEMBERS: Final = "yunxiu"  # the scope of the brand's member numbers
_RECENT: Final = 2 * DAY  # younger events come as they happen, older ones as an import
_HOST: Final = "https://www.yunxiu.example"
_AGENTS: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/136.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/136.0.0.0 Safari/537.36",
)
_CAMPAIGNS: Final = ("", "", "", "spring", "member-day", "short-link")

Event = dict[str, Any]


def batches(brand: Brand) -> Iterator[TrackingBatch]:
    """All events, the website's first, each in the order of time."""
    waiting: list[Event] = []
    here = (WEBSITE, "/v1/import")
    for source, at, event in _events(brand):
        name = WEBSITE if source == Source.WEBSITE else MINI_PROGRAM
        place_of = (name, "/v1/batch" if at > brand.end - _RECENT else "/v1/import")
        if waiting and (place_of != here or len(waiting) == EVENTS_A_BATCH):
            yield TrackingBatch(*here, waiting)
            waiting = []
        here = place_of
        waiting.append(event)
    if waiting:
        yield TrackingBatch(*here, waiting)


def count(brand: Brand) -> int:
    """How many events there are, without making them."""
    return len(make_happenings(brand, make_visits(brand)).visit)


def anonymous_id(brand: Brand, visits: Visits, visit: int) -> str:
    """By which id the device of a visit is known."""
    person, which = int(visits.person[visit]), int(visits.which[visit])
    if visits.device[visit] == Device.FAMILY:
        return identifiers.family_device(brand, int(brand.people.household[person]))
    if visits.device[visit] == Device.STORE:
        return identifiers.store_device(brand, which)
    return identifiers.device(brand, person, which)


def _events(brand: Brand) -> Iterator[tuple[int, int, Event]]:
    visits = make_visits(brand)
    found = make_happenings(brand, visits)
    teller = _Teller(brand, visits)
    rows = zip(found.visit.tolist(), found.what.tolist(), found.at.tolist(), found.product.tolist(), strict=True)
    stamps = np.datetime_as_string(found.at.astype("datetime64[s]"), unit="s").tolist()
    for number, (visit, what, at, product) in enumerate(rows):
        event = teller.event(visit, What(what), at, product)
        event["messageId"] = f"{brand.key}-{number:07d}"
        event["timestamp"] = f"{stamps[number]}.000Z"
        yield teller.source[visit], at, event


class _Teller:
    """Puts what happened into Segment's words."""

    def __init__(self, brand: Brand, visits: Visits) -> None:
        self._brand, self._visits = brand, visits
        self.source, self._person = (
            visits.source.tolist(),
            visits.person.tolist(),
        )  # lists: they are read event by event
        self._known, self._order_of = visits.known.tolist(), visits.order.tolist()
        self._devices: dict[int, str] = {}
        goods = brand.catalogue
        self._products = [
            {
                "product_id": code,
                "sku": code,
                "name": name,
                "category": goods.categories[category][0],
                "price": fen / 100,
            }
            for code, name, category, fen in zip(
                goods.codes, goods.names, goods.category.tolist(), goods.price.tolist(), strict=True
            )
        ]
        self._makers: dict[What, Callable[[int, int, int], Event]] = {
            What.OPEN: self._open,
            What.IDENTIFY: self._identify,
            What.VIEW: self._view,
            What.ADD: self._add,
            What.CHECKOUT: self._checkout,
            What.ORDER: self._order,
            What.CANCEL: self._cancel,
            What.REFUND: self._refund,
        }

    def event(self, visit: int, what: What, at: int, product: int) -> Event:
        """One event, without its id and time."""
        event = self._makers[what](visit, at, product)
        person, mini = self._person[visit], self.source[visit] == Source.MINI
        device = self._devices.get(visit)
        if device is None:
            device = self._devices[visit] = anonymous_id(self._brand, self._visits, visit)
        event["anonymousId"] = device
        context = event.setdefault("context", {})
        if self._known[visit]:
            if mini:
                own = {"id": identifiers.open_id(self._brand, person), "type": "open_id", "collection": APP_ID}
                context.setdefault("externalIds", []).append({**own, "encoding": "none"})
            else:
                event["userId"] = identifiers.user_id(self._brand, person)
        context["locale"] = "zh-CN"
        if mini:
            context["library"] = {"name": "analytics-miniprogram", "version": "2.1.0"}
            context["app"] = {"name": f"{NAME}小程序", "version": "5.3.1"}
        else:
            context["library"] = {"name": "analytics.js", "version": "next-1.81.0"}
            context["userAgent"] = _AGENTS[person % len(_AGENTS)]
            if campaign := _CAMPAIGNS[visit % len(_CAMPAIGNS)]:
                context["campaign"] = {"name": campaign, "source": "wechat", "medium": "article"}
        return event

    def _track(self, name: str, properties: dict[str, Any]) -> Event:
        return {"type": "track", "event": name, "properties": properties}

    def _open(self, visit: int, _at: int, _product: int) -> Event:
        category = self._brand.catalogue.categories[visit % len(self._brand.catalogue.categories)][0]
        if self.source[visit] == Source.MINI:
            return {
                "type": "screen",
                "name": "首页" if visit % 3 else category,
                "properties": {"scene": 1001 + visit % 5},
            }
        path = "/" if visit % 3 else f"/c/{visit % 8}"
        page = {"path": path, "url": _HOST + path, "title": f"{category} - {NAME}" if visit % 3 == 0 else NAME}
        return {"type": "page", "name": "首页" if visit % 3 else "分类", "properties": page, "context": {"page": page}}

    def _identify(self, visit: int, at: int, _product: int) -> Event:
        brand, people = self._brand, self._brand.people
        person = self._person[visit]
        changed = at >= int(people.changed[person])
        province, city, *_ = place(brand, person)
        traits: dict[str, Any] = {
            "phone": str(int((people.new_phone if changed else people.phone)[person])),
            "name": people.names[person],
            "gender": "female" if people.female[person] else "male",
            "province": province,
            "city": city,
        }
        if people.emails[person]:
            traits["email"] = people.emails[person]
        if person % 3:
            traits["birthday"] = people.born[person]
        ids = []
        if number := identifiers.member_no(brand, person):
            ids.append({"id": number, "type": "member_no", "collection": MEMBERS, "encoding": "none"})
        if self.source[visit] == Source.MINI:
            own = identifiers.union_id(brand, person)
            ids.append({"id": own, "type": "union_id", "collection": "users", "encoding": "none"})
        return {"type": "identify", "traits": traits, "context": {"externalIds": ids} if ids else {}}

    def _view(self, _visit: int, _at: int, product: int) -> Event:
        return self._track("Product Viewed", dict(self._products[product]))

    def _add(self, _visit: int, _at: int, product: int) -> Event:
        return self._track("Product Added", {**self._products[product], "quantity": 1})

    def _bought(self, order: int) -> list[dict[str, Any]]:
        brand = self._brand
        first, last = brand.orders.first_line[order : order + 2].tolist()
        return [
            {**self._products[int(brand.lines.product[line])], "quantity": int(brand.lines.quantity[line])}
            for line in range(first, last)
        ]

    def _checkout(self, visit: int, _at: int, _product: int) -> Event:
        order = self._order_of[visit]
        value = int(self._brand.orders.goods[order]) / 100
        properties = {"order_id": self._brand.orders.number[order], "value": value, "currency": "CNY"}
        return self._track("Checkout Started", {**properties, "products": self._bought(order)})

    def _order(self, visit: int, _at: int, _product: int) -> Event:
        order, orders = self._order_of[visit], self._brand.orders
        goods, postage, paid = (int(column[order]) for column in (orders.goods, orders.postage, orders.paid))
        properties = {
            "order_id": orders.number[order],
            "affiliation": SHOPS[Shop.WEBSITE].name,
            "total": paid / 100,
            "revenue": (paid - postage) / 100,
            "shipping": postage / 100,
            "discount": (goods + postage - paid) / 100,
            "currency": "CNY",
            "products": self._bought(order),
        }
        return self._track("Order Completed", properties)

    def _cancel(self, visit: int, _at: int, _product: int) -> Event:
        order, orders = self._order_of[visit], self._brand.orders
        properties = {"order_id": orders.number[order], "affiliation": SHOPS[Shop.WEBSITE].name, "currency": "CNY"}
        return self._track("Order Cancelled", {**properties, "total": int(orders.paid[order]) / 100})

    def _refund(self, visit: int, _at: int, _product: int) -> Event:
        order, orders = self._order_of[visit], self._brand.orders
        properties = {"order_id": orders.number[order], "affiliation": SHOPS[Shop.WEBSITE].name, "currency": "CNY"}
        return self._track("Order Refunded", {**properties, "total": int(orders.refund[order]) / 100})
