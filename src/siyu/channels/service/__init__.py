"""What other rooms may ask of channels."""

from siyu.channels.ports import open_ports
from siyu.channels.registry import BadPlugin, about, abouts, bad_plugins, open_channel
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
from siyu.channels.service.pushes import PUSH, push_message, read_push
from siyu.channels.service.quotas import give_back, grant, reserve, used

__all__ = [
    "PUSH",
    "BadPlugin",
    "Health",
    "Known",
    "KnownAccounts",
    "about",
    "abouts",
    "account",
    "accounts",
    "bad_plugins",
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
    "push_message",
    "read_push",
    "reserve",
    "resume_account",
    "update_account",
    "used",
]
