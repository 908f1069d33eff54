"""What no engine can hold, no parser can read and no route expects: each gets a clear refusal in both languages."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from schemathesis import Case
from tests.contract.asking import HOW_MANY, OPERATIONS, Filled, contained, described, every
from tests.contract.conftest import MAPPING, TILL

# Each stands for a fault that a database, a parser or a conversion has made somewhere: a NUL, half of a character, more
# than an integer column holds, what is no number, a year beyond the calendar's end.
NASTY: Final = (
    "a\x00b",
    "\ud800",
    str(2**63),
    "-1",
    "1e400",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "",
)
BROKEN: Final = {
    "not JSON": (b"{", "application/json"),
    "no UTF-8": (b'{"a": "\xff\xfe"}', "application/json"),
    "NUL": (b"\x00", "application/json"),
    "half a character": (b'{"a": "\\ud800"}', "application/json"),
    "a long number": (b'{"a": ' + b"9" * 5000 + b"}", "application/json"),
    "no number": (b'{"a": NaN}', "application/json"),
    "deep": (b"[" * 100_000, "application/json"),
    "a list": (b"[]", "application/json"),
    "XML": (b"<a/>", "text/xml"),
    "a form": (b"a=1", "application/x-www-form-urlencoded"),
    "a form of parts without its bound": (b"--x", "multipart/form-data"),
    "a broken form of parts": (b"--x\r\nContent-", "multipart/form-data; boundary=x"),
    "an unknown encoding": (b"{}", "application/json; charset=nonsense"),
    "nothing": (b"", "application/json"),
}


def hold(answer: httpx.Response, what: object) -> None:
    """No fault of ours; an error in the one shape, in both languages."""
    assert answer.status_code < 500, (what, answer.status_code, answer.text[:300])
    if answer.status_code >= 400:
        told = answer.json()
        assert {"code", "message", "message_zh", "details"} <= told.keys(), (what, told)
        assert told["message"], (what, told)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in told["message_zh"]), (what, told)


def quoted(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


@every
class TestNasty:
    def test_parameters(self, filled: Filled, web: httpx.Client, operation: tuple[str, str]) -> None:
        method, path = operation
        told = described(method, path)
        usual = {name: str(filled.ids.get(name, [1])[0]) for name in contained(path)}
        needed = {one["name"]: NEEDED.get(one["name"], "x") for one in told.get("parameters", []) if one["required"]}
        for one in told.get("parameters", []):
            for value in NASTY:
                given_ = {one["name"]: quoted(value)}
                there = path.format(**{name: quoted(it) for name, it in usual.items()} | given_)
                if one["in"] == "path" and value == "":
                    continue  # another address
                query = {name: quoted(it) for name, it in needed.items() if name not in usual}
                query |= given_ if one["in"] == "query" else {}
                asked = "&".join(f"{name}={it}" for name, it in query.items())
                if method == "GET":
                    hold(web.get(f"{there}?{asked}"), (path, one["name"], value))
                else:
                    hold(web.request(method, f"{there}?{asked}", json={}), (path, one["name"], value))

    def test_bodies(self, filled: Filled, web: httpx.Client, operation: tuple[str, str]) -> None:
        method, path = operation
        if "requestBody" not in described(method, path):
            return
        there = path.format(**{name: filled.ids.get(name, [1])[0] for name in contained(path)})
        for what, (body, kind) in BROKEN.items():
            hold(web.request(method, there, content=body, headers={"Content-Type": kind}), (path, what))

    def test_fields(self, contract: Any, filled: Filled, web: httpx.Client, operation: tuple[str, str]) -> None:
        """What is well formed, with values that no engine can hold."""
        method, path = operation
        if "application/json" not in described(method, path).get("requestBody", {}).get("content", {}):
            return
        there = path.format(**{name: filled.ids.get(name, [1])[0] for name in contained(path)})

        @HOW_MANY
        @given(case=contract[path][method].as_strategy())
        def one(case: Case) -> None:
            for text, number in (("a\x00b", 2**63), ("\ud800", -(2**63) - 1), ("x" * 100_000, 2**31), ("", 10**30)):
                body = json.dumps(with_leaves(case.body, text, number)).encode()
                answer = web.request(method, there, content=body, headers={"Content-Type": "application/json"})
                hold(answer, (path, body[:300]))

        one()


@pytest.mark.parametrize("path", sorted({path for _, path in OPERATIONS}))
def test_methods(filled: Filled, nobody: httpx.Client, path: str) -> None:
    there = path.format(**dict.fromkeys(contained(path), "1"))
    # A method that is none at all is refused by the HTTP parser, before there is an application.
    for method in ("HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH"):
        answer = nobody.request(method, there)
        if method == "HEAD":
            assert answer.status_code < 500
        else:
            hold(answer, (method, path))


# Good values of what routes need beside what is asked nastily.
NEEDED: Final = {"cohort": "2026-01-01", "kind": "order.paid", "value": "u1"}


def with_leaves(value: Any, text: str, number: int) -> Any:
    """The same with every text and every number replaced."""
    match value:
        case dict():
            return {name: with_leaves(one, text, number) for name, one in value.items()}
        case list():
            return [with_leaves(one, text, number) for one in value]
        case bool() | None:
            return value
        case int() | float():
            return number
        case str():
            return text
        case _:
            return None


@pytest.fixture
def mapping() -> Iterator[Path]:
    """A mapping as a file, under a name that is short enough for the route."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.json"
        path.write_text(json.dumps(MAPPING), "utf-8")
        yield path


def test_no_file_of_the_machine_is_read_as_a_mapping(web: httpx.Client, mapping: Path) -> None:
    """On the command line a mapping may be a file; over HTTP the same words would be a look into the server's folders."""
    for path in ("/api/v1/imports", "/api/v1/imports/preview"):
        how = {"kind": "orders", "mapping": str(mapping)}
        answer = web.post(path, files={"file": ("till.csv", TILL.encode())}, data=how)
        assert answer.status_code == 404, answer.text
        hold(answer, path)
