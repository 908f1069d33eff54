"""What each kind of step does with everybody who is at it, by the group and never one by one."""

from siyu.journeys.service.batch import Batch, Group
from siyu.journeys.service.steps.asking import ask_staff
from siyu.journeys.service.steps.branching import branch
from siyu.journeys.service.steps.marking import give_points, put_tags, put_trait
from siyu.journeys.service.steps.telling import call
from siyu.journeys.service.steps.touching import invite, publish, send
from siyu.journeys.service.steps.waiting import wait, wait_for
from siyu.journeys.types.definition import (
    Branch,
    Exit,
    Goal,
    Invite,
    Moment,
    PointsStep,
    Send,
    StaffTask,
    TagStep,
    TraitStep,
    Wait,
    WaitFor,
    Webhook,
)


def carry_out(batch: Batch, group: Group) -> None:
    """Carry a step out for everybody in the group: each of them rests in it, goes to another, or leaves."""
    step = group.definition.steps[group.name]
    match step:
        case Wait():
            wait(batch, group, step)
        case WaitFor():
            wait_for(batch, group, step)
        case Branch():
            branch(batch, group, step)
        case Send():
            send(batch, group, step)
        case Invite():
            invite(batch, group, step)
        case Moment():
            publish(batch, group, step)
        case StaffTask():
            ask_staff(batch, group, step)
        case TagStep():
            put_tags(batch, group, step)
        case TraitStep():
            put_trait(batch, group, step)
        case PointsStep():
            give_points(batch, group, step)
        case Webhook():
            call(batch, group, step)
        case Goal():
            batch.end(group.places, "goal")
        case Exit():
            batch.end(group.places, "exit")
