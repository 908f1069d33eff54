"""Why somebody cannot apply, be chosen, or report."""

from typing import ClassVar

from siyu.kernel.errors import SiyuError


class TrialClosed(SiyuError):
    """Nobody can apply for a trial at this moment."""

    status: ClassVar[int] = 409
    en = "Nobody can apply for '{name}' now: {reason}"
    zh = "“{name}”目前不可申请：{reason_zh}"


class TrialNotForYou(SiyuError):
    """A trial is for others."""

    status: ClassVar[int] = 409
    en = "'{name}' is for others: {reason} Choose another trial."
    zh = "您不符合“{name}”的申请条件：{reason_zh}请选择其他试用。"


class TrialBarred(SiyuError):
    """Somebody did not report on what they were given, and may not apply for a while."""

    status: ClassVar[int] = 409
    en = "A report on an earlier trial never came; until {until_here} no other one can be applied for."
    zh = "之前的试用未按时提交报告，{until_here} 之前不能再申请试用。"


class AlreadyApplied(SiyuError):
    """This person has applied for this trial."""

    status: ClassVar[int] = 409
    en = "There is an application for '{name}' already; one person applies once. To change it, withdraw it and apply again."
    zh = "已申请过“{name}”，每人只能申请一次。如需修改，请先撤回再重新申请。"


class TooFewPieces(SiyuError):
    """More would be chosen than there are pieces."""

    status: ClassVar[int] = 409
    en = "{left} pieces of '{name}' are left, and {wanted} people would be chosen. Choose fewer."
    zh = "“{name}”剩余 {left} 份，无法选中 {wanted} 人，请减少人数。"


class NothingToReport(SiyuError):
    """Somebody reports on what they were not given, or cannot report on any more."""

    status: ClassVar[int] = 409
    en = "There is nothing of '{name}' to report on: {reason}"
    zh = "“{name}”暂无需要提交的报告：{reason_zh}"
