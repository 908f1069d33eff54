"""What official accounts and mini programs declare: fields, ways, quotas and rates."""

from typing import Final

from siyu.channels.types import About, Capability, ContentKind, Field, Quota, Rate, Way
from siyu.channels.wechat.crypto import KEY_PATTERN

_DAY: Final = 86_400
_MOST_CUSTOM_BYTES: Final = 2048
CUSTOM: Final = "custom"
NOTICE: Final = "notice"
ONCE: Final = "subscribe_once"
BROADCAST: Final = "broadcast"
TO_ALL: Final = "broadcast_to_all"
WELCOME: Final = "welcome"
_TEMPLATED: Final = ("template_id", "data.")

_FIELDS: Final = (
    Field(
        "app_id",
        "AppID",
        "AppID",
        "Beside AppSecret; it begins with wx.",
        "与 AppSecret 在同一页面，以 wx 开头。",
        pattern="wx[0-9a-f]{16}",
    ),
    Field(
        "app_secret",
        "AppSecret",
        "AppSecret",
        "On mp.weixin.qq.com: 设置与开发 → 基本配置; of a mini program: 开发管理 → 开发设置.",
        "微信公众平台“设置与开发 → 基本配置”；小程序在“开发管理 → 开发设置”。",
        secret=True,
        pattern="[0-9A-Za-z]{16,64}",
    ),
    Field(
        "callback_token",
        "Token of the message push",
        "消息推送 Token",
        "Choose 3 to 32 letters and digits, and fill in the same on the platform.",
        "3–32 位字母或数字，与平台“服务器配置”中填写的一致。",
        secret=True,
        pattern="[0-9A-Za-z]{3,32}",
    ),
    Field(
        "callback_key",
        "EncodingAESKey",
        "消息加解密密钥（EncodingAESKey）",
        "43 characters; not needed in plain mode.",
        "43 位字符；明文模式可不填。",
        secret=True,
        required=False,
        pattern=KEY_PATTERN,
    ),
    Field(
        "callback_mode",
        "How pushes are encrypted",
        "消息加解密方式",
        "The same as on the platform; safe is best.",
        "与平台设置一致，推荐安全模式。",
        required=False,
        choices=("safe", "compatible", "plain"),
        default="safe",
    ),
    Field(
        "base_url",
        "Address of the API",
        "接口地址",
        "Another one only for a proxy or a rehearsal.",
        "仅在使用代理或演练时修改。",
        required=False,
        pattern=r"https?://[^\s/?#]+",
        default="https://api.weixin.qq.com",
    ),
)

_MEDIA: Final = (
    ContentKind("image", max_bytes=10 * 1024 * 1024),
    ContentKind("video", max_bytes=10 * 1024 * 1024, fields={"title": 64, "description": 512}),
)
_CUSTOM_CONTENTS: Final = (
    ContentKind("text", max_bytes=_MOST_CUSTOM_BYTES),
    *_MEDIA,
    ContentKind("link", fields={"title": 128, "description": 512, "url": 2048}),
    ContentKind("mini_program", fields={"title": 64, "page": 1024}),
)
_BROADCAST_CONTENTS: Final = (ContentKind("text", max_bytes=_MOST_CUSTOM_BYTES), *_MEDIA, ContentKind("article"))

_TOKENS: Final = Rate(_DAY, 2000, apis=("cgi-bin/token",))

