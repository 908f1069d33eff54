"""WeChat shop: UTF-8 with BOM, a row a line, with the columns that name the member of staff and the WeCom friend."""

from pathlib import Path
from typing import Final

import numpy as np

from siyu.rehearsal.exports.frame import View, header, masked_phone, orders_file, texts, write_table, yuan
from siyu.rehearsal.identifiers import external_userid
from siyu.rehearsal.types import CORP, Brand, ExportFile, Shop, State

_ORDERS: Final = header(
    """订单号,订单下单时间,订单发货时间,订单确认收货时间,订单完成结算时间,订单状态,发货方式,收件人姓名,收件人地址,省,市,区,收件人手机,买家备注,
    商家备注,打标颜色,商品总价,订单实际支付金额,订单实际收款金额,订单运费,商品优惠,跨店优惠,商品改价,积分抵扣,支付方式,支付时间,交易单号,物流公司,
    快递单号,技术服务费,技术服务费（将以人气卡形式返还）,运费险预计投保费用,带货方式,带货账号类型,带货账号昵称,带货ID,带货费用渠道,带货费用类型,
    带货费用,带货佣金率,企微企业ID,企微工号,导购最近分享时间,企业微信加密id,企微备注,礼物单号,商品名称,商品编码(平台),商品编码(自定义),
    SKU编码(自定义),商品属性,商品价格(单件),商品实际价格(单件),商品实际价格(总共),是否预售,商品数量,商品平台券优惠,商品平均运费,活动商家补贴,
    定制信息,定制预览图,商品发货,商品售后,商品已退款金额"""
)
_WORDS: Final = {
    State.PLACED: "待付款",
    State.PAID: "待发货",
    State.SHIPPED: "待收货",
    State.RECEIVED: "已完成",
    State.CLOSED_UNPAID: "已取消",
    State.CLOSED_REFUNDED: "已取消",
}
STAFF: Final = ("LinXiaoYu", "ChenAn", "ZhouTong", "XuRan", "HeMu", "TangYi")


def write(brand: Brand, folder: Path) -> list[ExportFile]:
    """The one export of orders."""
    view = View(brand, Shop.WECHAT, 0, brand.end)
    orders, path = brand.orders, folder / "微信小店-订单.csv"
    names, variants, codes, _ = view.shop_columns
    quantity, price, paid = view.line_money()
    refunds = view.line_refunds()
    friends = [external_userid(brand, buyer) for buyer in view.buyers]
    phones = [
        masked_phone(phone) if at % 10 == 9 else phone
        for phone, at in zip(view.receiver_phones, view.receivers, strict=True)
    ]
    places = view.places
    columns = {
        "订单号": view.by_line(view.numbers),
        "订单下单时间": view.by_line(view.times(orders.placed)),
        "订单发货时间": view.by_line(view.times(orders.shipped)),
        "订单确认收货时间": view.by_line(view.times(orders.received)),
        "订单状态": view.by_line(view.words(_WORDS)),
        "发货方式": "快递发货",
        "收件人姓名": view.by_line(view.receiver_names),
        "收件人地址": view.by_line([parts[3] for parts in places]),
        "省": view.by_line([parts[0] for parts in places]),
        "市": view.by_line([parts[1] for parts in places]),
        "区": view.by_line([parts[2] for parts in places]),
        "收件人手机": view.by_line(phones),
        "商品总价": view.by_line(yuan(orders.goods[view.orders])),
        "订单实际支付金额": view.by_line(yuan(orders.paid[view.orders])),
        "订单实际收款金额": view.by_line(yuan(view.paid)),
        "订单运费": view.by_line(yuan(orders.postage[view.orders])),
        "支付方式": "微信支付",
        "支付时间": view.by_line(view.times(orders.paid_at)),
        "带货方式": view.by_line(["企微导购" if friend else "自营" for friend in friends]),
        "企微企业ID": view.by_line([CORP if friend else "" for friend in friends]),
        "企微工号": view.by_line(
            [STAFF[at % len(STAFF)] if friend else "" for friend, at in zip(friends, view.buyers, strict=True)]
        ),
        "企业微信加密id": view.by_line(friends),
        "商品名称": names,
        "商品编码(平台)": [f"1000{code[2:]}" for code in codes],
        "商品编码(自定义)": codes,
        "SKU编码(自定义)": codes,
        "商品属性": variants,
        "商品价格(单件)": yuan(price),
        "商品实际价格(单件)": yuan(paid // quantity),
        "商品实际价格(总共)": yuan(paid),
        "是否预售": "否",
        "商品数量": texts(quantity),
        "商品售后": [
            "退款完成" if back >= fen else "部分退款" if back else "无"
            for back, fen in zip(refunds.tolist(), paid.tolist(), strict=True)
        ],
        "商品已退款金额": yuan(refunds),
    }
    rows = write_table(path, _ORDERS, columns, len(view.lines), encoding="utf-8-sig")
    assert np.all(paid > 0)
    return [orders_file(path, Shop.WECHAT, rows, says_shop=False)]
