from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.journeys.rules.writing import from_json, from_yaml, to_json, to_yaml
from siyu.journeys.types import BadDefinition, Definition

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
TEXTS = st.one_of(
    WORDS,
    st.sampled_from(["10:00", "on", "yes", "1e5", "0x1f", "~", "null", "a\nb\n c", " x", "2026-11-11", "- a", "#"]),
)
SCALARS = st.one_of(
    st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), TEXTS
)
NAMES = st.sampled_from(["a", "第二步", "c_3", "on", "1", "10"])
TESTS = st.fixed_dictionaries(
    {
        "property": WORDS.filter(bool),
        "comparison": st.sampled_from(["eq", "ne", "contains", "in"]),
        "value": st.one_of(SCALARS, st.lists(SCALARS, max_size=3)),
    }
)
FACTS = st.fixed_dictionaries({"kind": WORDS.filter(bool), "where": st.lists(TESTS, max_size=2)})
STEPS = st.one_of(
    st.fixed_dictionaries({"kind": st.just("wait"), "next": NAMES, "duration": TEXTS, "at": st.just("10:00")}),
    st.fixed_dictionaries(
        {
            "kind": st.just("wait"),
            "next": NAMES,
            "until": st.integers(0, 2**36).map(lambda at: datetime.fromtimestamp(at, UTC).isoformat()),
        }
    ),
    st.fixed_dictionaries(
        {"kind": st.just("wait_for"), "fact": FACTS, "timeout": TEXTS, "next": NAMES, "otherwise": NAMES}
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("send"),
            "next": NAMES,
            "text": TEXTS,
            "wishes": st.just([{"channel": "wecom", "way": "group_send"}]),
            "attachments": st.lists(
                st.fixed_dictionaries(
                    {"kind": WORDS.filter(bool), "fields": st.dictionaries(TEXTS, TEXTS, max_size=2)}
                ),
                max_size=2,
            ),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("trait"), "next": NAMES, "trait": WORDS.filter(bool), "value": SCALARS}),
    st.just({"kind": "exit"}),
)
LEAVES = st.one_of(
    st.fixed_dictionaries({"condition": st.just("tag"), "tag": WORDS.filter(bool)}),
    st.fixed_dictionaries({"condition": st.just("segment"), "segment_id": st.integers(1, 9)}),
    st.fixed_dictionaries({"condition": st.just("value"), "comparison": st.just("ge"), "fen": st.integers(0, 10**6)}),
)
RULES = st.fixed_dictionaries(
    {
        "rule": LEAVES
        | st.fixed_dictionaries({"condition": st.just("any"), "of": st.lists(LEAVES, min_size=1, max_size=3)})
    }
)
DEFINITIONS = st.fixed_dictionaries(
    {
        "name": WORDS.filter(bool),
        "trigger": st.fixed_dictionaries({"kind": st.just("fact"), "fact": FACTS, "key": TEXTS}),
        "start": NAMES,
        "steps": st.dictionaries(NAMES, STEPS, max_size=4),
        "audience": st.none() | RULES,
        "variables": st.dictionaries(TEXTS, TEXTS, max_size=2),
        "layout": st.dictionaries(
            NAMES, st.fixed_dictionaries({"x": st.integers(-999, 999), "y": st.integers(-999, 999)}), max_size=2
        ),
    }
)


def definition(found: Mapping[str, Any]) -> Definition:
    return from_json(found)


@given(DEFINITIONS)
def test_a_definition_comes_back_the_same_from_json_and_from_yaml(found: dict[str, Any]) -> None:
    made = definition(found)
    assert from_json(to_json(made)) == made
    assert from_json(from_yaml(to_yaml(to_json(made)))) == made


@settings(max_examples=100)
@given(DEFINITIONS)
def test_other_readers_of_yaml_understand_the_same(found: dict[str, Any]) -> None:
    """They may read version 1.1, in which ``on`` is true and ``10:00`` is six hundred."""
    written = to_json(definition(found))
    assert yaml.safe_load(to_yaml(written)) == written


def test_what_people_write_means_what_it_looks_like() -> None:
    found = from_yaml("at: 10:00\non: off\nday: 2026-11-11\nnumber: 7\nshare: 0.5\nno: ~\ntrue_: true\n")
    assert found == {
        "at": "10:00",
        "on": "off",
        "day": "2026-11-11",
        "number": 7,
        "share": 0.5,
        "no": None,
        "true_": True,
    }


def test_a_moment_is_read_with_or_without_quotes() -> None:
    step = {"kind": "wait", "next": "b", "until": "2026-11-11T20:00:00"}
    made = from_json({"name": "x", "trigger": {"kind": "manual"}, "start": "a", "steps": {"a": step}})
    assert made.steps["a"].until == "2026-11-11T20:00:00"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1\nb: *x", "anchors"),
        ("a: 1\na: 2", "stands twice"),
        ("- 1", "no object"),
        ("{", "no YAML"),
        ("a: !!python/object:os.system {}", "no YAML"),
        ("? [1, 2]\n: x", "no YAML"),
        ("[" * 2000, "no YAML"),
        ("a: " + "x" * 1_000_001, "million"),
    ],
)
def test_bad_yaml_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(BadDefinition, match=said) as caught:
        from_yaml(text)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in caught.value.message_zh)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"steps": {"a": {"kind": "exit", "next": "b"}}}, "steps.a.exit.next"),
        ({"steps": {"a": {"kind": "fly"}}}, "steps.a"),
        ({"steps": {"a b": {"kind": "exit"}}}, "steps.a b"),
        ({"colour": "red"}, "colour"),
        ({"trigger": {"kind": "fact"}}, "trigger.fact.fact"),
        ({"control_bp": 9999}, "control_bp"),
        ({"steps": {"a": {"kind": "wait", "next": "b", "until": "2026-02-30T10:00"}}}, "steps.a.wait.until"),
        ({"steps": {"a": {"kind": "wait", "next": "b", "at": "25:00"}}}, "steps.a.wait.at"),
    ],
)
def test_bad_definitions_say_where(change: dict[str, Any], where: str) -> None:
    good = {"name": "x", "trigger": {"kind": "manual"}, "start": "a", "steps": {"a": {"kind": "exit"}}}
    with pytest.raises(BadDefinition) as caught:
        from_json({**good, **change})
    assert where in caught.value.message
    assert where in caught.value.message_zh
