"""The plugins that are installed, each looked at once: is it a channel, and does it do what it declares?"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from siyu.channels.types import About, Account, Capability, Channel, Field, Ports, Quota, Way
from siyu.kernel.errors import NotFound, SiyuError

log = structlog.get_logger(__name__)

GROUP: Final = "siyu.channels"
# What has to be there for what is declared; the plugin would otherwise fail when it is needed.
_METHODS: Final = {
    Capability.STAFF: ("read", "walk"),
    Capability.CONTACTS: ("read", "walk"),
    Capability.TAGS: ("read", "walk"),
    Capability.GROUPS: ("read", "walk"),
    Capability.PUSH: ("read_push",),
    Capability.WELCOME: ("welcome",),
    Capability.ENTRY_CODES: ("open_code", "change_code", "close_code", "code_picture"),
    Capability.SEND: ("send",),
    Capability.MEDIA: ("upload",),
    Capability.FEEDBACK: ("feedback",),
    Capability.STAFF_FIGURES: ("staff_days",),
    Capability.TAGGING: ("make_tags", "change_tag", "delete_tags", "mark"),
    Capability.REMARKS: ("note",),
    Capability.TASKS: ("results", "remind", "cancel"),
    Capability.CONVERSATIONS: ("said",),
    Capability.MOMENTS: ("reactions",),
    Capability.HANDOVER: ("hand_over", "handovers", "hand_over_groups", "heirless"),
    Capability.RECOGNISE: ("recognise", "pending_ids"),
    Capability.PAGE_LOGIN: ("authorize_url", "login", "claims_of"),
    Capability.PAGE_SUBSCRIPTION: ("subscribe_url", "accepted_once"),
    Capability.APP_LOGIN: ("login", "phone", "claims_of"),
}


class BadPlugin(SiyuError):
    """A plugin that is installed and cannot be used."""

    status = 500
    en = "The channel plugin '{plugin}' of the package {distribution} cannot be used: {reason} Update or remove the package."
    zh = "软件包 {distribution} 的渠道插件“{plugin}”无法使用：{reason_zh}请更新或移除该软件包。"


@dataclass(frozen=True, slots=True)
class Plugins:
    """What is installed.

    Attributes:
        good: plugins by the name of their channel.
        bad: what is wrong with each of the others.
    """

    good: dict[str, type[Channel]]
    bad: tuple[BadPlugin, ...]


def find(points: Iterable[EntryPoint]) -> Plugins:
    """Load and check these plugins; a bad one does not keep the others out."""
    good: dict[str, type[Channel]] = {}
    bad: list[BadPlugin] = []
    for point in sorted(points, key=lambda one: (one.name, one.value)):
        try:
            found = check(point)
            if point.name in good:
                raise _bad(point, f"another one has the name '{point.name}'.", f"已有名为“{point.name}”的插件。")
        except BadPlugin as problem:
            log.warning("channels.bad_plugin", plugin=point.name, error=problem.message)
            bad.append(problem)
        else:
            good[point.name] = found
    return Plugins(good, tuple(bad))


@cache
def plugins() -> Plugins:
    """What is installed in this environment; looked for once a process."""
    return find(entry_points(group=GROUP))


def abouts() -> list[About]:
    """What every good plugin says of itself, by name."""
    return [one.about for one in plugins().good.values()]


def bad_plugins() -> list[BadPlugin]:
    """What is installed and cannot be used, and why."""
    return list(plugins().bad)


def about(channel: str) -> About:
    """What this channel says of itself.

    Raises:
        BadPlugin: its plugin is installed and cannot be used.
        NotFound: there is no such plugin.
    """
    return _plugin(channel).about


def open_channel(account: Account, ports: Ports) -> Channel:
    """The plugin at work for an account.

    Raises:
        BadPlugin: its plugin is installed and cannot be used.
        NotFound: its plugin is not installed any more.
    """
    return _plugin(account.channel)(account, ports)


def _plugin(channel: str) -> type[Channel]:
    found = plugins()
    if channel in found.good:
        return found.good[channel]
    for problem in found.bad:
        if problem.details["plugin"] == channel:
            raise problem
    raise NotFound(what="channel", what_zh="渠道", key=channel)


def check(point: EntryPoint) -> type[Channel]:
    """Load one plugin and hold it to the protocol.

    Raises:
        BadPlugin: says what is wrong.
    """
    try:
        found = point.load()
    except Exception as problem:
        said = f"{type(problem).__name__}: {problem}"
        raise _bad(point, f"it cannot be loaded ({said}).", f"加载失败（{said}）。") from problem
    if not (isinstance(found, type) and issubclass(found, Channel)):
        raise _bad(point, "it is no subclass of Channel.", "它不是 Channel 的子类。")
    if missing := sorted(getattr(found, "__abstractmethods__", ())):
        raise _bad(point, f"it does not implement {', '.join(missing)}.", f"未实现 {'、'.join(missing)}。")
    said_of_itself = getattr(found, "about", None)
    if not isinstance(said_of_itself, About):
        raise _bad(point, "it has no 'about'.", "缺少 about。")
    if said_of_itself.name != point.name:
        raise _bad(
            point, f"it calls itself '{said_of_itself.name}'.", f"它自称“{said_of_itself.name}”，与入口名称不一致。"
        )
    for capability in sorted(said_of_itself.capabilities):
        for method in _METHODS.get(capability, ()):
            if getattr(found, method) is getattr(Channel, method):
                raise _bad(
                    point,
                    f"it declares '{capability}' and does not implement {method}.",
                    f"它声明了 {capability} 能力，但未实现 {method}。",
                )
    if said_of_itself.shows_codes and found.code_now is Channel.code_now:
        raise _bad(point, "it shows codes and does not implement code_now.", "它声明可查询活码，但未实现 code_now。")
    for reason, reason_zh in _problems(said_of_itself):
        raise _bad(point, reason, reason_zh)
    return found


def _problems(said: About) -> Iterable[tuple[str, str]]:
    """What does not fit together in what a plugin declares."""
    try:
        ZoneInfo(said.zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"'{said.zone}' is no time zone.", f"“{said.zone}”不是有效时区。"
    parts: list[About | Field | Quota | Way] = [said, *said.fields, *said.quotas, *said.ways]
    for part in parts:
        if not (part.name and part.en and part.zh):
            yield f"'{part.name or part.en}' lacks a name or a label.", f"“{part.name or part.en}”缺少名称或说明。"
    for what, zh, names in (
        ("field", "字段", [one.name for one in said.fields]),
        ("way", "触达方式", [one.name for one in said.ways]),
    ):
        if len(set(names)) < len(names):
            yield f"two of a {what} have one name.", f"存在重名的{zh}。"
    quotas = {one.name for one in said.quotas}
    for way in said.ways:
        if missing := [name for name in (*way.quotas, way.reading, way.reminding) if name and name not in quotas]:
            yield (
                f"the way '{way.name}' needs the quota '{missing[0]}', which it does not declare.",
                (f"触达方式“{way.name}”引用了未声明的配额“{missing[0]}”。"),
            )
        if way.name in quotas and way.name not in way.quotas:
            yield (
                f"'{way.name}' is a way and a quota that it does not take from.",
                (f"“{way.name}”既是触达方式又是配额，但该方式未使用此配额。"),
            )
    if said.ways and Capability.SEND not in said.capabilities:
        yield "it declares ways and does not send.", "它声明了触达方式，但没有发送能力。"
    if Capability.HANDOVER in said.capabilities and said.handovers is None:
        yield "it hands customers over and does not say within which limits.", "它声明了客户继承，但未声明限制。"
    if said.handovers is not None and said.handovers.group_quota not in {"", *quotas}:
        yield "groups take from a quota that it does not declare.", "群转让引用了未声明的配额。"
    settings = {one.name for one in said.fields if not one.secret}
    if said.external_id and said.external_id not in settings:
        yield (
            f"'{said.external_id}' is no field that says whose account it is.",
            f"“{said.external_id}”不是已声明的字段。",
        )
    for quota in said.quotas:
        if quota.limit < 0 or (quota.limit == 0 and quota.window not in ("month", "grant")):
            yield f"the quota '{quota.name}' has no limit.", f"配额“{quota.name}”缺少上限。"
        apart = [one for one in said.quotas if one.name == quota.name and one.window in ("24h", "grant")]
        if quota in apart and len(apart) > 1:
            yield f"the quota '{quota.name}' is granted twice.", f"配额“{quota.name}”重复声明。"
        if not settings.issuperset({*quota.when, *([quota.times] if quota.times else [])}):
            yield (
                f"the quota '{quota.name}' asks for settings that are no fields.",
                (f"配额“{quota.name}”依赖的设置不是已声明的字段。"),
            )
        if quota.shared and not any(
            (one.name, one.subject, one.window) == (quota.shared, "account", quota.window) for one in said.quotas
        ):
            yield (
                f"the quota '{quota.name}' counts uses of '{quota.shared}', which the account has not over this window.",
                f"配额“{quota.name}”计入“{quota.shared}”的用量，但账号没有相同时间窗的该配额。",
            )
    ever = {one.name for one in said.quotas if (one.subject, one.window) == ("account", "ever")}
    if not ever.issuperset(said.code_quotas.values()):
        yield "codes take from a quota that it does not declare.", "活码引用了未声明的配额。"
    if any(rate.limit < 1 or rate.seconds < 1 for rate in said.rates):
        yield "a rate has no limit or no window.", "频率限制缺少上限或时间窗。"


def _bad(point: EntryPoint, reason: str, reason_zh: str) -> BadPlugin:
    distribution = point.dist.name if point.dist is not None else "?"
    return BadPlugin(plugin=point.name, distribution=distribution, reason=reason, reason_zh=reason_zh)
