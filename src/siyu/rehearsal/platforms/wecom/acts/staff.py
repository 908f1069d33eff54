"""What happens to staff and, in the admin console, to tags."""

from siyu.kernel.errors import Conflict, NotFound
from siyu.rehearsal.platforms.wecom.corp import Base
from siyu.rehearsal.platforms.wecom.types import Department, Staff, Tag, TagGroup

CONTACTS = "change_contact"
TAGS = "change_external_tag"


class Personnel(Base):
    """Hired, deactivated, gone; tags as the console changes them."""

    def department_is_made(self, number: int, name: str, parent: int = 1) -> Department:
        """A department below another."""
        with self.lock:
            made = self.state.departments[number] = Department(number, name, parent)
            return made

    def staff_is_hired(
        self,
        userid: str,
        name: str = "",
        *,
        departments: list[int] | None = None,
        position: str = "",
        serves: bool = True,
        forgets: float = 0.2,
        minutes: int = 60,
    ) -> Staff:
        """Somebody new, or back again under the same id. Whom one hires the app sees.

        Raises:
            Conflict: there is somebody of this id.
        """
        with self.lock:
            if userid in self.state.staff and self.state.staff[userid].status != 5:
                raise Conflict(reason=f"there is a '{userid}' already.", reason_zh=f"“{userid}”已存在。")
            staff = Staff(userid, name or userid, departments or [1], position, serves)
            staff.forgets, staff.minutes = forgets, minutes
            self.state.staff[userid] = staff
            if self.state.visible is not None and userid not in self.state.visible:
                self.state.visible.append(userid)
            within = ",".join(map(str, staff.departments))
            self.tell(CONTACTS, "create_user", UserID=userid, Name=staff.name, Department=within)
            return staff

    def staff_is_deactivated(self, userid: str, *, active: bool = False) -> None:
        """May no longer sign in, or again with ``active``. Customers stay as they are."""
        with self.lock:
            staff = self.staff(userid)
            staff.status = 1 if active else 2
            self.tell(CONTACTS, "update_user", UserID=userid, Status=staff.status)

    def staff_leaves(self, userid: str) -> None:
        """Their customers and groups wait to be handed over; the app sees neither them nor their customers' ties."""
        with self.lock:
            staff = self.staff(userid)
            staff.status, staff.left_at = 5, self.now()
            for group in self.state.groups.values():
                if group.owner == userid:
                    group.status = 1
            self.tell(CONTACTS, "delete_user", UserID=userid)

    def tag_group_is_made(
        self, name: str, tags: list[str], *, order: int = 0, app: str = "", group_id: str = ""
    ) -> TagGroup:
        """A group with its tags, in the console or, with ``app``, by an app, which raises no callback."""
        with self.lock:
            now = self.now()
            made = TagGroup(group_id or self.new_id("et"), name, now, order, app)
            self.state.tag_groups[made.group_id] = made
            if not app:
                self.tell(TAGS, "create", Id=made.group_id, TagType="tag_group")
            for position, one in enumerate(tags):
                self.tag_is_made(made.group_id, one, order=position, app=app)
            return made

    def tag_is_made(self, group_id: str, name: str, *, order: int = 0, app: str = "") -> Tag:
        """A tag in a group, in the console or by an app."""
        with self.lock:
            group = self.state.tag_groups.get(group_id)
            if group is None:
                raise NotFound(what="group of tags", what_zh="标签组", key=group_id)
            tag = Tag(self.new_id("et"), name, self.now(), order, app)
            group.tags[tag.id] = tag
            if not app:
                self.tell(TAGS, "create", Id=tag.id, TagType="tag")
            return tag

    def tag_is_renamed(self, tag_id: str, name: str) -> None:
        """A tag or a group of tags."""
        with self.lock:
            if tag_id in self.state.tag_groups:
                self.state.tag_groups[tag_id].group_name = name
                self.tell(TAGS, "update", Id=tag_id, TagType="tag_group")
            elif found := self.find_tag(tag_id):
                found[1].name = name
                self.tell(TAGS, "update", Id=tag_id, TagType="tag")
            else:
                raise NotFound(what="tag", what_zh="标签", key=tag_id)

    def tag_is_deleted(self, tag_id: str, *, quiet: bool = False) -> None:
        """A tag, or a group with its tags; a group ends with its last tag. They vanish from all customers."""
        with self.lock:
            if tag_id in self.state.tag_groups:
                gone = set(self.state.tag_groups.pop(tag_id).tags)
                kind = "tag_group"
            elif found := self.find_tag(tag_id):
                del found[0].tags[tag_id]
                gone, kind = {tag_id}, "tag"
                if not found[0].tags:
                    del self.state.tag_groups[found[0].group_id]
            else:
                raise NotFound(what="tag", what_zh="标签", key=tag_id)
            for follows in self.state.follows.values():
                for follow in follows.values():
                    if gone & set(follow.tags):
                        follow.tags = [one for one in follow.tags if one not in gone]
            if not quiet:
                self.tell(TAGS, "delete", Id=tag_id, TagType=kind)

    def tags_are_shuffled(self) -> None:
        """The console changes the order of all groups."""
        with self.lock:
            for position, group in enumerate(reversed(self.state.tag_groups.values())):
                group.order = position
            self.tell(TAGS, "shuffle", Id="", StrategyId=0)
