"""What can be wrong with a segment; each sentence says what to change."""

from siyu.kernel.errors import BadInput, Conflict


class UnusableRule(BadInput):
    """A condition of a rule cannot be asked like that."""

    en = "The rule cannot be used: {reason}"
    zh = "规则无法使用：{reason_zh}"


class DeletedSegment(BadInput):
    """A rule refers to a segment that was deleted, or never was."""

    en = "The rule refers to segment {segment}, which {state}. Choose another segment, or take this condition out."
    zh = "规则引用了人群 {segment}，但该人群{state_zh}。请改选其他人群，或删除该条件。"


class UnknownList(BadInput):
    """A rule refers to a list that is not there."""

    en = "The rule refers to list {list}, which does not exist. Choose another list, or upload one."
    zh = "规则引用了名单 {list}，但该名单不存在。请改选其他名单，或上传新的名单。"


class CircularSegments(BadInput):
    """A segment would contain itself."""

    en = "The segment would contain itself: {path}. Take one of these references out."
    zh = "人群会包含自身：{path}。请去掉其中一处引用。"


class InUse(Conflict):
    """Something else needs it."""

    en = "{what} is used by {users}. Change or delete these first."
    zh = "{what_zh}正被{users_zh}使用，请先修改或删除后者。"
