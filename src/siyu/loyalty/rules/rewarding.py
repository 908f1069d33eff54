"""What a reward is in the ledger."""

from datetime import datetime, timedelta

from siyu.loyalty.types import Request, Reward, gift


def reward_request(
    key: str, customer_id: int, reward: Reward, reason: str, source: str, now: datetime, *, via: int = 0
) -> Request:
    """What gives a customer a reward."""
    until = now + timedelta(reward.expires_days) if reward.expires_days else None
    lines = gift(customer_id, reward.unit, reward.amount, until)
    return Request(key, lines, reason, source=source[:300], effective_at=now, via=via)
