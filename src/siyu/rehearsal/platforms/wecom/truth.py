"""What is true of a corp, in a form that another system can be compared with."""

from dataclasses import dataclass

from siyu.rehearsal.platforms.wecom.corp import Base
from siyu.rehearsal.platforms.wecom.types import Follow, Group, Person, Staff


@dataclass(frozen=True, slots=True)
class TrueStaff:
    """``active``: can sign in. Who left is not here."""

    userid: str
    name: str
    departments: tuple[int, ...]
    position: str
    serves: bool
    active: bool


@dataclass(frozen=True, slots=True)
class TrueTag:
    id: str
    name: str
    group_id: str
    group_name: str
    order: int


@dataclass(frozen=True, slots=True)
class TrueFollow:
    """``gone``: the customer deleted the member, which no answer of the API shows."""

    userid: str
    external_userid: str
    createtime: int
    add_way: int
    state: str
    remark: str
    description: str
    remark_corp_name: str
    mobiles: tuple[str, ...]
    tags: tuple[str, ...]
    personal_tags: tuple[str, ...]
    gone: bool


@dataclass(frozen=True, slots=True)
class TrueContact:
    external_userid: str
    name: str
    type: int
    gender: int
    unionid: str


@dataclass(frozen=True, slots=True)
class TrueMember:
    userid: str
    type: int
    join_time: int
    join_scene: int
    state: str


@dataclass(frozen=True, slots=True)
class TrueGroup:
    """``status`` 1: its owner left and nobody has it yet."""

    chat_id: str
    name: str
    owner: str
    create_time: int
    notice: str
    version: str
    status: int
    members: tuple[TrueMember, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """Each in the order of ids. Contacts are those whom somebody of the staff has."""

    departments: tuple[tuple[int, str, int], ...]
    staff: tuple[TrueStaff, ...]
    tags: tuple[TrueTag, ...]
    contacts: tuple[TrueContact, ...]
    follows: tuple[TrueFollow, ...]
    groups: tuple[TrueGroup, ...]


def truth_of(corp: Base, *, visible_only: bool) -> Truth:
    """The state of this moment. Ties of who left wait to be handed over and are not here."""
    state = corp.state
    here = sorted(
        one.userid
        for one in state.staff.values()
        if one.status != 5 and (not visible_only or state.visible is None or one.userid in state.visible)
    )
    present = set(here)
    follows = tuple(_follow(one) for userid in here for _, one in sorted(state.follows.get(userid, {}).items()))
    known = sorted({one.external_userid for one in follows})
    groups = [one for _, one in sorted(state.groups.items()) if one.status == 1 or one.owner in present]
    tags = [
        TrueTag(tag.id, tag.name, group.group_id, group.group_name, tag.order)
        for group in state.tag_groups.values()
        for tag in group.tags.values()
    ]
    return Truth(
        departments=tuple((one.id, one.name, one.parent) for _, one in sorted(state.departments.items())),
        staff=tuple(_staff(state.staff[userid]) for userid in here),
        tags=tuple(sorted(tags, key=lambda tag: tag.id)),
        contacts=tuple(_contact(corp.person(one)) for one in known),
        follows=follows,
        groups=tuple(_group(one) for one in groups),
    )


def _staff(one: Staff) -> TrueStaff:
    return TrueStaff(one.userid, one.name, tuple(one.departments), one.position, one.serves, one.status == 1)


def _contact(one: Person) -> TrueContact:
    return TrueContact(one.external_userid, one.name, one.type, one.gender, one.unionid)


def _follow(one: Follow) -> TrueFollow:
    return TrueFollow(
        userid=one.userid,
        external_userid=one.external_userid,
        createtime=one.createtime,
        add_way=one.add_way,
        state=one.state,
        remark=one.remark,
        description=one.description,
        remark_corp_name=one.remark_corp_name,
        mobiles=tuple(one.remark_mobiles),
        tags=tuple(sorted(one.tags)),
        personal_tags=tuple(sorted(one.personal_tags)),
        gone=one.gone,
    )


def _group(one: Group) -> TrueGroup:
    members = tuple(
        TrueMember(m.userid, m.type, m.join_time, m.join_scene, m.state) for _, m in sorted(one.members.items())
    )
    return TrueGroup(one.chat_id, one.name, one.owner, one.create_time, one.notice, one.version, one.status, members)
