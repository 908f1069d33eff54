"""One scan of the facts answers all parts of some rules at once: for everybody, or for a few people by their own facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from siyu.customers.types import PurchaseMeans
from siyu.engines.clickhouse.client import Client
from siyu.identity.types import ManyAliases
from siyu.segments.rules import Scan, baseline, scan_leaves
from siyu.segments.rules.depending import MONEY
from siyu.segments.store.aggregates import NEVER, Aggregates, Moment, Values, limits, millis
from siyu.segments.types import Bought, Did, FactTest, FollowedBy, PropertyTest, Rule, Window

Ids = NDArray[np.int64]
# Whose a fact is now: where its identifier went after a split, else what its customer became by merges.
_CUSTOMER: Final = (
    "dictGetOrDefault('alias_map', 'customer_id', via, "
    "dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id))"
)
_T: Final = "toUnixTimestamp64Milli(occurred_at)"
_COLUMNS: Final = ("amount_fen", "source_id")
_SIGNS: Final = {"eq": "=", "ne": "!=", "in": "IN", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_MASK: Final = 60  # parts in one number
_BY_PERSON: Final = (
    " SETTINGS optimize_use_projections = 0"  # none is sorted by person; to look costs as much as to read
)
_MOMENT: Final = "fromUnixTimestamp64Milli({}, 'UTC')"


@dataclass(frozen=True, slots=True)
class Few:
    """The people asked of, and under which ids their facts are found."""

    ids: Sequence[int]
    aliases: ManyAliases


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found.

    Attributes:
        differing: for each part, who answers otherwise than somebody without facts.
        dues: for each group of parts, (customer, next moment in ms at which an answer may change by itself).
    """

    differing: list[Ids]
    dues: list[tuple[Ids, Ids]]


