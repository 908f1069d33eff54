"""Tmall: 订单报表 and 宝贝报表, GB18030, order numbers as ``="…"``, phones after an apostrophe.

The orders come in two exports that overlap: one made a month ago, one of today that goes back two months. What happened
to an order between the two is only in the newer one.
"""

from pathlib import Path
from typing import Final

import numpy as np

from siyu.rehearsal.exports.frame import (
    OLDER,
    RECENT,
    View,
    header,
    masked_phone,
    orders_file,
    texts,
    write_table,
    yuan,
)
from siyu.rehearsal.identifiers import alipay_account, taobao_nick
from siyu.rehearsal.rules.calendar import DAY
from siyu.rehearsal.types import SHOPS, Brand, ExportFile, Shop, State

_ORDERS: Final = header(
    """订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,买家实际支付积分,
    订单状态,买家留言,收货人姓名,收货地址,运送方式,联系电话,联系手机,订单创建时间,订单付款时间,宝贝标题,宝贝种类,物流单号,物流公司,订单备注,
    宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,特权订金订单id,定金排名,修改后的sku,
    修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,是否是O2O交易,确认收货时间,打款商家金额,退款金额,支付单号"""
)
_DETAILS: Final = header(
    """子订单编号,主订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码,支付单号,买家应付货款,买家实际支付金额,
    退款状态,退款金额,订单创建时间,订单付款时间"""
)
_WORDS: Final = {
    State.PLACED: "等待买家付款",
    State.PAID: "买家已付款，等待卖家发货",
    State.SHIPPED: "卖家已发货，等待买家确认",
    State.RECEIVED: "交易成功",
    State.CLOSED_UNPAID: "交易关闭",
    State.CLOSED_REFUNDED: "交易关闭",
}
_REASONS: Final = {State.CLOSED_UNPAID: "买家未付款", State.CLOSED_REFUNDED: "退款"}
HIDES_PHONE = 11  # one buyer in so many has switched the privacy number on


def write(brand: Brand, folder: Path) -> list[ExportFile]:
    """The two exports of orders and the one of lines."""
    older = View(brand, Shop.TMALL, 0, brand.end - OLDER * DAY)
    newer = View(brand, Shop.TMALL, brand.end - RECENT * DAY, brand.end)
    everything = View(brand, Shop.TMALL, 0, brand.end)
    first, second, lines = (
        folder / name for name in ("天猫-订单报表-1.csv", "天猫-订单报表-2.csv", "天猫-宝贝报表.csv")
    )
    return [
        orders_file(first, Shop.TMALL, _write_orders(older, first), says_shop=False),
        orders_file(second, Shop.TMALL, _write_orders(newer, second), says_shop=False),
        orders_file(lines, Shop.TMALL, _write_lines(everything, lines), says_shop=False),
    ]


def _quoted(numbers: list[str]) -> list[str]:
    return [f'="{number}"' for number in numbers]


def _write_orders(view: View, path: Path) -> int:
    brand, orders = view.brand, view.brand.orders
    goods, postage = orders.goods[view.orders], orders.postage[view.orders]
    due = orders.paid[view.orders]
    hidden = [buyer % HIDES_PHONE == 0 for buyer in view.buyers]
    phones = [masked_phone(p) if hide else p for p, hide in zip(view.receiver_phones, hidden, strict=True)]
    received = view.state == State.RECEIVED
    columns = {
        "订单编号": _quoted(view.numbers),
        "买家会员名": [taobao_nick(brand, buyer) for buyer in view.buyers],
        "买家支付宝账号": [alipay_account(brand, buyer) for buyer in view.buyers],
        "买家应付货款": yuan(due - postage),
        "买家应付邮费": yuan(postage),
        "买家支付积分": "0",
        "总金额": yuan(goods + postage),
        "返点积分": "0",
        "买家实际支付金额": yuan(view.paid),
        "买家实际支付积分": "0",
        "订单状态": view.words(_WORDS),
        "买家留言": ["送朋友的，请包装好" if b != r else "" for b, r in zip(view.buyers, view.receivers, strict=True)],
        "收货人姓名": [n[0] + "**" if hide else n for n, hide in zip(view.receiver_names, hidden, strict=True)],
        "收货地址": [" ".join(parts) for parts in view.places],
        "运送方式": "快递",
        "联系电话": "'null",
        "联系手机": [f"'{phone}" for phone in phones],
        "订单创建时间": view.times(orders.placed),
        "订单付款时间": view.times(orders.paid_at),
        "宝贝标题": view.titles(),
        "宝贝种类": texts(np.bincount(view.owner, minlength=len(view))),
        "宝贝总数量": texts(np.bincount(view.owner, brand.lines.quantity[view.lines], len(view)).astype(np.int64)),
        "店铺Id": "0",
        "店铺名称": SHOPS[Shop.TMALL].name,
        "订单关闭原因": [_REASONS.get(State(state), "订单未关闭") for state in view.state.tolist()],
        "卖家服务费": "0",
        "买家服务费": "0元",
        "是否手机订单": "手机订单",
        "确认收货时间": view.times(orders.received),
        "打款商家金额": [f"{amount}元" for amount in yuan(np.where(received, view.paid - view.refunded, 0))],
        "退款金额": yuan(view.refunded),
        "支付单号": [
            f"'{number}" if paid else "" for number, paid in zip(view.numbers, view.paid.tolist(), strict=True)
        ],
    }
    return write_table(path, _ORDERS, columns, len(view), encoding="gb18030")


def _write_lines(view: View, path: Path) -> int:
    orders = view.brand.orders
    names, variants, codes, _ = view.shop_columns
    quantity, price, paid = view.line_money()
    was_paid = (view.paid > 0)[view.owner]
    refunds = view.line_refunds()
    number = np.arange(len(view.lines)) - np.flatnonzero(view.first_of_order)[view.owner] + 1
    columns = {
        "子订单编号": [
            f'="{order[:-1]}{at}"' for order, at in zip(view.by_line(view.numbers), number.tolist(), strict=True)
        ],
        "主订单编号": _quoted(view.by_line(view.numbers)),
        "标题": names,
        "价格": yuan(price),
        "购买数量": texts(quantity),
        "外部系统编号": codes,
        "商品属性": variants,
        "订单状态": view.by_line(view.words(_WORDS)),
        "商家编码": codes,
        "买家应付货款": yuan(paid),
        "买家实际支付金额": yuan(np.where(was_paid, paid, 0)),
        "退款状态": ["退款成功" if fen else "没有申请退款" for fen in refunds.tolist()],
        "退款金额": yuan(refunds),
        "订单创建时间": view.by_line(view.times(orders.placed)),
        "订单付款时间": view.by_line(view.times(orders.paid_at)),
    }
    return write_table(path, _DETAILS, columns, len(view.lines), encoding="gb18030")
