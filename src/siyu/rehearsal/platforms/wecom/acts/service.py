"""微信客服: customers who speak to an account of the corp rather than to a member of staff."""

from typing import Any, Final

from siyu.kernel.errors import NotFound
from siyu.rehearsal.platforms.wecom.corp import Base
from siyu.rehearsal.platforms.wecom.types import EventCode, ServiceAccount, Session

_TOKEN_LIFE: Final = 600
_CODE_LIFE: Final = 20
ANSWERS: Final = 5


class Service(Base):
    """Each message raises a callback with a token; what was said is read with ``kf/sync_msg``."""

    def account_is_made(self, name: str, servicers: list[str] | None = None) -> ServiceAccount:
        """An account, with the staff who serve it."""
        with self.lock:
            made = ServiceAccount(self.new_id("wk"), name, list(servicers or []))
            self.state.accounts[made.open_kfid] = made
            return made

    def customer_enters(self, external_userid: str, open_kfid: str, scene: str = "", scene_param: str = "") -> str:
        """A customer opens the session. Returns the code for one greeting, empty while they talk already."""
        with self.lock:
            self.person(external_userid)
            account = self.account(open_kfid)
            session = account.sessions.setdefault(external_userid, Session())
            session.scene, session.scene_param = scene, scene_param
            code = "" if session.said_at > self.now() - 48 * 3600 else self.new_id("KFWELCOME")
            if code:
                self.state.event_codes[code] = EventCode(code, open_kfid, external_userid, self.now() + _CODE_LIFE)
            event = {"event_type": "enter_session", "open_kfid": open_kfid, "external_userid": external_userid}
            event |= {"scene": scene, "scene_param": scene_param, "welcome_code": code}
            self.hear(account, external_userid, 4, "event", {key: value for key, value in event.items() if value})
            return code

    def customer_says(self, external_userid: str, open_kfid: str, text: str) -> str:
        """A customer writes; this allows five answers within 48 hours. Returns the message's id."""
        with self.lock:
            self.person(external_userid)
            account = self.account(open_kfid)
            session = account.sessions.setdefault(external_userid, Session())
            session.said_at, session.left = self.now(), ANSWERS
            if session.state == 4:
                session.state = 0
            return self.hear(account, external_userid, 3, "text", {"content": text})

    def hear(self, account: ServiceAccount, who: str, origin: int, kind: str, said: dict[str, Any]) -> str:
        """Keep a message and raise the callback: ``origin`` 3 the customer, 4 the system, 5 staff."""
        message: dict[str, Any] = {
            "msgid": self.new_id("from_msgid_"),
            "open_kfid": account.open_kfid,
            "external_userid": who,
        }
        message |= {"send_time": self.now(), "origin": origin, "msgtype": kind, kind: said}
        account.messages.append(message)
        token = self.new_id("ENC")
        self.state.kf_tokens[token] = self.now() + _TOKEN_LIFE
        self.tell("kf_msg_or_event", "", Token=token, OpenKfId=account.open_kfid)
        return str(message["msgid"])

    def account(self, open_kfid: str) -> ServiceAccount:
        """An account.

        Raises:
            NotFound: there is none.
        """
        found = self.state.accounts.get(open_kfid)
        if found is None:
            raise NotFound(what="service account", what_zh="客服账号", key=open_kfid)
        return found
