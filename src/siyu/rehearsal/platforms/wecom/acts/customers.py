"""What customers and staff do to each other."""

from typing import Literal

from siyu.kernel.errors import Conflict
from siyu.rehearsal.platforms.wecom.corp import Base
from siyu.rehearsal.platforms.wecom.types import Follow, Person, Welcome

EVENT = "change_external_contact"


class Customers(Base):
    """Adding, deleting, writing down."""

    def new_person(
        self,
        name: str = "",
        external_userid: str = "",
        unionid: str = "",
        *,
        type: Literal[1, 2] = 1,  # noqa: A002 - the platform's word
        gender: Literal[0, 1, 2] = 0,
        corp_name: str = "",
        position: str = "",
    ) -> Person:
        """Somebody outside, whom nobody has yet. Without a name and ids, made up ones.

        Raises:
            Conflict: somebody has this id.
        """
        with self.lock:
            if external_userid in self.state.people:
                raise Conflict(
                    reason=f"there is a '{external_userid}' already.", reason_zh=f"“{external_userid}”已存在。"
                )
            made = external_userid or self.new_id("wm" if type == 1 else "wo")
            union = unionid or (self.new_id("oz") if type == 1 else "")
            open_id = self.new_id("oO") if type == 1 else ""
            person = Person(made, name or f"客户{self.state.counter}", type, gender, union, open_id)
            person.corp_name, person.position = corp_name, position
            self.state.people[made] = person
            return person

    def customer_adds(
        self, external_userid: str, userid: str, *, add_way: int = 1, state: str = "", half: bool = False
    ) -> str:
        """A customer becomes one of this member of staff's. Returns the welcome code, empty when there is none.

        With ``half`` the code comes with ``add_half_external_contact`` before the member confirms, as where no check
        is asked for. Adding again after having deleted the member renews the tie and its time.

        Raises:
            Conflict: they have each other, or the member cannot have customers.
        """
        with self.lock:
            person, staff = self.person(external_userid), self.staff(userid)
            if not staff.serves or staff.status != 1:
                raise Conflict(
                    reason=f"'{userid}' cannot have customers.", reason_zh=f"“{userid}”没有客户联系权限或未激活。"
                )
            before = self.followers(external_userid).get(userid)
            if before is not None and not before.gone:
                raise Conflict(
                    reason=f"'{external_userid}' has '{userid}' already.",
                    reason_zh=f"“{external_userid}”已添加“{userid}”。",
                )
            now = self.now()
            if before is None:
                operator = external_userid if add_way in {1, 2, 3, 4, 5, 6, 7, 16} else userid
                self.tie(Follow(userid, external_userid, now, add_way, state, operator))
            else:  # the member kept them in the list, with remark and tags
                before.gone, before.createtime, before.add_way, before.state = False, now, add_way, state
                before.talked_at = 0
            self.note("added", userid)
            greeted = person.type != 1 or self.rules.admin_welcome
            welcome = "" if greeted else self._welcome(userid, external_userid, state)
            told = {"UserID": userid, "ExternalUserID": external_userid, "State": state}
            if half:
                self.tell(EVENT, "add_half_external_contact", **told, WelcomeCode=welcome)
                self.tell(EVENT, "add_external_contact", **told)
            else:
                self.tell(EVENT, "add_external_contact", **told, WelcomeCode=welcome)
            return welcome

    def _welcome(self, userid: str, external_userid: str, state: str) -> str:
        made = self.new_id("CALLBACK")
        until = self.now() + self.rules.welcome_seconds
        self.state.welcomes[made] = Welcome(made, userid, external_userid, until, state)
        return made

    def customer_deletes(self, external_userid: str, userid: str) -> None:
        """The customer deletes the member, who goes on seeing them in the list. Twice is once."""
        with self.lock:
            follow = self.follow(userid, external_userid)
            if not follow.gone:
                follow.gone = True
                self.note("blocked", userid)
                self.tell(EVENT, "del_follow_user", UserID=userid, ExternalUserID=external_userid)

    def staff_deletes(self, userid: str, external_userid: str, *, source: str = "") -> None:
        """The member deletes the customer."""
        with self.lock:
            self.untie(self.follow(userid, external_userid))
            self.note("deleted", userid)
            self.tell(EVENT, "del_external_contact", UserID=userid, ExternalUserID=external_userid, Source=source)

    def customer_talks(self, external_userid: str, userid: str) -> None:
        """A conversation, which the platform tells nobody of; it ends the life of a welcome code."""
        with self.lock:
            self.follow(userid, external_userid).talked_at = self.now()
            self.note("talked", userid)
            for link in self.state.links.values():
                for one in link.customers:
                    if (one.external_userid, one.userid) == (external_userid, userid):
                        one.chat_status = 1

    def staff_writes(
        self,
        userid: str,
        external_userid: str,
        *,
        remark: str | None = None,
        description: str | None = None,
        remark_corp_name: str | None = None,
        remark_mobiles: list[str] | None = None,
    ) -> None:
        """The member edits what they noted of a customer; ``None`` leaves it as it is.

        No callback comes when nothing but the phones changed.
        """
        given = {"remark": remark, "description": description, "remark_corp_name": remark_corp_name}
        fields = {
            name: value for name, value in {**given, "remark_mobiles": remark_mobiles}.items() if value is not None
        }
        with self.lock:
            follow = self.follow(userid, external_userid)
            changed = {name for name, value in fields.items() if getattr(follow, name) != value}
            for name, value in fields.items():
                setattr(follow, name, value)
            if changed - {"remark_mobiles"}:
                self.edited(userid, external_userid)

    def staff_tags(
        self,
        userid: str,
        external_userid: str,
        *,
        add: tuple[str, ...] = (),
        remove: tuple[str, ...] = (),
        personal: tuple[str, ...] | None = None,
    ) -> None:
        """The member puts tags of the corp on a customer or takes them away; ``personal`` are all their own ones."""
        with self.lock:
            follow = self.follow(userid, external_userid)
            tags = [one for one in follow.tags if one not in remove]
            tags += [one for one in add if one not in tags and self.find_tag(one)]
            changed = tags != follow.tags
            follow.tags = tags
            if personal is not None:
                follow.personal_tags = list(personal)
            if changed:
                self.edited(userid, external_userid)

    def edited(self, userid: str, external_userid: str) -> None:
        """Say that something of this tie changed."""
        self.tell(EVENT, "edit_external_contact", UserID=userid, ExternalUserID=external_userid)
