"""Who did what they do when they have had enough, from the facts. Rare, so whoever did is looked up, not the reverse."""

from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from siyu.engines.clickhouse.client import Client
from siyu.experiments.types import HarmKind

# Whose a fact is now: where its identifier went after a split, else what its customer became by merges.
_CUSTOMER: Final = (
    "dictGetOrDefault('alias_map', 'customer_id', via, "
    "dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id))"
)
_BY: Final = "simpleJSONExtractString(properties, 'by')"
# What the people did themselves: by transfer, by a member of staff or with an account nobody has left. What platforms tell of
# blocks comes from channels, what staff hear of complaints from touch; whatever else knows of them tells tracked events.
HARMS: Final[dict[HarmKind, str]] = {
    "deleted": f"kind = 'friend.deleted' AND {_BY} NOT IN ('transfer', 'left', 'staff', 'account')",
    "unfollowed": f"kind = 'account.unfollowed' AND {_BY} <> 'account'",
    "left": "kind = 'chat.left'",
    "blocked": "kind = 'sender.blocked' OR (kind = 'event.tracked' AND name = 'Sender Blocked')",
    "unsubscribed": (
        "kind = 'notice.refused' OR (kind = 'consent.changed' AND simpleJSONExtractString(properties, 'state') = 'denied')"
    ),
    "complained": "kind = 'touch.complained' OR (kind = 'event.tracked' AND name = 'Complaint Made')",
}
_KINDS: Final = (
    "'friend.deleted', 'account.unfollowed', 'chat.left', 'sender.blocked', 'notice.refused', 'event.tracked', "
    "'consent.changed', 'touch.complained'"
)


def harms_sql() -> str:
    """(harm, customer, at in ms): every harm of everybody from {since} to {until}; harms are numbered as in HARMS."""
    numbered = ", ".join(f"{condition}, {place}" for place, condition in enumerate(HARMS.values(), 1))
    return f"""
SELECT toInt64(harm) AS harm, toInt64(customer) AS customer, at FROM (
    SELECT multiIf({numbered}, 0) AS harm, {_CUSTOMER} AS customer,
           toInt64(toUnixTimestamp64Milli(occurred_at)) AS at
    FROM facts
    WHERE kind IN ({_KINDS}) AND (kind <> 'event.tracked' OR name IN ('Sender Blocked', 'Complaint Made'))
      AND occurred_at >= {{since:DateTime64(3, 'UTC')}} AND occurred_at <= {{until:DateTime64(3, 'UTC')}}
)
WHERE harm > 0 AND customer <> 0
""".strip()


def harms(client: Client, since: datetime, until: datetime) -> list[NDArray[np.int64]]:
    """Number of the harm, customer and moment in ms, one array each."""
    table = client.arrow(harms_sql(), since=since, until=until)
    return [np.asarray(table.column(name).to_numpy(), np.int64) for name in ("harm", "customer", "at")]
