"""What other rooms may ask of touch."""

from siyu.touch.rules.checking import check as check_rules
from siyu.touch.service.announcing import (
    announce,
    announce_due,
    announced,
    announcement,
    announcement_said,
    announcements,
)
from siyu.touch.service.by_hand import ByHand, propose_by_hand
from siyu.touch.service.complaining import note_complaint
from siyu.touch.service.counting import kinds_received, ways_sent
from siyu.touch.service.deciding import decide_due, next_decision
from siyu.touch.service.following import ACTS, note_acts, reassign, split
from siyu.touch.service.guarding import change_guard, guard_of, guard_programme, guarded_programmes
from siyu.touch.service.held import hold_customers, hold_free
from siyu.touch.service.outcomes import take_outcomes
from siyu.touch.service.proposing import propose
from siyu.touch.service.reading import PersonTouches, programmes, reason_counts, said, touch_by_key, touches, touches_of
from siyu.touch.service.ruling import change_rules, read_rules, rule_versions, rules
from siyu.touch.service.scripted import scripted_for_all
from siyu.touch.service.sending import (
    CHANNEL,
    FOR_EVER,
    halt_sending,
    leave_alone,
    pause_sending,
    resume_sending,
    sendings,
)
from siyu.touch.service.staffing import look_after_staff
from siyu.touch.service.tasks import TITLE, Standing, end_overdue, end_staff_task, staff_tasks, standing, whose_tasks
from siyu.touch.service.trying import show_to_staff

__all__ = [
    "ACTS",
    "CHANNEL",
    "FOR_EVER",
    "TITLE",
    "ByHand",
    "PersonTouches",
    "Standing",
    "announce",
    "announce_due",
    "announced",
    "announcement",
    "announcement_said",
    "announcements",
    "change_guard",
    "change_rules",
    "check_rules",
    "decide_due",
    "end_overdue",
    "end_staff_task",
    "guard_of",
    "guard_programme",
    "guarded_programmes",
    "halt_sending",
    "hold_customers",
    "hold_free",
    "kinds_received",
    "leave_alone",
    "look_after_staff",
    "next_decision",
    "note_acts",
    "note_complaint",
    "pause_sending",
    "programmes",
    "propose",
    "propose_by_hand",
    "read_rules",
    "reason_counts",
    "reassign",
    "resume_sending",
    "rule_versions",
    "rules",
    "said",
    "scripted_for_all",
    "sendings",
    "show_to_staff",
    "split",
    "staff_tasks",
    "standing",
    "take_outcomes",
    "touch_by_key",
    "touches",
    "touches_of",
    "ways_sent",
    "whose_tasks",
]
