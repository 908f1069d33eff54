"""The words in which a plugin tells what it saw."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

ObjectKind = Literal["staff", "contact", "tags", "group"]
OBJECT_KINDS: Final[tuple[ObjectKind, ...]] = ("staff", "tags", "contact", "group")
# In the place of a member of staff: the account itself. Who follows it, follows it and nobody of the staff.
THE_ACCOUNT: Final = ""


@dataclass(frozen=True, slots=True)
class Department:
    """A department as it is now."""

    id: str
    name: str
    parent_id: str


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff as they are now.

    Attributes:
        serves: may have customers (WeCom: has the function 客户联系).
        active: can sign in; a member who left is not seen at all.
    """

    id: str
    name: str
    department_ids: tuple[str, ...] = ()
    position: str = ""
    serves: bool = True
    active: bool = True


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of the account as it is now."""

    id: str
    name: str
    group_id: str
    group_name: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class Follow:
    """One member of staff and one contact know each other.

    Attributes:
        staff_id: who; :data:`THE_ACCOUNT` for somebody who follows the account itself, as of an official account.
        since: since when, as the platform says.
        tag_ids: tags of the account that this member put on the contact.
        remark: how the member calls them; personal data.
        description: what the member noted; personal data.
        phones: phones that the member noted; personal data.
        way: how they met, in our words: ``scan``, ``search``, ``card``, ``group``, ``transfer``, ``link`` …
        state: what the entry code or link carried.
    """

    staff_id: str
    since: datetime
    tag_ids: tuple[str, ...] = ()
    remark: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    way: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as they are now.

    Attributes:
        id: of the platform, within the account.
        name: as they call themselves; personal data.
        kind: ``wechat``: a person; ``wecom``: somebody of another company.
        union_id: empty when the platform does not say.
        gender: ``male``, ``female`` or empty.
        follows: who of the staff knows them.
        complete: ``follows`` are all there are; else only those that were asked for.
    """

    id: str
    name: str = field(repr=False)
    kind: Literal["wechat", "wecom"]
    avatar: str = field(default="", repr=False)
    gender: str = ""
    union_id: str = ""
    follows: tuple[Follow, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a group.

    Attributes:
        id: of the member of staff or the contact.
        kind: which of the two.
        way: ``invited``, ``link`` or ``scan``.
        invited_by: id of the member of staff, empty when none.
        state: what the group code carried.
    """

    id: str
    kind: Literal["staff", "customer"]
    joined_at: datetime
    way: str = ""
    invited_by: str = ""
    state: str = ""
    union_id: str = ""
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """A group chat of customers as it is now, with everybody in it."""

    id: str
    name: str
    owner_id: str
    created_at: datetime
    notice: str = ""
    version: str = ""
    members: tuple[Member, ...] = ()
    admin_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """The platform does not know it any more, or does not show it to this account (``hidden``)."""

    kind: ObjectKind
    id: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Everything:
    """A complete list: what is not in it is no more.

    Attributes:
        staff, departments, tags, groups: ids of all, where the plugin told all of that kind.
        contacts_of: a member of staff of whom all contacts were told, and their ids; with :data:`THE_ACCOUNT` all who
            follow the account.
    """

    staff: tuple[str, ...] | None = None
    departments: tuple[Department, ...] | None = None
    tags: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    contacts_of: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """What could not be seen, and why: for the report of a reconcile. ``feedback``: deletions, by their day."""

    kind: ObjectKind | Literal["feedback"]
    id: str
    reason: str
    reason_zh: str


Seen = Staff | Tag | Contact | Group | Gone | Everything | Unseen
