"""JD: GB18030, a row a line with the amounts of the order on each; refunds show only where the order was cancelled."""

from pathlib import Path
from typing import Final

import numpy as np

from siyu.rehearsal.exports.frame import View, header, masked_phone, orders_file, texts, write_table, yuan
from siyu.rehearsal.identifiers import jd_account
from siyu.rehearsal.types import NEVER, Brand, ExportFile, Shop, State

_ORDERS: Final = header(
    """订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,订单类型,下单帐号,客户姓名,
    客户地址,联系电话,订单备注,发票类型,发票抬头,发票内容,商家备注,商家备注等级,运费金额,付款确认时间,增值税发票,货号,订单完成时间,订单来源,
    订单渠道"""
)
_WORDS: Final = {
    State.PLACED: "等待付款",
    State.PAID: "等待出库",
    State.SHIPPED: "等待确认收货",
    State.RECEIVED: "完成",
    State.CLOSED_UNPAID: "(删除)等待付款",
    State.CLOSED_REFUNDED: "(删除)等待出库",
}
_HIDES_PHONE: Final = 4  # one buyer in so many
_USES_BALANCE: Final = 9


def write(brand: Brand, folder: Path) -> list[ExportFile]:
    """The one export of orders."""
    view = View(brand, Shop.JD, 0, brand.end)
    orders, path = brand.orders, folder / "京东-订单.csv"
    names, _, codes, _ = view.shop_columns
    quantity, price, _ = view.line_money()
    due = orders.paid[view.orders]
    buyers = np.array(view.buyers, np.int64)
    balance = np.where(buyers % _USES_BALANCE == 0, due // 10, 0)
    phones = [
        masked_phone(phone) if buyer % _HIDES_PHONE == 1 else phone
        for phone, buyer in zip(view.receiver_phones, view.buyers, strict=True)
    ]
    done = np.where(view.state[:] == State.RECEIVED, orders.received[view.orders], NEVER)
    finished = np.full(len(orders), NEVER, np.int64)
    finished[view.orders] = done
    columns = {
        "订单号": view.by_line(view.numbers),
        "商品ID": [f"10{code[2:]}" for code in codes],
        "商品名称": names,
        "订购数量": texts(quantity),
        "支付方式": "在线支付",
        "下单时间": view.by_line(view.times(orders.placed)),
        "京东价": yuan(price),
        "订单金额": view.by_line(yuan(orders.goods[view.orders])),
        "结算金额": view.by_line(yuan(due)),
        "余额支付": view.by_line(yuan(balance)),
        "应付金额": view.by_line(yuan(due - balance)),
        "订单状态": view.by_line(view.words(_WORDS)),
        "订单类型": "SOP",
        "下单帐号": view.by_line([jd_account(brand, buyer) for buyer in view.buyers]),
        "客户姓名": view.by_line(view.receiver_names),
        "客户地址": view.by_line(["".join(parts) for parts in view.places]),
        "联系电话": view.by_line(phones),
        "发票类型": "不需要开具发票",
        "运费金额": view.by_line(yuan(orders.postage[view.orders])),
        "付款确认时间": view.by_line(view.times(orders.paid_at)),
        "货号": codes,
        "订单完成时间": view.by_line(view.times(finished)),
        "订单来源": "移动端订单",
        "订单渠道": "京东商城",
    }
    rows = write_table(path, _ORDERS, columns, len(view.lines), encoding="gb18030")
    return [orders_file(path, Shop.JD, rows, says_shop=False)]
