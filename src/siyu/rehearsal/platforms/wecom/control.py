"""The door for who plays the customers: a developer, or a test with a browser. Not part of the platform."""

import html
import inspect
from collections.abc import Callable, Iterable
from typing import Any, Final

import orjson
from pydantic import TypeAdapter, ValidationError, validate_call
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from siyu.kernel.errors import BadInput, NotFound, SiyuError, original
from siyu.rehearsal.platforms.faults import Faults
from siyu.rehearsal.platforms.wecom.fake import Corp
from siyu.rehearsal.platforms.wecom.types import ContactWay, JoinWay

_FAULTS: Final = TypeAdapter(Faults)
MOST_ACTS: Final = 60  # a minute; who wants more lets a test live
ACTS: Final[tuple[str, ...]] = (
    "new_person",
    "customer_adds",
    "customer_scans",
    "customer_clicks",
    "customer_joins_by",
    "customer_deletes",
    "customer_talks",
    "customer_refuses",
    "customer_likes",
    "customer_comments",
    "customer_enters",
    "customer_says",
    "staff_deletes",
    "staff_writes",
    "staff_tags",
    "staff_is_hired",
    "staff_is_deactivated",
    "staff_leaves",
    "staff_confirms",
    "staff_forgets",
    "staff_publishes",
    "group_is_made",
    "group_gains",
    "group_loses",
    "group_is_renamed",
    "group_is_told",
    "group_changes_owner",
    "group_is_dismissed",
    "tag_group_is_made",
    "tag_is_made",
    "tag_is_renamed",
    "tag_is_deleted",
    "tags_are_shuffled",
    "account_is_made",
)


def routes(corp: Corp) -> list[Route]:
    """The page, and what it offers as JSON."""

    def route(path: str, work: Callable[[Corp, dict[str, Any], Request], Any], *methods: str) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                body = await _object(request)
                answer, status = await run_in_threadpool(work, corp, body, request), 200
            except SiyuError as error:
                answer, status = error.as_json(), error.status
            said = orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
            return Response(said, status, media_type="application/json")

        return Route(path, endpoint, methods=list(methods))

    async def page(_: Request) -> Response:
        return HTMLResponse(_page(corp))

    return [
        Route("/", page),
        route("/truth", lambda corp, _, __: corp.truth(), "GET"),
        route("/state", lambda corp, _, __: corp.describe(), "GET"),
        route("/ways", _ways, "GET"),
        route("/welcomes", lambda corp, _, __: list(corp.state.welcomes.values()), "GET"),
        route("/callbacks", _callbacks, "GET"),
        route("/callback", _call_back, "PUT"),
        route("/pace", _pace, "PUT"),
        route("/faults", lambda corp, _, __: corp.faults, "GET"),
        route("/faults", _faults, "PUT"),
        route("/acts/{name}", _act, "POST"),
        route("/tick", _tick, "POST"),
        route("/tokens/die", _die, "POST"),
    ]


