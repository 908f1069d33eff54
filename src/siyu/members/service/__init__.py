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
from siyu.members.service.inviting import (
    any_brought,
    brought,
    brought_by,
    count_brought,
    end_invitations,
    friends_of,
    invitation_code,
    join,
    part_invitations,
    regroup_invitations,
)
from siyu.members.service.sessions import authenticate, is_known, open_session, sign_out
from siyu.members.service.telling import message_of_phone, message_of_profile, message_of_sign_in, source_of

__all__ = [
    "any_brought",
    "ask_code",
    "ask_deletion",
    "authenticate",
    "brought",
    "brought_by",
    "code_not_told",
    "count_brought",
    "deletion_of",
    "due_deletions",
    "end_invitations",
    "finish_deletion",
    "forgetting",
    "friends_of",
    "hold_deletion",
    "invitation_code",
    "is_known",
    "join",
    "message_of_phone",
    "message_of_profile",
    "message_of_sign_in",
    "once",
    "open_session",
    "own_key",
    "part_invitations",
    "regroup_deletions",
    "regroup_invitations",
    "sign_out",
    "source_of",
    "spend_code",
    "take_deletion_back",
    "theme",
]
