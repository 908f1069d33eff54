"""An export of a till that no platform has, and the mapping by which it is read."""

from typing import Any

TILL = "单号,时间,金额,会员卡,手机号\nA1,2026-01-02 10:00:00,12.50,M7,13800138000\nA2,2026-01-03 11:00:00,8.00,M8,\n"
MAPPING: dict[str, Any] = {
    "kind": "orders",
    "shop": "till",
    "fields": {"order_no": "单号", "paid_at": "时间", "paid_fen": "金额", "status": {"value": "received"}},
    "identifiers": [{"type": "member_no", "scope": "till", "column": "会员卡"}],
}
