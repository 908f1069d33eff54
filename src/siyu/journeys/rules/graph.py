"""How the steps of a journey lead to one another. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from siyu.journeys.types.definition import (
    Branch,
    Definition,
    Exit,
    Goal,
    Invite,
    Moment,
    Send,
    StaffTask,
    Step,
    Wait,
    WaitFor,
)


def ways_out(step: Step) -> Iterator[tuple[str, str]]:
    """(which way, name of the step it leads to) of every way out of a step."""
    match step:
        case Goal() | Exit():
            return
        case Branch():
            for number, case in enumerate(step.cases, 1):
                yield f"case {number}", case.next
            yield "otherwise", step.otherwise
        case WaitFor():
            yield "next", step.next
            yield "otherwise", step.otherwise
        case Send() | Invite() | Moment():
            yield "next", step.next
            if step.dropped:
                yield "dropped", step.dropped
            if isinstance(step, Invite) and step.full:
                yield "full", step.full
        case StaffTask():
            yield "next", step.next
            yield from ((way, to) for way in ("declined", "late", "dropped") if (to := getattr(step, way)))
        case _:
            yield "next", step.next


def reachable(definition: Definition) -> set[str]:
    """The steps to which a way leads from the start."""
    return _from([definition.start], {name: [to for _, to in ways_out(s)] for name, s in definition.steps.items()})


def endless(definition: Definition) -> set[str]:
    """The steps from which no way leads to an end."""
    back: dict[str, list[str]] = {name: [] for name in definition.steps}
    for name, step in definition.steps.items():
        for _, to in ways_out(step):
            if to in back:
                back[to].append(name)
    ends = [name for name, step in definition.steps.items() if isinstance(step, Goal | Exit)]
    return set(definition.steps) - _from(ends, back)


def _from(begin: Iterable[str], ways: Mapping[str, list[str]]) -> set[str]:
    found: set[str] = set()
    todo = [name for name in begin if name in ways]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [to for to in ways[name] if to in ways]
    return found


def restless(definition: Definition) -> list[str]:
    """The steps of a loop that waits nowhere, in their order; empty when there is none."""
    ways = {
        name: [to for _, to in ways_out(step) if to in definition.steps]
        for name, step in definition.steps.items()
        if not rests(step)
    }
    state: dict[str, int] = {}
    for begin in ways:
        path: list[str] = []
        todo: list[tuple[str, bool]] = [(begin, False)]
        while todo:
            name, leaving = todo.pop()
            if leaving:
                state[name] = 2
                path.pop()
                continue
            if state.get(name) == 1:
                return path[path.index(name) :]
            if name not in ways or state.get(name) == 2:
                continue
            state[name] = 1
            path.append(name)
            todo.append((name, True))
            todo += [(to, False) for to in ways[name]]
    return []


def rests(step: Step) -> bool:
    """Time passes in this step, however often somebody comes by: a moment of the calendar and a time since the entry do not."""
    match step:
        case Wait():
            return step.until is None and step.since == "step" and bool(step.duration or step.days)
        case WaitFor():
            return True
    return False
