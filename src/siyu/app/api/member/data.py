"""What the brand knows of a member: to see, to correct, to take along, to allow and forbid, to have deleted."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from siyu.app import membership
from siyu.customers import service as customers
from siyu.customers.types import ConsentChange, ConsentState
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, paced
from siyu.engines.vault import service as vault
from siyu.engines.zone import here
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.intake.types import Lane
from siyu.kernel.errors import BadInput, Conflict
from siyu.members import service as members
from siyu.members.http import Asking, Key, TheDoor
from siyu.members.types import Member
from siyu.timeline import service as timeline
from siyu.touch import service as touch

router = Router(prefix="/member/v1/data", tags=["members"], responses=ERROR_RESPONSES)

Channel = Literal["all", "wecom", "wechat", "sms", "email", "phone"]
MemberPurpose = Literal["marketing", "service"]
CHANNELS: Final[tuple[Channel, ...]] = ("wecom", "wechat", "sms")
PURPOSES: Final[tuple[MemberPurpose, ...]] = ("marketing", "service")
_SOURCE: Final = "member"
# The gate asks for each of these; what a member says of WeChat, they say of all of it.
_SPOKEN: Final = {"wechat": ("wechat", "official_account", "mini_program")}
_FIELDS: Final = ("gender", "birthday", "city")
_OLDEST: Final = date(1900, 1, 1)

Text = Annotated[str, Field(max_length=60, pattern=r"^[^\x00-\x1f<>]*$")]


class OwnProfile(BaseModel):
    name: str = Field(description="Masked; empty where nobody told it.")
    phone: str = Field(description="Masked.")
    gender: str
    birthday: str = Field(description="As `1990-05-17`; once told, the brand changes it.")
    city: str
    known_since: datetime | None


class ProfileChange(BaseModel):
    """What is given is changed, the rest is left; an empty text takes it away."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = None
    gender: Literal["", "female", "male"] | None = None
    birthday: date | None = None
    city: Text | None = None


class Taken(BaseModel):
    taken: Literal[True] = Field(True, description="It is in the queue, and shows within a moment.")


class OwnConsent(BaseModel):
    channel: Channel
    purpose: MemberPurpose
    allowed: bool = Field(description="False: the brand does not reach them by it for this.")
    said: bool = Field(description="They said so themselves, there or elsewhere.")


class ConsentWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    channel: Channel
    purpose: MemberPurpose
    allowed: bool


class OwnDeletion(BaseModel):
    asked_at: datetime
    due_at: datetime = Field(description="Until then it can be taken back.")


class OwnData(BaseModel):
    profile: OwnProfile
    consents: list[OwnConsent]
    deletion: OwnDeletion | None


@router.get("")
def data(member: Asking, conn: Conn) -> OwnData:
    """Profile, what they allow, and whether they asked for it to be deleted."""
    return OwnData(profile=_profile(conn, member), consents=_consents(conn, member), deletion=_deletion(conn, member))


@router.patch("/profile", status_code=202)
def change_profile(member: Asking, key: Key, wanted: ProfileChange, conn: Conn, door: TheDoor, now: Now) -> Taken:
    """Correct the profile. It goes through the queue like everything that is told of people."""
    door.check()
    given = {name: getattr(wanted, name) for name in sorted(wanted.model_fields_set)}
    traits = {name: (value.isoformat() if isinstance(value, date) else value) or None for name, value in given.items()}
    if not traits:
        raise BadInput(reason="say what to change.", reason_zh="请填写要修改的内容。")
    if wanted.birthday is not None:
        _check_birthday(conn, member, wanted.birthday, here(now).date())

    def act() -> dict[str, Any]:
        message = members.message_of_profile(members.source_of(conn, now), member, key, traits, now)
        intake.put(conn, Lane.LIVE, [message])
        return {"taken": True}

    return Taken.model_validate(members.once(conn, member, key, {"profile": traits}, now, act))


@router.put("/consents")
def change_consent(member: Asking, key: Key, wanted: ConsentWish, conn: Conn, now: Now) -> list[OwnConsent]:
    """Allow or forbid a channel for a purpose; with `all`, every channel. It counts at once."""

    def act() -> dict[str, Any]:
        identity.hold_people(conn, alone=False)
        living = identity.living(conn, member.customer_id)
        state: ConsentState = "granted" if wanted.allowed else "denied"
        changes = [
            ConsentChange(living, one, wanted.purpose, state, now, _SOURCE, member.identifier_id)
            for one in _meant(wanted, _said(conn, living))
        ]
        timeline.append(conn, customers.change_consents(conn, changes, now))
        return {"consents": [one.model_dump() for one in _consents(conn, member)]}

    done = members.once(conn, member, key, {"consent": wanted.model_dump()}, now, act)
    return [OwnConsent.model_validate(one) for one in done["consents"]]


