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
from siyu.channels.service.codes import CHANNEL as CODES_CHANNEL
from siyu.channels.service.codes import (
    Rotation,
    add_cards,
    arrive,
    code,
    code_figures,
    code_people,
    codes_of,
    create_code,
)
from siyu.channels.service.codes import codes as code_list
from siyu.channels.service.health import Health, check_account, health_of_accounts, note_heard, open_account
from siyu.channels.service.hearing import apply, hear
from siyu.channels.service.mirroring import mirror
from siyu.channels.service.pushes import PUSH, push_message, read_push
from siyu.channels.service.quotas import give_back, grant, reserve, used
from siyu.channels.service.reading import contact_follows, group_list, standing, tag_list, walk, walks, workload
from siyu.channels.service.regrouping import regroup
from siyu.channels.service.rereading import (
    CHANNEL,
    ask_again,
    claim_rereads,
    finish_rereads,
    note_reading,
    put_off_rereads,
)
from siyu.channels.service.telling import scope_of, source_of
from siyu.channels.service.walking import RECONCILE, ask_reconcile, begin_walk, end_walk, move_walk, order_reconcile
from siyu.channels.service.welcome import Greeter, forget_welcomes

__all__ = [
    "CHANNEL",
    "CODES_CHANNEL",
    "PUSH",
    "RECONCILE",
    "BadPlugin",
    "Greeter",
    "Health",
    "Known",
    "KnownAccounts",
    "Rotation",
    "about",
    "abouts",
    "account",
    "accounts",
    "add_cards",
    "apply",
    "arrive",
    "ask_again",
    "ask_reconcile",
    "bad_plugins",
    "begin_walk",
    "check_account",
    "claim_rereads",
    "code",
    "code_figures",
    "code_list",
    "code_people",
    "codes_of",
    "connect_account",
    "contact_follows",
    "create_code",
    "end_walk",
    "filled_secrets",
    "finish_rereads",
    "forget_welcomes",
    "give_back",
    "grant",
    "group_list",
    "health_of_accounts",
    "hear",
    "mirror",
    "move_walk",
    "note_heard",
    "note_reading",
    "open_account",
    "open_channel",
    "open_ports",
    "order_reconcile",
    "pause_account",
    "push_message",
    "put_off_rereads",
    "read_push",
    "regroup",
    "reserve",
    "resume_account",
    "scope_of",
    "source_of",
    "standing",
    "tag_list",
    "update_account",
    "used",
    "walk",
    "walks",
    "workload",
]
