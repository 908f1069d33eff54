"""Who may do what, as one table; and the rules of passwords and of waiting after failures. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from siyu.engines.access.types import Principal, Role, WeakPassword
from siyu.kernel.errors import BadInput, NotAllowed


@dataclass(frozen=True, slots=True)
class Right:
    """One right: what it lets one do, and which roles have it."""

    en: str
    zh: str
    roles: frozenset[Role]


def _right(en: str, zh: str, *roles: Role) -> Right:
    return Right(en, zh, frozenset({Role.OWNER, *roles}))  # the owner has every right


_EVERYONE = (Role.OPERATOR, Role.ANALYST, Role.STAFF, Role.AUDITOR)

RIGHTS: Mapping[str, Right] = {
    "customers.read": _right("find customers, see profile, orders, timeline", "查询客户、查看档案与动态", *_EVERYONE),
    "customers.write": _right("change a customer's traits and tags", "修改客户属性与标签", Role.OPERATOR),
    "identity.manage": _right("merge, split, and decide the review list", "合并、拆分与审核身份", Role.OPERATOR),
    "personal.reveal": _right("see phones, names, addresses, mail unmasked", "查看未脱敏的个人信息", Role.STAFF),
    "personal.erase": _right("erase a person's data", "删除个人信息"),
    "insight.read": _right(
        "see counts, cohorts, RFM and LTV", "查看统计与分析", Role.OPERATOR, Role.ANALYST, Role.AUDITOR
    ),
    "insight.manage": _right("refit the lifetime models", "重新拟合生命周期模型", Role.OPERATOR, Role.ANALYST),
    "segments.read": _right(
        "see segments, who is in them, and how large a rule is",
        "查看人群、人群成员与规则预估",
        Role.OPERATOR,
        Role.ANALYST,
        Role.AUDITOR,
    ),
    "segments.manage": _right(
        "make, change and delete segments and lists", "创建、修改与删除人群和名单", Role.OPERATOR
    ),
    "imports.run": _right("import files", "导入文件", Role.OPERATOR),
    "intake.read": _right(
        "see the queue and dead letters", "查看队列与死信", Role.OPERATOR, Role.ANALYST, Role.AUDITOR
    ),
    "intake.manage": _right("replay or drop dead letters", "重放或丢弃死信", Role.OPERATOR),
    "sources.read": _right("see sources and their write keys", "查看数据源与写入密钥", Role.OPERATOR, Role.ANALYST),
    "sources.manage": _right("make sources, give and revoke write keys", "管理数据源与写入密钥", Role.OPERATOR),
    "channels.read": _right(
        "see accounts of channels, their health and quotas", "查看渠道账号、健康状况与配额", *_EVERYONE
    ),
    "channels.act": _right(
        "change tags, remarks and who serves whom on the platforms", "在平台上修改标签、备注与客户归属", Role.OPERATOR
    ),
    "channels.manage": _right("connect, change and pause accounts of channels", "接入、修改与停用渠道账号"),
    "content.read": _right(
        "see materials, scripts, personas and calendars",
        "查看素材、话术、人设与内容日历",
        Role.OPERATOR,
        Role.ANALYST,
        Role.STAFF,
        Role.AUDITOR,
    ),
    "content.manage": _right(
        "make and change materials, scripts, personas and calendars",
        "创建与修改素材、话术、人设与内容日历",
        Role.OPERATOR,
    ),
    "touch.read": _right(
        "see touches, their reasons, and the rules of the gate",
        "查看触达记录、原因与闸门规则",
        Role.OPERATOR,
        Role.ANALYST,
        Role.AUDITOR,
    ),
    "touch.manage": _right(
        "change the rules of the gate, pause sending, send to one person",
        "修改闸门规则、暂停发送与单人发送",
        Role.OPERATOR,
    ),
    "touch.complaints": _right("write down that customers complained", "登记客户投诉", Role.OPERATOR, Role.STAFF),
    "journeys.read": _right(
        "see journeys, who is where in them, and what is planned",
        "查看旅程、在途客户与计划",
        Role.OPERATOR,
        Role.ANALYST,
        Role.AUDITOR,
    ),
    "journeys.manage": _right(
        "write, start, pause and stop journeys and broadcasts", "编写、启动、暂停与停止旅程和群发", Role.OPERATOR
    ),
    "ledger.read": _right("see what customers have, and why", "查看客户积分与账本", *_EVERYONE),
    "ledger.post": _right(
        "give customers something by hand, or take it", "人工增减客户积分", Role.OPERATOR, Role.STAFF
    ),
    "ledger.approve": _right(
        "approve what others post by hand, and take transactions back", "审批人工记账与冲正", Role.OPERATOR
    ),
    "draws.read": _right("see draws, their odds, proofs and records", "查看抽奖、概率、凭证与记录", *_EVERYONE),
    "draws.serve": _right(
        "draw for a customer, and hand prizes out", "代客户抽奖与发放奖品", Role.OPERATOR, Role.STAFF
    ),
    "draws.manage": _right("change, publish and end draws", "修改、发布与结束抽奖", Role.OPERATOR),
    "trials.read": _right("see trials, applications and reports", "查看试用、申请与报告", *_EVERYONE),
    "trials.serve": _right(
        "choose who tries, send pieces, approve reports", "选择试用者、寄送与审核报告", Role.OPERATOR, Role.STAFF
    ),
    "trials.manage": _right("make, change, start and end trials", "创建、修改、开始与结束试用", Role.OPERATOR),
    "ledger.manage": _right("change units, their grace and limits", "管理账本单位、宽限与上限"),
    "payments.read": _right(
        "see payments, refunds and transfers", "查看支付、退款与转账", Role.OPERATOR, Role.STAFF, Role.AUDITOR
    ),
    "payments.reverse": _right("give payments back, and take transfers back", "退款与撤销转账", Role.OPERATOR),
    "payments.pay": _right("pay members by hand", "手工向会员付款"),
    "payments.manage": _right("connect merchants, and change their keys", "接入商户与修改密钥"),
    "rewards.read": _right("see the shop, redemptions and coupons", "查看权益商城、兑换记录与优惠券", *_EVERYONE),
    "rewards.redeem": _right(
        "redeem for customers, hand out and cancel", "代客户兑换、交付与取消兑换", Role.OPERATOR, Role.STAFF
    ),
    "rewards.manage": _right(
        "make and change offers and coupons, and their stock", "管理权益商品、优惠券与库存", Role.OPERATOR
    ),
    "rewards.rules": _right("say what points are worth and which margin is kept", "设置积分价值与毛利底线"),
    "tasks.do": _right(
        "see what staff are asked to do for customers, and say that it is done",
        "查看并完成员工任务",
        Role.OPERATOR,
        Role.STAFF,
    ),
    "operators.manage": _right("make, change and disable operators", "管理操作员"),
    "keys.manage": _right("make and revoke API keys", "管理 API 密钥"),
    "audit.read": _right("read the audit", "查看审计日志", Role.AUDITOR),
    "system.read": _right("see the state of the engines", "查看系统状态", Role.OPERATOR, Role.AUDITOR),
}

PASSWORD_LENGTH = 10
PASSWORD_LIMIT = 1000  # more only makes hashing slow
FREE_FAILURES = 5
_FIRST_WAIT = 5
_LONGEST_WAIT = 15 * 60
FORGET_FAILURES = timedelta(days=1)


def rights_of(roles: Iterable[Role]) -> frozenset[str]:
    """Every right that at least one of the roles gives."""
    given = frozenset(roles)
    return frozenset(name for name, right in RIGHTS.items() if right.roles & given)


def require(principal: Principal, right: str) -> None:
    """Pass when ``principal`` holds ``right``.

    Raises:
        NotAllowed: it does not.
    """
    assert right in RIGHTS, right
    if right not in principal.rights:
        raise NotAllowed(right=right)


def check_scopes(principal: Principal, scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes of a new API key, sorted: known rights only, and none that its maker does not hold.

    Raises:
        BadInput: no scope, or an unknown one.
        NotAllowed: one that the maker does not hold.
    """
    asked = sorted(set(scopes))
    if not asked:
        raise BadInput(reason="an API key needs at least one scope.", reason_zh="API 密钥至少需要一个权限范围。")
    for scope in asked:
        if scope not in RIGHTS:
            raise BadInput(reason=f"there is no scope '{scope}'.", reason_zh=f"没有“{scope}”这个权限范围。")
        require(principal, scope)
    return tuple(asked)