@router.post("/export", dependencies=[paced("member export", 20, 3600)])
def export(request: Request, member: Asking, conn: Conn, now: Now) -> Response:
    """Everything the brand knows of them, in clear, as a file of JSON. Audited."""
    found = membership.export(conn, request.app.state.context, member, now)
    name = f"my-data-{now:%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(membership.written(found), media_type="application/json", headers=headers)


@router.post("/deletion")
def ask_deletion(member: Asking, key: Key, conn: Conn, door: TheDoor, now: Now) -> OwnDeletion:
    """Have what is known of them deleted when the days are over in which they can take that back."""

    def act() -> dict[str, Any]:
        made = members.ask_deletion(conn, member, now, after=door.deletion_after)
        return {"asked_at": made.asked_at.isoformat(), "due_at": made.due_at.isoformat()}

    return OwnDeletion.model_validate(members.once(conn, member, key, {"deletion": True}, now, act))


@router.post("/deletion/take_back")
def take_deletion_back(member: Asking, key: Key, conn: Conn, now: Now) -> Taken:
    """Have nothing deleted after all."""

    def act() -> dict[str, Any]:
        members.take_deletion_back(conn, member, now)
        return {"taken": True}

    return Taken.model_validate(members.once(conn, member, key, {"deletion": False}, now, act))


def _profile(conn: Connection, member: Member) -> OwnProfile:
    items = customers.personal_items(conn, member.customer_id)
    phones = identity.phones_of(conn, [member.customer_id]).get(member.customer_id, ())
    phone = items.get("phone") or (("phone", phones[0]) if phones else None)
    asked = [one for one in (items.get("name"), phone) if one]
    masks = vault.masked(conn, asked)
    plain = customers.traits_of(conn, [member.customer_id], _FIELDS).get(member.customer_id, {})
    shown = {name: str(plain.get(name) or "") for name in _FIELDS}
    return OwnProfile(
        name=masks.get(items["name"][1], "") if "name" in items else "",
        phone=masks.get(phone[1], "") if phone else "",
        known_since=identity.known_since(conn, [member.customer_id]).get(member.customer_id),
        **shown,
    )


def _said(conn: Connection, customer_id: int) -> dict[tuple[str, str], str]:
    return customers.consents_of(conn, [customer_id]).get(customer_id, {})


def _meant(wanted: ConsentWish, said: Mapping[tuple[str, str], str]) -> list[str]:
    """The channels of which a wish speaks: a word of before must not stand against it."""
    known = {channel for channel, purpose in said if purpose == wanted.purpose}
    if wanted.channel == "all":
        return sorted({"all", *CHANNELS, *known})
    return sorted({wanted.channel, *(known & set(_SPOKEN.get(wanted.channel, ())))})


def _consents(conn: Connection, member: Member) -> list[OwnConsent]:
    """As the gate reads it: each channel's own word, else that of all; where nothing was said, whether it has to be."""
    said, needed = _said(conn, member.customer_id), touch.rules(conn).rules.consent.needed
    others = [one for one in ("email", "phone") if any(channel == one for channel, _ in said)]
    found = []
    for channel in [*CHANNELS, *others]:
        for purpose in PURPOSES:
            state = _state(said, channel, purpose)
            open_ = not any(purpose in needed.get(one, ()) for one in (channel, "all"))
            allowed = state == "granted" or (state == "unknown" and open_)
            told = {"channel": channel, "purpose": purpose, "allowed": allowed, "said": state != "unknown"}
            found.append(OwnConsent.model_validate(told))
    return found


def _state(said: Mapping[tuple[str, str], str], channel: str, purpose: str) -> str:
    """The more restrictive of the words on a channel, else that on all of them."""
    own = {said.get((one, purpose), "unknown") for one in _SPOKEN.get(channel, (channel,))}
    if "denied" in own:
        return "denied"
    return "granted" if "granted" in own else said.get(("all", purpose), "unknown")


def _deletion(conn: Connection, member: Member) -> OwnDeletion | None:
    found = members.deletion_of(conn, member)
    return None if found is None else OwnDeletion(asked_at=found.asked_at, due_at=found.due_at)


def _check_birthday(conn: Connection, member: Member, wanted: date, today: date) -> None:
    """A birthday that can be changed every day would give what a birthday gives every day."""
    if not _OLDEST <= wanted <= today:
        raise BadInput(reason="the birthday lies between 1900 and today.", reason_zh="生日应在 1900 年至今天之间。")
    known = customers.traits_of(conn, [member.customer_id], ["birthday"]).get(member.customer_id, {}).get("birthday")
    if known and str(known) != wanted.isoformat():
        raise Conflict(
            reason="the birthday is known already; ask the brand to correct it.",
            reason_zh="生日已登记，如需更正请联系客服。",
        )
