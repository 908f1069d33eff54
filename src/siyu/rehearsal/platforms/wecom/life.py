"""Days of a corp: customers come and go, staff write and tag, groups change. By seed, and only what is possible."""

from collections import Counter
from collections.abc import Callable, Collection
from typing import Final

import numpy as np

from siyu.kernel.errors import Conflict
from siyu.rehearsal.platforms.wecom.fake import Corp
from siyu.rehearsal.platforms.wecom.types import Follow

_CODES: Final = ("", "", "store_01", "store_02", "live_618")
# What happens in every shop on every day; the rest needs somebody to decide on it.
EVERYDAY: Final = frozenset(
    {"add", "add again", "scan", "customer deletes", "staff deletes", "tag", "talk", "join", "quit"}
)


class Life:
    """Does one thing after another, each chosen by chance with a weight of its own; ``counts`` says how often.

    The same corp and seed live the same life.

    Args:
        corp: whose.
        seed: of chance.
        only: the acts that happen; empty for all.
        known: how many of those who add somebody the corp knows already, 0 to 1.
    """

    def __init__(self, corp: Corp, seed: int = 0, *, only: Collection[str] = (), known: float = 0.15) -> None:
        self._known = known
        self.counts: Counter[str] = Counter()
        self._corp = corp
        self._random = np.random.default_rng([seed, 17])
        self._acts: dict[str, tuple[float, Callable[[], bool]]] = {
            "add": (30, self._add),
            "add again": (3, self._add_again),
            "scan": (12, self._scan),
            "customer deletes": (6, self._customer_deletes),
            "staff deletes": (3, self._staff_deletes),
            "remark": (8, self._remark),
            "tag": (14, self._tag),
            "talk": (6, self._talk),
            "join": (12, self._join),
            "quit": (6, self._quit),
            "new group": (1, self._new_group),
            "rename group": (1, self._rename_group),
            "change owner": (0.5, self._change_owner),
            "dismiss": (0.3, self._dismiss),
            "new tag": (0.5, self._new_tag),
            "rename tag": (0.5, self._rename_tag),
            "delete tag": (0.2, self._delete_tag),
            "hire": (0.3, self._hire),
            "leave": (0.15, self._leave),
        }
        weights = np.array([weight if not only or name in only else 0 for name, (weight, _) in self._acts.items()])
        self._shares = weights / weights.sum()

    def live(self, acts: int) -> None:
        """So many acts at this moment of the clock. What is not possible just now is passed over."""
        names = list(self._acts)
        for chosen in self._random.choice(len(names), acts, p=self._shares):
            name = names[chosen]
            try:
                self.counts[name] += self._acts[name][1]()
            except Conflict:  # they have each other, a group is full: as in life
                self.counts["not possible"] += 1

    def _one(self, things: list[str]) -> str | None:
        return things[int(self._random.integers(len(things)))] if things else None

    def _staff(self) -> str | None:
        return self._one([one.userid for one in self._corp.state.staff.values() if one.serves and one.status == 1])

    def _follow(self) -> Follow | None:
        userid = self._staff()
        customer = self._one(self._corp.customers_in_order(userid)) if userid else None
        return self._corp.state.follows[userid][customer] if userid and customer else None

    def _group(self) -> str | None:
        return self._one([one.chat_id for one in self._corp.state.groups.values() if self._corp.seen(one.owner)])

    def _label(self) -> str | None:
        return self._one([tag for group in self._corp.state.tag_groups.values() for tag in group.tags])

    def _add(self) -> bool:
        userid = self._staff()
        known = self._random.random() < self._known
        person = self._one(list(self._corp.state.people)) if known else self._corp.new_person().external_userid
        if not userid or not person:
            return False
        state = _CODES[int(self._random.integers(len(_CODES)))]
        self._corp.customer_adds(person, userid, add_way=1 if state else 3, state=state)
        return True

    def _add_again(self) -> bool:
        userid = self._staff()
        follows = self._corp.state.follows.get(userid or "", {})
        gone = self._one(sorted(one.external_userid for one in follows.values() if one.gone))
        if not userid or not gone:
            return False
        self._corp.customer_adds(gone, userid)
        return True

    def _scan(self) -> bool:
        way = self._one(list(self._corp.state.ways))
        if not way:
            return False
        self._corp.customer_scans(self._corp.new_person().external_userid, way)
        return True

    def _customer_deletes(self) -> bool:
        if not (follow := self._follow()) or follow.gone:
            return False
        self._corp.customer_deletes(follow.external_userid, follow.userid)
        return True

    def _staff_deletes(self) -> bool:
        if not (follow := self._follow()):
            return False
        self._corp.staff_deletes(follow.userid, follow.external_userid)
        return True

    def _remark(self) -> bool:
        if not (follow := self._follow()):
            return False
        remark = f"备注{int(self._random.integers(1000))}"
        self._corp.staff_writes(follow.userid, follow.external_userid, remark=remark)
        return True

    def _tag(self) -> bool:
        follow, label = self._follow(), self._label()
        if not follow or not label:
            return False
        here = label in follow.tags
        change = {"remove": (label,)} if here else {"add": (label,)}
        self._corp.staff_tags(follow.userid, follow.external_userid, **change)
        return True

    def _talk(self) -> bool:
        if not (follow := self._follow()):
            return False
        self._corp.customer_talks(follow.external_userid, follow.userid)
        return True

    def _join(self) -> bool:
        chat = self._group()
        person = self._one(list(self._corp.state.people))
        if not chat or not person:
            return False
        scene = int(self._random.integers(1, 4))
        self._corp.group_gains(chat, [person], scene=scene, state=_CODES[2] if scene == 3 else "")
        return True

    def _quit(self) -> bool:
        chat = self._group()
        if not chat:
            return False
        person = self._one([m.userid for m in self._corp.group(chat).members.values() if m.type == 2])
        if not person:
            return False
        self._corp.group_loses(chat, [person], removed=bool(self._random.random() < 0.2))
        return True

    def _new_group(self) -> bool:
        if not (owner := self._staff()):
            return False
        self._corp.group_is_made(owner, f"新群{self._corp.state.counter}")
        return True

    def _rename_group(self) -> bool:
        if not (chat := self._group()):
            return False
        self._corp.group_is_renamed(chat, f"改名群{self._corp.state.counter}")
        return True

    def _change_owner(self) -> bool:
        chat, owner = self._group(), self._staff()
        if not chat or not owner or self._corp.group(chat).owner == owner:
            return False
        self._corp.group_changes_owner(chat, owner)
        return True

    def _dismiss(self) -> bool:
        if not (chat := self._group()):
            return False
        self._corp.group_is_dismissed(chat)
        return True

    def _new_tag(self) -> bool:
        if not (group := self._one(list(self._corp.state.tag_groups))):
            return False
        self._corp.tag_is_made(group, f"新标签{self._corp.state.counter}")
        return True

    def _rename_tag(self) -> bool:
        if not (label := self._label()):
            return False
        self._corp.tag_is_renamed(label, f"改名标签{self._corp.state.counter}")
        return True

    def _delete_tag(self) -> bool:
        if not (label := self._label()):
            return False
        self._corp.tag_is_deleted(label)
        return True

    def _hire(self) -> bool:
        self._corp.staff_is_hired(f"hired{self._corp.state.counter}", "新同事", departments=[2])
        self._corp.state.counter += 1
        return True

    def _leave(self) -> bool:
        staff = [one.userid for one in self._corp.state.staff.values() if one.status == 1]
        if len(staff) < 2:
            return False
        self._corp.staff_leaves(staff[int(self._random.integers(len(staff)))])
        return True
