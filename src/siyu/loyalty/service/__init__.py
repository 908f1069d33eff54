"""What other rooms may ask of the ledger."""

from siyu.loyalty.service.by_hand import approve, by_hand, post_by_hand, refuse, reverse
from siyu.loyalty.service.check_in import (
    change_check_in,
    check_in,
    check_in_for,
    check_in_rules,
    check_in_versions,
    check_ins,
    days_checked_in,
    make_up,
    make_up_for,
    read_check_in,
    regroup_check_ins,
)
from siyu.loyalty.service.earning import apply, change_earning, earning, earning_versions, read_earning
from siyu.loyalty.service.expiring import expire_due
from siyu.loyalty.service.following import reassign, split
from siyu.loyalty.service.holding import confirm, hold, release, run_out_holds
from siyu.loyalty.service.posting import ensure_unit, post, post_one, sure, units
from siyu.loyalty.service.reading import account_of, accounts_of, balance_at, balances, entries, posted, why
from siyu.loyalty.service.sealing import seal
from siyu.loyalty.service.tasks import (
    change_tasks,
    fulfil,
    read_tasks,
    regroup_tasks,
    task_versions,
    tasks,
    tasks_of,
)
from siyu.loyalty.service.tiers import (
    TIERS_CHANNEL,
    change_tiers,
    move_due,
    preview_tiers,
    read_tiers,
    regroup_tiers,
    tier_ahead,
    tier_of,
    tier_versions,
    tiers,
)
from siyu.loyalty.service.undoing import undo
from siyu.loyalty.service.verifying import verify

__all__ = [
    "TIERS_CHANNEL",
    "account_of",
    "accounts_of",
    "apply",
    "approve",
    "balance_at",
    "balances",
    "by_hand",
    "change_check_in",
    "change_earning",
    "change_tasks",
    "change_tiers",
    "check_in",
    "check_in_for",
    "check_in_rules",
    "check_in_versions",
    "check_ins",
    "confirm",
    "days_checked_in",
    "earning",
    "earning_versions",
    "ensure_unit",
    "entries",
    "expire_due",
    "fulfil",
    "hold",
    "make_up",
    "make_up_for",
    "move_due",
    "post",
    "post_by_hand",
    "post_one",
    "posted",
    "preview_tiers",
    "read_check_in",
    "read_earning",
    "read_tasks",
    "read_tiers",
    "reassign",
    "refuse",
    "regroup_check_ins",
    "regroup_tasks",
    "regroup_tiers",
    "release",
    "reverse",
    "run_out_holds",
    "seal",
    "split",
    "sure",
    "task_versions",
    "tasks",
    "tasks_of",
    "tier_ahead",
    "tier_of",
    "tier_versions",
    "tiers",
    "undo",
    "units",
    "verify",
    "why",
]
