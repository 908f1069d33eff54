"""What channels tell on a customer's timeline."""

from siyu.kernel.fact import FactKind

_ACCOUNT = ("integer", "id of the account")
_STAFF = ("string", "the member of staff, as the platform calls them")
_MOMENT = ("string", "the moment, as the platform calls it")
_WAY = ("string", "how they met: scan, search, card, group, transfer, link …")
_STATE = ("string", "what the entry code or link carried")

FACTS: tuple[FactKind, ...] = (
    FactKind(
        "friend.added",
        1,
        "The customer and a member of staff became friends.",
        "添加好友",
        {"account": _ACCOUNT, "staff": _STAFF, "way": _WAY, "state": _STATE},
    ),
    FactKind(
        "friend.deleted",
        1,
        "The customer and a member of staff are friends no more. By `transfer`, `left` and `account` it is no churn.",
        "解除好友",
        {
            "account": _ACCOUNT,
            "staff": _STAFF,
            "by": (
                "string",
                (
                    "staff, customer, transfer (another took over), left (the member is no more), account (it was deleted from "
                    "Siyu), unknown (no push told)"
                ),
            ),
        },
    ),
    FactKind(
        "friend.transferred",
        1,
        "Another member of staff took the customer over. It comes beside friend.deleted of the one and friend.added of "
        "the other.",
        "客户继承",
        {
            "account": _ACCOUNT,
            "from_staff": ("string", "who had the customer"),
            "to_staff": ("string", "who has them now"),
        },
    ),
    FactKind(
        "account.followed",
        1,
        "The customer began to follow the account itself, as an official account.",
        "关注账号",
        {"account": _ACCOUNT, "way": _WAY, "state": _STATE},
    ),
    FactKind(
        "account.unfollowed",
        1,
        "The customer follows the account no more.",
        "取消关注",
        {"account": _ACCOUNT, "by": ("string", "customer, account (it was deleted from Siyu), unknown (no push told)")},
    ),
    FactKind(
        "entry.scanned",
        1,
        "The customer scanned an entry code of an account that they follow already.",
        "扫描活码",
        {"account": _ACCOUNT, "state": _STATE},
    ),
    FactKind(
        "chat.joined",
        1,
        "The customer joined a group chat.",
        "加入群聊",
        {
            "account": _ACCOUNT,
            "group": ("string", "the group chat, as the platform calls it"),
            "way": ("string", "invited, link or scan"),
            "invited_by": ("string", "the member of staff who invited them, empty when none"),
            "state": ("string", "what the group code carried"),
        },
    ),
    FactKind(
        "chat.left",
        1,
        "The customer is in a group chat no more.",
        "退出群聊",
        {"account": _ACCOUNT, "group": ("string", "the group chat, as the platform calls it")},
    ),
    FactKind(
        "moment.liked",
        1,
        "The customer liked a moment that a member of staff published.",
        "点赞朋友圈",
        {"account": _ACCOUNT, "staff": _STAFF, "moment": _MOMENT},
    ),
    FactKind(
        "moment.commented",
        1,
        "The customer commented a moment that a member of staff published; the platform does not say what.",
        "评论朋友圈",
        {"account": _ACCOUNT, "staff": _STAFF, "moment": _MOMENT},
    ),
    FactKind(
        "message.received",
        1,
        "The customer wrote to customer service. What they wrote is not kept.",
        "客户发来消息",
        {
            "account": _ACCOUNT,
            "service": ("string", "the account of customer service, as the platform calls it"),
            "kind": ("string", "text, image, voice …, as the platform calls it"),
        },
    ),
    FactKind(
        "sender.blocked",
        1,
        "The customer takes nothing of the account any more, as the platform said when something was sent.",
        "拉黑账号",
        {"account": _ACCOUNT},
    ),
    FactKind(
        "notice.refused",
        1,
        "The customer forbade the messages of a template.",
        "拒收订阅消息",
        {"account": _ACCOUNT, "template": ("string", "id of the template, on the platform")},
    ),
)
