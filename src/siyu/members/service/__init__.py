"""What other rooms may ask of members."""

from siyu.members.rules.theme import theme
from siyu.members.service.answers import once, own_key
from siyu.members.service.codes import ask_code, code_not_told, spend_code
from siyu.members.service.deleting import (
    ask_deletion,
    deletion_of,
    due_deletions,
    finish_deletion,
    forgetting,
    hold_deletion,
    regroup_deletions,
    take_deletion_back,
)
from siyu.members.service.sessions import authenticate, is_known, open_session, sign_out
from siyu.members.service.telling import message_of_phone, message_of_profile, source_of

__all__ = [
    "ask_code",
    "ask_deletion",
    "authenticate",
    "code_not_told",
    "deletion_of",
    "due_deletions",
    "finish_deletion",
    "forgetting",
    "hold_deletion",
    "is_known",
    "message_of_phone",
    "message_of_profile",
    "once",
    "open_session",
    "own_key",
    "regroup_deletions",
    "sign_out",
    "source_of",
    "spend_code",
    "take_deletion_back",
    "theme",
]
