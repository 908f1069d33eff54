"""Doudian: UTF-8 with BOM, a tab before every cell, a row a sub-order, receivers as ciphers: nobody can be recognised."""

from pathlib import Path
from typing import Final

import numpy as np

from siyu.rehearsal.exports.frame import View, header, orders_file, texts, write_table, yuan
from siyu.rehearsal.rules.words import hash_text
from siyu.rehearsal.types import Brand, ExportFile, Shop, State

_ORDERS: Final = header(
    """主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,优惠总金额,平台优惠,商家优惠,达人优惠,
    商家改价,支付优惠,红包抵扣,支付方式,手续费,收件人,收件人手机号,省,市,区,街道,详细地址,是否修改过地址,地址修改时段,买家留言,订单提交时间,
    旗帜颜色,商家备注,订单完成时间,支付完成时间,APP渠道,流量来源,订单状态,承诺发货时间,订单类型,鲁班落地页ID,达人ID,达人昵称,所属门店ID,
    售后状态,取消原因,预约发货时间,仓库ID,仓库名称,序列号,是否安心购,广告渠道,流量类型,流量体裁,流量渠道,发货主体,发货主体明细,发货时间,
    降价类优惠,平台实际承担优惠金额,商家实际承担优惠金额,达人实际承担优惠金额,预计送达时间,是否平台仓自流转,车型,商品69码"""
)
_WORDS: Final = {
    State.PLACED: "待支付",
    State.PAID: "待发货",
    State.SHIPPED: "已发货",
    State.RECEIVED: "已完成",
    State.CLOSED_UNPAID: "已关闭",
    State.CLOSED_REFUNDED: "已关闭",
}
_TRAFFIC: Final = (("直播间", "直播"), ("短视频引流", "短视频"), ("商品卡", "商品卡"), ("店铺橱窗", "其他"))


def write(brand: Brand, folder: Path) -> list[ExportFile]:
    """The one export of orders."""
    view = View(brand, Shop.DOUDIAN, 0, brand.end)
    orders, path = brand.orders, folder / "抖店-订单.csv"
    names, variants, codes, _ = view.shop_columns
    quantity, price, paid = view.line_money()
    postage = np.where(view.first_of_order, orders.postage[view.orders][view.owner], 0)
    back = view.line_refunds() > 0
    closed = np.isin(view.state, (State.CLOSED_UNPAID, State.CLOSED_REFUNDED))[view.owner]
    number = np.arange(len(view.lines)) - np.flatnonzero(view.first_of_order)[view.owner]
    ciphers = [hash_text(f"receiver{at}{brand.seed}", 20) for at in view.receivers]
    places = view.places
    traffic = [_TRAFFIC[at % 7 % 4] for at in view.orders.tolist()]
    words = view.by_line(view.words(_WORDS))
    columns = {
        "主订单编号": view.by_line(view.numbers),
        "子订单编号": [
            str(int(order) + at) for order, at in zip(view.by_line(view.numbers), number.tolist(), strict=True)
        ],
        "选购商品": names,
        "商品规格": variants,
        "商品数量": texts(quantity),
        "商品ID": [f"35{code[2:]}0017" for code in codes],
        "商家编码": codes,
        "商品单价": yuan(price),
        "订单应付金额": yuan(paid + postage),
        "运费": yuan(postage),
        "优惠总金额": yuan(price * quantity - paid),
        "商家优惠": yuan(price * quantity - paid),
        "支付方式": ["抖音支付" if fen else "" for fen in view.paid[view.owner].tolist()],
        "收件人": view.by_line([f"##{cipher}##" for cipher in ciphers]),
        "收件人手机号": view.by_line([f"$${cipher[::-1]}$$" for cipher in ciphers]),
        "省": view.by_line([parts[0] for parts in places]),
        "市": view.by_line([parts[1] for parts in places]),
        "区": view.by_line([parts[2] for parts in places]),
        "详细地址": view.by_line([f"##{cipher[3:]}{cipher[:3]}##" for cipher in ciphers]),
        "是否修改过地址": "否",
        "订单提交时间": view.by_line(view.times(orders.placed)),
        "订单完成时间": view.by_line(view.times(orders.received)),
        "支付完成时间": view.by_line(view.times(orders.paid_at)),
        "APP渠道": "抖音",
        "流量来源": view.by_line([source for source, _ in traffic]),
        "订单状态": [
            "已关闭" if r and not c else w for w, r, c in zip(words, back.tolist(), closed.tolist(), strict=True)
        ],
        "订单类型": "普通订单",
        "售后状态": ["退款成功" if refunded else "-" for refunded in back.tolist()],
        "取消原因": view.by_line(["支付超时" if s == State.CLOSED_UNPAID else "" for s in view.state.tolist()]),
        "是否安心购": "是",
        "流量体裁": view.by_line([form for _, form in traffic]),
        "发货时间": view.by_line(view.times(orders.shipped)),
    }
    rows = write_table(path, _ORDERS, columns, len(view.lines), encoding="utf-8-sig", wrap="\t")
    return [orders_file(path, Shop.DOUDIAN, rows, says_shop=False)]
