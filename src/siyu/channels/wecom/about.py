"""What WeCom is and allows, as data."""

from collections.abc import Mapping
from typing import Final

from siyu.channels.types import About, Capability, ContentKind, Field, HandoverLimits, Quota, Rate, Subject, Way
from siyu.channels.wecom.client import BASE_URL

CAPS: Final = ("per_day", "per_week", "per_month")
# What each says, of one customer.
CAPS_SAID: Final[Mapping[str, tuple[str, str]]] = {
    "per_day": ("one a day", "每天 1 条"),
    "per_week": ("seven a week", "每周 7 条"),
    "per_month": ("as many a month as it has days", "每月条数为当月天数"),
}

_FIELDS: Final = (
    Field(
        "corp_id",
        "Corp ID",
        "企业 ID",
        "Admin console: 我的企业 → 企业信息, at the very bottom.",
        "管理后台：我的企业 → 企业信息，页面最下方。",
        pattern=r"[A-Za-z0-9_-]{6,64}",
    ),
    Field(
        "agent_id",
        "AgentId",
        "AgentId",
        "Admin console: 应用管理 → 自建 → your application.",
        "管理后台：应用管理 → 自建 → 对应应用。",
        pattern=r"[0-9]{1,10}",
    ),
    Field(
        "secret",
        "Secret of the application",
        "应用 Secret",
        "Admin console: 应用管理 → 自建 → your application → Secret; it is sent to the administrator's WeCom. "
        "The application must also be chosen under 客户与上下游 → 客户联系 → 可调用接口的应用.",
        "管理后台：应用管理 → 自建 → 对应应用 → Secret，会发送到管理员的企业微信。"
        "还须在“客户与上下游 → 客户联系 → 可调用接口的应用”中勾选该应用。",
        secret=True,
    ),
    Field(
        "callback_token",
        "Token of the callback",
        "回调 Token",
        "Admin console: 应用管理 → 自建 → your application → 接收消息 → 设置API接收. Make one up there, and copy it.",
        "管理后台：应用管理 → 自建 → 对应应用 → 接收消息 → 设置API接收，随机生成后复制。",
        secret=True,
        pattern=r"[A-Za-z0-9]{1,32}",
    ),
    Field(
        "encoding_aes_key",
        "EncodingAESKey of the callback",
        "回调 EncodingAESKey",
        "On the same page: 43 letters and digits. Save here first, then there: the platform tries the address at once.",
        "位于同一页面，共 43 位字母和数字。请先在此保存，再到管理后台保存：企业微信会立即验证回调地址。",
        secret=True,
        pattern=r"[A-Za-z0-9]{43}",
    ),
    Field(
        "group_send_cap",
        "How many group sends a customer may receive",
        "客户接收群发的上限",
        "As set in WeCom: 群发助手 → 设置群发规则. One a day, seven a week, or as many as the month has days.",
        "与企业微信“群发助手 → 设置群发规则”一致：每天一条、每周七条，或每月为当月天数。",
        required=False,
        choices=CAPS,
        default="per_month",
    ),
    Field(
        "member_limit",
        "How many members the corp may have",
        "企业账号上限",
        "Admin console: 我的企业 → 企业信息. For each of them 200 messages a day may go to staff.",
        "管理后台：我的企业 → 企业信息。每个账号每天可接收 200 人次应用消息，用于计算应用消息配额。",
        required=False,
        pattern="[1-9][0-9]{0,6}",
        default="200",
    ),
    Field(
        "contact_secret",
        "Secret of 客户联系",
        "客户联系 Secret",
        "Only for corps that had it before December 2023: 客户与上下游 → 客户联系 → API. Others leave it empty.",
        "仅供 2023 年 12 月前已启用的企业：客户与上下游 → 客户联系 → API；其他企业留空。",
        secret=True,
        required=False,
    ),
    Field(
        "kf_secret",
        "Secret of customer service",
        "微信客服 Secret",
        "Only when customer service is used without the application: 应用管理 → 微信客服 → API.",
        "仅在微信客服未授权给自建应用时填写：应用管理 → 微信客服 → API。",
        secret=True,
        required=False,
    ),
    Field(
        "base_url",
        "Address of the platform",
        "接口地址",
        "Leave it as it is, unless calls go through a proxy of your own or to a rehearsal.",
        "保持默认；仅在使用自有代理或演练环境时修改。",
        required=False,
        pattern=r"https?://[^\s/?#@]+(/[^\s?#]*)?",
        default=BASE_URL,
    ),
)


