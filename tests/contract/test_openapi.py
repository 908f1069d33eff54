"""The API keeps its contract: what it answers is what its OpenAPI says, whatever it is asked.

Schemathesis makes requests from the OpenAPI, good ones and bad ones, and sends them to a running Siyu with data in it: as
an owner with a session, with an API key, and as nobody. No answer may be a fault of ours (5xx), none may have a status,
a content type or a shape that the OpenAPI does not declare, and what the OpenAPI forbids must be refused.

The short form (in ``make test``) makes the same few requests each time. ``SIYU_CONTRACT_EXAMPLES=200`` makes that many
for each route, each way, and other ones with each run: ``make contract``.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, CheckContext, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from tests.contract.asking import ENDLESS, HOW_MANY, OPERATIONS, Filled, contained, described, every, words

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def must_refuse(method: str, path: str) -> bool:
    """Whether there is anything that the OpenAPI forbids to send, and the route is held to it."""
    if path.startswith(("/v1/", "/beacon/", "/pixel/", "/sourceConfig")):
        return False  # tracking SDKs may send anything: what is wrong waits among the dead letters
    told = described(method, path)
    if "multipart/form-data" in told.get("requestBody", {}).get("content", {}):
        return False  # in a form everything is text, and any text is a file
    plain = all(
        one["schema"] == {"type": "string", "title": one["schema"].get("title")} for one in told.get("parameters", [])
    )
    return "requestBody" in told or not plain


def with_real_ids(case: Case, ids: dict[str, list[Any]], choose: Callable[[int], int]) -> None:
    """Put ids of what is there where the request names some: at random, hardly any would be hit."""
    for place in (case.path_parameters, case.query, case.body):
        if isinstance(place, dict):
            for name in place.keys() & ids.keys():
                place[name] = ids[name][choose(len(ids[name]))]


def spare(case: Case, filled: Filled) -> None:
    """Leave the operator alone as whom the requests come: without it all others would be refused."""
    named = case.path_parameters
    if isinstance(named, dict) and str(named.get("operator_id")) == str(filled.owner):
        named["operator_id"] = filled.ids["operator_id"][0]
    if isinstance(named, dict) and str(named.get("key_id")) == "1":  # the first key is the tests' own
        named["key_id"] = filled.ids["key_id"][0]


def refuses(ctx: CheckContext, response: Any, case: Case) -> bool | None:
    """What the OpenAPI forbids is refused; but a moment may also be a Unix time, which it does not say."""
    for one in described(case.method, case.path).get("parameters", []):
        if "date-time" in str(one["schema"]) and is_number((case.query or {}).get(one["name"])):
            return None
    return negative_data_rejection(ctx, response, case)


def is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def send(
    operation: APIOperation, how: GenerationMode, filled: Filled, headers: dict[str, str], *, real: bool = False
) -> None:
    """Send requests of one kind to one route, and hold each answer against the OpenAPI."""
    checks = [*CHECKS, refuses] if how is GenerationMode.NEGATIVE else CHECKS

    @HOW_MANY
    @given(case=operation.as_strategy(generation_mode=how), data=st.data())
    def one(case: Case, data: st.DataObject) -> None:
        if real:
            with_real_ids(case, filled.ids, lambda count: data.draw(st.integers(0, count - 1)))
        spare(case, filled)
        case.validate_response(case.call(base_url=filled.siyu.url, headers=headers), checks=checks)

    one()


@every
def test_good_requests(
    contract: Any, filled: Filled, session: dict[str, str], key: dict[str, str], operation: tuple[str, str]
) -> None:
    method, path = operation
    # Signing out as the owner would end the session of all that follow.
    send(contract[path][method], GenerationMode.POSITIVE, filled, {} if path.endswith("/sign-out") else session)
    send(contract[path][method], GenerationMode.POSITIVE, filled, key, real=True)


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one not in ENDLESS and must_refuse(*one)], ids=words
)
def test_bad_requests(contract: Any, filled: Filled, key: dict[str, str], operation: tuple[str, str]) -> None:
    method, path = operation
    send(contract[path][method], GenerationMode.NEGATIVE, filled, key)


@pytest.mark.parametrize("operation", OPERATIONS, ids=words)
def test_nobody(contract: Any, filled: Filled, operation: tuple[str, str]) -> None:
    """Whoever comes without a session or key hears so, before anything else is looked at."""
    method, path = operation
    case = contract[path][method].Case(path_parameters=dict.fromkeys(contained(path), "1"))
    answer = case.call(base_url=filled.siyu.url)
    case.validate_response(answer, checks=CHECKS)
    if described(method, path).get("security"):
        assert (answer.status_code, answer.json()["code"]) == (401, "NotSignedIn")
