"""What the demo brand has, what Siyu found of it, and where to look."""

import os
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from siyu.app import people
from siyu.app.context import Context
from siyu.app.demo.wechat import WeChat
from siyu.app.demo.wecom import Beside
from siyu.app.place import Running
from siyu.channels import service as channels
from siyu.identity import service as identity
from siyu.insight import service as insight
from siyu.insight.types import LtvPlan
from siyu.rehearsal import service as rehearsal
from siyu.rehearsal.types import NAME, Brand

console: Final = Console(stderr=True, highlight=False)


def summarise(context: Context, running: Running, brand: Brand, beside: Beside, wechat: WeChat) -> None:
    """Print what there is, what Siyu found of it, and where to look."""
    end, orders = brand.end, brand.orders
    with context.database.transaction() as conn:
        counts, now = identity.asset_counts(conn), context.clock.now()
        served = sum(one.contacts for one in channels.workload(conn, beside.account.id, now, now))
        groups = len(channels.group_list(conn, beside.account.id, now, now))
        walks = channels.walks(conn, wechat.official.id)
        followers = next((one.counts.get("began", 0) for one in walks if one.state == "done"), 0)
        examples = [(one, people.find(conn, one.phone, "phone")) for one in rehearsal.examples(brand)]
    value = insight.ltv(context.clickhouse, LtvPlan(until=context.clock.now(), zone=context.settings.brand_zone))
    paid = orders.paid_at <= end
    left = orders.paid_by(end) - orders.refunded_by(end)
    net = int(left.sum())
    table = Table("", f"{NAME}", "found by Siyu", title="The demo brand", title_justify="left")
    table.add_row(
        "people", f"{len(brand.people):,}", f"{counts.known:,} known, {counts.anonymous:,} devices without a name"
    )
    table.add_row("buyers", f"{len(set(orders.buyer[paid & (left > 0)].tolist())):,}", f"{value.customers:,}")
    table.add_row("paid orders", f"{int(paid.sum()):,}", "")
    table.add_row("revenue less refunds", f"¥{net / 100:,.2f}", f"¥{value.net_fen / 100:,.2f} of people it knows")
    table.add_row(
        "friends of staff in WeCom", f"{int(brand.people.wecom.sum()):,}", f"{served:,} ties, {groups:,} groups"
    )
    table.add_row("followers of the official account", "", f"{followers:,}")
    console.print(table)
    program, data = _program(), _shown(context.settings.data_folder)
    for one, found in examples:
        console.print(f"Somebody who {one.title}:", markup=False, soft_wrap=True)
        console.print(f"  {program} find {one.phone} --data {data}", markup=False, soft_wrap=True)
        if found:
            console.print(f"  {program} timeline {found[0]} --data {data}", markup=False, soft_wrap=True)
    console.print(f"API: {running.http_url}/docs", markup=False, soft_wrap=True)


def _program() -> str:
    """How the user called us."""
    called = Path(sys.argv[0])
    return os.path.relpath(called) if called.name == "siyu" and called.exists() else "siyu"


def _shown(folder: Path) -> str:
    """The folder, as short as it can be typed from here."""
    short = os.path.relpath(folder)
    return short if not short.startswith("..") else str(folder)
