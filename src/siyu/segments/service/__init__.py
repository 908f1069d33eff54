"""What other rooms may ask of segments."""

from siyu.segments.rules import AHEAD, FACT_KINDS, NEW, PREDICTION, PURCHASE, STANDING, check_fact
from siyu.segments.service.defining import (
    EVALUATE,
    adopt,
    announce_use,
    change,
    count_anew_after,
    create,
    delete,
    evaluate_soon,
    segment,
    segments,
    users,
)
from siyu.segments.service.evaluating import evaluate, not_evaluated
from siyu.segments.service.lists import delete_list, lists, named, one_list, upload
from siyu.segments.service.matching import everybody_who, matching, preview
from siyu.segments.service.reacting import CHANNEL, anything_due, expire, react, take_touched, touch, wants
from siyu.segments.service.reading import (
    check_expression,
    combine,
    contains,
    evaluations,
    movers,
    moves,
    overlap,
    people_of,
)
from siyu.segments.service.reading import members_of as members
from siyu.segments.service.rulebook import check_rule, problems, sentence, sentences
from siyu.segments.store.bitmaps import bitmap

__all__ = [
    "AHEAD",
    "CHANNEL",
    "EVALUATE",
    "FACT_KINDS",
    "NEW",
    "PREDICTION",
    "PURCHASE",
    "STANDING",
    "adopt",
    "announce_use",
    "anything_due",
    "bitmap",
    "change",
    "check_expression",
    "check_fact",
    "check_rule",
    "combine",
    "contains",
    "count_anew_after",
    "create",
    "delete",
    "delete_list",
    "evaluate",
    "evaluate_soon",
    "evaluations",
    "everybody_who",
    "expire",
    "lists",
    "matching",
    "members",
    "movers",
    "moves",
    "named",
    "not_evaluated",
    "one_list",
    "overlap",
    "people_of",
    "preview",
    "problems",
    "react",
    "segment",
    "segments",
    "sentence",
    "sentences",
    "take_touched",
    "touch",
    "upload",
    "users",
    "wants",
]
