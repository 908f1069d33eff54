"""The corp as it stands, and the ways to find things in it. What people do to it lies in ``acts``."""

import threading
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from siyu.kernel.clock import Clock
from siyu.kernel.errors import BadInput, NotFound, original
from siyu.rehearsal.platforms.faults import Faults
from siyu.rehearsal.platforms.wecom.events import event_xml
from siyu.rehearsal.platforms.wecom.types import Action, Follow, Group, Person, Rules, Staff, State, Tag, TagGroup
from siyu.rehearsal.rules.words import code

APP: Final = "app"  # the self-built app to which the first secret belongs
_STATE: Final = TypeAdapter(State)


class Base:
    """State, clock, ids and the way out for callbacks. One lock for all: calls come from many threads."""

    def __init__(
        self, clock: Clock, *, state: State | None = None, rules: Rules | None = None, faults: Faults | None = None
    ) -> None:
        self.clock = clock
        self.state = state or State()
        self.rules = rules or Rules()
        self.faults = faults or Faults()
        self.lock = threading.RLock()
        self.events: list[Callable[[str], None]] = []
        self.random = np.random.default_rng([self.state.seed, 3, self.state.counter])
        self._followers: dict[str, dict[str, Follow]] = {}
        self._in_order: dict[str, list[str]] = {}
        for follows in self.state.follows.values():
            for follow in follows.values():
                self._followers.setdefault(follow.external_userid, {})[follow.userid] = follow

    def now(self) -> int:
        """Seconds since 1970."""
        return int(self.clock.now().timestamp())

    def new_id(self, prefix: str) -> str:
        """An opaque id that nothing else has; the same in a corp that went the same way."""
        self.state.counter += 1
        return code(prefix, self.state.counter, f"{self.state.corp_id}/{self.state.seed}")

    def draw(self) -> float:
        """A number from 0 to 1."""
        return float(self.random.random())

    def tell(self, event: str, change: str, **fields: Any) -> None:
        """Raise a callback, unless it is of somebody whom the app may not see."""
        if not self.events:
            return
        group = self.state.groups.get(fields.get("ChatId", ""))
        about = fields.get("UserID") or (group.owner if group else "")
        if about and self.state.visible is not None and about not in self.state.visible:
            return
        payload = event_xml(self.state.corp_id, self.now(), event, change, fields)
        for hear in self.events:
            hear(payload)

    def note(self, kind: str, who: str) -> None:
        """Remember for the figures of the day."""
        self.state.actions.append(Action(kind, who, self.now()))

    # who and what there is

    def seen(self, userid: str) -> bool:
        """Whether the app may see this member of staff, who is one."""
        staff = self.state.staff.get(userid)
        return staff is not None and staff.status != 5 and (self.state.visible is None or userid in self.state.visible)

    def shown(self, group: Group) -> bool:
        """Whether the app may see this group: its owner is seen, or left and nobody has it yet."""
        return group.status == 1 or self.seen(group.owner)

    def staff(self, userid: str) -> Staff:
        """A member of staff who has not left.

        Raises:
            NotFound: there is none.
        """
        found = self.state.staff.get(userid)
        if found is None or found.status == 5:
            raise NotFound(what="member of staff", what_zh="员工", key=userid)
        return found

    def person(self, external_userid: str) -> Person:
        """Somebody outside.

        Raises:
            NotFound: there is none.
        """
        found = self.state.people.get(external_userid)
        if found is None:
            raise NotFound(what="customer", what_zh="客户", key=external_userid)
        return found

    def group(self, chat_id: str) -> Group:
        """A group that was not dismissed.

        Raises:
            NotFound: there is none.
        """
        found = self.state.groups.get(chat_id)
        if found is None:
            raise NotFound(what="group", what_zh="客户群", key=chat_id)
        return found

    def follow(self, userid: str, external_userid: str) -> Follow:
        """What ties the two.

        Raises:
            NotFound: nothing does.
        """
        found = self.state.follows.get(userid, {}).get(external_userid)
        if found is None:
            raise NotFound(what="customer of this member of staff", what_zh="该员工的客户", key=external_userid)
        return found

    def followers(self, external_userid: str) -> dict[str, Follow]:
        """Who has this customer, by ``userid``."""
        return self._followers.get(external_userid, {})

    def customers_in_order(self, userid: str) -> list[str]:
        """Customers of a member of staff, in a fixed order so that a cursor stays right while others come and go."""
        found = self._in_order.get(userid)
        if found is None:
            found = self._in_order[userid] = sorted(self.state.follows.get(userid, {}))
        return found

    def customers_after(self, userid: str, after: str) -> list[str]:
        """Customers of a member of staff behind ``after``."""
        found = self.customers_in_order(userid)
        return found[bisect_right(found, after) :] if after else found

    def find_tag(self, tag_id: str) -> tuple[TagGroup, Tag] | None:
        """A tag with its group."""
        for group in self.state.tag_groups.values():
            if tag_id in group.tags:
                return group, group.tags[tag_id]
        return None

    def staff_of(self, userids: list[str], departments: list[int]) -> list[str]:
        """Staff who are named or in one of the departments, at any depth, and serve customers; each once."""
        below = set(departments)
        grown = True
        while grown:
            children = {one.id for one in self.state.departments.values() if one.parent in below}
            grown = not children <= below
            below |= children
        found = [one for one in userids if one in self.state.staff]
        if below:
            found += [one.userid for one in self.state.staff.values() if below & set(one.departments)]
        return [u for u in dict.fromkeys(found) if self.state.staff[u].serves and self.state.staff[u].status == 1]

    # ties

    def tie(self, follow: Follow) -> None:
        """A member of staff has a customer from now on."""
        self.state.follows.setdefault(follow.userid, {})[follow.external_userid] = follow
        self._followers.setdefault(follow.external_userid, {})[follow.userid] = follow
        self._in_order.pop(follow.userid, None)

    def untie(self, follow: Follow) -> None:
        """... and no longer."""
        del self.state.follows[follow.userid][follow.external_userid]
        del self._followers[follow.external_userid][follow.userid]
        self._in_order.pop(follow.userid, None)

    # keeping

    def save(self, path: Path) -> None:
        """Write the state to a JSON file. It appears when it is whole."""
        with self.lock:
            data = _STATE.dump_json(self.state)
        draft = path.with_name(path.name + ".new")
        draft.write_bytes(data)
        draft.replace(path)


def load_state(path: Path) -> State:
    """Read what :meth:`Base.save` wrote.

    Raises:
        BadInput: the file is something else.
    """
    try:
        return _STATE.validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        first = str(error).splitlines()[0]
        raise BadInput(
            reason=f"{path} does not hold a fake corp: {first}.",
            reason_zh=f"{path} 不是模拟企业的存档文件{original(first)}。",
        ) from None
