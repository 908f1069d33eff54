"""What a plugin declares, as data that others read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from siyu.channels.types.codes import CodeKind
from siyu.channels.types.media import MESSAGES


class Capability(StrEnum):
    """What a channel can do; a plugin that declares one does it."""

    STAFF = "staff"  # knows who serves
    CONTACTS = "contacts"  # knows customers and who serves them
    TAGS = "tags"
    GROUPS = "groups"
    PUSH = "push"  # tells by callbacks
    CONVERSATIONS = "conversations"  # knows that somebody wrote to customer service
    RECOGNISE = "recognise"  # says which of its contacts a visitor of an app of ours is
    PAGE_LOGIN = "page_login"  # says who visits a page of ours
    PAGE_SUBSCRIPTION = "page_subscription"  # asks on a page whether one message may be sent
    APP_LOGIN = "app_login"  # says who uses an app of ours, and the phone that they give
    ENTRY_CODES = "entry_codes"
    MEDIA = "media"  # keeps pictures for a while
    WELCOME = "welcome"  # greets who has just come
    SEND = "send"
    TASKS = "tasks"  # knows what became of what staff were asked to send
    MOMENTS = "moments"  # staff publish to their customers; knows who liked and commented
    TAGGING = "tagging"  # changes tags, and puts them on contacts
    REMARKS = "remarks"  # writes what staff note
    FEEDBACK = "feedback"  # counts who deleted or blocked staff
    STAFF_FIGURES = "staff_figures"  # counts by the day how each member of staff serves
    HANDOVER = "handover"  # customers and groups go from one member to another


@dataclass(frozen=True, slots=True)
class Field:
    """One thing an operator fills in to connect an account.

    Attributes:
        name: key in the account's settings or, when ``secret``, among its secrets.
        en: label.
        zh: the same in Chinese.
        help_en: where to find it.
        help_zh: the same in Chinese.
        secret: never shown again; sealed by the vault.
        required: without it the account cannot work.
        pattern: a regular expression that the whole value matches; empty for any text.
        choices: the values it may have; empty for any.
        default: where it is left empty.
    """

    name: str
    en: str
    zh: str
    help_en: str = ""
    help_zh: str = ""
    secret: bool = False
    required: bool = True
    pattern: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""


Window = Literal["minute", "hour", "day", "week", "month", "ever", "24h", "grant"]
Subject = Literal["account", "customer", "staff", "group", "task"]


@dataclass(frozen=True, slots=True)
class Quota:
    """How much a platform lets through.

    Attributes:
        name: ``group_send``; several quotas may have one name, and a sending takes from all of them.
        subject: whose allowance it is: the account's, or that of each customer, member of staff, group or task of staff.
        window: over what it counts: a calendar window in the platform's zone (weeks begin on Monday); ``24h``: the 24
            hours before each moment; ``ever``: what there is at once, until it is given back; or ``grant``: nothing is allowed until an act of the person grants it
            (:class:`Grant`).
        limit: so many in a window; 0 stands for the days of the month.
        en: for people.
        zh: for operators.
        when: the settings under which it applies; sources disagree on some, so the account says which.
        times: a setting, a number, by which ``limit`` is multiplied.
        by: a detail of an item (``template_id``) for each of whose values it counts apart; the subject is then
            ``<subject>/<value>``, in grants as well.
        shared: a quota of the account over the same window, of what reaches everybody: its uses count for each subject too.
    """

    name: str
    subject: Subject
    window: Window
    limit: int
    en: str
    zh: str
    when: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    shared: str = ""
    times: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What an act of a person allows: so many messages until then; ``None``: without an end (a one-time subscription).

    A count of 0 takes back what was granted before.
    """

    quota: str
    subject_id: str
    count: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Rate:
    """How often an API may be called: so many calls in a window of ``seconds``, of each API or of all together.

    ``apis`` are those that it speaks of, by the names that :meth:`Ports.take` is given; empty for every one.
    """

    seconds: int
    limit: int
    each: bool = True
    apis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContentKind:
    """One kind of content with the platform's limits; 0 where there is none.

    Attributes:
        name: ``text``, ``image``, ``link``, ``mini_program``, ``video``, ``file``.
        max_bytes: of the text, or of the file.
        max_characters: of the text.
        fields: limits in bytes of further texts (``title``, ``description``).
    """

    name: str
    max_bytes: int = 0
    max_characters: int = 0
    fields: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which an account can reach somebody: a group send, a message to a follower, a welcome.

    Attributes:
        name: ``group_send``, ``group_chat_send``, ``app_message``, ``custom``, ``template`` …
        subject: whom one item reaches.
        needs_staff: a task that a member of staff has to confirm; until then nothing was sent.
        quotas: names of the quotas that an item takes from.
        most: items in one call.
        attachments: content kinds beside the text, at most.
        contents: what it can carry.
        reading: the quota from which reading what people did with it takes; empty for none.
        reminding: the same of reminding the staff who have not confirmed.
        tie: it reaches only who is a friend of the staff or follows the account; without, an act of theirs opened it.
        by_hand: no platform is asked: a member of staff says it themselves, and says to Siyu that it is done.
        files: what its files are uploaded for; ways that say the same share what is uploaded.
        published: the member of staff publishes it once to whoever may see it, and it is shown to these people among others.
        needs: details without which nothing goes out; of one that ends with a dot there has to be one that begins so.
    """

    name: str
    en: str
    zh: str
    subject: Subject
    needs_staff: bool = False
    quotas: tuple[str, ...] = ()
    most: int = 1
    attachments: int = 0
    contents: tuple[ContentKind, ...] = ()
    reading: str = ""
    reminding: str = ""
    tie: bool = True
    by_hand: bool = False
    files: str = MESSAGES
    published: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandoverLimits:
    """How often a customer (or a group) goes from one member who stays to another.

    Attributes:
        most: so often within ``days``; what is inherited from a member who left does not count.
        at_once: in one call.
        group_quota: the quota that a group takes from, of the member who gives it away; empty for none.
    """

    most: int
    days: int
    at_once: int
    group_quota: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a channel says of itself, as data that others read.

    Attributes:
        external_id: the field whose value is how the platform calls the account; empty when no field says it.
        identity: identifier types its contacts have, the account's own scope first.
        handovers: the limits of handovers, where the channel has them.
        codes: kinds of entry codes, where it has them.
        code_quotas: the quota that an open code of a kind takes from, where there is one.
        shows_codes: it shows entry codes as they are now (:meth:`Channel.code_now`).
        chat_places: so many people a group chat holds that a group code leads to; 0 where that is not known.
    """

    name: str
    en: str
    zh: str
    zone: str
    fields: tuple[Field, ...]
    capabilities: frozenset[Capability]
    quotas: tuple[Quota, ...] = ()
    rates: tuple[Rate, ...] = ()
    ways: tuple[Way, ...] = ()
    identity: tuple[str, ...] = ()
    external_id: str = ""
    handovers: HandoverLimits | None = None
    codes: tuple[CodeKind, ...] = ("staff", "group", "link")
    chat_places: int = 0
    code_quotas: Mapping[CodeKind, str] = field(default_factory=dict)
    shows_codes: bool = False
