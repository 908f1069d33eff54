"""Why a touch was not sent, or not yet: every code with its sentence in both languages."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a code means. ``{fields}`` are filled from the details of the reason."""

    en: str
    zh: str


REASONS: Final[dict[str, Sentence]] = {
    "too_late": Sentence("It was to be sent before {valid_until}.", "已超过有效期（{valid_until}）。"),
    "no_time_left": Sentence(
        "It could have been sent at {until} only, and is valid until {valid_until}.",
        "最早可于 {until} 发送，但有效期至 {valid_until}。",
    ),
    "too_early": Sentence("It waits until {until}, as was asked for.", "按设定等待至 {until}。"),
    "programme_paused": Sentence("The programme is paused: {reason}", "项目已暂停：{reason}"),
    "programme_halted": Sentence(
        "The programme was stopped by the harm guard: {reason}", "项目已被伤害防护停止：{reason}"
    ),
    "programme_stopped": Sentence("The programme is over.", "项目已结束。"),
    "consent_denied": Sentence(
        "The person does not want to be reached by {channel} for {purpose}.",
        "客户已拒绝通过“{channel}”接收“{purpose}”类消息。",
    ),
    "consent_unknown": Sentence(
        "By {channel} and for {purpose} the person has to agree first, and has not.",
        "通过“{channel}”发送“{purpose}”类消息须先取得同意，客户尚未同意。",
    ),
    "do_not_disturb": Sentence("The person is not to be disturbed.", "客户已设为免打扰。"),
    "no_relation": Sentence(
        "The person cannot be reached by {way} of account {account}: no tie of theirs leads there.",
        "客户与账号 {account} 没有可用于“{way}”的关系。",
    ),
    "account_gone": Sentence("There is no account {account}.", "账号 {account} 不存在或已删除。"),
    "account_closed": Sentence("Account {account} is paused.", "账号 {account} 已停用。"),
    "exclusion": Sentence(
        "It carries {kind}, and the person received {other} within {days} days.",
        "内容含“{kind}”，而客户在 {days} 天内收到过“{other}”。",
    ),
    "exclusion_within": Sentence("{kind} and {other} never go together.", "“{kind}”与“{other}”不得同时发送。"),
    "repeated": Sentence("The person received the same within {days} days.", "客户在 {days} 天内收到过相同内容。"),
    "budget": Sentence(
        "The person received {used} of {most} within {hours} hours.",
        "客户在 {hours} 小时内已收到 {used} 条，上限 {most} 条。",
    ),
    "outbid": Sentence(
        "The person's last room in {hours} hours went to another programme's touch that is worth more.",
        "客户在 {hours} 小时内的最后名额已由价值更高的触达占用。",
    ),
    "quiet_hours": Sentence(
        "For the person it is between {start} and {end}.", "客户当地时间处于 {start} 至 {end} 的免打扰时段。"
    ),
    "resting": Sentence("At this hour the person is hardly ever active.", "客户在该时段几乎不活跃，可能正在休息。"),
    "control": Sentence("The person belongs to the control group of the programme.", "客户属于该项目的对照组。"),
    "holdout": Sentence(
        "The person belongs to the holdout, which receives no marketing.", "客户属于全局留白组，不接收营销消息。"
    ),
    "no_room": Sentence("A quota of the platform is used up: {quota}.", "平台配额已用完：{quota_zh}。"),
    "no_grant": Sentence(
        "The platform allows it only after an act of the person: {quota}.",
        "须客户先有互动，平台才允许发送：{quota_zh}。",
    ),
    "refused": Sentence("The platform refused: {said}", "平台拒绝发送：{said_zh}"),
    "no_friend": Sentence("The person is no friend of the member of staff any more.", "客户已不是该员工的好友。"),
    "capped": Sentence("The person had received as many as the platform allows.", "客户已达平台接收上限。"),
    "left_out": Sentence("The member of staff left the person out.", "员工发送时未勾选该客户。"),
    "declined": Sentence("The member of staff did not do it: {said}", "员工未执行：{said_zh}"),
    "unconfirmed": Sentence("No member of staff confirmed it in time.", "员工未在规定时间内确认发送。"),
    "cancelled": Sentence("It was cancelled before it was sent.", "发送前已取消。"),
    "late": Sentence(
        "It was not handed to the platform before {until}, when the gate's permission ended.",
        "未能在允许时段（{until} 前）提交平台。",
    ),
}
