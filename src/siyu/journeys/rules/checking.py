"""What has to be changed before a journey can be published, each in a sentence. Pure: what it may refer to is handed in."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from siyu.journeys.rules.graph import endless, reachable, restless, ways_out
from siyu.journeys.rules.moments import in_zone, next_run, span
from siyu.journeys.rules.reaching import of_asking, of_publishing, of_sending
from siyu.journeys.rules.texts import texts_of, variables
from siyu.journeys.rules.world import World
from siyu.journeys.types.definition import (
    Branch,
    ByArm,
    ByRule,
    BySegment,
    CodeTrigger,
    DateTrigger,
    Definition,
    FactTrigger,
    Invite,
    Moment,
    SegmentTrigger,
    Send,
    StaffTask,
    Step,
    TagStep,
    TimeTrigger,
    TraitStep,
    Wait,
    WaitFor,
    Webhook,
)
from siyu.journeys.types.problems import Problem
from siyu.segments.types import FactTest, RuleDocument

CONTROL_BP: Final = 1000
_LONGEST: Final = timedelta(days=3650)


def problems(definition: Definition, world: World) -> list[Problem]:
    """Everything that is wrong, the whole journey first, then step by step."""
    return [
        *_of_the_whole(definition, world),
        *_of_the_trigger(definition, world),
        *_of_the_graph(definition),
        *(one for name, step in definition.steps.items() for one in _of_step(definition, name, step, world)),
    ]


def _of_the_whole(definition: Definition, world: World) -> Iterator[Problem]:
    if definition.purpose is None:
        yield Problem(
            "no_purpose",
            "",
            "It is not said what its touches are for. Set 'purpose' to marketing, transactional or service.",
            "未说明触达用途，请将 purpose 设为 marketing（营销）、transactional（交易）或 service（服务）。",
        )
    if definition.control_bp != CONTROL_BP and not definition.control_reason.strip():
        yield Problem(
            "control_without_reason",
            "",
            f"The control group is {definition.control_bp / 100:g} % instead of 10 %, and it is not said why. "
            "Fill in 'control_reason', or leave 'control_bp' out.",
            f"对照组比例为 {definition.control_bp / 100:g}%（默认 10%），但未说明原因，请填写 control_reason，或删除 control_bp。",
        )
    names = [arm.name for arm in definition.arms]
    if len(set(names)) < len(names) or len(names) == 1:
        yield Problem(
            "arms_not_apart",
            "",
            "Arms are 2 or more with names of their own, or none. Rename one, add another or delete it.",
            "实验分组须为两个以上且名称各不相同，或不设分组，请修改。",
        )
    if definition.audience is not None:
        yield from _of_rule(definition.audience, world, "", "audience")
    if definition.reentry.when == "after" and definition.reentry.days < 1:
        yield Problem(
            "reentry_without_days",
            "",
            "Re-entry is 'after', but it is not said after how many days. Set 'reentry.days' to 1 or more.",
            "再次进入方式为“间隔后”，但未填写天数，请将 reentry.days 设为不小于 1。",
        )
    for goal in definition.goals:
        yield from _of_fact(goal.fact, world, "", "goals")
    for step in set(definition.layout) - set(definition.steps):
        yield Problem(
            "layout_of_nothing",
            "",
            f"The layout names a step '{step}' that does not exist. Take it out of 'layout'.",
            f"layout 中的步骤“{step}”不存在，请从 layout 中移除。",
        )


def _of_the_trigger(definition: Definition, world: World) -> Iterator[Problem]:
    trigger = definition.trigger
    if isinstance(trigger, TimeTrigger | SegmentTrigger):
        yield from _of_segment(trigger.segment, world, "", "trigger")
    match trigger:
        case TimeTrigger():
            if next_run(trigger, world.now, world.zone) is None:
                yield Problem(
                    "time_in_the_past",
                    "",
                    "The trigger never fires: its time is past, or its days never come. Choose a time in the future.",
                    "触发时间已过或永远不会到来，请选择未来的时间。",
                )
        case DateTrigger():
            if trigger.before_days and trigger.after_days:
                yield Problem(
                    "before_and_after",
                    "",
                    "The trigger comes both before and after the day. Set 'before_days' or 'after_days' to 0.",
                    "触发时间不能既提前又延后，请将 before_days 或 after_days 设为 0。",
                )
            if trigger.before_days and trigger.tie is not None and trigger.every == "once":
                yield Problem(
                    "before_a_tie",
                    "",
                    "Nobody knows a tie before it begins. Set 'before_days' to 0, or let the day come every month or year.",
                    "关系建立之前无法触发，请将 before_days 设为 0，或改为每月、每年触发。",
                )
        case CodeTrigger():
            for code in trigger.codes:
                if code not in world.codes:
                    yield Problem(
                        "unknown_code",
                        "",
                        f"The trigger names entry code {code}, which does not exist or is archived. Choose another.",
                        f"触发条件引用的活码 {code} 不存在或已归档，请另选活码。",
                    )
    if isinstance(trigger, FactTrigger):
        yield from _of_fact(trigger.fact, world, "", "trigger")
    if isinstance(trigger, FactTrigger | CodeTrigger):
        yield from _of_span("trigger", "fresh", trigger.fresh)


def _of_the_graph(definition: Definition) -> Iterator[Problem]:
    if definition.start not in definition.steps:
        yield Problem(
            "unknown_start",
            "",
            f"It begins with '{definition.start}', which is no step. Name one of its steps in 'start'.",
            f"起始步骤“{definition.start}”不存在，请在 start 中填写已有的步骤名。",
        )
        return
    for name in sorted(set(definition.steps) - reachable(definition)):
        yield Problem(
            "unreachable",
            name,
            f"No way leads to step '{name}'. Lead one there, or delete it.",
            f"没有任何路径通向步骤“{name}”，请连接或删除该步骤。",
        )
    loop = restless(definition)
    if loop:
        yield Problem(
            "loop_without_wait",
            loop[0],
            f"The steps {' → '.join([*loop, loop[0]])} go round without waiting. Put a wait of some time between them.",
            f"步骤 {' → '.join([*loop, loop[0]])} 构成不含等待的循环，请在其中加入一段等待时间。",
        )
    for name in sorted(endless(definition) & reachable(definition)):
        if all(to in definition.steps for _, to in ways_out(definition.steps[name])):
            yield Problem(
                "never_ends",
                name,
                f"From step '{name}' no way leads to an exit. Lead one of its ways to a step of the kind exit or goal.",
                f"从步骤“{name}”出发无法到达结束，请让其中一条路径通向 exit 或 goal 步骤。",
            )


def _of_step(definition: Definition, name: str, step: Step, world: World) -> Iterator[Problem]:
    for way, to in ways_out(step):
        if not to:
            yield Problem(
                "no_exit",
                name,
                f"Step '{name}' leads nowhere by '{way}'. Name the step that follows, or an exit.",
                f"步骤“{name}”的“{way}”没有出口，请指定后续步骤或结束步骤。",
            )
        elif to not in definition.steps:
            yield Problem(
                "unknown_step",
                name,
                f"Step '{name}' leads by '{way}' to '{to}', which does not exist. Name an existing step.",
                f"步骤“{name}”的“{way}”指向不存在的“{to}”，请改为已有的步骤。",
            )
    yield from _of_texts(definition, name, step)
    match step:
        case Wait():
            yield from _of_wait(name, step, world)
        case WaitFor():
            yield from _of_span(name, "timeout", step.timeout)
            yield from _of_fact(step.fact, world, name, "fact")
        case Branch():
            yield from _of_branch(definition, name, step, world)
        case Moment():
            yield from _of_span(name, "valid_for", step.valid_for)
            yield from of_publishing(definition, name, step, world)
        case Send() | Invite():
            yield from _of_span(name, "valid_for", step.valid_for)
            yield from of_sending(definition, name, step, world)
        case StaffTask():
            yield from _of_span(name, "due_in", step.due_in)
            yield from of_asking(definition, name, step, world)
        case TagStep():
            if not step.add and not step.remove:
                yield Problem(
                    "no_tags",
                    name,
                    f"Step '{name}' names no tag to add or remove.",
                    f"步骤“{name}”没有要添加或移除的标签，请填写。",
                )
        case TraitStep():
            if not world.may_be_put(step.trait):
                yield Problem(
                    "trait_not_ours",
                    name,
                    f"Step '{name}' would change the trait '{step.trait}', which is personal or kept for ever. Choose another.",
                    f"步骤“{name}”要修改的属性“{step.trait}”属于个人信息或不可更改，请另选属性。",
                )
        case Webhook():
            parts = urlsplit(step.url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                yield Problem(
                    "bad_url",
                    name,
                    f"The address of step '{name}' is none. It begins with https:// or http://.",
                    f"步骤“{name}”的地址无效，应以 https:// 或 http:// 开头。",
                )


def _of_texts(definition: Definition, name: str, step: Step) -> Iterator[Problem]:
    for text in texts_of(step):
        for one in variables(text):
            if one.fallback is None and not (one.source == "" and definition.variables.get(one.name)):
                shown = f"{one.source}.{one.name}" if one.source else one.name
                yield Problem(
                    "variable_without_value",
                    name,
                    f"In step '{name}' the variable '{shown}' may have no value. Give it a fallback, "
                    f"{{{{{shown}|…}}}}{'' if one.source else ', or a value in variables'}.",
                    f"步骤“{name}”中的变量“{shown}”可能没有值，请写上默认值，如 {{{{{shown}|…}}}}"
                    f"{'' if one.source else '，或在 variables 中为其赋值'}。",
                )


def _of_wait(name: str, step: Wait, world: World) -> Iterator[Problem]:
    if step.duration:
        yield from _of_span(name, "duration", step.duration)
    if step.until is not None and in_zone(step.until, world.zone) <= world.now:
        yield Problem(
            "wait_in_the_past",
            name,
            f"Step '{name}' waits until {step.until.replace('T', ' ')}, which is past. Choose a moment in the future.",
            f"步骤“{name}”等待至 {step.until.replace('T', ' ')}，该时间已过，请改为未来的时间。",
        )
    if not (step.duration or step.days or step.at or step.weekdays or step.until):
        yield Problem(
            "wait_for_nothing",
            name,
            f"Step '{name}' waits for nothing. Give it a duration, days, a time of day or a moment.",
            f"步骤“{name}”没有设置等待内容，请填写时长、天数、时刻或具体时间。",
        )


def _of_span(name: str, what: str, text: str) -> Iterator[Problem]:
    found = span(text)
    if found is None or found <= timedelta(0):
        yield Problem(
            "bad_span",
            name,
            f"'{text}' in '{what}' of step '{name}' is no length of time. Write 30m, 2h, 3d or 1d 12h.",
            f"步骤“{name}”的 {what} 中“{text}”不是有效时长，请写成 30m、2h、3d 或 1d 12h。",
        )


def _of_branch(definition: Definition, name: str, step: Branch, world: World) -> Iterator[Problem]:
    arms = {arm.name for arm in definition.arms}
    for case in step.cases:
        match case.when:
            case ByRule():
                yield from _of_rule(case.when.rule, world, name, "rule")
            case BySegment():
                yield from _of_segment(case.when.segment, world, name, "segment")
            case ByArm() if case.when.arm not in arms:
                yield Problem(
                    "unknown_arm",
                    name,
                    f"Step '{name}' asks for arm '{case.when.arm}', which the journey does not have. Add it to 'arms'.",
                    f"步骤“{name}”引用的实验分组“{case.when.arm}”不存在，请在 arms 中添加。",
                )


def _of_rule(rule: RuleDocument, world: World, step: str, where: str) -> Iterator[Problem]:
    found = world.rule_problem(rule)
    if found is not None:
        at = f"Step '{step}'" if step else f"The {where}"
        at_zh = f"步骤“{step}”" if step else f"{where} "
        yield Problem(
            "bad_rule", step, f"{at} has a rule that does not work: {found[0]}.", f"{at_zh}的规则有误：{found[1]}。"
        )


def _of_segment(segment: int, world: World, step: str, where: str) -> Iterator[Problem]:
    if segment == 0:
        at = f"step '{step}'" if step else f"the {where}"
        at_zh = f"步骤“{step}”" if step else "触发条件"
        yield Problem("no_segment", step, f"Choose a segment for {at}.", f"请为{at_zh}选择人群。")
    elif segment not in world.segments:
        at = f"Step '{step}'" if step else f"The {where}"
        at_zh = f"步骤“{step}”" if step else "触发条件"
        yield Problem(
            "unknown_segment",
            step,
            f"{at} refers to segment {segment}, which does not exist or was deleted. Choose another.",
            f"{at_zh}引用的人群 {segment} 不存在或已删除，请另选人群。",
        )


def _of_fact(fact: FactTest, world: World, step: str, where: str) -> Iterator[Problem]:
    found = world.fact_problem(fact)
    if found is not None:
        at = f"Step '{step}'" if step else f"'{where}'"
        at_zh = f"步骤“{step}”" if step else f"{where} "
        yield Problem(
            "unknown_fact",
            step,
            f"{at} waits for facts that there cannot be: {found[0]}.",
            f"{at_zh}等待的事实有误：{found[1]}。",
        )