def _caps(name: str, subject: Subject, en: str, zh: str) -> tuple[Quota, ...]:
    """How many group sends each may receive, of the corp and of its members together; the corp chooses one of three."""
    return (
        Quota(
            name,
            subject,
            "day",
            1,
            f"each {en} receives one group send a day",
            f"每个{zh}每天最多接收 1 条群发",
            {"group_send_cap": "per_day"},
        ),
        Quota(
            name,
            subject,
            "week",
            7,
            f"each {en} receives seven group sends a week",
            f"每个{zh}每周最多接收 7 条群发",
            {"group_send_cap": "per_week"},
        ),
        Quota(
            name,
            subject,
            "month",
            0,
            f"each {en} receives as many group sends as the month has days",
            f"每个{zh}每月最多接收的群发条数为当月天数",
            {"group_send_cap": "per_month"},
        ),
    )


_CODES: Final = "contact_way"
MOMENT_FILES: Final = "moment"
QUOTAS: Final = (
    *_caps("group_send", "customer", "customer", "客户"),
    *_caps("group_chat_send", "group", "group of customers", "客户群"),
    Quota(
        "app_message",
        "account",
        "day",
        200,
        "200 messages to staff a day for each member that the corp may have",
        "每天应用消息人次不超过企业账号上限 × 200",
        times="member_limit",
    ),
    Quota(
        "app_message", "staff", "minute", 30, "a member reads 30 messages a minute", "每位成员每分钟最多 30 条应用消息"
    ),
    Quota(
        "app_message",
        "staff",
        "hour",
        1000,
        "a member reads 1,000 messages an hour",
        "每位成员每小时最多 1000 条应用消息",
    ),
    Quota(
        "kf",
        "customer",
        "grant",
        5,
        "five messages within 48 hours of what the customer last wrote",
        "客户发言后 48 小时内最多 5 条",
    ),
    Quota(
        "reminder",
        "task",
        "24h",
        3,
        "staff are reminded of a group send three times in 24 hours",
        "24 小时内每个群发任务最多提醒 3 次",
    ),
    Quota("moment", "account", "minute", 10, "ten moments are made a minute", "每分钟最多创建 10 条朋友圈"),
    Quota(
        "moment_reading",
        "account",
        "month",
        100_000,
        "what became of moments is read 100,000 times a month",
        "每月最多读取朋友圈数据 10 万次",
    ),
    Quota(
        "union_id",
        "account",
        "hour",
        100_000,
        "100,000 visitors are looked up an hour",
        "每小时最多转换 10 万次 unionid",
    ),
    Quota(
        "union_id", "account", "day", 480_000, "480,000 visitors are looked up a day", "每天最多转换 48 万次 unionid"
    ),
    Quota(
        "union_id",
        "account",
        "month",
        7_500_000,
        "7,500,000 visitors are looked up a month",
        "每月最多转换 750 万次 unionid",
    ),
    Quota(
        _CODES,
        "account",
        "ever",
        500_000,
        "a corp has 500,000 codes for staff and groups in all, package cards among them",
        "企业的联系我与加群活码合计最多 50 万个（含包裹卡）",
    ),
    Quota(
        "group_transfer", "staff", "day", 300, "a member gives 300 groups away a day", "每位群主每天最多转让 300 个群"
    ),
)

