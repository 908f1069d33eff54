"""Answers of the fake WeCom have every field that the platform's own samples show."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.app import create_app
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp
from siyu.rehearsal.platforms.wecom.types import Reaction

SAMPLES = Path(__file__).parents[3] / "shared" / "reference" / "wecom-samples.json"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 2, 2, 0, tzinfo=UTC))


@pytest.fixture
def corp(clock: ManualClock) -> Corp:
    made = world.build(clock, seed=5, staff=6, follows=120, groups=4)
    for staff in made.state.staff.values():
        staff.forgets, staff.minutes = 0.0, 10
    return made


@pytest.fixture
def url(corp: Corp) -> Iterator[str]:
    with serving(create_app(corp)) as address:
        yield address


def shape(value: Any) -> Any:
    """Names of fields at every depth; of a list, those of any element."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        merged: dict[str, Any] = {}
        for one in value:
            if isinstance(one, dict):
                for name, inner in shape(one).items():
                    merged[name] = {**inner, **merged[name]} if isinstance(merged.get(name), dict) else inner
        return merged
    return None


def missing(wanted: Any, given: Any, path: str = "") -> list[str]:
    """Fields of ``wanted`` that ``given`` has not."""
    if not isinstance(wanted, dict):
        return []
    if not isinstance(given, dict):
        return [path]
    return [
        found
        for name, inner in wanted.items()
        for found in ([f"{path}.{name}"] if name not in given else missing(inner, given[name], f"{path}.{name}"))
    ]


# Fields that the samples show together and that never stand together, with the reason.
NOT_TOGETHER = {
    "/cgi-bin/externalcontact/get": {".next_cursor"},  # only with more than 500 followers, tested elsewhere
    "/cgi-bin/externalcontact/get_moment_list": {".moment_list.location"},  # staff alone can add a place
    "/cgi-bin/kf/sync_msg": {".msg_list.servicer_userid"},  # only what staff wrote by hand
    "/cgi-bin/kf/customer/batchget": {".customer_list.enter_session_context.wechat_channels"},  # none came from there
    "/cgi-bin/externalcontact/batch/get_by_user": {
        ".external_contact_list.external_contact.external_profile.external_attr.web",
        ".external_contact_list.external_contact.external_profile.external_attr.miniprogram",
    },
}
NOT_TOGETHER["/cgi-bin/externalcontact/get"] |= {
    ".external_contact.external_profile.external_attr.web",
    ".external_contact.external_profile.external_attr.miniprogram",
}

# Not part of what the fake speaks: signing in with WeCom, and rules for what staff may write.
NOT_SPOKEN = {
    "auth/getuserdetail",
    "externalcontact/add_intercept_rule",
    "externalcontact/get_intercept_rule",
    "externalcontact/update_intercept_rule",
    "user/getuserinfo",
}


class TestSamples:
    @pytest.fixture
    def samples(self) -> list[dict[str, Any]]:
        if not SAMPLES.exists():
            pytest.skip(f"no samples of answers at {SAMPLES}")
        return list(json.loads(SAMPLES.read_text("utf-8")))

    def test_answers_have_the_fields_of_the_samples(
        self, samples: list[dict[str, Any]], corp: Corp, url: str, clock: ManualClock
    ) -> None:
        with httpx.Client(base_url=url, trust_env=False) as web:
            answers = Tour(corp, web, clock).go()
        compared, unanswered = 0, set()
        for sample in samples:
            path, wanted = sample["path"], sample.get("response")
            if not isinstance(wanted, dict):
                continue
            if path not in answers:
                unanswered.add(path.removeprefix("/cgi-bin/"))
                continue
            absent = set(missing(shape(wanted), shape(answers[path]))) - NOT_TOGETHER.get(path, set())
            assert absent == set(), path
            compared += 1
        assert unanswered == NOT_SPOKEN
        assert compared == sum(isinstance(one.get("response"), dict) for one in samples) - len(NOT_SPOKEN)