OFFICIAL_ACCOUNT: Final = About(
    name="official_account",
    en="WeChat official account",
    zh="微信公众号",
    zone="Asia/Shanghai",
    fields=_FIELDS,
    capabilities=frozenset(
        {
            Capability.CONTACTS,
            Capability.TAGS,
            Capability.PUSH,
            Capability.WELCOME,
            Capability.ENTRY_CODES,
            Capability.SEND,
            Capability.PAGE_LOGIN,
            Capability.PAGE_SUBSCRIPTION,
        }
    ),
    quotas=(
        Quota(
            CUSTOM,
            "customer",
            "grant",
            5,
            "Customer service messages after an act of the person: 5 in 48 hours after a message, 3 in a minute after "
            "following, scanning or a click in the menu",
            "客服消息：用户发消息后 48 小时内 5 条；关注、扫码、点击菜单后 1 分钟内 3 条",
        ),
        Quota(
            ONCE, "customer", "grant", 0, "One message for each time it was accepted", "每次授权一条", by="template_id"
        ),
        Quota(
            NOTICE,
            "customer",
            "grant",
            0,
            "One message for each time it was accepted",
            "每次授权一条",
            by="template_id",
        ),
        Quota(
            BROADCAST,
            "customer",
            "month",
            4,
            "A follower gets four broadcasts a month, those to all among them",
            "每位用户每月最多接收 4 条群发（含全员群发）",
            shared=TO_ALL,
        ),
        Quota(TO_ALL, "account", "day", 1, "One broadcast to all a day", "每天最多 1 次全员群发"),
        Quota(TO_ALL, "account", "month", 4, "Four broadcasts to all a month", "每月最多 4 次全员群发"),
    ),
    rates=(
        _TOKENS,
        Rate(60, 60, apis=("cgi-bin/message/mass/send", "cgi-bin/message/mass/sendall")),
        Rate(_DAY, 100, apis=("cgi-bin/message/mass/send", "cgi-bin/message/mass/sendall")),
        Rate(_DAY, 500_000, apis=("cgi-bin/message/custom/send",)),
        Rate(_DAY, 100_000, apis=("cgi-bin/qrcode/create",)),
        Rate(_DAY, 5_000_000, apis=("cgi-bin/user/info", "cgi-bin/user/info/batchget")),
    ),
    ways=(
        Way(
            CUSTOM,
            "Customer service message",
            "客服消息",
            "customer",
            quotas=(CUSTOM,),
            attachments=1,
            contents=_CUSTOM_CONTENTS,
        ),
        # Within the minute after somebody followed. A text: what else it may be has to be uploaded before.
        Way(
            WELCOME, "Welcome", "关注欢迎语", "customer", contents=(ContentKind("text", max_bytes=_MOST_CUSTOM_BYTES),)
        ),
        Way("template", "Template message", "模板消息", "customer", needs=_TEMPLATED),
        Way(
            ONCE,
            "One-time subscription message",
            "一次性订阅消息",
            "customer",
            quotas=(ONCE,),
            tie=False,
            needs=_TEMPLATED,
        ),
        Way(NOTICE, "Subscription notice", "订阅通知", "customer", quotas=(NOTICE,), tie=False, needs=_TEMPLATED),
        Way(
            BROADCAST,
            "Broadcast to chosen followers",
            "按用户群发",
            "customer",
            quotas=(BROADCAST,),
            most=10_000,
            attachments=1,
            contents=_BROADCAST_CONTENTS,
        ),
        Way(
            TO_ALL,
            "Broadcast to all followers",
            "全员群发",
            "account",
            quotas=(TO_ALL,),
            attachments=1,
            contents=_BROADCAST_CONTENTS,
        ),
    ),
    identity=("open_id", "union_id"),
    external_id="app_id",
    codes=("follow",),
)

MINI_PROGRAM: Final = About(
    name="mini_program",
    en="WeChat mini program",
    zh="微信小程序",
    zone="Asia/Shanghai",
    fields=_FIELDS,
    capabilities=frozenset({Capability.PUSH, Capability.SEND, Capability.APP_LOGIN}),
    quotas=(
        Quota(
            NOTICE,
            "customer",
            "grant",
            0,
            "One message for each time it was accepted",
            "每次授权一条",
            by="template_id",
        ),
    ),
    rates=(_TOKENS, Rate(_DAY, 10_000_000, apis=("cgi-bin/message/subscribe/send",))),
    ways=(Way(NOTICE, "Subscription message", "订阅消息", "customer", quotas=(NOTICE,), tie=False, needs=_TEMPLATED),),
    identity=("open_id", "union_id", "phone"),
    external_id="app_id",
)
