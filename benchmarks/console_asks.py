"""What the benchmark of the console asks of each route."""

import itertools
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import httpx
import psycopg

from benchmarks.harness import Siyu

API: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: what stands for the names in the path, the query, and the body of a POST."""

    ids: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


class Mix:
    """What is asked of each route. Made of what is there, by chance that is the same every time.

    Args:
        siyu: filled.
        client: signed in.
        few: fewer of each.
    """

    def __init__(self, siyu: Siyu, client: httpx.Client, *, few: bool) -> None:
        self._client, self._rng, self._few, self._some = client, random.Random(5), few, 8 if few else 30
        self._now = datetime.now(UTC).replace(microsecond=0)
        with psycopg.connect(siyu.running.postgres_url) as connection:
            found = connection.execute("""
                SELECT * FROM (SELECT customer_id FROM customers.profile ORDER BY md5(customer_id::text) LIMIT 40) AS a
                UNION SELECT * FROM (SELECT customer_id FROM customers.standing ORDER BY orders DESC LIMIT 10) AS b
                UNION SELECT * FROM (SELECT id FROM identity.customer WHERE merged_into IS NOT NULL LIMIT 5) AS c
            """).fetchall()
            self._people = [row[0] for row in found]
            found = connection.execute("""
                SELECT type, value FROM identity.identifier WHERE type NOT IN ('phone', 'email', 'alipay')
                ORDER BY md5(id::text) LIMIT 40
            """).fetchall()
            self._values = [(row[0], row[1]) for row in found]
            found = connection.execute(
                "SELECT account_id, contact_id FROM channels.contact ORDER BY md5(contact_id) LIMIT 40"
            ).fetchall()
            self._contacts = [{"account_id": row[0], "contact_id": row[1]} for row in found]
        self._rng.shuffle(self._people)
        self._values += [("phone", f"1391234{n:04}") for n in range(10)]  # nobody's, most likely

    def everything(self) -> dict[str, Sequence[Ask]]:
        """Requests by route."""
        known = {**self.people(), **self.lists(), **self.settings(), **self.reports()}
        return {
            **known,
            **self.channels(),
            **self.segments(),
            **self.touches(),
            **self.journeys(),
            **self.content(),
            **self.ledger(),
            **self.draws(),
            **{f"/{what}": [Ask()] * self._some for what in ("payments", "payments/merchants", "transfers")},
            **self.rewards(),
            "/trials": [Ask()] * self._some,
            "/trials/customers/{customer_id}": [Ask({"customer_id": one}) for one in self._people],
        }

    def people(self) -> dict[str, Sequence[Ask]]:
        """One customer at a time, and the list of them."""
        each = [Ask({"customer_id": one}) for one in self._people]
        kinds = [["order.paid"], ["event.tracked", "page.viewed"], ["customer.merged"]]
        timelines = [
            Ask(one.ids, self._rng.choice([{}, {"limit": 500}, {"kind": kinds[n % 3]}, {"since": self._ago(30)}]))
            for n, one in enumerate(each)
        ]
        return {
            "/customers": self._list(),
            "/customers/find": [
                Ask(query={"value": value} | ({"type": kind} if n % 2 else {}))
                for n, (kind, value) in enumerate(self._values)
            ],
            "/customers/{customer_id}": each,
            "/customers/{customer_id}/graph": each,
            "/customers/{customer_id}/orders": [Ask(one.ids, {"limit": 50 + n}) for n, one in enumerate(each)],
            "/customers/{customer_id}/referrals": each,
            "/customers/{customer_id}/timeline": timelines,
            "/identity/review": [Ask(query={"limit": 50 + n}) for n in range(self._some)],
        }

    def _list(self) -> list[Ask]:
        """Each order with each filter, two filters together, deep pages."""
        orders = list(itertools.product(("last_seen", "first_seen", "value", "orders", "last_order"), ("desc", "asc")))
        filters = self._filters()
        asked = [{"sort": sort, "order": order} for sort, order in orders]
        asked += [{"sort": orders[n % 10][0], "order": orders[n % 10][1], **one} for n, one in enumerate(filters)]
        asked += [
            {"sort": orders[(n + 4) % 10][0], "order": orders[(n + 7) % 10][1], **one} for n, one in enumerate(filters)
        ]
        for _ in range(4 * self._some):
            sort, order = self._rng.choice(orders)
            one, other = self._rng.sample(filters, 2)
            both = {**one, **other}
            if "q" in both or ("shop" in both and "platform" not in both):
                both.pop("q", None)
            asked.append({"sort": sort, "order": order, **both})
        for one in filters[:3]:
            asked += self._deep({"sort": "last_seen", "limit": 500, **one})
        for sort in ("last_seen", "value", "last_order"):
            asked += self._deep({"sort": sort, "limit": 500})
        return [Ask(query=one) for one in asked]

    def _filters(self) -> list[dict[str, Any]]:
        many = [
            {"layer": 2}, {"platform": "taobao"}, {"orders_from": 2}, {"seen_from": self._ago(30)}, {"layer": 0},
            {"relation": "member"}, {"source_id": 2}, {"tag": "喜欢女装"}, {"known_from": self._ago(60)},
            {"platform": "jd", "shop": "云岫百货京东旗舰店"}, {"value_to": 20_000}, {"first_seen_before": self._ago(90)},
            {"last_order_before": self._ago(100)}, {"orders_to": 1}, {"layer": 3}, {"layer": 1},
        ]  # fmt: skip
        few = [
            {"value_from": 900_000}, {"orders_from": 30}, {"relation": "friend"}, {"layer": 4}, {"q": self._values[0][1]},
            {"first_order_from": self._ago(1)}, {"known_from": self._ago(1)}, {"seen_from": self._ago(0.2)},
            {"q": str(self._people[0])}, {"platform": "youzan", "layer": 4},
        ]  # fmt: skip
        nobody = [
            {"tag": "没有人有"}, {"value_from": 2**50}, {"orders_from": 10**6}, {"platform": "nowhere"},
            {"source_id": 987_654}, {"seen_from": self._ago(-9)}, {"first_seen_before": self._ago(5000)}, {"q": "查无此人"},
            {"name": "查无此人"}, {"relation": "group_member"}, {"relation": "fan", "platform": "taobao"},
            {"layer": 4, "value_from": 2**40}, {"first_order_before": self._ago(5000)},
            {"known_before": self._ago(5000)}, {"last_order_from": self._ago(-9)},
            {"layer": 1, "orders_from": 1}, {"source_id": 1, "platform": "nowhere"},
            {"tag": "喜欢女装", "relation": "fan"}, {"seen_before": self._ago(5000)}, {"value_to": -(2**40)},
            {"first_order_from": self._ago(2), "last_order_before": self._ago(10)}, {"layer": 0, "orders_from": 3},
        ]  # fmt: skip
        return [*many, *few, *nobody]

    def _deep(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        """Pages 10, 20 and 30 of five hundred; 2 and 4 where there are fewer people."""
        found, cursor = [], None
        last, each = (4, 2) if self._few else (30, 10)
        for number in range(1, last + 1):
            answer = self._client.get(f"{API}/customers", params=query | ({"cursor": cursor} if cursor else {}))
            answer.raise_for_status()
            cursor = answer.json()["next"]
            if cursor is None:
                break
            if number % each == 0:
                found.append({**query, "cursor": cursor, "limit": 50})
        return found

    def lists(self) -> dict[str, Sequence[Ask]]:
        """Imports, exports, dead letters, the audit."""
        limits = [Ask(query={"limit": 20 + n}) for n in range(self._some)]
        file = {"file": ("orders.csv", b"a,b\n1,2\n", "text/csv")}
        kept = self._sent("post", "/imports/files", files=file)
        exported = self._sent("post", "/customers/exports", json={"wanted": {"layer": 4}, "columns": ["customer_id"]})
        runs = [one["id"] for one in self._client.get(f"{API}/imports").json()]
        letters = [
            Ask(query={"limit": 20 + n, "state": ("open", "replayed", "discarded")[n % 3]}) for n in range(self._some)
        ]
        actions = [{}, {"action": "identity.link_confirmed"}, {"actor": "operator:bench"}, {"target": "customer:1"}]
        return {
            "/imports": limits,
            "/imports/{run_id}": [Ask({"run_id": one}) for one in runs],
            "/imports/{run_id}/reject-list": [Ask({"run_id": one}, {"after": n}) for one in runs for n in (-1, 20)],
            "/imports/files/{file_id}": [Ask({"file_id": kept["id"]})] * self._some,
            "/imports/mappings": [Ask()] * self._some,
            "/customers/exports": limits,
            "/customers/exports/{export_id}": [Ask({"export_id": exported["id"]})] * self._some,
            "/dead-letters": letters,
            "/dead-letters/groups": [Ask()] * self._some,
            "/audit": [Ask(query={**actions[n % 4], "limit": 20 + n}) for n in range(self._some)],
        }

    def _sent(self, method: str, route: str, **body: Any) -> Any:
        answer = self._client.request(method, f"{API}{route}", **body)
        if answer.is_error:
            raise RuntimeError(f"{answer.status_code} {answer.url}: {answer.text[:300]}")
        return answer.json()

    def settings(self) -> dict[str, Sequence[Ask]]:
        """What has no parameters, and is small."""
        steps = [{"kind": "event.tracked"}, {"kind": "order.paid"}]
        definition = {"steps": steps, "window": {"amount": 7, "unit": "day"}, "strict": False, "by": "none"}
        funnel = self._sent("post", "/insight/funnels", json={"name": f"{time.time()}", "definition": definition})
        plain = ("/api-keys", "/console/config", "/me", "/operators", "/rights", "/sources", "/system")
        plain += ("/insight/funnels", "/insight/lifetime", "/insight/lifetime/distribution")
        sources = [one["id"] for one in self._client.get(f"{API}/sources").json()]
        return {
            **{route: [Ask()] * self._some for route in plain},
            "/sources/{source_id}": [Ask({"source_id": one}) for one in sources],
            "/insight/funnels/{funnel_id}": [Ask({"funnel_id": funnel["id"]})] * self._some,
        }

    def _fitted(self) -> dict[str, Any]:
        state = self._got("/insight/lifetime")
        return {"fitted_at": state["fitted_at"], "until": state["model"]["calibration"]["until"]}

    def reports(self) -> dict[str, Sequence[Ask]]:
        """Each with other spans, periods and groupings; ``until`` moves, so that no two are the same question."""
        bys = ("none", "platform", "shop", "source")
        spans = [
            {"period": period, "by": by, "until": self._ago(number / 7)}
            for number, (period, by) in enumerate(itertools.product(("month", "week", "day"), bys))
        ]
        month = (self._now - timedelta(days=75)).date()
        cells = [{**one, "cohort": str(month), "offset": n % 3, "active": n % 2 == 0} for n, one in enumerate(spans)]
        plain = [{"until": self._ago(n / 5), "by": bys[n % 4]} for n in range(10)]
        squares = ({"segment": "champion"}, {"r": 5}, {"f": 1, "m": 2}, {"segment": "lost"}, {"r": 1, "f": 5, "m": 1})
        rfm = [{"as_of": self._ago(n / 5)} | ({"since": self._ago(120)} if n % 3 == 2 else {}) for n in range(10)]
        kinds = ("order.paid", "event.tracked", "page.viewed", "order.refunded", "relation.started", "customer.split")
        fitted = self._fitted()
        days = [(self._day(29 + 20 * n), self._day(n)) for n in range(6)]
        return {
            "/overview": [Ask(query={"days": 7 * n + 2}) for n in range(1, 11)],
            "/overview/flows/people": [
                Ask(query={"before": before, "after": after, "until": self._ago(n / 5)})
                for n, (before, after) in enumerate(((0, 2), (2, 3), (3, 4), (0, 3), (4, 1), (0, 4), (2, 4)))
            ],
            "/insight/retention": [Ask(query=one) for one in spans],
            "/insight/retention/people": [Ask(query=one) for one in cells],
            "/insight/ltv": [Ask(query=one) for one in spans],
            "/insight/ltv/spread": [Ask(query=one) for one in plain],
            "/insight/ltv/people": [Ask(query={**one, "low_fen": 9000 * n}) for n, one in enumerate(plain)],
            "/insight/lifetime/calibration/people": [Ask(query={**fitted, "repeats": n}) for n in range(8)],
            "/insight/rfm": [Ask(query=one) for one in rfm],
            "/insight/rfm/people": [Ask(query={**one, **squares[n % 5]}) for n, one in enumerate(rfm)],
            "/insight/facts-by-day": [
                Ask(query={"kind": kind, "from": str(first), "to": str(last)})
                for kind, (first, last) in itertools.product(kinds, days[::2])
            ],
            "/insight/schema": [Ask()] * 6,
            "/insight/assets": [Ask()] * 6,
            "/identity/assets": [Ask()] * 6,
            "/insight/funnel": [Ask(body=one) for one in self._funnels()],
            "/insight/funnel/people": [Ask(body={**one, "step": 2}) for one in self._funnels()],
        }

    def _funnels(self) -> list[dict[str, Any]]:
        """Two to four steps, of events and of money, over a week up to half a year, by every group."""
        looked, added = ({"kind": "event.tracked", "name": name} for name in ("Product Viewed", "Product Added"))
        paths = (
            [looked, {"kind": "order.paid"}],
            [looked, added, {"kind": "order.paid"}],
            [{"kind": "page.viewed"}, looked, added, {"kind": "order.paid"}],
            [{"kind": "order.paid"}, {"kind": "order.paid"}],
        )
        spans = (7, 30, 30, 90, 180)
        return [
            {
                "steps": path,
                "window": {"amount": 7, "unit": "day"},
                "by": by,
                "from": str(self._day(days)),
                "until": self._ago(number / 9),
            }
            for number, (path, by, days) in enumerate(
                zip(
                    itertools.cycle(paths),
                    ("none", "platform", "source", "first_source", "none") * 2,
                    spans * 2,
                    strict=False,
                )
            )
        ]

    def channels(self) -> dict[str, Sequence[Ask]]:
        """The corp with its staff, groups and codes."""
        codes = [one["id"] for one in self._got("/channels/codes")["codes"]]
        (account,) = (one["id"] for one in self._got("/channels/accounts") if one["channel"] == "wecom")
        of_account = f"/channels/accounts/{account}"
        walks = [one["id"] for one in self._got(f"{of_account}/walks")]
        spans = [{"since": self._ago(30 + n), "until": self._ago(n)} for n in range(self._some)]
        days = [{"from": self._ago(29 + n), "before": self._ago(n)} for n in range(self._some)]
        each = [Ask({"code_id": codes[n % len(codes)]}, one) for n, one in enumerate(days)]
        plain = ("", "/mirror", "/quotas", "/tags", "/walks", "/handovers", "/marks", "/tasks")
        routes = {f"/channels/accounts/{{account_id}}{route}": [Ask({"account_id": account})] for route in plain}
        groups = self._got(f"{of_account}/groups")
        staff = [one["staff_id"] for one in self._got(f"{of_account}/staff")]
        return {
            "/channels/accounts/{account_id}/groups/{group_id}/members": [
                Ask({"account_id": account, "group_id": one["group_id"]}) for one in groups[:20]
            ],
            "/channels/accounts/{account_id}/staff/{staff_id}/contacts": [
                Ask({"account_id": account, "staff_id": one}) for one in staff[:20]
            ],
            **{route: asks * self._some for route, asks in routes.items()},
            **{
                f"/channels/accounts/{{account_id}}/{what}": [Ask({"account_id": account}, one) for one in spans]
                for what in ("staff", "groups")
            },
            "/channels/accounts/{account_id}/contacts/{contact_id}": [Ask(one) for one in self._contacts],
            "/channels/accounts/{account_id}/walks/{walk_id}": [
                Ask({"account_id": account, "walk_id": one}) for one in walks
            ],
            **{route: [Ask()] * self._some for route in ("/arrivals", "/channels/accounts", "/channels/kinds")},
            "/channels/codes": [Ask(query={"limit": 20 + n}) for n in range(self._some)],
            "/channels/codes/figures": [Ask(query={"ids": codes, **one}) for one in days],
            "/channels/codes/{code_id}/figures": each,
            "/channels/codes/{code_id}/people": [
                Ask(one.ids, {**one.query, "figure": ("added", "bought")[n % 2]}) for n, one in enumerate(each)
            ],
            "/channels/codes/{code_id}/welcomes": [
                Ask(one.ids, {"from": self._ago(30 + n)}) for n, one in enumerate(each)
            ],
            **{
                f"/channels/codes/{{code_id}}{what}": [Ask({"code_id": one}) for one in codes] * 4
                for what in ("", "/cards", "/poster", "/qr")
            },
        }

    def segments(self) -> dict[str, Sequence[Ask]]:
        """Three of them: of many, of some and of few; rules as an operator tries them while drawing one."""
        bought = {"condition": "bought", "within": {"last": {"amount": 60, "unit": "day"}}}
        looked = {"condition": "did", "fact": {"kind": "event.tracked", "name": "Product Viewed"}, "value": 3}
        rich = {"condition": "value", "comparison": "ge", "fen": 900_000}
        rules = [{"version": 1, "rule": one} for one in (looked, {"condition": "all", "of": [bought, looked]}, rich)]
        made = [self._sent("post", "/segments", json={"name": f"{time.time()}", "rule": one})["id"] for one in rules]
        self._wait_until_counted(made)
        tried = [
            {
                "version": 1,
                "rule": {"condition": "all", "of": [{**looked, "value": n + 1}, {"condition": "not", "of": bought}]},
            }
            for n in range(6)
        ]
        each = [Ask({"segment_id": one}) for one in made]
        days = [{"from": str(self._day(29 + n)), "to": str(self._day(n))} for n in range(6)]
        return {
            **{f"/segments{what}": [Ask()] * self._some for what in ("", "/offers", "/uses")},
            "/segments/lists": [Ask()] * self._some,
            "/segments/check": [Ask(body=one) for one in rules] * 4,
            "/segments/preview": [Ask(body=one) for one in tried],
            "/segments/{segment_id}": each * 4,
            "/segments/{segment_id}/evaluations": each * 4,
            "/segments/{segment_id}/people": [Ask(one.ids, {"limit": 50 + n}) for n, one in enumerate(each * 4)],
            "/segments/{segment_id}/movers": [Ask(one.ids, span) for one in each for span in days],
            "/segments/{segment_id}/moves": [Ask(one.ids, span) for one in each for span in days],
            "/segments/{segment_id}/overlap/{other_id}": [
                Ask({"segment_id": one, "other_id": other}) for one in made for other in made if one != other
            ],
        }

    def _wait_until_counted(self, segments: Sequence[int]) -> None:
        deadline = time.monotonic() + 120
        while any(self._got(f"/segments/{one}")["evaluated_at"] is None for one in segments):
            if time.monotonic() > deadline:
                raise RuntimeError("a segment was not evaluated")
            time.sleep(0.2)

    def journeys(self) -> dict[str, Sequence[Ask]]:
        """One that goes with new friends, with some people in it, and the programme by which it is measured."""
        made = self._sent("post", "/journeys", json={"key": f"bench-{time.time_ns()}", "template": "six-link-sop"})
        journey = made["id"]
        for act in ("publish", "start"):
            self._sent("post", f"/journeys/{journey}/{act}")
        self._sent("post", f"/journeys/{journey}/people", json={"customer_ids": self._living(), "request_id": "bench"})
        step = self._got(f"/journeys/{journey}")["definition"]["start"]
        (version, *_) = self._got(f"/journeys/{journey}/versions")
        of_it = ("", "/calls", "/check", "/figures", "/rehearsals", "/versions", "/yaml")
        programmes = [one["id"] for one in self._got("/programmes")]
        each = [Ask({"programme_id": one}) for one in programmes] * 4
        people = [Ask({"customer_id": one}) for one in self._people]
        return {
            **{f"/journeys{what}": [Ask()] * self._some for what in ("", "/templates")},
            **{f"/journeys/{{journey_id}}{what}": [Ask({"journey_id": journey})] * self._some for what in of_it},
            "/journeys/{journey_id}/versions/{number}": [Ask({"journey_id": journey, "number": version["number"]})] * 4,
            **{
                f"/journeys/{{journey_id}}/steps/{{step}}/{what}": [Ask({"journey_id": journey, "step": step})]
                * self._some
                for what in ("people", "customers")
            },
            "/customers/{customer_id}/journeys": people,
            "/holdout": [Ask()] * self._some,
            "/programmes": [Ask()] * self._some,
            "/programmes/{programme_id}": each,
            "/programmes/customers/{customer_id}": people,
            "/staff-tasks": [Ask(query={"limit": 20 + n}) for n in range(self._some)],
            "/staff-tasks/whose": [Ask()] * self._some,
            "/channels/operators": [Ask()] * self._some,
            "/insight/lift": [Ask()] * self._some,
            "/insight/lift/{programme_id}": [Ask(one.ids, {"days": 7 + n}) for n, one in enumerate(each)],
            "/touch/programmes": [Ask(query={"limit": 20 + n}) for n in range(self._some)],
            "/touch/programmes/{programme_id}": each,
            "/touch/programmes/{programme_id}/guard": each,
        }

    def _living(self) -> list[int]:
        return [one for one in self._people if self._client.get(f"{API}/customers/{one}").json()["customer_id"] == one]

    def touches(self) -> dict[str, Sequence[Ask]]:
        """The gate; nobody has been reached yet, so that its lists are short."""
        return {
            "/touch/rules": [Ask()] * self._some,
            "/touch/rules/versions": [Ask()] * self._some,
            "/touch/touches": [Ask(query={"limit": 20 + n}) for n in range(self._some)],
            "/touch/announcements": [Ask(query={"limit": 20 + n}) for n in range(self._some)],
            "/touch/customers/{customer_id}": [Ask({"customer_id": one}) for one in self._people],
        }

    def content(self) -> dict[str, Sequence[Ask]]:
        """What the demo brand says: some materials and scripts, a persona, a month of Moments."""
        words = [Ask(query={"limit": 1 + n, "words": "新品"[: n % 3]}) for n in range(self._some)]
        materials = [one["id"] for one in self._got("/content/materials")]
        scripts = [one["script"]["id"] for one in self._got("/content/scripts")]
        personas = [one["id"] for one in self._got("/content/personas")]
        calendars = [one["id"] for one in self._got("/content/calendars")]
        month = {"since": self._ago(15), "until": self._ago(-16)}
        return {
            "/content/materials": words,
            "/content/scripts": words,
            **{f"/content/{what}": [Ask()] * self._some for what in ("exclusions", "mixes", "personas", "calendars")},
            "/content/materials/{material_id}": [Ask({"material_id": one}) for one in materials] * 4,
            "/content/scripts/{script_id}": [Ask({"script_id": one}) for one in scripts] * 4,
            "/content/scripts/{script_id}/versions/{version}": [
                Ask({"script_id": one, "version": 1}) for one in scripts
            ]
            * 4,
            "/content/personas/{persona_id}": [Ask({"persona_id": one}) for one in personas] * 4,
            "/content/calendars/{calendar_id}": [Ask({"calendar_id": one}) for one in calendars] * 4,
            "/content/calendars/{calendar_id}/posts": [Ask({"calendar_id": one}, month) for one in calendars] * 4,
        }

    def ledger(self) -> dict[str, Sequence[Ask]]:
        """Accounts of people who may have earned something."""
        of_one = [Ask({"customer_id": one, "unit": "points"}) for one in self._people]
        at_times = [Ask(one.ids, {"at": self._ago(n)}) for n, one in enumerate(of_one)]
        account = "/ledger/customers/{customer_id}/{unit}"
        rules = [f"/{what}{of}" for what in ("earning", "tiers", "tasks", "check_in") for of in ("", "/versions")]
        people = [Ask({"customer_id": one}) for one in self._people]
        month = {"year": self._now.year, "month": self._now.month}
        return {
            **{f"/ledger{what}": [Ask()] * self._some for what in ("/by_hand", "/units", *rules)},
            "/ledger/customers/{customer_id}": people,
            "/ledger/tiers/customers/{customer_id}": people,
            "/ledger/tasks/customers/{customer_id}": people,
            "/ledger/check_in/customers/{customer_id}": [Ask(one.ids, month) for one in people],
            account: of_one,
            f"{account}/balance": at_times,
            f"{account}/entries": of_one,
            "/ledger/sealed": [Ask()] * self._some,
            "/ledger/verifications": [Ask()] * self._some,
            "/ledger/things/{kind}": [Ask({"kind": "stock"})] * self._some,
            "/ledger/totals/{unit}": [Ask({"unit": "points"})] * self._some,
        }

    def draws(self) -> dict[str, Sequence[Ask]]:
        """What was drawn; where nothing was, the answers are short."""
        return {
            **{f"/draws{what}": [Ask()] * self._some for what in ("/rules", "/rules/versions", "/rounds")},
            "/draws/customers/{customer_id}": [Ask({"customer_id": one}) for one in self._people],
        }

    def rewards(self) -> dict[str, Sequence[Ask]]:
        """The shop and coupons, with a few drafts in them."""
        terms = {"name": "茶杯", "points": 1200, "cost_fen": 1000}
        made = [self._client.post(f"{API}/rewards/offers", json={"terms": terms}).json()["id"] for _ in range(8)]
        rules = {"version": 0, "rules": {"points": 100, "fen": 100}, "reason": "a benchmark"}
        self._client.put(f"{API}/rewards/rules", json=rules)
        terms = {"name": "满减", "kind": "money", "off_fen": 1000, "threshold_fen": 5000, "valid_days": 7}
        kinds = [self._client.post(f"{API}/rewards/coupons", json={"terms": terms}).json()["id"] for _ in range(8)]
        return {
            "/rewards/economy": [Ask(query={"since": self._ago(30 + n)}) for n in range(self._some)],
            "/rewards/rules": [Ask()] * self._some,
            "/rewards/rules/versions": [Ask()] * self._some,
            "/rewards/offers": [Ask(query={"limit": 20 + n}) for n in range(self._some)],
            "/rewards/offers/{offer_id}": [Ask({"offer_id": one}) for one in made] * 4,
            "/rewards/redemptions": [Ask(query={"customer_id": one}) for one in self._people],
            "/rewards/coupons": [Ask(query={"limit": 20 + n}) for n in range(self._some)],
            "/rewards/coupons/{template_id}": [Ask({"template_id": one}) for one in kinds] * 4,
            "/rewards/coupons/customers/{customer_id}": [Ask({"customer_id": one}) for one in self._people],
            "/rewards/coupons/uses": [Ask(query={"order": f"order-{n}"}) for n in range(self._some)],
        }

    def _got(self, route: str) -> Any:
        return self._sent("get", route)

    def _ago(self, days: float) -> str:
        return (self._now - timedelta(days=days)).isoformat()

    def _day(self, ago: float) -> date:
        return (self._now - timedelta(days=ago)).date()
