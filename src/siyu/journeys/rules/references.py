"""What a journey refers to. Pure."""

from siyu.journeys.types.definition import Branch, ByRule, BySegment, Definition, SegmentTrigger, TimeTrigger
from siyu.segments.types import segments_of


def segments_in(definition: Definition) -> frozenset[int]:
    """The segments that a journey names itself or in its rules."""
    found: set[int] = set()
    if isinstance(definition.trigger, SegmentTrigger | TimeTrigger):
        found.add(definition.trigger.segment)
    if definition.audience is not None:
        found |= segments_of(definition.audience.rule)
    for step in definition.steps.values():
        for case in step.cases if isinstance(step, Branch) else ():
            if isinstance(case.when, BySegment):
                found.add(case.when.segment)
            elif isinstance(case.when, ByRule):
                found |= segments_of(case.when.rule.rule)
    return frozenset(found - {0})
