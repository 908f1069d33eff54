"""What people see of the platform: the page on which a browser pays, and their phones, on which they take what waits for them.

The real ones are WeChat's own. The page of a browser asks who sent it, as WeChat does, and says nothing of what was done
to the page that it goes back to.
"""

from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from siyu.rehearsal.platforms.wechat_pay.merchant import FakeMerchant

_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>模拟微信支付</title>
<style>
body {{ font: 16px/1.6 system-ui, sans-serif; max-width: 26rem; margin: 0 auto; padding: 1.5rem 1rem; color: #1a1a1a; background: #ededed }}
section {{ background: #fff; border-radius: 8px; padding: 1rem; margin-bottom: 1rem }}
h1 {{ font-size: 1.1rem }} h2 {{ font-size: 1rem; margin: 0 }} p {{ margin: .4rem 0 }}
.amount {{ font-size: 2rem; font-weight: 600 }} .quiet {{ color: #595959 }}
button {{ font: inherit; width: 100%; padding: .7rem; margin-top: .6rem; border: 0; border-radius: 6px }}
.go {{ background: #067d3e; color: #fff }} .stop {{ background: #e4e4e4; color: #1a1a1a }}
</style></head>
<body><h1>模拟微信支付 <span class="quiet">A fake WeChat Pay: no money moves</span></h1>{inner}</body></html>
"""
_STATES: Final = {
    "WAIT_USER_CONFIRM": "待收款 / To be taken", "SUCCESS": "已收款 / Taken", "CANCELLED": "商户已撤销 / Taken back",
    "FAIL": "已退回商户 / Given back",
}  # fmt: skip
_SHOWN: Final = 50


async def pay(merchant: FakeMerchant, request: Request) -> Response:
    """The page on which a browser pays, or closes it; then it goes back to whence it came."""
    query = request.query_params
    back = query.get("redirect_url", "")
    if back and urlsplit(back).scheme not in {"http", "https"}:
        return _said("redirect_url 无效 / not an address", 400)
    if request.method == "GET" and not request.headers.get("referer"):
        return _said("商家参数格式有误，请联系商家解决 / No Referer came with you", 403)
    try:
        trade = merchant.visited(query.get("prepay_id", ""))
        if request.method == "POST" and (await request.form()).get("act") == "pay":
            merchant.pays_in_browser(query["prepay_id"])
    except ValueError as error:
        return _said(f"支付链接已失效，请返回商家重新下单 / It can be paid no more ({error})", 409)
    if request.method == "POST":
        return RedirectResponse(back, 303) if back else _said("可以关闭本页 / Close this page", 200)
    return HTMLResponse(_PAGE.format(inner=_asked(merchant, trade)))


async def phones(merchant: FakeMerchant, request: Request) -> Response:
    """What waits on people's phones: money that they can take."""
    if request.method == "POST":
        form = await request.form()
        try:
            merchant.confirms(str(form.get("package", "")))
        except (ValueError, StopIteration):
            return _said("该转账已不能收款 / It can be taken no more", 409)
        return RedirectResponse("/", 303)
    with merchant.lock:
        bills = list(merchant.bills.values())[-_SHOWN:][::-1]
    inner = "".join(_bill(one) for one in bills) or "<section><p>暂无转账 / No transfers</p></section>"
    return HTMLResponse(_PAGE.format(inner=inner))


def _asked(merchant: FakeMerchant, trade: dict[str, Any]) -> str:
    amount = trade["amount"]["total"] / 100
    if trade["trade_state"] != "NOTPAY":
        inner = '<button class="stop" name="act" value="close">返回商家 / Back</button>'
    else:
        inner = (
            '<button class="go" name="act" value="pay">确认支付 / Pay</button>'
            '<button class="stop" name="act" value="close">取消 / Close</button>'
        )
    return (
        f"<section><h2>{escape(merchant.name)}</h2><p>{escape(trade['description'])}</p>"
        f'<p class="amount">¥{amount:,.2f}</p><form method="post">{inner}</form></section>'
    )


def _bill(bill: dict[str, Any]) -> str:
    button = (
        f'<form method="post"><button class="go" name="package" value="{escape(bill["package_info"])}">确认收款 / Take it'
        "</button></form>"
        if bill["state"] == "WAIT_USER_CONFIRM"
        else ""
    )
    return (
        f"<section><h2>{escape(bill['transfer_remark'])}</h2>"
        f'<p class="amount">¥{bill["transfer_amount"] / 100:,.2f}</p>'
        f'<p class="quiet">{escape(bill["openid"])} · {_STATES.get(bill["state"], bill["state"])}</p>{button}</section>'
    )


def _said(words: str, status: int) -> Response:
    return HTMLResponse(_PAGE.format(inner=f"<section><p>{escape(words)}</p></section>"), status)
