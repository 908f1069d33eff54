"""What happens to groups of customers."""

import hashlib
from collections.abc import Sequence

from siyu.kernel.errors import Conflict
from siyu.rehearsal.platforms.wecom.corp import Base
from siyu.rehearsal.platforms.wecom.types import Group, Member

EVENT = "change_external_chat"


class Groups(Base):
    """Every change of the members gives the list a new version; a callback names the one before and the one after."""

    most_members = 500

    def group_is_made(self, owner: str, name: str = "", members: Sequence[str] = (), *, chat_id: str = "") -> Group:
        """A member of staff makes a group, with these people in it."""
        with self.lock:
            self.staff(owner)
            now = self.now()
            made = chat_id or self.new_id("wr")
            group = Group(made, name, owner, now, opengid=self.new_id("oG"))
            for one in (owner, *members):
                group.members[one] = Member(one, 1 if one in self.state.staff else 2, now, 1, owner)
            self._new_version(group)
            self.state.groups[made] = group
            self.note("group made", owner)
            self.tell(EVENT, "create", ChatId=made)
            return group

    def group_gains(
        self, chat_id: str, who: Sequence[str], *, scene: int = 1, state: str = "", invitor: str = ""
    ) -> None:
        """People join: ``scene`` 1 invited, 2 by a link, 3 by a code. Who is in it already is left as they are."""
        with self.lock:
            group = self.group(chat_id)
            new = [one for one in dict.fromkeys(who) if one not in group.members]
            if len(group.members) + len(new) > self.most_members:
                raise Conflict(reason="the group is full.", reason_zh="群聊已满员。")
            for one in new:
                kind = 1 if one in self.state.staff else 2
                by = invitor or group.owner
                group.members[one] = Member(one, kind, self.now(), scene, by if scene == 1 else "", "", state)
            if new:
                self.note("group joined", group.owner)
                # in callbacks 0 stands for an invitation, in the list 1 does
                self._changed(group, "add_member", new, JoinScene=3 if scene == 3 else 0)

    def group_loses(self, chat_id: str, who: Sequence[str], *, removed: bool = False) -> None:
        """People leave, or are ``removed`` by the owner."""
        with self.lock:
            group = self.group(chat_id)
            gone = [one for one in dict.fromkeys(who) if one in group.members and one != group.owner]
            for one in gone:
                del group.members[one]
            if gone:
                self._changed(group, "del_member", gone, QuitScene=int(removed))

    def group_is_renamed(self, chat_id: str, name: str) -> None:
        """The group has another name."""
        with self.lock:
            group = self.group(chat_id)
            group.name = name
            self.tell(EVENT, "update", ChatId=chat_id, UpdateDetail="change_name")

    def group_is_told(self, chat_id: str, notice: str) -> None:
        """The owner changes the notice."""
        with self.lock:
            self.group(chat_id).notice = notice
            self.tell(EVENT, "update", ChatId=chat_id, UpdateDetail="change_notice")

    def group_changes_owner(self, chat_id: str, owner: str) -> None:
        """Another member of staff owns the group, and is in it."""
        with self.lock:
            group = self.group(chat_id)
            self.staff(owner)
            self.hand_over(group, owner)
            self.tell(EVENT, "update", ChatId=chat_id, UpdateDetail="change_owner")

    def hand_over(self, group: Group, owner: str) -> None:
        """Change the owner without a word."""
        group.owner = owner
        if owner not in group.members:
            group.members[owner] = Member(owner, 1, self.now(), 1, owner)
        self._new_version(group)

    def group_is_dismissed(self, chat_id: str) -> None:
        """The group is no more."""
        with self.lock:
            self.group(chat_id)
            self.tell(EVENT, "dismiss", ChatId=chat_id)
            del self.state.groups[chat_id]

    def _new_version(self, group: Group) -> str:
        group.changes += 1
        group.version = hashlib.md5(f"{group.chat_id}/{group.changes}".encode(), usedforsecurity=False).hexdigest()
        return group.version

    def _changed(self, group: Group, detail: str, who: list[str], **scene: int) -> None:
        before = group.version
        self._new_version(group)
        self.tell(
            EVENT,
            "update",
            ChatId=group.chat_id,
            UpdateDetail=detail,
            **scene,
            MemChangeCnt=len(who),
            MemChangeList=who,
            LastMemVer=before,
            CurMemVer=group.version,
        )
