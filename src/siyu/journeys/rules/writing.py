"""Definitions as JSON and as YAML: the same shape, and the same definition again when they are read. Pure.

YAML is read as its version 1.2 means it: ``10:00`` is a text and no number of base 60, ``on`` is a word and not true.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import yaml
from pydantic import TypeAdapter, ValidationError

from siyu.engines.validation import first_wrong
from siyu.journeys.types.definition import Definition
from siyu.journeys.types.problems import BadDefinition
from siyu.kernel.errors import original

_TELLING: Final = ("kind", "by", "condition")  # which of several shapes it is
_LARGEST: Final = 1_000_000  # characters


@cache
def _adapter() -> TypeAdapter[Definition]:
    """Built when a definition is first read or written: that takes a good part of a start."""
    return TypeAdapter(Definition)


def from_json(found: Any) -> Definition:
    """The definition of this JSON.

    Raises:
        BadDefinition: says where it is wrong, and how.
    """
    try:
        return _adapter().validate_python(found)
    except ValidationError as error:
        en, zh = first_wrong(error, "definition")
        raise BadDefinition(reason=f"{en}.", reason_zh=f"{zh}。") from None


def to_json(definition: Definition) -> dict[str, Any]:
    """What is not said because it is the default is left out."""
    whole = _adapter().dump_python(definition, mode="json")
    short = _adapter().dump_python(definition, mode="json", exclude_defaults=True)
    written = _telling(whole, short)
    assert isinstance(written, dict)
    return {"version": 1, **written}


def _telling(whole: Any, short: Any) -> Any:
    if isinstance(short, Mapping) and isinstance(whole, Mapping):
        told = {name: whole[name] for name in _TELLING if isinstance(whole.get(name), str)}
        return told | {name: _telling(whole[name], value) for name, value in short.items() if name not in told}
    if isinstance(short, list):
        return [_telling(one, other) for one, other in zip(whole, short, strict=True)]
    return short


class _Loader(yaml.SafeLoader):
    """Without anchors (a short text may grow without end by them), and a name stands once."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="anchors and aliases are not read", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
        if twice is not None:
            raise yaml.MarkedYAMLError(problem=f"'{twice}' stands twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    lines = "\n" in value and not re.search(r"[ \t]\n|\r|^\s|[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ufeff]", value)
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if lines else None)


def _number(made: Callable[[str], float]) -> Callable[[yaml.SafeLoader, yaml.ScalarNode], float]:
    return lambda loader, node: made(str(loader.construct_scalar(node)))


_WORDS: Final = (
    ("tag:yaml.org,2002:bool", re.compile(r"true|false"), "tf"),
    ("tag:yaml.org,2002:null", re.compile(r"~|null|"), ["~", "n", ""]),
    ("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]*)"), "-0123456789"),
    (
        "tag:yaml.org,2002:float",
        re.compile(r"-?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?|-?[0-9]+(\.[0-9]+)?[eE][-+]?[0-9]+"),
        "-0123456789",
    ),
)
_Loader.yaml_implicit_resolvers = {}  # the dumper keeps the old ones as well: what another reader may take amiss is quoted
for _tag, _pattern, _first in _WORDS:
    _whole = re.compile(f"(?:{_pattern.pattern})$")
    _Loader.add_implicit_resolver(_tag, _whole, list(_first))
    _Dumper.add_implicit_resolver(_tag, _whole, list(_first))
_Dumper.add_representer(str, _text)
_Loader.add_constructor("tag:yaml.org,2002:float", _number(float))
_Loader.add_constructor("tag:yaml.org,2002:int", _number(int))


def from_yaml(text: str) -> Mapping[str, Any]:
    """The object that a YAML file holds.

    Raises:
        BadDefinition: it is no YAML, holds anchors, or is no object.
    """
    if len(text) > _LARGEST:
        raise BadDefinition(reason="the file has more than a million characters.", reason_zh="文件超过一百万个字符。")
    try:
        found = yaml.load(text, _Loader)  # noqa: S506 - a safe loader of our own
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        said = " ".join(str(error).split())[:300]
        raise BadDefinition(
            reason=f"it is no YAML that can be read: {said}", reason_zh=f"不是可读的 YAML{original(said)}。"
        ) from None
    if not isinstance(found, dict):
        raise BadDefinition(reason="the file holds no object with names.", reason_zh="文件的顶层应为带名称的对象。")
    return {str(name): value for name, value in found.items()}


def to_yaml(found: Mapping[str, Any]) -> str:
    """For people and for git: names in the order in which a journey is told, texts of several lines as such."""
    return yaml.dump(dict(found), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
