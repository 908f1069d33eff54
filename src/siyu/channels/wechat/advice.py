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

    @property
    def sentence(self) -> str:
        """Both in English."""
        return f"{self.en} {self.do_en}"

    @property
    def sentence_zh(self) -> str:
        """Both in Chinese."""
        return f"{self.zh}{self.do_zh}"


UNKNOWN: Final = Advice(
    "WeChat does not do this.",
    "微信拒绝了该请求。",
    "Look up the code in the list of return codes of WeChat's documentation.",
    "请在微信官方文档的“全局返回码”中查询该错误码。",
)
_WAIT_EN: Final = "Nothing needs to be done: it is tried again."
_WAIT_ZH: Final = "无需处理，系统会自动重试。"
_COPY_EN: Final = "Copy AppID and AppSecret again from 设置与开发 → 基本配置 (mini program: 开发管理 → 开发设置)."
_COPY_ZH: Final = "请在“设置与开发 → 基本配置”（小程序：“开发管理 → 开发设置”）重新复制 AppID 和 AppSecret。"
_FETCHED_EN: Final = (
    "Nothing needs to be done: a new one is fetched. If it comes again, another system fetches tokens too."
)
_FETCHED_ZH: Final = "无需处理，系统会重新获取；若反复出现，说明有其他系统也在获取该账号的 access_token。"
_ASK_EN: Final = "Ask the person to accept messages of this template again."
_ASK_ZH: Final = "请引导用户再次授权该模板的消息。"
_SIGN_EN: Final = "Let the person sign in again: a code works once and for five minutes."
_SIGN_ZH: Final = "请让用户重新登录：code 只能使用一次，五分钟内有效。"

