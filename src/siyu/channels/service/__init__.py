"""What other rooms may ask of channels."""

from siyu.channels.ports import open_ports
from siyu.channels.registry import BadPlugin, about, abouts, bad_plugins, open_channel
from siyu.channels.service.accounts import (
    Known,
    KnownAccounts,
    account,
    accounts,
    accounts_ever,
    connect_account,
    filled_secrets,
    pause_account,
    resume_account,
    update_account,
)
from siyu.channels.service.acting import ACTS_CHANNEL, Desk
from siyu.channels.service.addressing import addresses
from siyu.channels.service.by_hand import SaidByHand, end_by_hand, ways_by_hand
from siyu.channels.service.codes import CHANNEL as CODES_CHANNEL
from siyu.channels.service.codes import (
    Rotation,
    add_cards,
    arrive,
    code,
    code_figures,
    code_people,
    codes_of,
    count_codes,
    create_code,
    free_places,
)
from siyu.channels.service.codes import codes as code_list
from siyu.channels.service.conversing import do_conversations
from siyu.channels.service.delivering import MOST_ITEMS, TURNED_CHANNEL, deliver, deliveries, items_of, take_turned
from siyu.channels.service.efficiency import keep_staff_days
from siyu.channels.service.ending import END_TIES, delete_account, end_ties
from siyu.channels.service.feedback import unheard_deletions
from siyu.channels.service.handovers import hand_over, hand_over_groups, handover_page, heirless
from siyu.channels.service.health import (
    Health,
    check_account,
    due_for_check,
    health_of_accounts,
    note_heard,
    open_account,
)
from siyu.channels.service.hearing import apply, hear
from siyu.channels.service.logins import (
    begin_login,
    begin_subscription,
    finish_login,
    finish_subscription,
    login_of_app,
    session_of,
    tie_phone,
    whose_token,
)
from siyu.channels.service.mapping import keep_pending, keep_recognised, may_ask, newcomers, visitors
from siyu.channels.service.marking import do_marks, mark_orders, marks, order_marks
from siyu.channels.service.media import MOST_BYTES as MOST_PICTURE_BYTES
from siyu.channels.service.media import keep_file, keep_picture, kept_file, picture, upload_again
from siyu.channels.service.mirroring import mirror
from siyu.channels.service.operators import check_members, members_of, operator_members, tie_operator
from siyu.channels.service.passing import do_handovers
from siyu.channels.service.pushes import PUSH, push_message, read_push
from siyu.channels.service.quotas import give_back, grant, reserve, used
from siyu.channels.service.reacting import do_reactions
from siyu.channels.service.reading import (
    contact_follows,
    fold_tallies,
    group_list,
    group_members,
    served,
    standing,
    tag_list,
    tag_names,
    walk,
    walks,
    workload,
)
from siyu.channels.service.regrouping import regroup
from siyu.channels.service.remarks import note_contact
from siyu.channels.service.rereading import (
    CHANNEL,
    ask_again,
    claim_rereads,
    finish_rereads,
    note_reading,
    put_off_rereads,
)
from siyu.channels.service.retaining import forgetting
from siyu.channels.service.sending import do_deliveries
from siyu.channels.service.tagging import change_tag, delete_tags, make_tags
from siyu.channels.service.tasks import cancel_task, do_tasks, remind_staff, staff_task, staff_tasks, task_results
from siyu.channels.service.telling import scope_of, source_of
from siyu.channels.service.walking import RECONCILE, ask_reconcile, begin_walk, end_walk, move_walk, order_reconcile
from siyu.channels.service.welcome import Greeter, forget_welcomes

__all__ = [
    "ACTS_CHANNEL",
    "CHANNEL",
    "CODES_CHANNEL",
    "END_TIES",
    "MOST_ITEMS",
    "MOST_PICTURE_BYTES",
    "PUSH",
    "RECONCILE",
    "TURNED_CHANNEL",
    "BadPlugin",
    "Desk",
    "Greeter",
    "Health",
    "Known",
    "KnownAccounts",
    "Rotation",
    "SaidByHand",
    "about",
    "abouts",
    "account",
    "accounts",
    "accounts_ever",
    "add_cards",
    "addresses",
    "apply",
    "arrive",
    "ask_again",
    "ask_reconcile",
    "bad_plugins",
    "begin_login",
    "begin_subscription",
    "begin_walk",
    "cancel_task",
    "change_tag",
    "check_account",
    "check_members",
    "claim_rereads",
    "code",
    "code_figures",
    "code_list",
    "code_people",
    "codes_of",
    "connect_account",
    "contact_follows",
    "count_codes",
    "create_code",
    "delete_account",
    "delete_tags",
    "deliver",
    "deliveries",
    "do_conversations",
    "do_deliveries",
    "do_handovers",
    "do_marks",
    "do_reactions",
    "do_tasks",
    "due_for_check",
    "end_by_hand",
    "end_ties",
    "end_walk",
    "filled_secrets",
    "finish_login",
    "finish_rereads",
    "finish_subscription",
    "fold_tallies",
    "forget_welcomes",
    "forgetting",
    "free_places",
    "give_back",
    "grant",
    "group_list",
    "group_members",
    "hand_over",
    "hand_over_groups",
    "handover_page",
    "health_of_accounts",
    "hear",
    "heirless",
    "items_of",
    "keep_file",
    "keep_pending",
    "keep_picture",
    "keep_recognised",
    "keep_staff_days",
    "kept_file",
    "login_of_app",
    "make_tags",
    "mark_orders",
    "marks",
    "may_ask",
    "members_of",
    "mirror",
    "move_walk",
    "newcomers",
    "note_contact",
    "note_heard",
    "note_reading",
    "open_account",
    "open_channel",
    "open_ports",
    "operator_members",
    "order_marks",
    "order_reconcile",
    "pause_account",
    "picture",
    "push_message",
    "put_off_rereads",
    "read_push",
    "regroup",
    "remind_staff",
    "reserve",
    "resume_account",
    "scope_of",
    "served",
    "session_of",
    "source_of",
    "staff_task",
    "staff_tasks",
    "standing",
    "tag_list",
    "tag_names",
    "take_turned",
    "task_results",
    "tie_operator",
    "tie_phone",
    "unheard_deletions",
    "update_account",
    "upload_again",
    "used",
    "visitors",
    "walk",
    "walks",
    "ways_by_hand",
    "whose_token",
    "workload",
]
