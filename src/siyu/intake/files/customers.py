"""Rows of customers → ``customer`` payloads."""

from collections.abc import Iterator
from typing import Any

from siyu.intake.files.plan import Columns, Plan
from siyu.intake.types import IdentifierClaim


class CustomerRows:
    """Builds customers from converted columns."""

    def __init__(self, plan: Plan, shop: str) -> None:
        self._platform = plan.form.platform
        self._shop = shop or plan.form.shop
        self._parts = {
            part: [f.target for f in plan.form.fields if f.target.startswith(f"{part}.") and f.target in plan.targets]
            for part in ("traits", "consent", "extra")
        }

    def payloads(self, columns: Columns) -> Iterator[tuple[dict[str, Any], tuple[IdentifierClaim, ...]]]:
        """Payload and claims of each customer."""
        if not columns.lines:
            return
        get = columns.get
        parts = {
            name: [(t.partition(".")[2], columns.values[t]) for t in targets] for name, targets in self._parts.items()
        }
        rows = zip(
            get("tags"), get("member"), get("became_customer_at"), get("became_member_at"), get("shop"), strict=True
        )
        for at, (tags, member, customer_at, member_at, shop) in enumerate(rows):
            payload: dict[str, Any] = {
                "traits": {name: values[at] for name, values in parts["traits"] if values[at] is not None},
                "tags": list(tags or ()),
                "platform": self._platform,
                "shop": self._shop or shop or "",
                "member": member,
                "became_customer_at": customer_at,
                "became_member_at": member_at,
            }
            for name in ("consent", "extra"):
                if found := {key: values[at] for key, values in parts[name] if values[at] is not None}:
                    payload[name] = found
            yield payload, columns.claims[at]
