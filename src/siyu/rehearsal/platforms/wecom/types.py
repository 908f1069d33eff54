"""What a corp consists of. Times are seconds since 1970, as the platform writes them; ids are the platform's."""

from dataclasses import dataclass, field
from typing import Any, Literal

Cap = Literal["per_day", "per_week", "per_month"]


@dataclass(slots=True)
class Rules:
    """What sources disagree on, or what a corp may choose.

    Attributes:
        per_minute, per_hour: calls of each API; the next shuts it for 60 seconds or 60 minutes.
        group_send: how many group messages a customer receives: 1 a day, 7 a week, or one for each day of the month.
        transfer_hours: after so many, a transfer that the customer did not refuse is done.
        transfers: how often a customer is handed over in 90 days.
        welcome_seconds: so long a welcome code lives.
        admin_welcome: the console greets by itself, so there are no welcome codes.
        echo: what is done by the API raises ``edit_external_contact`` as well; documents disagree.
        tags: how many tags a corp has at most.
        shows_union: the corp is bound to an open platform account, so that contacts have a unionid.
    """

    per_minute: int = 10_000
    per_hour: int = 150_000
    group_send: Cap = "per_month"
    transfer_hours: int = 24
    transfers: int = 2
    welcome_seconds: int = 20
    admin_welcome: bool = False
    echo: bool = False
    tags: int = 10_000
    shows_union: bool = True
    token_life: int = 7200
    zone: str = "Asia/Shanghai"


@dataclass(slots=True)
class Department:
    id: int
    name: str
    parent: int


@dataclass(slots=True)
class Staff:
    """A member of staff.

    Attributes:
        serves: has the function 客户联系.
        status: 1 active, 2 deactivated, 4 not signed in yet, 5 left.
        forgets: how often this one does not confirm a task, 0 to 1.
        minutes: after how many the others are confirmed, in the mean.
    """

    userid: str
    name: str
    departments: list[int] = field(default_factory=lambda: [1])
    position: str = ""
    serves: bool = True
    status: int = 1
    left_at: int = 0
    forgets: float = 0.2
    minutes: int = 60


@dataclass(slots=True)
class Person:
    """Somebody outside: ``type`` 1 uses WeChat, 2 WeCom of another corp. ``refuses``: transfers, always."""

    external_userid: str
    name: str
    type: int = 1
    gender: int = 0
    unionid: str = ""
    openid: str = ""
    avatar: str = ""
    position: str = ""
    corp_name: str = ""
    refuses: bool = False


@dataclass(slots=True)
class Follow:
    """One member of staff has one customer. ``gone``: the customer deleted them, which the platform does not show."""

    userid: str
    external_userid: str
    createtime: int
    add_way: int = 1
    state: str = ""
    oper_userid: str = ""
    remark: str = ""
    description: str = ""
    remark_corp_name: str = ""
    remark_mobiles: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    personal_tags: list[str] = field(default_factory=list)
    gone: bool = False
    talked_at: int = 0


@dataclass(slots=True)
class Tag:
    """``app``: who made it; empty for the admin console."""

    id: str
    name: str
    create_time: int
    order: int = 0
    app: str = ""


@dataclass(slots=True)
class TagGroup:
    group_id: str
    group_name: str
    create_time: int
    order: int = 0
    app: str = ""
    tags: dict[str, Tag] = field(default_factory=dict)


@dataclass(slots=True)
class Member:
    """``type`` 1 staff, 2 outside; ``join_scene`` 1 invited, 2 by a link, 3 by a code."""

    userid: str
    type: int
    join_time: int
    join_scene: int = 1
    invitor: str = ""
    group_nickname: str = ""
    state: str = ""


@dataclass(slots=True)
class Group:
    """``status`` 0 ordinary, 1 its owner left, 2 being inherited, 3 inherited."""

    chat_id: str
    name: str
    owner: str
    create_time: int
    notice: str = ""
    members: dict[str, Member] = field(default_factory=dict)
    admins: list[str] = field(default_factory=list)
    version: str = ""
    changes: int = 0
    status: int = 0
    opengid: str = ""
    transferred: list[int] = field(default_factory=list)


@dataclass(slots=True)
class ContactWay:
    """``body`` is what was asked for; ``taken`` who was given by it how often."""

    config_id: str
    created_at: int
    app: str
    body: dict[str, Any]
    taken: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class JoinWay:
    config_id: str
    app: str
    body: dict[str, Any]


@dataclass(slots=True)
class Acquired:
    external_userid: str
    userid: str
    state: str
    chat_status: int = 0