# Of each API by the corp. What the address from which calls come may do is twice as much and cannot be seen from here.
_RATES: Final = (Rate(60, 10_000), Rate(3600, 150_000))

_MB: Final = 1024 * 1024
_TEXT: Final = ContentKind("text", max_bytes=4000)
# Sources disagree on pictures (2 or 10 MB): what all of them allow.
_ATTACHMENTS: Final = (
    ContentKind("image", max_bytes=2 * _MB),
    ContentKind("link", fields={"title": 128, "desc": 512, "url": 2048, "picurl": 2048}),
    ContentKind("mini_program", fields={"title": 64}),
    ContentKind("video", max_bytes=10 * _MB),
    ContentKind("file", max_bytes=20 * _MB),
)
_MOMENT: Final = (
    ContentKind("text", max_bytes=4000, max_characters=2000),
    ContentKind("image", max_bytes=10 * _MB),
    ContentKind("video", max_bytes=10 * _MB),
    ContentKind("link", fields={"title": 64}),
)
WAYS: Final = (
    Way(
        "group_send",
        "Group send to customers",
        "群发给客户",
        "customer",
        needs_staff=True,
        quotas=("group_send",),
        reminding="reminder",
        most=10_000,
        attachments=9,
        contents=(_TEXT, *_ATTACHMENTS),
    ),
    Way(
        "group_chat_send",
        "Group send to groups",
        "群发到客户群",
        "group",
        needs_staff=True,
        quotas=("group_chat_send",),
        reminding="reminder",
        most=2000,
        attachments=9,
        contents=(_TEXT, *_ATTACHMENTS),
    ),
    Way(
        "personal",
        "Said by the member of staff",
        "员工一对一沟通",
        "customer",
        needs_staff=True,
        attachments=9,
        contents=(_TEXT, *_ATTACHMENTS),
        by_hand=True,
    ),
    Way(
        "app_message",
        "Message to staff in the application",
        "应用消息（发给员工）",
        "staff",
        quotas=("app_message",),
        most=1000,
        contents=(ContentKind("text", max_bytes=2048),),
    ),
    Way(
        "kf",
        "Customer service",
        "微信客服",
        "customer",
        quotas=("kf",),
        tie=False,
        contents=(ContentKind("text", max_bytes=2048),),
        needs=("open_kfid",),
    ),
    Way("welcome", "Welcome", "欢迎语", "customer", attachments=9, contents=(_TEXT, *_ATTACHMENTS)),
    Way(
        "moment",
        "Moment of a member",
        "客户朋友圈",
        "account",
        needs_staff=True,
        quotas=("moment",),
        reading="moment_reading",
        attachments=9,
        contents=_MOMENT,
        files=MOMENT_FILES,
    ),
    # One call for each member of staff, however many of their customers it is meant for: what the platform counts by the
    # minute is the calls, and it says "later" when there are too many.
    Way(
        "staff_moment",
        "Moment of the customer's member of staff",
        "所属员工的朋友圈",
        "customer",
        needs_staff=True,
        most=10_000,
        reading="moment_reading",
        attachments=9,
        contents=_MOMENT,
        files=MOMENT_FILES,
        published=True,
    ),
)

ABOUT: Final = About(
    name="wecom",
    en="WeCom",
    zh="企业微信",
    zone="Asia/Shanghai",
    fields=_FIELDS,
    capabilities=frozenset(Capability) - {Capability.PAGE_LOGIN, Capability.PAGE_SUBSCRIPTION, Capability.APP_LOGIN},
    quotas=QUOTAS,
    rates=_RATES,
    ways=WAYS,
    identity=("external_userid", "union_id"),
    external_id="corp_id",
    handovers=HandoverLimits(most=2, days=90, at_once=100, group_quota="group_transfer"),
    chat_places=200,
    code_quotas={"staff": _CODES, "group": _CODES},
    shows_codes=True,
)