ADVICE: Final[Mapping[int, Advice]] = {
    -1: Advice("WeChat is busy.", "微信系统繁忙。", _WAIT_EN, _WAIT_ZH),
    40001: Advice("The token or the AppSecret is not valid.", "access_token 或 AppSecret 无效。", _COPY_EN, _COPY_ZH),
    40003: Advice(
        "This OpenID is not of this account.",
        "该 OpenID 不属于此账号。",
        "An OpenID counts for one account only: check from which one it comes.",
        "OpenID 仅对单个账号有效，请核对其来源账号。",
    ),
    40007: Advice(
        "The media file is gone: WeChat keeps a temporary one for three days.",
        "素材已失效：临时素材仅保留三天。",
        "Upload the file again, then send.",
        "请重新上传素材后再发送。",
    ),
    40013: Advice("There is no account with this AppID.", "AppID 不存在。", _COPY_EN, _COPY_ZH),
    40014: Advice("The access token is not valid any more.", "access_token 已失效。", _FETCHED_EN, _FETCHED_ZH),
    40029: Advice("The code is not valid, or five minutes old.", "code 无效或已超过五分钟。", _SIGN_EN, _SIGN_ZH),
    40037: Advice(
        "There is no such template in this account.",
        "该账号下没有此模板。",
        "Copy the template id from 模板消息 or 订阅消息 → 我的模板.",
        "请从“模板消息”或“订阅消息 → 我的模板”复制模板 ID。",
    ),
    40066: Advice(
        "WeChat does not know this address.",
        "微信没有此接口地址。",
        "Check the setting base_url.",
        "请检查 base_url 设置。",
    ),
    40097: Advice(
        "A value in the request is not allowed.",
        "请求中的参数不合法。",
        "The words of the platform name it; correct it there.",
        "请按微信返回的说明修改对应内容。",
    ),
    40125: Advice("The AppSecret is not that of this AppID.", "AppSecret 与 AppID 不匹配。", _COPY_EN, _COPY_ZH),
    40130: Advice(
        "A broadcast by OpenID needs at least two people.",
        "按 OpenID 群发至少需要两人。",
        "Choose more people, or another way of sending.",
        "请增加人数，或改用其他发送方式。",
    ),
    40163: Advice("The code was used before.", "code 已被使用。", _SIGN_EN, _SIGN_ZH),
    40164: Advice(
        "This server's address is not in the account's IP whitelist.",
        "本服务器的 IP 不在该账号的 IP 白名单中。",
        "Add the address that WeChat names under 设置与开发 → 基本配置 → IP白名单.",
        "请将微信返回的 IP 添加到“设置与开发 → 基本配置 → IP白名单”。",
    ),
    40226: Advice(
        "WeChat takes this person for a high risk.",
        "微信判定该用户为高风险用户。",
        "Nothing can be done here; the person cannot sign in.",
        "无法处理，该用户不能登录。",
    ),
    41030: Advice(
        "There is no such page in the published mini program.",
        "已发布的小程序中没有该页面。",
        "Correct the page of the message.",
        "请修改消息的跳转页面。",
    ),
    42001: Advice("The access token is not valid any more.", "access_token 已过期。", _FETCHED_EN, _FETCHED_ZH),
    42003: Advice("The code is too old.", "code 已过期。", _SIGN_EN, _SIGN_ZH),
    42007: Advice(
        "The person changed their password: the sign-in ended.", "用户修改了微信密码，授权已失效。", _SIGN_EN, _SIGN_ZH
    ),
    43004: Advice(
        "The person does not follow the account.",
        "用户未关注该公众号。",
        "Nothing needs to be done; only followers can be reached.",
        "无需处理，仅能触达已关注的用户。",
    ),
    43019: Advice(
        "The person is on the account's blacklist.",
        "用户在该账号的黑名单中。",
        "Take them off the blacklist under 用户管理 before sending.",
        "如需发送，请先在“用户管理”中移出黑名单。",
    ),
    43101: Advice(
        "The person has not accepted this message, or it was sent already.",
        "用户未授权该消息，或授权次数已用完。",
        _ASK_EN,
        _ASK_ZH,
    ),
    45002: Advice("The text is too long.", "内容超过长度限制。", "Shorten it.", "请缩短内容。"),
    45009: Advice(
        "The allowance of this API for the day is used up.",
        "该接口今日调用次数已用完。",
        "It goes on after midnight; it can be reset by clear_quota ten times a month.",
        "次日零点后自动继续；也可用 clear_quota 重置，每月十次。",
    ),
    45011: Advice("The calls came too fast.", "调用过于频繁。", _WAIT_EN, _WAIT_ZH),
    45015: Advice(
        "The person wrote too long ago, or did nothing that allows a message.",
        "用户最近未与账号互动，已超出可回复时间。",
        "Wait until they write, or send by another way.",
        "请等待用户再次互动，或改用其他发送方式。",
    ),
    45028: Advice(
        "The allowance of broadcasts is used up.",
        "群发次数已用完。",
        "Each follower gets four in a month; send by another way or wait for the next month.",
        "每位用户每月最多接收四条，请改用其他方式或等待下月。",
    ),
    45047: Advice(
        "As many messages as are allowed went out since the person's last act.",
        "自用户上次互动以来，可发送的客服消息已用完。",
        "Wait until they write again.",
        "请等待用户再次互动。",
    ),
    45065: Advice(
        "This broadcast was made before; it is not sent twice.",
        "相同的群发任务已存在，不会重复发送。",
        _WAIT_EN,
        _WAIT_ZH,
    ),
    45066: Advice("The same broadcast was tried a moment ago.", "相同的群发任务重试过快。", _WAIT_EN, _WAIT_ZH),
    45067: Advice(
        "The key of the broadcast has more than 64 bytes.",
        "群发任务标识超过 64 字节。",
        "Tell the makers of Siyu.",
        "请向 Siyu 的开发者反馈。",
    ),
    45157: Advice("There is a tag with this name.", "标签名已存在。", "Choose another name.", "请更换标签名。"),
    47001: Advice(
        "WeChat could not read the request.",
        "微信无法解析请求内容。",
        "Tell the makers of Siyu.",
        "请向 Siyu 的开发者反馈。",
    ),
    47003: Advice(
        "A value does not fit its place in the template.",
        "模板参数不符合要求。",
        "The words of the platform name it: a thing has 20 characters, a phrase 5 Chinese ones.",
        "请按微信返回的字段修改：thing 不超过 20 字，phrase 不超过 5 个汉字。",
    ),
    48001: Advice(
        "The account may not call this API.",
        "该账号没有此接口的权限。",
        "Look under 接口权限: most need a verified service account.",
        "请查看“接口权限”：多数接口需要已认证的服务号。",
    ),
    48004: Advice(
        "WeChat took this API from the account.",
        "该账号的此接口已被封禁。",
        "Look for the notice under 通知中心 of the account.",
        "请查看公众平台“通知中心”的处罚说明。",
    ),
    50002: Advice(
        "The account is limited.", "账号功能受限。", "Look for the notice under 通知中心.", "请查看“通知中心”的说明。"
    ),
    61004: Advice(
        "The address of this server is not registered.",
        "本服务器 IP 未登记。",
        "Add it to the IP whitelist of the account or of the third-party platform.",
        "请将其加入账号或第三方平台的 IP 白名单。",
    ),
    61007: Advice(
        "The account did not grant this right to the third-party platform.",
        "该账号未将此权限授权给第三方平台。",
        "Authorise again with all rights.",
        "请重新授权并勾选全部权限。",
    ),
}
