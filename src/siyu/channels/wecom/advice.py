"""What an operator should know of the codes that they can meet: what happened, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Advice:
    """Whole sentences: what happened (``en``, ``zh``), and what to do."""

    en: str
    zh: str
    do_en: str
    do_zh: str


_WAIT: Final = ("Nothing needs to be done: it is tried again.", "无需处理，系统会自动重试。")
_AGAIN_EN: Final = "Nothing needs to be done: a new one is fetched by itself. If it comes again, check the secret."
_AGAIN_ZH: Final = "无需处理，系统会自动重新获取；若反复出现，请检查 Secret。"

ADVICE: Final[Mapping[int, Advice]] = {
    -1: Advice("WeCom is busy.", "企业微信系统繁忙。", *_WAIT),
    40001: Advice(
        "The secret is not that of this corp's application.",
        "Secret 与该企业的应用不匹配。",
        "Copy the secret again from 应用管理 → the application → Secret, and check the corp id under 我的企业 → 企业信息.",
        "请在“应用管理 → 对应应用 → Secret”重新复制，并核对“我的企业 → 企业信息”中的企业 ID。",
    ),
    40003: Advice(
        "There is no such member, or the application does not see them.",
        "成员不存在，或不在应用的可见范围内。",
        "Check the member in the address book and the visible range of the application.",
        "请检查通讯录中的成员及应用的可见范围。",
    ),
    40007: Advice(
        "The media file is gone: WeCom keeps it for three days.",
        "素材已失效：企业微信仅保留三天。",
        "Upload the file again, then send.",
        "请重新上传素材后再发送。",
    ),
    40013: Advice(
        "There is no corp with this id.",
        "企业 ID 不存在。",
        "Copy the corp id from 我的企业 → 企业信息; it begins with ww or wx.",
        "请从“我的企业 → 企业信息”复制企业 ID，以 ww 或 wx 开头。",
    ),
    40014: Advice("The access token is not valid any more.", "access_token 已失效。", _AGAIN_EN, _AGAIN_ZH),
    40056: Advice(
        "There is no application with this AgentId.",
        "AgentId 不存在。",
        "Copy the AgentId from 应用管理 → the application.",
        "请从“应用管理 → 对应应用”复制 AgentId。",
    ),
    40058: Advice(
        "A value in the request is not allowed.",
        "请求中的参数不合法。",
        "The words of the platform name it; correct it there.",
        "请按企业微信返回的说明修改对应内容。",
    ),
    40068: Advice(
        "This tag does not exist any more.",
        "标签不存在。",
        "Read the tags again, then choose another one.",
        "请重新同步标签后再选择。",
    ),
    40071: Advice(
        "There is a tag with this name already, or the name is not allowed.",
        "标签名称重复或不合法。",
        "Choose another name.",
        "请更换标签名称。",
    ),
    40096: Advice(
        "This is no customer of this corp.",
        "该外部联系人不属于本企业。",
        "Read the customer again; they may have been removed.",
        "请重新同步该客户，可能已被移除。",
    ),
    40097: Advice(
        "This member has not left.",
        "该成员尚未离职。",
        "Use the transfer of members who stay.",
        "请使用在职继承。",
    ),
    40098: Advice(
        "The member has not proved their real name in WeCom.",
        "成员尚未在企业微信完成实名认证。",
        "Let the member open WeCom and complete 实名认证.",
        "请该成员在企业微信中完成实名认证。",
    ),
    40099: Advice(
        "The member has as many customers as they may have.",
        "该成员的客户数量已达上限。",
        "Raise the number of customers in the admin console, or choose another member.",
        "请在管理后台扩容客户数，或更换接收成员。",
    ),
    40126: Advice(
        "There are as many tags as the corp may have.",
        "企业标签数量已达上限。",
        "Delete tags that nobody uses.",
        "请删除不再使用的标签。",
    ),
    40128: Advice(
        "This customer was transferred too often: at most twice in 90 days.",
        "该客户转接过于频繁，90 天内最多转接两次。",
        "Wait until 90 days have passed.",
        "请等待 90 天后再转接。",
    ),
    41001: Advice(
        "The call came without an access token.",
        "调用时缺少 access_token。",
        "Check that no proxy in between removes the query of the address.",
        "请检查中间代理是否删除了网址中的参数。",
    ),
    41004: Advice(
        "The secret of the application is not filled in.",
        "尚未填写应用的 Secret。",
        "Fill it in: 应用管理 → the application → Secret.",
        "请填写：应用管理 → 对应应用 → Secret。",
    ),
    41044: Advice(
        "This contact code does not exist any more.",
        "该「联系我」已不存在。",
        "Make a new one and replace the printed code.",
        "请重新创建并替换已投放的二维码。",
    ),
    41045: Advice(
        "The corp has as many contact codes as it may have.",
        "「联系我」数量已达上限。",
        "Delete codes that are not used any more.",
        "请删除不再使用的「联系我」。",
    ),
    41048: Advice(
        "None of them can receive it: they are no customers of the sender, or have received as many as they may.",
        "没有可发送的客户：不是发送成员的客户，或已达接收上限。",
        "Choose other customers, or wait for the next day, week or month.",
        "请更换客户，或等待下一日、周、月。",
    ),
    41050: Advice(
        "The welcome came too late: its code lives 20 seconds and greets once.",
        "欢迎语已失效：code 仅 20 秒内有效且只能使用一次。",
        "Nothing can be done for this customer; let the member greet.",
        "该客户无法再发送欢迎语，请由成员主动问候。",
    ),
    41051: Advice(
        "The customer was greeted already, or is chatting.",
        "客户已收到欢迎语，或已与成员开始聊天。",
        "Nothing needs to be done.",
        "无需处理。",
    ),
    41054: Advice(
        "The member has not activated WeCom.",
        "该成员尚未激活企业微信。",
        "Let the member sign in to WeCom once.",
        "请该成员登录一次企业微信。",
    ),
    41055: Advice(
        "There are as many welcomes for groups as the corp may have: 100.",
        "群欢迎语素材已达上限 100 条。",
        "Delete some that are not used any more.",
        "请删除不再使用的群欢迎语。",
    ),
    41062: Advice(
        "The member has not published this moment yet.",
        "成员尚未发表该朋友圈。",
        "Wait until the member has confirmed it in WeCom.",
        "请等待成员在企业微信中确认发表。",
    ),
    41063: Advice("The group send is being handed out.", "群发消息正在派发中。", *_WAIT),
    41064: Advice(
        "An attachment is too large.",
        "附件大小超过限制。",
        "Send a smaller file.",
        "请使用更小的文件。",
    ),
    41065: Advice(
        "An attachment is of a kind that cannot be sent.",
        "附件类型不支持。",
        "Use an image, a link, a mini program, a video or a file.",
        "请使用图片、图文链接、小程序、视频或文件。",
    ),
    41078: Advice("Too many moments are being made at once.", "正在创建的朋友圈任务过多。", *_WAIT),
    41079: Advice("The moment is being handed out.", "朋友圈正在派发中。", *_WAIT),
    41096: Advice("Another application is greeting this customer.", "其他应用正在发送欢迎语。", *_WAIT),
    42001: Advice("The access token has run out.", "access_token 已过期。", _AGAIN_EN, _AGAIN_ZH),
    42009: Advice("The access token of the suite has run out.", "suite_access_token 已过期。", _AGAIN_EN, _AGAIN_ZH),
    45009: Advice("This API was called too often.", "接口调用频率超过限制。", *_WAIT),
    45033: Advice("Too many calls of this API at once.", "接口并发调用超过限制。", *_WAIT),
    48002: Advice(
        "The application may not call this API.",
        "应用没有调用该接口的权限。",
        "Add the application under 客户与上下游 → 客户联系 → 可调用接口的应用 (for customer service: 微信客服 → 可调用接口的应用).",
        "请在“客户与上下游 → 客户联系 → 可调用接口的应用”中勾选该应用（微信客服接口则在“微信客服 → 可调用接口的应用”）。",
    ),
    49008: Advice("The group was dismissed.", "群已解散。", "Nothing needs to be done.", "无需处理。"),
    50002: Advice(
        "The member is outside what the application may see.",
        "成员不在应用的权限范围内。",
        "Add the member to the visible range of the application.",
        "请将该成员加入应用的可见范围。",
    ),
    50003: Advice(
        "The application is switched off.",
        "应用已被停用。",
        "Switch it on under 应用管理 → the application.",
        "请在“应用管理 → 对应应用”中启用。",
    ),
    60011: Advice(
        "The application may not see this member, department or tag.",
        "应用无权查看该成员、部门或标签。",
        "Add them to the visible range: 应用管理 → the application → 可见范围.",
        "请加入可见范围：应用管理 → 对应应用 → 可见范围。",
    ),
    60020: Advice(
        "WeCom does not know the address from which Siyu calls.",
        "调用方 IP 不在企业可信 IP 中。",
        "Add the address that the platform names under 应用管理 → the application → 企业可信IP.",
        "请将返回信息中的 IP 加入“应用管理 → 对应应用 → 企业可信IP”。",
    ),
    60111: Advice(
        "There is no such member.",
        "成员不存在。",
        "Read the staff again; the member may have left.",
        "请重新同步员工，该成员可能已离职。",
    ),
    84061: Advice(
        "There is no tie between this member and this customer, or the member has no customers.",
        "成员与该客户不存在联系，或成员没有客户。",
        "Nothing needs to be done.",
        "无需处理。",
    ),
    84074: Advice(
        "The member may not have customers.",
        "该成员没有客户联系权限。",
        "Add the member under 客户与上下游 → 客户联系 → 权限配置 → 使用范围.",
        "请将该成员加入“客户与上下游 → 客户联系 → 权限配置 → 使用范围”。",
    ),
    84083: Advice(
        "The member does not serve customers.",
        "该成员不是服务人员。",
        "Choose a member within 客户联系 → 使用范围.",
        "请选择客户联系使用范围内的成员。",
    ),
    84084: Advice(
        "The member does not serve this customer.",
        "该成员不是此客户的跟进人。",
        "Choose a member who has this customer.",
        "请选择添加了该客户的成员。",
    ),
    90500: Advice(
        "The owner of the group has not left.",
        "群主并未离职。",
        "Use the transfer of groups whose owner stays.",
        "请使用在职群继承。",
    ),
    90501: Advice("This is no group of customers.", "该群不是客户群。", "Choose another group.", "请选择其他群。"),
    95000: Advice(
        "There is no such account of customer service.",
        "客服账号不存在。",
        "Copy the id of the account again from 微信客服.",
        "请从“微信客服”重新复制客服账号 ID。",
    ),
    95001: Advice(
        "Five messages were sent since the customer last wrote.",
        "客户上次发言后已发送 5 条消息。",
        "Wait until the customer writes again.",
        "请等待客户再次发言。",
    ),
    95002: Advice(
        "The customer last wrote more than 48 hours ago.",
        "距客户上次发言已超过 48 小时。",
        "Wait until the customer writes again.",
        "请等待客户再次发言。",
    ),
    95012: Advice(
        "Customer service is not in use in WeCom.",
        "企业未在企业微信中使用微信客服。",
        "Switch it on in the admin console under 微信客服.",
        "请在管理后台“微信客服”中启用。",
    ),
    95013: Advice(
        "The conversation has ended.",
        "会话已结束。",
        "Wait until the customer opens it again.",
        "请等待客户重新发起会话。",
    ),
    95016: Advice(
        "The conversation cannot go from its present state to this one.",
        "不允许从当前会话状态变更到目标状态。",
        "Read its state first.",
        "请先查询会话状态。",
    ),
    95017: Advice(
        "The API of customer service is switched off.",
        "微信客服的 API 开关处于关闭状态。",
        "Switch it on in the admin console under 微信客服 → API.",
        "请在管理后台“微信客服 → API”中开启。",
    ),
    95018: Advice(
        "In its present state nothing can be sent in this conversation.",
        "当前会话状态不允许发送消息。",
        "Take the conversation over first, or wait until it has ended.",
        "请先变更会话状态，或等待会话结束。",
    ),
    301002: Advice(
        "The application may not do this: the thing belongs to another application.",
        "应用无权操作：该对象由其他应用创建。",
        "Do it in the application that made it, or in the admin console.",
        "请在创建它的应用或管理后台中操作。",
    ),
    610014: Advice(
        "This UnionID is not known to the corp.",
        "unionid 无效。",
        "Check that the mini program and the corp are bound to the same open platform account.",
        "请检查小程序与企业是否绑定同一开放平台账号。",
    ),
    610016: Advice(
        "The corp is not verified.",
        "企业未认证。",
        "Have the corp verified in the admin console.",
        "请在管理后台完成企业认证。",
    ),
    610017: Advice(
        "The mini program and the corp are not of the same company.",
        "小程序与企业主体不一致。",
        "Use a mini program of the same company.",
        "请使用同一主体的小程序。",
    ),
}
