"""Customers who are handed from one member of staff to another."""

from siyu.kernel.errors import NotFound
from siyu.rehearsal.platforms.wecom.acts.customers import EVENT
from siyu.rehearsal.platforms.wecom.corp import Base
from siyu.rehearsal.platforms.wecom.types import Follow, Transfer

BY_TRANSFER = 202


class Transfers(Base):
    """A transfer is done when its time has come, unless the customer refuses."""

    def customer_refuses(self, external_userid: str) -> None:
        """The customer refuses the transfer that waits.

        Raises:
            NotFound: none waits.
        """
        with self.lock:
            waiting = [
                one for one in self.state.transfers if one.external_userid == external_userid and one.status == 2
            ]
            if not waiting:
                raise NotFound(what="waiting transfer", what_zh="待接替的客户", key=external_userid)
            for one in waiting:
                self._refused(one)

    def _refused(self, transfer: Transfer) -> None:
        transfer.status = 3
        self.tell(
            EVENT,
            "transfer_fail",
            UserID=transfer.takeover,
            ExternalUserID=transfer.external_userid,
            FailReason="customer_refused",
        )

    def do_transfers(self) -> None:
        """Transfers whose time has come."""
        now = self.now()
        for one in self.state.transfers:
            if one.status == 2 and one.due_at <= now:
                if self.state.people[one.external_userid].refuses:
                    self._refused(one)
                else:
                    self._done(one)

    def _done(self, transfer: Transfer) -> None:
        transfer.status, transfer.takeover_time = 1, transfer.due_at
        follows = self.followers(transfer.external_userid)
        old = follows.get(transfer.handover)
        if old is not None:
            self.untie(old)
            if not transfer.resigned:
                self.tell(
                    EVENT,
                    "del_external_contact",
                    UserID=transfer.handover,
                    ExternalUserID=transfer.external_userid,
                    Source="DELETE_BY_TRANSFER",
                )
        if transfer.takeover in follows:
            return
        new = Follow(transfer.takeover, transfer.external_userid, transfer.due_at, BY_TRANSFER)
        if old is not None:
            new.remark, new.description, new.tags = old.remark, old.description, list(old.tags)
            new.remark_corp_name, new.remark_mobiles = old.remark_corp_name, list(old.remark_mobiles)
        new.oper_userid = transfer.handover
        self.tie(new)
        self.tell(EVENT, "add_external_contact", UserID=new.userid, ExternalUserID=new.external_userid)
