"""What other rooms may ask of channels."""

from siyu.channels.ports import open_ports
from siyu.channels.registry import BadPlugin, about, abouts, open_channel
from siyu.channels.service.accounts import (
    Known,
    KnownAccounts,
    account,
    accounts,
    connect_account,
    filled_secrets,
    pause_account,
    resume_account,
    update_account,
)
from siyu.channels.service.health import Health, check_account, health_of_accounts, open_account
from siyu.channels.service.quotas import give_back, grant, reserve, used

__all__ = [
    "BadPlugin",
    "Health",
    "Known",
    "KnownAccounts",
    "about",
    "abouts",
    "account",
    "accounts",
    "check_account",
    "connect_account",
    "filled_secrets",
    "give_back",
    "grant",
    "health_of_accounts",
    "open_account",
    "open_channel",
    "open_ports",
    "pause_account",
    "reserve",
    "resume_account",
    "update_account",
    "used",
]
