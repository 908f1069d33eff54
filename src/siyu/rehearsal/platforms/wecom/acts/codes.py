"""Customers who come by a code or a link."""

from siyu.kernel.errors import Conflict, NotFound
from siyu.rehearsal.platforms.wecom.acts.customers import Customers
from siyu.rehearsal.platforms.wecom.acts.groups import Groups
from siyu.rehearsal.platforms.wecom.types import Acquired

_STATE_BYTES = 64


class Codes(Customers, Groups):
    """The platform picks who serves."""

    def customer_scans(self, external_userid: str, config_id: str, *, half: bool = False) -> tuple[str, str]:
        """A customer scans the code of a contact way. Returns who serves them, and the welcome code.

        Of several members the one who was given by this code least often is chosen, among equals by chance.

        Raises:
            NotFound: there is no such contact way.
            Conflict: nobody in it can have this customer.
        """
        with self.lock:
            way = self.state.ways.get(config_id)
            if way is None:
                raise NotFound(what="contact way", what_zh="联系我", key=config_id)
            people = self.staff_of(way.body.get("user") or [], way.body.get("party") or [])
            had = {userid for userid, follow in self.followers(external_userid).items() if not follow.gone}
            if way.body.get("is_exclusive") and had & set(people):
                raise self._nobody(config_id)
            userid = self._pick([one for one in people if one not in had], way.taken, config_id)
            return userid, self.customer_adds(
                external_userid, userid, add_way=1, state=str(way.body.get("state", "")), half=half
            )

    def customer_clicks(self, external_userid: str, link_id: str, channel: str = "") -> tuple[str, str]:
        """A customer comes by an acquisition link, ``channel`` being what the link carried as ``customer_channel``.

        Returns who serves them, and the welcome code. Takes one from the quota.

        Raises:
            NotFound: there is no such link.
            Conflict: the quota is used up, or nobody of the link can have this customer.
        """
        with self.lock:
            link = self.state.links.get(link_id)
            if link is None:
                raise NotFound(what="acquisition link", what_zh="获客链接", key=link_id)
            link.clicks += 1
            if self.state.link_quota <= 0:
                raise Conflict(reason="the quota of links is used up.", reason_zh="获客链接额度已用完。")
            span = link.body.get("range", {})
            people = self.staff_of(span.get("user_list") or [], span.get("department_list") or [])
            had = {userid for userid, follow in self.followers(external_userid).items() if not follow.gone}
            taken: dict[str, int] = {}
            for one in link.customers:
                taken[one.userid] = taken.get(one.userid, 0) + 1
            userid = self._pick([one for one in people if one not in had], taken, link_id)
            state = channel.encode()[:_STATE_BYTES].decode(errors="ignore")
            welcome = self.customer_adds(external_userid, userid, add_way=16, state=state)
            link.customers.append(Acquired(external_userid, userid, state))
            self._spend_quota(link_id)
            return userid, welcome

    def _spend_quota(self, link_id: str) -> None:
        self.state.link_quota -= 1
        if self.state.link_quota == 19:
            self.tell("customer_acquisition", "balance_low")
        elif self.state.link_quota == 0:
            self.tell("customer_acquisition", "balance_exhausted")
            self.tell("customer_acquisition", "link_unavailable", LinkId=link_id)

    def customer_joins_by(self, external_userid: str, config_id: str) -> str:
        """A customer scans the code of a join way. Returns the group: the first with room, or a new one if allowed.

        Raises:
            NotFound: there is no such join way.
            Conflict: all its groups are full.
        """
        with self.lock:
            way = self.state.join_ways.get(config_id)
            if way is None:
                raise NotFound(what="join way", what_zh="加入群聊", key=config_id)
            chats: list[str] = [chat for chat in way.body.get("chat_id_list", []) if chat in self.state.groups]
            state = str(way.body.get("state", ""))
            for chat in chats:
                if len(self.state.groups[chat].members) < self.most_members:
                    self.group_gains(chat, [external_userid], scene=3, state=state)
                    return chat
            if not way.body.get("auto_create_room") or not chats:
                raise Conflict(reason="all groups of this code are full.", reason_zh="该入群码的群聊均已满员。")
            last = self.state.groups[chats[-1]]
            number = int(way.body.get("room_base_id", 1)) + len(chats) - 1
            name = f"{way.body.get('room_base_name') or last.name}{number}"
            made = self.group_is_made(last.owner, name).chat_id
            way.body["chat_id_list"] = [*way.body["chat_id_list"], made]
            self.group_gains(made, [external_userid], scene=3, state=state)
            return made

    def _pick(self, people: list[str], taken: dict[str, int], key: str) -> str:
        if not people:
            raise self._nobody(key)
        least = min(taken.get(one, 0) for one in people)
        equal = [one for one in people if taken.get(one, 0) == least]
        userid = equal[int(self.draw() * len(equal))]
        taken[userid] = least + 1
        return userid

    @staticmethod
    def _nobody(key: str) -> Conflict:
        return Conflict(
            reason=f"nobody behind '{key}' can have this customer.", reason_zh=f"“{key}”下没有可添加该客户的员工。"
        )