def normalise_login(login: str) -> str:
    """A login as it is stored and compared: trimmed, case folded.

    Raises:
        BadInput: it is empty, longer than 200 characters, or holds white space or control characters.
    """
    cleaned = login.strip().casefold()
    if not cleaned or len(cleaned) > 200 or not cleaned.isprintable() or " " in cleaned:
        raise BadInput(
            reason="a login has 1 to 200 characters and no spaces.", reason_zh="账号应为 1 至 200 个字符，且不含空格。"
        )
    return cleaned


def check_password(password: str, login: str) -> None:
    """Pass when the password is long enough, not the login, and not one character over and over.

    Raises:
        WeakPassword: says which rule it breaks.
    """
    if len(password) < PASSWORD_LENGTH:
        raise WeakPassword(
            reason=f"it needs at least {PASSWORD_LENGTH} characters.", reason_zh=f"至少 {PASSWORD_LENGTH} 个字符。"
        )
    if len(password) > PASSWORD_LIMIT:
        raise WeakPassword(
            reason=f"it may have at most {PASSWORD_LIMIT} characters.", reason_zh=f"最多 {PASSWORD_LIMIT} 个字符。"
        )
    folded = password.casefold()
    if login and (folded == login or folded == login.partition("@")[0] or folded == login[::-1]):
        raise WeakPassword(reason="it may not be the login.", reason_zh="不能与账号相同。")
    if len(set(folded)) < 4 or folded in _COMMON:
        raise WeakPassword(reason="it is too easy to guess.", reason_zh="过于简单。")


_COMMON = frozenset({"1234567890", "0123456789", "password123", "password1234", "qwertyuiop", "1qaz2wsx3edc"})


def wait_after(failures: int) -> timedelta:
    """How long a login waits after so many failures in a row: nothing up to 4, then 5 s doubling up to 15 minutes."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return timedelta(seconds=min(_LONGEST_WAIT, _FIRST_WAIT << min(failures - FREE_FAILURES, 20)))
