"""Pinduoduo, the short export: a row an order of one product, no buyer at all, and some rows without the time of the deal."""

from pathlib import Path
from typing import Final

from siyu.rehearsal.exports.frame import View, header, orders_file, texts, write_table, yuan
from siyu.rehearsal.types import Brand, ExportFile, Shop, State

_ORDERS: Final = header(
    """商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),多多支付立减金额(元),用户实付金额(元),商家实收金额(元),
    商品数量(件),发货时间,确认收货时间,商品id,商品规格,样式ID,商家编码-规格维度,商家编码-商品维度,商家备注,售后状态,快递单号,快递公司,
    订单成交时间,是否分期,分期期数,手续费承担方,分期方式"""
)
_NO_TIME: Final = 23  # one order in so many has no time of the deal; its number begins with the day
_WORDS: Final = {
    State.PLACED: "待支付",
    State.PAID: "待发货",
    State.SHIPPED: "已发货，待签收",
    State.RECEIVED: "已签收",
    State.CLOSED_REFUNDED: "未发货，退款成功",
}


def write(brand: Brand, folder: Path) -> list[ExportFile]:
    """The one export of orders."""
    view = View(brand, Shop.PINDUODUO, 0, brand.end)
    orders, path = brand.orders, folder / "拼多多-订单.csv"
    names, variants, codes, _ = view.shop_columns
    quantity, price, paid = view.line_money()
    postage = orders.postage[view.orders]
    refunded = (view.state == State.CLOSED_REFUNDED).tolist()
    sent = (orders.shipped[view.orders] <= brand.end).tolist()
    words = zip(view.words(_WORDS), refunded, sent, strict=True)
    deals = enumerate(view.times(orders.paid_at))
    columns = {
        "商品": names,
        "订单号": view.numbers,
        "订单状态": ["已签收，退款成功" if back and gone else word for word, back, gone in words],
        "商品总价(元)": yuan(price * quantity),
        "邮费(元)": yuan(postage),
        "店铺优惠折扣(元)": yuan(price * quantity - paid),
        "平台优惠折扣(元)": "0.00",
        "多多支付立减金额(元)": "0.00",
        "用户实付金额(元)": yuan(paid + postage),
        "商家实收金额(元)": yuan(paid + postage),
        "商品数量(件)": texts(quantity),
        "发货时间": view.times(orders.shipped),
        "确认收货时间": view.times(orders.received),
        "商品id": [f"60{code[2:]}0021" for code in codes],
        "商品规格": variants,
        "样式ID": [f"88{code[2:]}" for code in codes],
        "商家编码-规格维度": codes,
        "商家编码-商品维度": codes,
        "售后状态": ["退款成功" if back else "无售后或售后取消" for back in refunded],
        "订单成交时间": ["" if at % _NO_TIME == 0 else text for at, text in deals],
        "是否分期": "否",
    }
    rows = write_table(path, _ORDERS, columns, len(view), encoding="utf-8-sig")
    return [orders_file(path, Shop.PINDUODUO, rows, says_shop=False)]