async def _object(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        body = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError as error:
        raise BadInput(reason=f"not JSON: {error}.", reason_zh=f"不是有效的 JSON{original(error)}。") from None
    if not isinstance(body, dict):
        raise BadInput(reason="send a JSON object.", reason_zh="请发送一个 JSON 对象。")
    return body


def _act(corp: Corp, body: dict[str, Any], request: Request) -> Any:
    """Do what a person would do; the body has the arguments. Answers what the act gives."""
    name = request.path_params["name"]
    if name not in ACTS:
        raise NotFound(what="act", what_zh="操作", key=name)
    try:
        given = validate_call(getattr(corp, name))(**body)
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise BadInput(reason=f"{name}: {said}.", reason_zh=f"{name} 的参数有误{original(said)}。") from None
    return {"result": given}


def _ways(corp: Corp, _: dict[str, Any], __: Request) -> Any:
    """Ids of contact ways and join ways, by the state that they carry; of several with the same, the newest."""

    def by_state(found: Iterable[ContactWay | JoinWay]) -> dict[str, str]:
        return {str(one.body.get("state", "")): one.config_id for one in found}

    with corp.lock:
        return {"ways": by_state(corp.state.ways.values()), "join_ways": by_state(corp.state.join_ways.values())}


def _tick(corp: Corp, _: dict[str, Any], __: Request) -> Any:
    corp.tick()
    return corp.describe()


def _die(corp: Corp, _: dict[str, Any], __: Request) -> Any:
    corp.tokens.die()
    return {}


def _faults(corp: Corp, body: dict[str, Any], _: Request) -> Any:
    """Turn the switches that are named; the others stay."""
    unknown = set(body) - set(Faults.__dataclass_fields__)
    if unknown:
        names = ", ".join(sorted(unknown))
        raise BadInput(reason=f"no such switch: {names}.", reason_zh=f"没有这些故障开关：{names}。")
    try:
        turned = _FAULTS.validate_python({**_FAULTS.dump_python(corp.faults), **body})
    except (ValidationError, ValueError) as error:
        said = " ".join(str(error).split())
        raise BadInput(reason=f"faults: {said}.", reason_zh=f"故障开关有误{original(said)}。") from None
    for name in body:
        setattr(corp.faults, name, getattr(turned, name))
    return corp.faults


def _pace(corp: Corp, body: dict[str, Any], _: Request) -> Any:
    """How much happens by itself: ``acts_per_minute``."""
    said = body.get("acts_per_minute")
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= MOST_ACTS:
        raise BadInput(
            reason=f"acts_per_minute is a number from 0 to {MOST_ACTS}.",
            reason_zh=f"acts_per_minute 应为 0 至 {MOST_ACTS} 的数字。",
        )
    corp.acts_per_minute = float(said)
    return {"acts_per_minute": corp.acts_per_minute}


def _call_back(corp: Corp, body: dict[str, Any], _: Request) -> Any:
    """Set where callbacks go, and verify it as the console does; an empty address: nowhere."""
    url, token, key = (str(body.get(name, "")) for name in ("url", "token", "aes_key"))
    if not url:
        corp.hang_up()
        return {"verified": False, "reason": ""}
    check_receiver(url, token, key)
    corp.call_back(url, token, key, by_itself=True)
    verified, reason = corp.verify()
    return {"verified": verified, "reason": reason}


def check_receiver(url: str, token: str, aes_key: str) -> None:
    """Check what an operator filled in.

    Raises:
        BadInput: something of it cannot be right.
    """
    if not url.startswith(("http://", "https://")):
        raise BadInput(reason=f"'{url}' is no address.", reason_zh=f"“{url}”不是有效的网址。")
    if not token or len(aes_key) != 43 or not aes_key.isalnum():
        raise BadInput(
            reason="a callback needs a token, and a key of 43 letters and digits.",
            reason_zh="回调需要 Token，以及 43 位字母或数字组成的 EncodingAESKey。",
        )


def _callbacks(corp: Corp, _: dict[str, Any], __: Request) -> Any:
    """The latest callbacks that were sent, newest first."""
    if corp.deliverer is None:
        return {"counts": {}, "waiting": 0, "sent": []}
    sent = list(corp.deliverer.history)[::-1]
    return {"counts": dict(corp.deliverer.counts), "waiting": corp.deliverer.waiting(), "sent": sent}


def _page(corp: Corp) -> str:
    def told(name: str) -> str:
        act = getattr(corp, name)
        arguments = ", ".join(one for one in inspect.signature(act).parameters)
        meaning = (inspect.getdoc(act) or "").split("\n\n")[0]
        return f"<tr><td><code>{name}</code></td><td><code>{arguments}</code></td><td>{html.escape(meaning)}</td></tr>"

    counts = "".join(f"<li>{html.escape(str(k))}: {html.escape(str(v))}</li>" for k, v in corp.describe().items())
    ways = "".join(
        f"<li><code>{html.escape(way.config_id)}</code> {html.escape(str(way.body.get('state', '')))}</li>"
        for way in corp.state.ways.values()
    )
    rows = "".join(map(told, ACTS))
    return f"""<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Fake WeCom 模拟企业微信</title>
<style>body{{font:15px/1.6 sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}}
td{{border-top:1px solid #ddd;padding:.3rem .6rem;vertical-align:top}}textarea{{width:100%;height:5rem}}</style>
<h1>Fake WeCom 模拟企业微信</h1><ul>{counts}</ul>
<h2>Act 操作</h2>
<p><select id="act">{"".join(f"<option>{name}</option>" for name in ACTS)}</select>
<button id="do" type="button">Do 执行</button></p>
<textarea id="body" aria-label="arguments">{{}}</textarea><pre id="answer"></pre>
<script>document.getElementById("do").onclick = async () => {{
  const answer = await fetch("/_control/acts/" + document.getElementById("act").value,
    {{method: "POST", body: document.getElementById("body").value}});
  document.getElementById("answer").textContent = await answer.text();
}}</script>
<table><tr><td>POST /_control/acts/…</td><td>arguments, as JSON</td><td></td></tr>{rows}</table>
<h2>Contact ways 联系我</h2><ul>{ways}</ul>
<h2>More</h2><p>GET <a href="/_control/truth">truth</a>, <a href="/_control/state">state</a>,
<a href="/_control/ways">ways</a>, <a href="/_control/welcomes">welcomes</a>, <a href="/_control/callbacks">callbacks</a>,
<a href="/_control/faults">faults</a>; PUT faults, callback {{url, token, aes_key}}, pace {{acts_per_minute}}; POST tick, tokens/die</p></html>"""
