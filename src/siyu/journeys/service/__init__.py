"""What other rooms may ask of journeys."""

from siyu.journeys.rules.writing import from_json, from_yaml, to_json, to_yaml
from siyu.journeys.service.broadcasting import broadcast
from siyu.journeys.service.calling import call_others, calls, secret_of, show_secret
from siyu.journeys.service.entering import bring_crowd, bring_segment, enrol, let_crowds_in, put_in, waiting_crowds
from siyu.journeys.service.looking import figures, fold_passages, of_person, people_at
from siyu.journeys.service.managing import (
    apply_yaml,
    as_yaml,
    create,
    definition_of,
    drain,
    drop_draft,
    journey,
    journey_of_key,
    journeys,
    keep_draft,
    migrate,
    outline,
    pause,
    publish,
    start,
    stop,
    versions,
)
from siyu.journeys.service.merging import reassign
from siyu.journeys.service.reacting import Reacted, kinds_heard, react
from siyu.journeys.service.rehearsing import (
    REHEARSE,
    ask_rehearsal,
    finish_rehearsal,
    rehearsal,
    rehearsals_of,
    rehearse,
    rehearsed_definition,
)
from siyu.journeys.service.scheduling import bring_due
from siyu.journeys.service.stepping import let_out, step_once
from siyu.journeys.service.tasks import end_task, tasks
from siyu.journeys.service.telling import CALLS_CHANNEL, CHANNEL
from siyu.journeys.service.templates import template, templates
from siyu.journeys.service.world import check

__all__ = [
    "CALLS_CHANNEL",
    "CHANNEL",
    "REHEARSE",
    "Reacted",
    "apply_yaml",
    "as_yaml",
    "ask_rehearsal",
    "bring_crowd",
    "bring_due",
    "bring_segment",
    "broadcast",
    "call_others",
    "calls",
    "check",
    "create",
    "definition_of",
    "drain",
    "drop_draft",
    "end_task",
    "enrol",
    "figures",
    "finish_rehearsal",
    "fold_passages",
    "from_json",
    "from_yaml",
    "journey",
    "journey_of_key",
    "journeys",
    "keep_draft",
    "kinds_heard",
    "let_crowds_in",
    "let_out",
    "migrate",
    "of_person",
    "outline",
    "pause",
    "people_at",
    "publish",
    "put_in",
    "react",
    "reassign",
    "rehearsal",
    "rehearsals_of",
    "rehearse",
    "rehearsed_definition",
    "secret_of",
    "show_secret",
    "start",
    "step_once",
    "stop",
    "tasks",
    "template",
    "templates",
    "to_json",
    "to_yaml",
    "versions",
    "waiting_crowds",
]