@dataclass(slots=True)
class Link:
    link_id: str
    url: str
    create_time: int
    app: str
    body: dict[str, Any]
    clicks: int = 0
    customers: list[Acquired] = field(default_factory=list)


@dataclass(slots=True)
class Welcome:
    """A code that allows one greeting until ``until``; ``content`` is what was sent under it."""

    code: str
    userid: str
    external_userid: str
    until: int
    state: str = ""
    used_at: int = 0
    content: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Target:
    """One customer or group of a group send. ``status`` 0 not sent, 1 sent, 2 no friend, 3 has had enough."""

    id: str
    userid: str
    status: int = 0
    send_time: int = 0


@dataclass(slots=True)
class StaffTask:
    """What one member of staff has to confirm. ``confirm_at`` 0: will forget it."""

    userid: str
    confirm_at: int
    done_at: int = 0


@dataclass(slots=True)
class GroupSend:
    msgid: str
    chat_type: str
    creator: str
    create_time: int
    app: str
    content: dict[str, Any]
    tasks: dict[str, StaffTask] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    reminded: list[int] = field(default_factory=list)
    cancelled_at: int = 0


@dataclass(slots=True)
class Reaction:
    userid: str
    external_userid: str
    create_time: int


@dataclass(slots=True)
class Moment:
    """``jobid`` is empty for what a member of staff published alone."""

    moment_id: str
    jobid: str
    creator: str
    create_time: int
    ready_at: int
    content: dict[str, Any]
    tags: list[str] = field(default_factory=list)
    invalid_senders: dict[str, Any] = field(default_factory=dict)
    invalid_tags: list[str] = field(default_factory=list)
    tasks: dict[str, StaffTask] = field(default_factory=dict)
    likes: list[tuple[str, Reaction]] = field(default_factory=list)
    comments: list[tuple[str, Reaction]] = field(default_factory=list)
    cancelled_at: int = 0


@dataclass(slots=True)
class Transfer:
    """``status`` 1 done, 2 waits, 3 refused, 4 the new one has too many. ``resigned``: the old one had left."""

    handover: str
    takeover: str
    external_userid: str
    asked_at: int
    due_at: int
    resigned: bool
    status: int = 2
    takeover_time: int = 0


@dataclass(slots=True)
class Media:
    media_id: str
    type: str
    name: str
    size: int
    created_at: int
    attachment_type: int = 0


@dataclass(slots=True)
class ServiceAccount:
    """A 微信客服 account. ``sessions``: what state each customer's session is in."""

    open_kfid: str
    name: str
    servicers: list[str] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    sessions: dict[str, "Session"] = field(default_factory=dict)


@dataclass(slots=True)
class Session:
    """``said_at``: the customer's last word, which allows ``left`` answers for 48 hours. ``state`` as service_state."""

    state: int = 0
    servicer: str = ""
    said_at: int = 0
    left: int = 0
    scene: str = ""
    scene_param: str = ""


@dataclass(slots=True)
class EventCode:
    """Allows one ``kf/send_msg_on_event`` until ``until``."""

    code: str
    open_kfid: str
    external_userid: str
    until: int
    used: bool = False


@dataclass(slots=True)
class Action:
    """Something that was done, for what counts by days: ``kind`` is ``added``, ``deleted``, ``blocked``, ``talked`` …"""

    kind: str
    who: str
    at: int


@dataclass(slots=True)
class State:
    """All of a corp. ``visible``: the staff whom the app may see; ``None`` for all."""

    corp_id: str = "ww0000000000000000"
    corp_name: str = "演示企业"
    secrets: dict[str, str] = field(default_factory=dict)
    visible: list[str] | None = None
    seed: int = 0
    counter: int = 0
    departments: dict[int, Department] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    follows: dict[str, dict[str, Follow]] = field(default_factory=dict)
    tag_groups: dict[str, TagGroup] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    ways: dict[str, ContactWay] = field(default_factory=dict)
    join_ways: dict[str, JoinWay] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    link_quota: int = 1000
    welcomes: dict[str, Welcome] = field(default_factory=dict)
    templates: dict[str, dict[str, Any]] = field(default_factory=dict)
    sends: dict[str, GroupSend] = field(default_factory=dict)
    received: dict[str, list[int]] = field(default_factory=dict)
    moments: dict[str, Moment] = field(default_factory=dict)
    transfers: list[Transfer] = field(default_factory=list)
    media: dict[str, Media] = field(default_factory=dict)
    accounts: dict[str, ServiceAccount] = field(default_factory=dict)
    event_codes: dict[str, EventCode] = field(default_factory=dict)
    kf_tokens: dict[str, int] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)
    app_messages: list[dict[str, Any]] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
