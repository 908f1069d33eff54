"""The languages that operators write in, as pages of the reference: rules of segments, and journeys as files.

They are made from the types that read them, so that no word is missing and none is made up.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from siyu.journeys import service as journeys
from siyu.journeys.types import Definition
from siyu.segments.rules import sentence
from siyu.segments.types import RuleDocument

_RULE: Final[TypeAdapter[Any]] = TypeAdapter(RuleDocument)
_JOURNEY: Final[TypeAdapter[Any]] = TypeAdapter(Definition)
_SHOWN: Final = "birthday"  # the template that stands as an example: one of the shortest
_MOST_NAMED: Final = 5  # kinds that a field may be of, before it says "one of those below"
_NAMES: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "names and values",
}
_LATELY: Final = {"last": {"amount": 30, "unit": "day"}}
_PAID: Final = {"condition": "did", "fact": {"kind": "order.paid"}, "within": _LATELY}
_OF_MARKETING: Final = [{"property": "purpose", "comparison": "eq", "value": "marketing"}]
EXAMPLES: Final[tuple[dict[str, Any], ...]] = (
    {"condition": "all", "of": [{"condition": "relation", "kind": "friend"}, _PAID]},
    {
        "condition": "did",
        "fact": {"kind": "touch.sent", "where": _OF_MARKETING},
        "comparison": "eq",
        "value": 0,
        "within": {"last": {"amount": 7, "unit": "day"}},
    },
    {
        "condition": "all",
        "of": [
            {"condition": "did", "fact": {"kind": "journey.entered", "name": "win-back"}},
            {"condition": "not", "of": _PAID},
        ],
    },
)


def rules(note: str) -> str:
    """The rule language of segments."""
    schema = _RULE.json_schema()
    lines = [
        "# Rules of segments\n",
        note + 'A rule is JSON: `{"version": 1, "rule": …}`, in the API, in journeys (`audience`, branches) and in the '
        "address of the console's editor. A field that is not listed is an error: a condition that is misspelt must not "
        "silently ask for less. How rules are planned and kept: [0019](../decisions/0019-segments.md). Kinds of facts: "
        "[facts.md](facts.md).\n",
        "## Examples\n",
    ]
    for one in EXAMPLES:
        written = {"version": 1, "rule": one}
        rule = _RULE.validate_python(written).rule  # an example that cannot be read is no page
        lines += [f"{sentence(rule, 'zh')} · {sentence(rule, 'en')}\n"]
        lines += [f"```json\n{json.dumps(written, ensure_ascii=False)}\n```\n"]
    definitions = schema["$defs"]
    conditions = {name: one for name, one in definitions.items() if "condition" in one["properties"]}
    lines += ["## Conditions\n", *_listed(conditions, "condition"), "## Parts of conditions\n"]
    lines += _listed({name: one for name, one in definitions.items() if name not in conditions}, "")
    return "\n".join(lines).rstrip() + "\n"


def journey_files(note: str) -> str:
    """Journeys as YAML."""
    schema = _JOURNEY.json_schema()
    definitions = schema.pop("$defs")
    own = {name: one for name, one in definitions.items() if name not in _of_rules() and name != "RuleDocument"}
    kinds = {"Triggers": "trigger", "Steps": "steps"}
    lines = [
        "# Journeys as files\n",
        note + "A journey is YAML 1.2 with `version: 1`, its `key`, and what stands below; the same as JSON is the "
        "definition in the API. Anchors and words that are not listed are errors. `PUT /api/v1/journeys/yaml` makes or changes "
        "the draft of the key; to send the same file again changes nothing. Lengths of time are texts: `30m`, `2h`, `3d`, "
        "`1d 12h`. Times of day are `HH:MM` on the brand's clock, days of the week 1 for Monday to 7 for Sunday. Rules are those "
        "of [segments](segment-rules.md), facts those of [facts.md](facts.md).\n",
        "## Example\n",
        f"```yaml\n{_template()}```\n",
        "## The whole\n",
        *_described(schema, ""),
    ]
    for title, field in kinds.items():
        names = _referred(schema["properties"][field])
        lines += [f"## {title}\n", *_listed({name: own[name] for name in names}, "kind")]
        own = {name: one for name, one in own.items() if name not in names}
    lines += ["## Parts\n", *_listed(own, "")]
    return "\n".join(lines).rstrip() + "\n"


@cache
def _of_rules() -> frozenset[str]:
    return frozenset(_RULE.json_schema()["$defs"])


def _template() -> str:
    return next(one.text for one in journeys.templates() if one.key == _SHOWN)


def _referred(part: Any) -> list[str]:
    """The names of the definitions that a part of a schema refers to, in their order."""
    return list(dict.fromkeys(re.findall(r"#/\$defs/(\w+)", json.dumps(part.get("oneOf") or part))))


def _listed(definitions: Mapping[str, Mapping[str, Any]], word: str) -> list[str]:
    """Each with the word that chooses it, what it means, and its fields."""
    lines = []
    for name, one in definitions.items():
        said = one["properties"][word]["const"] if word else ""
        lines += [f"### {name}" + (f": `{word}: {said}`" if said else "") + "\n", *_described(one, word)]
    return lines


def _described(one: Mapping[str, Any], word: str) -> list[str]:
    prose, fields = _read(one.get("description", ""))
    lines = [prose + "\n"] if prose else []
    rows = []
    needed = one.get("required", ())
    for name, field in one["properties"].items():
        if name == word:
            continue
        default = "needed" if name in needed else _default(field)
        rows.append(f"| `{name}` | {_type(field)} | {default} | {_cell(fields.get(name, ''))} |")
    if rows:
        lines += ["| Field | Value | Default | Meaning |", "| --- | --- | --- | --- |", *rows, ""]
    return lines


def _read(docstring: str) -> tuple[str, dict[str, str]]:
    """What a docstring says as a whole, and of each attribute."""
    prose, _, attributes = docstring.partition("Attributes:")
    fields: dict[str, str] = {}
    for names, text in re.findall(r"^ {4}(\w+(?:, \w+)*): (.*(?:\n {8}.*)*)", attributes, re.MULTILINE):
        for name in names.split(", "):
            fields[name] = _plain(text)
    return _plain(prose), fields


def _plain(text: str) -> str:
    """Without the marks of Sphinx, on one line."""
    return re.sub(r":\w+:`~?(?:\w+\.)*(\w+)`", r"`\1`", re.sub(r"\s+", " ", text)).replace("``", "`").strip()


def _default(field: Mapping[str, Any]) -> str:
    value = field.get("default")
    return "" if value in (None, "", [], {}) else f"`{json.dumps(value, ensure_ascii=False)}`"


def _type(field: Mapping[str, Any]) -> str:
    """What can stand there, in words."""
    several: Sequence[Mapping[str, Any]] = field.get("anyOf") or field.get("oneOf") or ()
    if several:
        found = dict.fromkeys(_type(one) for one in several if one.get("type") != "null")
        return " or ".join(found) if len(found) <= _MOST_NAMED else "one of those below"
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        page = "segment-rules.md" if name in _of_rules() else "journey-yaml.md"
        return "a rule" if name == "RuleDocument" else f"[{name}]({page}#{name.lower()})"
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return _cell(", ".join(f"`{one}`" for one in field["enum"]))
    return _simple(field)


def _simple(field: Mapping[str, Any]) -> str:
    kind = field.get("type")
    if kind == "array":
        inside = field.get("items") or (field.get("prefixItems") or [{}])[0]
        return f"list of {_type(inside)}" if inside else "list"
    low, high = field.get("minimum"), field.get("maximum")
    bounds = f", {low:,} to {high:,}" if low is not None and high is not None else ""
    return _NAMES.get(str(kind), "anything") + bounds


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