class Tour:
    """Asks for everything once, in an order in which there is something to answer; answers of one path are merged."""

    def __init__(self, corp: Corp, web: httpx.Client, clock: ManualClock) -> None:
        self.corp, self.web, self.clock = corp, web, clock
        self.answers: dict[str, Any] = {}

    @property
    def token(self) -> str:
        query = {"corpid": self.corp.corp_id, "corpsecret": DEFAULT_SECRET}
        return str(self.web.get("/cgi-bin/gettoken", params=query).json()["access_token"])

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self._keep(path, self.web.get(f"/cgi-bin/{path}", params={"access_token": self.token, **query}))

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        return self._keep(path, self.web.post(f"/cgi-bin/{path}", params={"access_token": self.token}, json=body))

    def _keep(self, path: str, answer: httpx.Response) -> dict[str, Any]:
        said = dict(answer.json())
        assert said["errcode"] == 0, (path, said)
        known = self.answers.setdefault(f"/cgi-bin/{path}", {})
        for name, value in said.items():
            known[name] = known[name] + value if isinstance(known.get(name), list) else value
        return said

    def go(self) -> dict[str, Any]:
        for part in (self.contacts, self.entry, self.groups, self.sending, self.moments, self.transfers, self.service):
            part()
        return self.answers

    def upload(self, kind: str = "image") -> str:
        query = {"access_token": self.token, "media_type": kind, "attachment_type": "1"}
        answer = self.web.post("/cgi-bin/media/upload_attachment", params=query, files={"media": ("a", b"0123456789")})
        return str(self._keep("media/upload_attachment", answer)["media_id"])

    def contacts(self) -> None:
        corp, ec = self.corp, "externalcontact/"
        self.get(f"{ec}get_follow_user_list")
        group = self.post(f"{ec}add_corp_tag", group_name="等级", order=1, tag=[{"name": "一"}, {"name": "二"}])
        tag = group["tag_group"]["tag"][0]["id"]
        self.post(f"{ec}get_corp_tag_list")
        for kind in (1, 2):
            person = corp.new_person(type=kind, corp_name="腾讯", position="Manager").external_userid
            corp.customer_adds(person, "staff0001", state="外联")
            self.post(f"{ec}mark_tag", userid="staff0001", external_userid=person, add_tag=[tag], remove_tag=[])
            corp.staff_tags("staff0001", person, personal=("我的",))
            phones = {"remark_company": "腾讯", "remark_mobiles": ["13800000001"], "remark": "李"}
            self.post(f"{ec}remark", userid="staff0001", external_userid=person, **phones)
            said = self.get(f"{ec}get", external_userid=person)
            seen = self.answers["/cgi-bin/externalcontact/get"]
            merged = {**seen.get("kept", {}), **said["external_contact"]}
            seen["kept"] = seen["external_contact"] = merged
        self.post(f"{ec}batch/get_by_user", userid_list=["staff0001"], limit=100)
        self.post(f"{ec}edit_corp_tag", id=tag, name="三")
        self.post(f"{ec}del_corp_tag", tag_id=[tag])

    def entry(self) -> None:
        ec, media = "externalcontact/", self.upload()
        temporary = {"is_temp": True, "expires_in": 86_400, "chat_expires_in": 86_400, "unionid": "oz"}
        said = {
            "text": {"content": "文"},
            "image": {"pic_url": "http://p.qpic.cn/x"},
            "link": {"title": "题", "picurl": "http://x.example", "desc": "述", "url": "http://x.example"},
            "miniprogram": {"title": "题", "pic_media_id": media, "appid": "wx1", "page": "/p"},
        }
        made = self.post(
            f"{ec}add_contact_way", type=2, scene=2, user=["staff0001"], party=[2], conclusions=said, **temporary
        )
        for _ in range(2):
            self.post(f"{ec}add_contact_way", type=1, scene=2, user=["staff0002"])
        self.post(f"{ec}get_contact_way", config_id=made["config_id"])
        self.post(f"{ec}list_contact_way", limit=2)
        self.post(f"{ec}update_contact_way", config_id=made["config_id"], remark="新")
        self.post(f"{ec}del_contact_way", config_id=made["config_id"])
        chat = next(iter(self.corp.state.groups))
        join = self.post(f"{ec}groupchat/add_join_way", scene=2, chat_id_list=[chat], state="门店")
        self.post(f"{ec}groupchat/get_join_way", config_id=join["config_id"])
        self.post(f"{ec}groupchat/update_join_way", config_id=join["config_id"], scene=2, chat_id_list=[chat])

    def groups(self) -> None:
        ec, corp = "externalcontact/", self.corp
        chat = corp.group_is_made("staff0001", "群", [corp.new_person().external_userid])
        chat.admins.append("staff0001")
        self.post(f"{ec}groupchat/list", limit=2)
        self.post(f"{ec}groupchat/get", chat_id=chat.chat_id, need_name=1)
        self.post(f"{ec}opengid_to_chatid", opengid=chat.opengid)
        at = int(self.clock.now().timestamp())
        self.post(f"{ec}groupchat/statistic", day_begin_time=at, limit=1000)
        self.post(f"{ec}groupchat/statistic_group_by_day", day_begin_time=at)
        self.post(f"{ec}groupchat/onjob_transfer", chat_id_list=["none"], new_owner="staff0002")
        self.post(f"{ec}groupchat/transfer", chat_id_list=[chat.chat_id], new_owner="staff0002")
        self.post(f"{ec}group_welcome_template/add", text={"content": "欢迎"})

    def sending(self) -> None:
        ec, corp, media = "externalcontact/", self.corp, self.upload()
        attachments = [
            {"msgtype": "image", "image": {"media_id": media, "pic_url": "http://p.qpic.cn/x"}},
            {
                "msgtype": "link",
                "link": {"title": "题", "picurl": "http://x.example", "desc": "述", "url": "http://x.example"},
            },
            {
                "msgtype": "miniprogram",
                "miniprogram": {"title": "题", "pic_media_id": media, "appid": "w", "page": "p"},
            },
            {"msgtype": "video", "video": {"media_id": media}},
            {"msgtype": "file", "file": {"media_id": media}},
        ]
        customers = list(corp.state.follows["staff0001"])
        for kind, body in (("single", {"external_userid": customers}), ("group", {})):
            sent = self.post(
                f"{ec}add_msg_template",
                chat_type=kind,
                sender="staff0001",
                text={"content": "上新"},
                attachments=attachments,
                **body,
            )
            self.clock.advance(timedelta(hours=12))
            corp.tick()
            self.post(f"{ec}get_groupmsg_task", msgid=sent["msgid"])
            self.post(f"{ec}get_groupmsg_send_result", msgid=sent["msgid"], userid="staff0001")
            self.post(f"{ec}remind_groupmsg_send", msgid=sent["msgid"])
            self.post(f"{ec}cancel_groupmsg_send", msgid=sent["msgid"])
        now = int(self.clock.now().timestamp())
        self.post(f"{ec}get_groupmsg_list_v2", chat_type="single", start_time=now - 90_000, end_time=now)

    def moments(self) -> None:
        ec, corp, media = "externalcontact/", self.corp, self.upload()
        kinds = {"image": {"media_id": media}, "video": {"media_id": media}}
        kinds["link"] = {"title": "题", "url": "http://x.example", "media_id": media}
        for kind, said in kinds.items():
            job = self.post(f"{ec}add_moment_task", text={"content": "文"}, attachments=[{"msgtype": kind, kind: said}])
            self.clock.advance(timedelta(hours=12))
            corp.tick()
            result = self.get(f"{ec}get_moment_task_result", jobid=job["jobid"])["result"]
            self.post(f"{ec}get_moment_task", moment_id=result["moment_id"])
        at = {"moment_id": result["moment_id"], "userid": "staff0001"}
        customer = next(iter(corp.state.follows["staff0001"]))
        corp.customer_likes(customer, "staff0001", at["moment_id"])
        corp.customer_comments(customer, "staff0001", at["moment_id"])
        about = corp.state.moments[at["moment_id"]]
        about.likes.append(("staff0001", Reaction("staff0002", "", 1)))
        about.comments.append(("staff0001", Reaction("staff0002", "", 1)))
        for name in ("get_moment_customer_list", "get_moment_send_result", "get_moment_comments"):
            self.post(f"{ec}{name}", **at)
        now = int(self.clock.now().timestamp())
        self.post(f"{ec}get_moment_list", start_time=now - 200_000, end_time=now)
        self.post(f"{ec}cancel_moment_task", moment_id=at["moment_id"])

    def transfers(self) -> None:
        ec, corp = "externalcontact/", self.corp
        customers = [one for one in corp.state.follows["staff0003"] if "staff0004" not in corp.followers(one)]
        between = {"handover_userid": "staff0003", "takeover_userid": "staff0004"}
        self.post(f"{ec}transfer_customer", **between, external_userid=[customers[0], "nobody"])
        self.post(f"{ec}transfer_result", **between)
        corp.staff_leaves("staff0003")
        self.post(f"{ec}get_unassigned_list", page_size=10)
        self.post(f"{ec}resigned/transfer_customer", **between, external_userid=[customers[1]])
        self.post(f"{ec}resigned/transfer_result", **between)

    def service(self) -> None:
        corp = self.corp
        person, account = corp.new_person().external_userid, next(iter(corp.state.accounts))
        code = corp.customer_enters(person, account, "123", "abc")
        self.post("kf/send_msg_on_event", code=code, msgtype="text", text={"content": "您好"})
        corp.customer_says(person, account, "在吗")
        self.post("kf/sync_msg", limit=10)
        about = {"open_kfid": account, "external_userid": person}
        self.post("kf/service_state/trans", **about, service_state=3, servicer_userid="staff0001")
        self.post("kf/service_state/get", **about)
        self.post("kf/customer/batchget", external_userid_list=[person, "nobody"], need_enter_session_context=1)