def scan(
    client: Client,
    which: Scan,
    parts: Sequence[Rule],
    moment: Moment,
    *,
    groups: Sequence[Sequence[Rule]] = (),
    few: Few | None = None,
    purchase: PurchaseMeans = "kept",
) -> Scanned:
    """Answer the parts.

    Args:
        client: of the timeline's database.
        which: over facts, or over purchases.
        parts: each with conditions of this scan only.
        moment: nothing after it counts.
        groups: parts of whose answers the next change is wanted, together.
        few: only these people; right at once after merges and splits, without the alias dictionary.
        purchase: what a purchase is.
    """
    values = Values()
    sql = scan_sql(which, parts, moment, values, groups=groups, few=few, purchase=purchase)
    found = client.arrow(sql, **values.all)
    columns = [found.column(place).to_numpy().astype(np.int64) for place in range(found.num_columns)]
    ids = columns[0]
    if len(parts) == 1 and not groups:
        return Scanned([ids], [])
    masks, dues = columns[1 : len(columns) - len(groups)], columns[len(columns) - len(groups) :]
    differing = [ids[masks[place // _MASK] >> (place % _MASK) & 1 == 1] for place in range(len(parts))]
    return Scanned(differing, [(ids[due < NEVER], due[due < NEVER]) for due in dues])


def scan_sql(
    which: Scan,
    parts: Sequence[Rule],
    moment: Moment,
    values: Values,
    *,
    groups: Sequence[Sequence[Rule]] = (),
    few: Few | None = None,
    purchase: PurchaseMeans = "kept",
) -> str:
    """(customer[, which parts differ, as bits …][, next change of each group …]) of those of whom there is anything."""
    tests = _tests(parts)
    columns = {test: f"c{place}" for place, test in enumerate(tests)}
    rows = (
        _facts_sql(columns, moment, values, few)
        if which == "facts"
        else _purchases_sql(columns, moment, values, few, purchase)
    )
    aggregates = Aggregates(moment, values, columns)
    differs = [f"NOT {aggregates.holds(part)}" if baseline(part) else aggregates.holds(part) for part in parts]
    dues = [f"least({', '.join(aggregates.due(part) for part in group)}, {NEVER})" for group in groups]
    bits = [
        " + ".join(
            f"bitShiftLeft(toInt64({differ}), {place})" for place, differ in enumerate(differs[start : start + _MASK])
        )
        for start in range(0, len(differs), _MASK)
    ]
    if len(parts) == 1 and not groups:
        shown, having = "", differs[0]
    else:
        shown = "".join(f", {bit} AS m{place}" for place, bit in enumerate(bits))
        shown += "".join(f", {due} AS d{place}" for place, due in enumerate(dues))
        having = " OR ".join(
            [f"m{place} != 0" for place in range(len(bits))] + [f"d{place} < {NEVER}" for place in range(len(dues))]
        )
    inner = aggregates.select
    return f"""
SELECT customer{shown}
FROM (
    SELECT customer{inner}
    FROM ({rows}
    )
    GROUP BY customer
)
WHERE customer <> 0 AND ({having}){"" if few is None else _BY_PERSON}""".strip()


Test = Did | Bought | tuple[Any, ...]


def _tests(parts: Sequence[Rule]) -> list[Test]:
    """Every different test of rows."""
    found: dict[Test, None] = {}
    for part in parts:
        for leaf in scan_leaves(part):
            if isinstance(leaf, FollowedBy):
                found[leaf.first, leaf.since] = None
                found |= dict.fromkeys([(then, leaf.since, leaf.within) for then in leaf.thens])
            else:
                found[leaf] = None
    return list(found)


def _facts_sql(columns: dict[Test, str], moment: Moment, values: Values, few: Few | None) -> str:
    """(customer, t, amount, truths) of every fact that passes any test."""
    tests = {name: _fact_test(test, moment, values) for test, name in columns.items()}
    # Two measures of the same facts are one column; what differs is only what is made of them.
    truths = "".join(f", {sql} AS {name}" for name, sql in tests.items())
    kinds = values.put(sorted({_fact_of(test).kind for test in columns}), "Array(String)")
    now = _MOMENT.format(values.put(moment.now, "Int64"))
    where = f"kind IN {kinds} AND occurred_at <= {now} AND ({' OR '.join(dict.fromkeys(tests.values()))})"
    return _of_whom(f"{_T} AS t, amount_fen AS amount{truths}", where, values, few)


def _of_whom(shown: str, where: str, values: Values, few: Few | None) -> str:
    if few is None:
        return f"""
        SELECT {_CUSTOMER} AS customer, {shown}
        FROM facts WHERE {where}"""
    aliases = few.aliases
    ids = values.ids([*few.ids, *aliases.merged.tolist()])
    customer = "recorded_for"
    if len(aliases.merged):
        merged = values.ids(aliases.merged.tolist())
        into = values.ids(aliases.merged_into.tolist())
        customer = f"transform(recorded_for, {merged}, {into}, recorded_for)"
    elsewhere = sorted({*aliases.identifiers.tolist(), *aliases.departed.tolist()})
    without = f" AND via NOT IN {values.ids(elsewhere)}" if elsewhere else ""
    sql = f"""
        SELECT {customer} AS customer, {shown}
        FROM facts WHERE recorded_for IN {ids}{without} AND {where}"""
    if not len(aliases.identifiers):
        return sql
    vias = values.ids(aliases.identifiers.tolist())
    owners = values.ids(aliases.customers.tolist())
    return f"""{sql}
        UNION ALL
        SELECT transform(via, {vias}, {owners}, toUInt64(0)) AS customer, {shown}
        FROM facts WHERE via IN {vias} AND {where}"""


def _fact_of(test: Test) -> FactTest:
    if isinstance(test, Did):
        return test.fact
    assert isinstance(test, tuple)
    fact: FactTest = test[0]
    return fact


def _fact_test(test: Test, moment: Moment, values: Values) -> str:
    fact = _fact_of(test)
    window: Window = test.within if isinstance(test, Did) else test[1]  # type: ignore[index]
    after, before = limits(window, moment)
    if before is not None and isinstance(test, tuple) and len(test) > 2:
        before += millis(test[2])  # then may come after the last first
    sql = [f"kind = {values.put(fact.kind, 'String')}"]
    if fact.name is not None:
        sql.append(f"name = {values.put(fact.name, 'String')}")
    sql += _span("occurred_at", after, before, values)
    sql += [_property(condition, values) for condition in fact.where]
    return "(" + " AND ".join(sql) + ")"


def _span(column: str, after: int | None, before: int | None, values: Values) -> list[str]:
    ends = (">", after), ("<", before)
    return [f"{column} {sign} {_MOMENT.format(values.put(end, 'Int64'))}" for sign, end in ends if end is not None]


def _property(condition: PropertyTest, values: Values) -> str:
    value, comparison = condition.value, condition.comparison
    one = value[0] if isinstance(value, tuple) else value
    plain = list(value) if isinstance(value, tuple) else value
    if condition.property in _COLUMNS:
        place = values.put(plain, "Array(Int64)" if isinstance(value, tuple) else "Int64")
        return f"toInt64({condition.property}) {_SIGNS[comparison]} {place}"
    path = "properties, " + ", ".join(values.put(part, "String") for part in condition.property.split("."))
    if comparison == "exists":
        return f"(JSONType({path}) != 'Null') = {int(bool(value))}"
    if comparison == "contains":
        return f"positionCaseInsensitiveUTF8(JSONExtractString({path}), {values.put(value, 'String')}) > 0"
    if isinstance(one, bool):
        type_, types = "Bool", "'Bool'"
    elif isinstance(one, str):
        type_, types = "String", "'String'"
    else:
        type_, types = "Float64", "'Int64', 'UInt64', 'Double'"
    # Without a look at the type, true would be 1 and any number true.
    read = f"if(JSONType({path}) IN ({types}), JSONExtract({path}, 'Nullable({type_})'), NULL)"
    place = values.put(plain, f"Array({type_})" if isinstance(value, tuple) else type_)
    return f"ifNull({read} {_SIGNS[comparison]} {place}, {int(comparison == 'ne')})"


_KINDS: Final = ", ".join(f"'{kind}'" for kind in MONEY)


def _purchases_sql(
    columns: dict[Test, str], moment: Moment, values: Values, few: Few | None, purchase: PurchaseMeans
) -> str:
    """(customer, t, amount, truths) of every purchase: when it was paid, what is left of it."""
    leaves = {test: name for test, name in columns.items() if isinstance(test, Bought)}
    lines = {leaf: _line_test(leaf, values) for leaf in leaves}
    named = {sql: f"l{place}" for place, sql in enumerate(dict.fromkeys(sql for sql in lines.values() if sql))}
    looked = "".join(f", {sql} AS {name}" for sql, name in named.items())
    found = "".join(f", max({name}) AS has_{name}" for name in named.values())
    truths = "".join(
        f", {_purchase_test(leaf, named.get(lines[leaf]), moment, values)} AS {name}" for leaf, name in leaves.items()
    )
    kept = "sum(amount_fen) > 0 OR NOT countIf(amount_fen <> 0)" if purchase == "kept" else "1"
    now = _MOMENT.format(values.put(moment.now, "Int64"))
    moves = _of_whom(
        f"order_key, {_T} AS at, kind = 'order.paid' AS paid, amount_fen, platform, shop{looked}",
        f"kind IN ({_KINDS}) AND occurred_at <= {now}",
        values,
        few,
    )
    return f"""
        SELECT customer, t, amount{truths}
        FROM (
            SELECT customer, order_key, minIf(at, paid) AS t, sum(amount_fen) AS amount, countIf(paid) AS paid_times,
                   ({kept}) AS kept, anyIf(platform, paid) AS on_platform, anyIf(shop, paid) AS in_shop{found}
            FROM ({moves}
            )
            GROUP BY customer, order_key
            HAVING paid_times > 0 AND kept
        )"""


def _purchase_test(leaf: Bought, line: str | None, moment: Moment, values: Values) -> str:
    after, before = limits(leaf.within, moment)
    sql = [f"t {sign} {values.put(end, 'Int64')}" for sign, end in ((">", after), ("<", before)) if end is not None]
    for name, wanted in (("on_platform", leaf.platform), ("in_shop", leaf.shop)):
        if wanted is not None:
            sql.append(f"{name} = {values.put(wanted, 'String')}")
    if line is not None:
        sql.append(f"has_{line}")
    return "(" + (" AND ".join(sql) or "1") + ")"


def _line_test(leaf: Bought, values: Values) -> str:
    """Whether a fact tells of a line like that; empty when any will do."""
    sql = []
    if leaf.product_nos:
        numbers = values.put(list(leaf.product_nos), "Array(String)")
        sql.append(f"has({numbers}, JSONExtractString(line, 'product_no'))")
    if leaf.category is not None:
        sql.append(f"JSONExtractString(line, 'category') = {values.put(leaf.category, 'String')}")
    if leaf.title is not None:
        title = values.put(leaf.title, "String")
        sql.append(f"positionCaseInsensitiveUTF8(JSONExtractString(line, 'title'), {title}) > 0")
    if not sql:
        return ""
    return f"arrayExists(line -> {' AND '.join(sql)}, JSONExtractArrayRaw(properties, 'lines'))"


def future(client: Client, kinds: Sequence[str], now: int, few: Few | None) -> tuple[Ids, Ids]:
    """(customer, moment) of the first fact of these kinds after now: facts may be dated ahead, and count from then on."""
    values = Values()
    wanted = f"kind IN {values.put(sorted(kinds), 'Array(String)')} AND occurred_at > "
    wanted += _MOMENT.format(values.put(now, "Int64"))
    rows = _of_whom(f"{_T} AS t", wanted, values, few)
    sql = f"SELECT customer, min(t) FROM ({rows}) GROUP BY customer HAVING customer <> 0"
    found = client.arrow(sql, **values.all)
    ids, moments = (found.column(place).to_numpy().astype(np.int64) for place in (0, 1))
    return ids, moments


def any_future(client: Client, kinds: Sequence[str], now: int) -> bool:
    """Whether there is any fact of these kinds that is dated ahead; a look at the index."""
    values = Values()
    moment = _MOMENT.format(values.put(now, "Int64"))
    sql = f"SELECT 1 FROM facts WHERE kind IN {values.put(sorted(kinds), 'Array(String)')} AND occurred_at > {moment}"
    return bool(client.rows(f"{sql} LIMIT 1", **values.all))


def refresh_aliases(client: Client) -> None:
    """Have queries of everybody see every merge and split that has arrived, at once."""
    client.run("SYSTEM RELOAD DICTIONARY alias_map")
