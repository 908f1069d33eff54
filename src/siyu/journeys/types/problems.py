"""What may be wrong with a journey."""

from collections.abc import Sequence
from dataclasses import dataclass

from siyu.kernel.errors import BadInput, Conflict


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that has to be changed before a journey can be published.

    Attributes:
        code: stable, for programs: ``unknown_step``, ``loop_without_wait`` …
        step: which one, empty for the whole.
        en, zh: what is wrong and what to change.
    """

    code: str
    step: str
    en: str
    zh: str


class BadDefinition(BadInput):
    """What was sent is no journey."""

    en = "The journey cannot be read: {reason}"
    zh = "无法读取该旅程：{reason_zh}"


class NotPublishable(Conflict):
    """The draft has problems; all of them are in ``details.problems``."""

    en = "The journey has {count} problem(s) and was not published. The first: {reason}"
    zh = "旅程存在 {count} 个问题，未发布。首个问题：{reason_zh}"

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> "NotPublishable":
        """With these, at least one."""
        return cls(
            count=len(problems),
            reason=problems[0].en,
            reason_zh=problems[0].zh,
            problems=[{"code": one.code, "step": one.step, "en": one.en, "zh": one.zh} for one in problems],
        )


class WrongState(Conflict):
    """The journey is not in a state in which this can be done."""

    en = "The journey is {state}; {reason}"
    zh = "旅程当前状态为“{state_zh}”；{reason_zh}"
