"""What has to be changed before a step can reach anybody: accounts, ways, what it says, and the limits of what they carry.
Pure.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from siyu.channels.types import About, Capability, Way
from siyu.content.types import MEDIUM
from siyu.journeys.rules.texts import longest, texts_of, variables
from siyu.journeys.rules.world import Account, World
from siyu.journeys.types.definition import Definition, Invite, Moment, ScriptRef, Send, StaffTask, Wish
from siyu.journeys.types.problems import Problem

_MOST_WISHES: Final = 10


def of_sending(definition: Definition, name: str, step: Send | Invite, world: World) -> Iterator[Problem]:
    """Whether a sending has something to say, and ways that carry it."""
    if isinstance(step, Send) and step.script is not None:
        beside = bool(step.text.strip() or step.attachments or step.kinds)
        yield from _of_script(name, step.script, world, beside=beside)
    elif isinstance(step, Send) and not (step.text.strip() or step.attachments or step.details):
        yield Problem(
            "nothing_to_send",
            name,
            f"Step '{name}' has nothing to send. Write a text.",
            f"步骤“{name}”没有内容，请填写文案。",
        )
    if isinstance(step, Invite):
        yield from _of_codes(name, step, world)
    else:
        yield from _of_media(name, step, world)
    for wish in step.wishes:
        found = chosen(wish, world.accounts)
        if isinstance(found, Problem):
            yield Problem(found.code, name, f"Step '{name}': {found.en}", f"步骤“{name}”：{found.zh}")
            continue
        way = next((one for one in found.about.ways if one.name == wish.way), None)
        if way is None or way not in sendable(found):
            ways = ", ".join(one.name for one in sendable(found))
            yield Problem(
                "unknown_way",
                name,
                f"Step '{name}': account '{found.name}' has no way '{wish.way}' to reach a customer. It has: {ways or 'none'}.",
                f"步骤“{name}”：账号“{found.name}”没有可触达客户的方式“{wish.way}”，可用：{ways or '无'}。",
            )
            continue
        yield from _of_content(definition, name, step, way)
        yield from _of_details(name, step, way)
        yield from _of_uploads(name, step, found.about)
        if isinstance(step, Send) and step.script is not None:
            yield from _carried(name, step.script, found.about, way, world)


def _of_details(name: str, step: Send | Invite, way: Way) -> Iterator[Problem]:
    said = step.details if isinstance(step, Send) else {}
    for need in way.needs:
        family = need.endswith(".")
        named = [key for key in said if (key.startswith(need) and key != need if family else key == need)]
        if any(said[key].strip() for key in named):
            continue
        shown = f"{need}…" if family else need
        yield Problem(
            "missing_detail",
            name,
            f"'{way.name}' in step '{name}' needs the detail '{shown}'. Fill it in.",
            f"步骤“{name}”的“{way.zh}”须填写参数“{shown}”。",
        )


def _of_script(name: str, script: ScriptRef, world: World, *, beside: bool) -> Iterator[Problem]:
    """A script that is there and whole, and nothing said beside it."""
    if beside:
        yield Problem(
            "two_contents",
            name,
            f"Step '{name}' has a script and words of its own. Take one of them out.",
            f"步骤“{name}”同时设置了话术与自有文案，请只保留一种。",
        )
    found = world.script(script)
    if found is None:
        yield Problem(
            "unknown_script",
            name,
            f"Step '{name}' says script {script.id} in version {script.version}, which there is not. Choose another.",
            f"步骤“{name}”引用的话术 {script.id}（第 {script.version} 版）不存在，请另选。",
        )
    elif found.wrong is not None:
        yield Problem(
            "unfit_script",
            name,
            f"The script of step '{name}' cannot be sent: {found.wrong[0]}",
            f"步骤“{name}”的话术无法发送：{found.wrong[1]}",
        )


def _carried(name: str, script: ScriptRef, about: About, way: Way, world: World) -> Iterator[Problem]:
    found = world.script(script)
    for fit in found.fits if found is not None else ():
        if (fit.channel, fit.way) == (about.name, way.name):
            for en, zh in fit.complaints:
                yield Problem("unfit_script", name, f"Step '{name}': {en}", f"步骤“{name}”：{zh}")


def _of_media(name: str, step: Send | Moment, world: World) -> Iterator[Problem]:
    for number, one in enumerate(step.attachments, 1):
        if MEDIUM in one.fields and not world.has_medium(one.fields[MEDIUM]):
            yield Problem(
                "unknown_medium",
                name,
                f"Attachment {number} of step '{name}' shows a file that is not here. Choose the material again.",
                f"步骤“{name}”的附件 {number} 引用的文件不存在，请重新选择素材。",
            )


def _of_uploads(name: str, step: Send | Invite | Moment, about: About) -> Iterator[Problem]:
    """What lies here has to be brought to the platform, and not every channel takes it."""
    uploaded = not isinstance(step, Invite) and any(MEDIUM in one.fields for one in step.attachments)
    if uploaded and Capability.MEDIA not in about.capabilities:
        yield Problem(
            "no_uploads",
            name,
            f"Nothing can be uploaded to {about.en}, by which step '{name}' sends a file. Use another way, or leave it out.",
            f"步骤“{name}”包含上传的文件，{about.zh}不支持上传，请更换触达方式或删除该附件。",
        )


def _of_codes(name: str, step: Invite, world: World) -> Iterator[Problem]:
    for one in step.choices:
        if one.code == 0:
            yield Problem(
                "no_group_code", name, f"Choose a group code for step '{name}'.", f"请为步骤“{name}”选择群活码。"
            )
        elif world.codes.get(one.code) != "group":
            yield Problem(
                "unknown_group_code",
                name,
                f"Step '{name}' invites by code {one.code}, which is no group code in use. Choose a group code.",
                f"步骤“{name}”引用的活码 {one.code} 不是可用的群活码，请另选。",
            )
        if one.from_fen is not None and one.below_fen is not None and one.from_fen >= one.below_fen:
            yield Problem(
                "empty_range",
                name,
                f"Code {one.code} of step '{name}' is for nobody: what it begins from is not less than what it ends below.",
                f"步骤“{name}”中活码 {one.code} 的消费范围为空，请使下限小于上限。",
            )


def of_asking(definition: Definition, name: str, step: StaffTask, world: World) -> Iterator[Problem]:
    """Whether there is staff who could be asked, and what they would say is short enough."""
    found = by_staff(step, world.accounts)
    if isinstance(found, Problem):
        yield Problem(found.code, name, f"Step '{name}': {found.en}", f"步骤“{name}”：{found.zh}")
        return
    if step.script is not None:
        yield from _of_script(name, step.script, world, beside=bool(step.say.strip()))
    for account, way in {way.name: (account, way) for account, way in found}.values():
        yield from _of_length(definition, name, step.say, way)
        if step.script is not None:
            yield from _carried(name, step.script, account.about, way, world)


def of_publishing(definition: Definition, name: str, step: Moment, world: World) -> Iterator[Problem]:
    """Whether there is staff who could publish it, it is the same for everybody, and those who may see it can be told."""
    if not (step.text.strip() or step.attachments):
        yield Problem(
            "nothing_to_send",
            name,
            f"Step '{name}' has nothing to publish. Write a text.",
            f"步骤“{name}”没有内容，请填写文案。",
        )
    if personal := [one for text in texts_of(step) for one in variables(text) if one.source]:
        shown = f"{personal[0].source}.{personal[0].name}"
        yield Problem(
            "moment_is_personal",
            name,
            f"Everybody reads the Moment of step '{name}': take the variable '{shown}' out.",
            f"步骤“{name}”的朋友圈对所有人可见，请删除个人变量“{shown}”。",
        )
    found = by_staff(step, world.accounts)
    if isinstance(found, Problem):
        yield Problem(found.code, name, f"Step '{name}': {found.en}", f"步骤“{name}”：{found.zh}")
        return
    yield from _of_media(name, step, world)
    for account, way in {way.name: (account, way) for account, way in found}.values():
        yield from _of_content(definition, name, step, way)
        yield from _of_uploads(name, step, account.about)
    if not step.tags:
        return
    if len(found) > 1:
        names = ", ".join(f"{account.id} ({account.name})" for account, _ in found)
        yield Problem(
            "several_accounts",
            name,
            f"Step '{name}': tags are those of one account; say which in 'account': {names}.",
            f"步骤“{name}”：标签属于某一个账号，请在 account 中指明：{names}。",
        )
        return
    for tag in step.tags:
        if tag not in world.tags.get(found[0][0].id, ()):
            yield Problem(
                "unknown_tag",
                name,
                f"Step '{name}' shows the Moment to people with the tag '{tag}', which account '{found[0][0].name}' does not "
                "have. Choose another, or make it there.",
                f"步骤“{name}”的可见标签“{tag}”在账号“{found[0][0].name}”中不存在，请另选或先在平台创建。",
            )


def by_staff(step: StaffTask | Moment, accounts: Sequence[Account]) -> list[tuple[Account, Way]] | Problem:
    """The accounts whose staff may be asked, each with the way in which they say or publish it, or why there is none."""
    if step.account:
        one = chosen(Wish("", account=step.account), accounts)
        if isinstance(one, Problem):
            return one
        accounts = [one]
    found = [
        (account, way)
        for account in accounts
        if not account.paused and step.channel in {"", account.about.name}
        for way in account.about.ways
        if way.subject == "customer" and (way.published if isinstance(step, Moment) else way.by_hand)
    ]
    if not found:
        return Problem(
            "no_staff_account",
            "",
            "no account with staff who could be asked is connected. Connect a corp, or name another account.",
            "没有可安排员工任务的账号，请先接入企业微信，或另选账号。",
        )
    return found[:_MOST_WISHES]


def sendable(account: Account) -> list[Way]:
    """The ways in which something is sent to one customer at any time."""
    return [
        one for one in account.about.ways if one.subject == "customer" and one.name != "welcome" and not one.published
    ]


def chosen(wish: Wish, accounts: Sequence[Account]) -> Account | Problem:
    """The account that is meant, or why there is none."""
    if wish.account:
        found = [one for one in accounts if one.id == wish.account]
        if not found:
            return Problem(
                "unknown_account",
                "",
                f"there is no account {wish.account}. Choose an account that is connected.",
                f"账号 {wish.account} 不存在，请选择已接入的账号。",
            )
    else:
        found = [one for one in accounts if one.about.name == wish.channel and not one.paused]
        if not found:
            return Problem(
                "no_account_of_channel",
                "",
                f"no account of the channel '{wish.channel}' is connected. Connect one, or name another way.",
                f"渠道“{wish.channel}”没有已接入的账号，请先接入或更换触达方式。",
            )
        if len(found) > 1:
            names = ", ".join(f"{one.id} ({one.name})" for one in found)
            return Problem(
                "several_accounts",
                "",
                f"the channel '{wish.channel}' has several accounts; say which in 'account': {names}.",
                f"渠道“{wish.channel}”有多个账号，请在 account 中指明：{names}。",
            )
    if found[0].paused:
        return Problem(
            "account_paused",
            "",
            f"account '{found[0].name}' is paused. Resume it, or choose another.",
            f"账号“{found[0].name}”已停用，请启用或另选账号。",
        )
    return found[0]


def _of_content(definition: Definition, name: str, step: Send | Invite | Moment, way: Way) -> Iterator[Problem]:
    kinds = {kind.name: kind for kind in way.contents}
    attachments = () if isinstance(step, Invite) else step.attachments
    extra = 1 if isinstance(step, Invite) else 0
    yield from _of_length(definition, name, step.text, way)
    if len(attachments) + extra > way.attachments and way.contents:
        yield Problem(
            "too_many_attachments",
            name,
            f"Step '{name}' has {len(attachments) + extra} attachments; '{way.name}' carries at most {way.attachments}.",
            f"步骤“{name}”有 {len(attachments) + extra} 个附件，“{way.zh}”最多 {way.attachments} 个，请删减。",
        )
    for one in attachments:
        kind = kinds.get(one.kind)
        if way.contents and kind is None:
            yield Problem(
                "unknown_content",
                name,
                f"'{way.name}' in step '{name}' carries no '{one.kind}'. It carries: {', '.join(kinds)}.",
                f"步骤“{name}”的“{way.zh}”不支持“{one.kind}”，支持：{'、'.join(kinds)}。",
            )
            continue
        for field_, most in (kind.fields if kind else {}).items():
            if len(longest(one.fields.get(field_, ""), definition).encode()) > most:
                yield Problem(
                    "content_too_long",
                    name,
                    f"'{field_}' of the {one.kind} in step '{name}' is longer than the {most} bytes of '{way.name}'. Shorten it.",
                    f"步骤“{name}”的{one.kind}中“{field_}”超过“{way.zh}”的 {most} 字节上限，请缩短。",
                )


def _of_length(definition: Definition, name: str, said: str, way: Way) -> Iterator[Problem]:
    text = next((kind for kind in way.contents if kind.name == "text"), None)
    if text is None:
        return
    written = longest(said, definition)
    size = len(written.encode())
    if (text.max_bytes and size > text.max_bytes) or (text.max_characters and len(written) > text.max_characters):
        limit = f"{text.max_characters} characters" if text.max_characters else f"{text.max_bytes} bytes"
        limit_zh = f"{text.max_characters} 个字符" if text.max_characters else f"{text.max_bytes} 字节"
        is_, is_zh = f"{len(written)} characters ({size} bytes)", f"{len(written)} 个字符（{size} 字节）"
        yield Problem(
            "content_too_long",
            name,
            f"The text of step '{name}' has {is_}; '{way.name}' carries at most {limit}. Shorten it.",
            f"步骤“{name}”的文案有 {is_zh}，“{way.zh}”最多 {limit_zh}，请缩短。",
        )
