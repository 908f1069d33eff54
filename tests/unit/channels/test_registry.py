"""Plugins are looked at before they are used, and what is wrong with one is said of that one."""

from dataclasses import replace
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any

import pytest
from tests.unit.channels.parrot import ABOUT, Parrot

from siyu.channels import registry
from siyu.channels.registry import BadPlugin, check, find
from siyu.channels.types import Capability, Channel, Field, Quota, Rate, Way
from siyu.kernel.errors import NotFound


class Package(Distribution):
    def read_text(self, filename: str) -> str | None:
        return "Metadata-Version: 2.1\nName: siyu-foreign\nVersion: 1\n" if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Path:
        return Path(path)


class Point(EntryPoint):
    """An entry point of a package that hands over this object."""

    def load(self) -> Any:
        if isinstance(OFFERED[self.value], Exception):
            raise OFFERED[self.value]
        return OFFERED[self.value]


OFFERED: dict[str, Any] = {}


def point(what: Any, name: str = "parrot") -> EntryPoint:
    key = f"place:{len(OFFERED)}"
    OFFERED[key] = what
    made = Point(name, key, registry.GROUP)
    vars(made)["dist"] = Package()
    return made


def changed(**about: Any) -> type[Channel]:
    return type("Changed", (Parrot,), {"about": replace(ABOUT, **about)})


class Nothing(Channel):
    about = replace(ABOUT, name="parrot", quotas=(), ways=())

    def health(self) -> list[Any]:
        return []


def test_a_good_plugin_is_taken() -> None:
    assert find([point(Parrot)]).good == {"parrot": Parrot}


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (ImportError("no module named x"), "cannot be loaded"),
        (object(), "no subclass"),
        (int, "no subclass"),
        (type("Half", (Channel,), {"about": ABOUT}), "does not implement health"),
        (type("Silent", (Channel,), {"health": lambda self: []}), "no 'about'"),
        (changed(name="macaw"), "calls itself 'macaw'"),
        (Nothing, "does not implement"),
        (changed(zone="Mars/Olympus"), "no time zone"),
        (changed(zh=""), "lacks a name or a label"),
        (changed(fields=(Field("a", "A", "甲"), Field("a", "B", "乙"))), "one name"),
        (changed(ways=(Way("mass", "M", "群发", "customer", quotas=("mass", "none")),)), "needs the quota 'none'"),
        (changed(ways=(Way("mass", "M", "群发", "customer"),)), "does not take from"),
        (changed(capabilities=frozenset({Capability.PUSH})), "does not send"),
        (changed(quotas=(*ABOUT.quotas, Quota("x", "account", "day", 0, "x", "x"))), "has no limit"),
        (changed(quotas=(*ABOUT.quotas, Quota("reply", "group", "grant", 5, "x", "x"))), "granted twice"),
        (changed(quotas=(*ABOUT.quotas, Quota("x", "account", "day", 1, "x", "x", {"secret": "1"}))), "no fields"),
        (changed(external_id="secret"), "no field that says"),
        (changed(rates=(Rate(0, 5),)), "no limit or no window"),
    ],
)
def test_what_is_wrong_is_said_and_of_whom(what: Any, said: str) -> None:
    with pytest.raises(BadPlugin) as caught:
        check(point(what))
    assert said in caught.value.message
    assert "siyu-foreign" in caught.value.message
    assert "siyu-foreign" in caught.value.message_zh


def test_a_bad_plugin_keeps_no_other_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found = find([point(int, "bad"), point(Parrot)])
    assert list(found.good) == ["parrot"]
    assert [one.details["plugin"] for one in found.bad] == ["bad"]
    monkeypatch.setattr(registry, "plugins", lambda: found)
    with pytest.raises(BadPlugin, match="no subclass"):
        registry.about("bad")
    assert registry.about("parrot") is ABOUT
    with pytest.raises(NotFound):
        registry.about("macaw")


def test_of_two_with_one_name_the_second_is_refused() -> None:
    found = find([point(Parrot), point(changed(zone="UTC"))])
    assert found.good == {"parrot": Parrot}
    assert "another one has the name" in found.bad[0].message


def test_what_is_installed_here_is_good() -> None:
    assert registry.find(registry.entry_points(group=registry.GROUP)).bad == ()


@pytest.mark.parametrize(("name", "place"), [("wecom", "siyu.channels.wecom:Wecom")])
def test_ours_are_good(name: str, place: str) -> None:
    assert check(EntryPoint(name, place, registry.GROUP)).about.name == name
