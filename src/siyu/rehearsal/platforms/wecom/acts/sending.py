"""Tasks that staff confirm: group messages and moments, and what becomes of them."""

from calendar import monthrange
from datetime import datetime
from zoneinfo import ZoneInfo

from siyu.kernel.errors import Conflict, NotFound
from siyu.rehearsal.platforms.wecom.corp import Base
from siyu.rehearsal.platforms.wecom.types import GroupSend, Moment, Reaction, StaffTask, Target


class Sending(Base):
    """Nothing reaches anybody before a member of staff confirms."""

    def staff_confirms(self, userid: str, task_id: str) -> None:
        """The member confirms a group send (``msgid``) or a moment (``moment_id``) now. Twice is once.

        Raises:
            NotFound: there is no such task for this member.
            Conflict: it was cancelled.
        """
        with self.lock:
            task, about = self._task(userid, task_id)
            if about.cancelled_at:
                raise Conflict(reason="the task was cancelled.", reason_zh="任务已被取消。")
            if not task.done_at:
                self._confirm(about, task, self.now())

    def staff_forgets(self, userid: str, task_id: str) -> None:
        """The member will not confirm, unless reminded."""
        with self.lock:
            self._task(userid, task_id)[0].confirm_at = 0

    def _task(self, userid: str, task_id: str) -> tuple[StaffTask, GroupSend | Moment]:
        about = self.state.sends.get(task_id) or self.state.moments.get(task_id)
        task = about.tasks.get(userid) if about else None
        if about is None or task is None:
            raise NotFound(what="task of this member of staff", what_zh="该员工的任务", key=task_id)
        return task, about

    def _confirm(self, about: GroupSend | Moment, task: StaffTask, at: int) -> None:
        task.done_at = at
        if isinstance(about, GroupSend):
            for target in about.targets:
                if target.userid == task.userid and target.status == 0:
                    self._send(target, about.chat_type, at)

    def _send(self, target: Target, chat_type: str, at: int) -> None:
        if chat_type == "single":
            follow = self.state.follows.get(target.userid, {}).get(target.id)
            reachable = follow is not None and not follow.gone
        else:
            group = self.state.groups.get(target.id)
            reachable = group is not None and group.owner == target.userid
        if not reachable:
            target.status = 2
            return
        received = self.state.received.setdefault(target.id, [])
        if self._count(received, at) >= self._cap(at):
            target.status = 3
            return
        received.append(at)
        target.status, target.send_time = 1, at
        self.note("sent", target.userid)

    def _local(self, at: int) -> datetime:
        return datetime.fromtimestamp(at, ZoneInfo(self.rules.zone))

    def _cap(self, at: int) -> int:
        if self.rules.group_send == "per_month":
            local = self._local(at)
            return monthrange(local.year, local.month)[1]
        return {"per_day": 1, "per_week": 7}[self.rules.group_send]

    def _count(self, times: list[int], at: int) -> int:
        def window(moment: int) -> tuple[int, ...]:
            local = self._local(moment)
            if self.rules.group_send == "per_day":
                return (local.toordinal(),)
            return local.isocalendar()[:2] if self.rules.group_send == "per_week" else (local.year, local.month)

        present = window(at)
        return sum(window(one) == present for one in times)

    def do_tasks(self) -> None:
        """What staff confirmed up to now, each at its own time and in the order of time."""
        now = self.now()
        everything: list[GroupSend | Moment] = [*self.state.sends.values(), *self.state.moments.values()]
        due = [
            (task.confirm_at, number, task, about)
            for number, about in enumerate(everything)
            for task in about.tasks.values()
            if 0 < task.confirm_at <= now and not task.done_at and not about.cancelled_at
        ]
        for at, _, task, about in sorted(due, key=lambda one: one[:2]):
            self._confirm(about, task, at)

    # moments

    def customer_likes(self, external_userid: str, userid: str, moment_id: str) -> None:
        """A customer likes what this member published. Twice is once."""
        with self.lock:
            moment = self._published(userid, moment_id)
            if all(one.external_userid != external_userid for owner, one in moment.likes if owner == userid):
                moment.likes.append((userid, Reaction("", external_userid, self.now())))

    def customer_comments(self, external_userid: str, userid: str, moment_id: str) -> None:
        """A customer comments what this member published; the platform does not say what."""
        with self.lock:
            self._published(userid, moment_id).comments.append((userid, Reaction("", external_userid, self.now())))

    def staff_publishes(self, userid: str, text: str) -> Moment:
        """A moment that a member publishes alone."""
        with self.lock:
            self.staff(userid)
            now = self.now()
            made = Moment(self.new_id("mom"), "", userid, now, now, {"text": {"content": text}})
            made.tasks[userid] = StaffTask(userid, now, now)
            self.state.moments[made.moment_id] = made
            return made

    def _published(self, userid: str, moment_id: str) -> Moment:
        moment = self.state.moments.get(moment_id)
        if moment is None or userid not in moment.tasks or not moment.tasks[userid].done_at:
            raise NotFound(what="published moment", what_zh="已发表的朋友圈", key=moment_id)
        return moment

    def moment_audience(self, moment: Moment, userid: str) -> list[str]:
        """Customers of this member to whom the moment is shown."""
        tags = set(moment.tags)
        return [
            one
            for one in self.customers_in_order(userid)
            if not tags or tags & set(self.state.follows[userid][one].tags)
        ]
