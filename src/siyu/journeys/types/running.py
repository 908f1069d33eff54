"""Journeys as they run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from siyu.journeys.types.definition import Definition

State = Literal["draft", "running", "paused", "draining", "stopped"]
Ended = Literal["exit", "goal", "stopped", "merged", "withdrawn"]


class Happened(NamedTuple):
    """A fact as journeys look at it; ``properties`` are its own."""

    fact_id: int
    kind: str
    name: str
    customer_id: int
    occurred_at: datetime
    source_id: int
    amount_fen: int
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Journey:
    """One journey.

    Attributes:
        key: a stable name, as in git.
        state: ``draft``: never started; ``running``; ``paused``: those inside are held where they are, nobody enters;
            ``draining``: nobody enters any more, those inside go on; ``stopped``: everybody was let out.
        draft: what is being worked on; ``None`` where it is the newest version.
        version: the newest, into which people enter; 0 when none was published.
        programme_id: of experiments.
        next_run_at: when a trigger of time or of dates fires next.
    """

    id: int
    key: str
    name: str
    kind: Literal["journey", "broadcast"]
    state: State
    version: int
    draft: Definition | None
    programme_id: int
    next_run_at: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class Version:
    """A definition that was published and is never changed."""

    id: int
    journey_id: int
    number: int
    definition: Definition
    published_by: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Template:
    """A journey to begin with; ``text`` is its file."""

    key: str
    definition: Definition
    text: str


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is to enter.

    Attributes:
        key: tells one enrolment of a person from another; empty where there is one a person.
        origin: what brought them; the same origin never brings the same person in twice.
        at: when that happened.
        due_at: when the first step is due; ``at`` when ``None``.
        entry: what the journey may ask of that (the properties of the fact).
    """

    journey_id: int
    customer_id: int
    origin: str
    at: datetime
    key: str = ""
    due_at: datetime | None = None
    entry: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One person's place in a journey.

    Attributes:
        step: where they are; ``begun``: the step has begun and they wait in it.
        due_at: when it goes on.
        passed: steps behind them.
        ended: how it ended; ``None`` while it goes on.
    """

    id: int
    journey_id: int
    version: int
    customer_id: int
    key: str
    step: str
    begun: bool
    due_at: datetime | None
    entered_at: datetime
    passed: int
    treated: bool
    ended: Ended | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What a person's journey will do next, as far as it can be told: until a branch, or something that has to happen.

    Attributes:
        at: when it is expected, the gate aside.
    """

    step: str
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OfPerson:
    """One journey of a person, and what is planned in it."""

    name: str
    enrolment: Enrolment
    planned: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class EnrolmentPage:
    """Enrolments; ``next`` is the cursor of the following page, ``None`` at the end."""

    enrolments: tuple[Enrolment, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step of a journey: who is there now, and how often it was passed and left by which way."""

    step: str
    inside: int
    passed: int
    ways: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many people are where in a journey."""

    entered: int
    inside: int
    ended: Mapping[str, int]
    steps: tuple[StepFigures, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A journey at a glance.

    Attributes:
        definition: the draft, or the newest version where there is none.
        ended: how people ended → how many.
    """

    definition: Definition
    entered: int
    inside: int
    ended: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Stepped:
    """What one batch did: enrolments that were due, steps that they passed, and those that have ended."""

    enrolments: int = 0
    steps: int = 0
    ended: int = 0
    touches: int = 0


@dataclass(frozen=True, slots=True)
class RehearsedTouch:
    """What would have been proposed to the gate, and what it would have said.

    Attributes:
        state: ``queued``: it would have gone out; ``waiting``: it would still wait; ``dropped``.
        code: the reason that decided, of the gate's; empty when none did.
        because, because_zh: the same in words.
    """

    customer_id: int
    step: str
    at: datetime
    state: str
    way: str
    account_id: int | None
    text: str
    code: str
    because: str
    because_zh: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a journey would have done.

    Attributes:
        people: who was looked at, of ``of`` who would have had a reason to enter.
        touches: in the order of time; the first thousand.
        reasons: how many touches are in which state for which reason: (state, code) → count.
        cannot_know: sentences in English and Chinese on what such a run does not see.
    """

    since: datetime
    until: datetime
    people: int
    of: int
    figures: Figures
    touches: tuple[RehearsedTouch, ...]
    reasons: tuple[tuple[str, str, int], ...]
    cannot_know: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AskedRehearsal:
    """A rehearsal that was asked for.

    Attributes:
        segment_id: everybody of it is brought in at ``since``; ``None`` where it goes over what happened.
        state: ``waiting`` for its job; ``running``; ``done``; ``failed``; ``cancelled``, with what was found so far.
        done, total: so many people of so many were taken through it.
        problem: why it failed, as an error of the API.
    """

    id: int
    journey_id: int
    since: datetime
    until: datetime
    most: int
    segment_id: int | None
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int
    total: int
    result: Rehearsal | None
    problem: Mapping[str, Any] | None
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallSecret:
    """With which calls are signed: HMAC-SHA256 of ``<t>.<body>`` in the header ``Siyu-Signature: t=…,v1=…``.

    For a day after a new one was made there is a second ``v1``, by the secret before it.

    Attributes:
        secret: ``None`` where it was shown before: it is shown once.
        ends_with: its last signs, by which to know it.
        number: 1 for the first, one more for each that was made in its place.
        made_at: ``None`` for the first.
        shown_at: when it was shown before.
    """

    secret: str | None
    ends_with: str
    number: int
    made_at: datetime | None
    shown_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MadeCall:
    """A call to another system.

    Attributes:
        key: its ``Idempotency-Key``.
        state: ``waiting``: it is made at ``due_at``; ``done``; ``failed``: given up.
        answer: the last one.
    """

    id: int
    key: str
    url: str
    state: Literal["waiting", "done", "failed"]
    tries: int
    due_at: datetime
    asked_at: datetime
    ended_at: datetime | None
    answer: str
