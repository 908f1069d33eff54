"""Tokens of the account, and what concerns the account itself."""

from typing import Any, Final

from siyu.rehearsal.platforms.wechat.account import Account
from siyu.rehearsal.platforms.wechat.api.frame import Call, Declined, api

_LIFE: Final = 7200


@api("cgi-bin/token", "GET", without_token=True)
def plain(call: Call) -> Any:
    """Every call gives a new one and ends the one before."""
    _check(call)
    return _issue(call.account, "plain", new=True)


@api("cgi-bin/stable_token", without_token=True)
def stable(call: Call) -> Any:
    """Gives the same one within its life, unless it is forced."""
    _check(call)
    return _issue(call.account, "stable", new=call.body.get("force_refresh") is True)


def _check(call: Call) -> None:
    if call.text("grant_type") != "client_credential":
        raise Declined(40002, "invalid grant_type")
    call.own_secret()


def _issue(account: Account, way: str, *, new: bool) -> Any:
    if new:
        account.generation[way] += 1
    life = account.faults.token_life or _LIFE
    token, left = account.tokens.issue(f"{way}#{account.generation[way]}", life)
    # What is said of its life is the usual, also when it will die before.
    return {"access_token": token, "expires_in": _LIFE if account.faults.token_life else left}


@api("cgi-bin/getcallbackip", "GET")
def callback_addresses(_: Call) -> Any:
    """Where callbacks come from."""
    return {"ip_list": ["127.0.0.1"]}


@api("cgi-bin/clear_quota")
def clear_quota(call: Call) -> Any:
    """All calls of the day are forgotten, ten times a month."""
    if call.text("appid") != call.account.state.app_id:
        raise Declined(40013)
    month = call.account.day()[:7]
    if call.account.calls["clear_quota", month] >= 10:
        raise Declined(48006, "forbid to clear quota because of reaching the limit")
    kept = call.account.calls["clear_quota", month] + 1
    call.account.calls.clear()
    call.account.calls["clear_quota", month] = kept
    return {}
