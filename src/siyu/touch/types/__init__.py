"""What other rooms may know of touches."""

from siyu.touch.types.announcements import Announced, Announcement, GroupNews
from siyu.touch.types.complaints import Complaint
from siyu.touch.types.facts import FACTS
from siyu.touch.types.guarded import Guard
from siyu.touch.types.programmes import ReasonCount, Sending, SendingState
from siyu.touch.types.proposals import (
    Decision,
    Effect,
    Judged,
    Message,
    Outcome,
    Proposal,
    Purpose,
    Reason,
    Touch,
    TouchState,
    Wish,
)
from siyu.touch.types.reasons import REASONS, Sentence
from siyu.touch.types.ruleset import (
    RULES,
    Budget,
    Consent,
    Dedup,
    Exclusion,
    Obeyed,
    QuietHours,
    Resting,
    RuleName,
    RuleSet,
    Staff,
)
from siyu.touch.types.tasks import Task, TaskState

__all__ = [
    "FACTS",
    "REASONS",
    "RULES",
    "Announced",
    "Announcement",
    "Budget",
    "Complaint",
    "Consent",
    "Decision",
    "Dedup",
    "Effect",
    "Exclusion",
    "GroupNews",
    "Guard",
    "Judged",
    "Message",
    "Obeyed",
    "Outcome",
    "Proposal",
    "Purpose",
    "QuietHours",
    "Reason",
    "ReasonCount",
    "Resting",
    "RuleName",
    "RuleSet",
    "Sending",
    "SendingState",
    "Sentence",
    "Staff",
    "Task",
    "TaskState",
    "Touch",
    "TouchState",
    "Wish",
]
