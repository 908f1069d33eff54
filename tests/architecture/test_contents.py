"""Errors and facts are contracts with programs outside: unique, complete, in two languages."""

import re
from pathlib import Path
from string import Formatter

import pytest
from scripts import contents

from siyu.engines.access.rules import RIGHTS
from siyu.engines.access.types import Role
from siyu.engines.settings import Settings, describe

JSON_TYPES = {"string", "integer", "number", "boolean", "object", "array"}


def fields(text: str) -> set[str]:
    return {name.partition("[")[0].partition(".")[0] for _, name, _, _ in Formatter().parse(text) if name}


class TestErrors:
    def test_codes_are_unique(self) -> None:
        codes = [error.__name__ for error in contents.errors()]
        assert sorted(codes) == sorted(set(codes))

    @pytest.mark.parametrize("error", contents.errors(), ids=lambda error: error.__name__)
    def test_says_it_in_both_languages(self, error: type) -> None:
        assert 400 <= error.status < 600  # type: ignore[attr-defined]
        assert re.search(r"[一-鿿：。]", error.zh)  # type: ignore[attr-defined]
        assert error.__doc__
        # the same fields, but a reason may come in each language under a name of its own
        both = [{name.removesuffix("_zh") for name in fields(text)} for text in (error.en, error.zh)]  # type: ignore[attr-defined]
        assert both[0] == both[1]


class TestFacts:
    def test_names_are_unique(self) -> None:
        names = [kind.name for _, kind in contents.facts()]
        assert sorted(names) == sorted(set(names))

    def test_every_kind_is_complete(self) -> None:
        for room, kind in contents.facts():
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*", kind.name), f"{room}: {kind.name}"
            assert kind.version >= 1
            assert kind.en, kind.name
            assert re.search(r"[一-鿿]", kind.zh), kind.name
            for name, (json_type, meaning) in kind.fields.items():
                assert json_type in JSON_TYPES, f"{kind.name}.{name}"
                assert meaning, f"{kind.name}.{name}"


class TestRights:
    def test_every_role_can_do_something(self) -> None:
        for role in Role:
            assert any(role in right.roles for right in RIGHTS.values())

    @pytest.mark.parametrize("name", RIGHTS)
    def test_says_it_in_both_languages(self, name: str) -> None:
        assert re.fullmatch(r"[a-z]+\.[a-z]+", name)
        assert RIGHTS[name].en
        assert re.search(r"[一-鿿]", RIGHTS[name].zh)


class TestSettings:
    def test_every_setting_has_a_group_and_a_description(self) -> None:
        for setting in describe():
            assert setting.group, setting.variable
            assert len(setting.description) > 10, setting.variable
            assert setting.type, setting.variable

    def test_every_setting_is_read_somewhere(self) -> None:
        source = Path(__file__).parents[2] / "src" / "siyu"
        text = "".join(path.read_text("utf-8") for path in source.rglob("*.py"))
        unread = [name for name in Settings.model_fields if not re.search(rf"\.{name}\b", text)]
        assert unread == []
