"""Whoever came through a code: the source that stays with them for ever, and our tags."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.channels.store import codes as tables
from siyu.customers import service as customers
from siyu.customers.types import FirstTrait, TagChange
from siyu.kernel.fact import Fact

SOURCE: Final = "entry_code"  # the trait: {"account", "code", "card"}; written once, the first code stands
_CAME: Final = frozenset({"friend.added", "chat.joined", "account.followed"})


def arrive(conn: Connection, facts: Sequence[Fact], now: datetime) -> list[Fact]:
    """Note through which code people came, as their facts tell; returns the facts that follow. Safe to repeat.

    Called in the pipeline, behind what makes these facts. The first code by time is the person's source and is never
    overwritten, also when customers are merged; tags are those of every code they came through.
    """
    came = [
        (fact, int(fact.properties["account"]), str(fact.properties["state"]))
        for fact in facts
        if fact.kind in _CAME and fact.customer_id and fact.properties.get("state")
    ]
    if not came:
        return []
    codes = tables.by_states(conn, {(account_id, state) for _, account_id, state in came})
    first, tags = [], []
    for fact, account_id, state in came:
        if (account_id, state) not in codes:
            continue
        code_id, card, named = codes[account_id, state]
        origin = (fact.via, fact.source_id, fact.message_id)
        value = {"account": account_id, "code": code_id, "card": card}
        first.append(FirstTrait(fact.customer_id, SOURCE, value, fact.occurred_at, *origin))
        tags += [TagChange(fact.customer_id, tag, fact.occurred_at, f"code:{code_id}", *origin) for tag in named]
    return customers.keep_first(conn, first, now) + customers.add_tags(conn, tags)
