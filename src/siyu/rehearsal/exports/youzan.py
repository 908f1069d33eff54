"""Youzan: orders and their items of the online mall, orders of the physical stores, and the members of the stores."""

from pathlib import Path
from typing import Final

import numpy as np

from siyu.rehearsal.exports.frame import (
    View,
    header,
    masked_phone,
    orders_file,
    place,
    texts,
    times,
    write_table,
    yuan,
)
from siyu.rehearsal.types import NAME, SHOPS, STORES, Brand, ExportFile, Ints, Shop, State

_ORDERS: Final = header(
    """订单号,销售渠道,归属店铺,订单类型,订单状态,推广方式,订单来源,订单创建时间,买家付款时间,交易成功时间,付款方式,支付流水号,商品金额合计,
    运费,店铺优惠合计,应收订单金额,订单实付金额,支付优惠合计,订单实收金额,订单抵用积分数,店铺优惠方式,支付优惠方式,全部商品名称,商品种类数,
    订单配送方式,同城送达时间/提货时间,收货人省份,收货人城市,收货人地区,详细收货地址/提货地址,收货人/提货人,收货人手机号/提货人手机号,买家备注,
    订单星级,买家昵称,买家是否会员,买家手机号,下单网点,收银员,分销员,销售导购,专属导购,订单退款状态,订单已退款金额,商家订单备注,桌号,
    挂账主体,挂账手机号,团长订单,订单风险标签,分销员,分销员手机号,提成金额"""
)
_ITEMS: Final = header(
    """订单号,外部订单号,订单商品状态,订单创建时间,买家付款时间,交易成功时间,商品名称,商品类型,商品类目,商品规格,规格编码,商品编码,商品单价,
    商品优惠方式,商品优惠后价格,商品数量,商品金额小计,店铺优惠（分摊）,商品实际成交金额,商品抵用积分数,商品留言,收货人/提货人,
    收货人手机号/提货人手机号,收货人省份,收货人城市,收货人地区,详细收货地址/提货地址,买家备注,商品发货状态,商品发货方式,商品发货物流公司,
    商品发货物流单号,发货员工,商品发货时间,商品退款状态,商品已退款金额,商家订单备注,买家手机号"""
)
_CUSTOMERS: Final = header(
    """客户姓名,客户昵称,客户手机号,客户生日,客户性别,标签,是否会员,成长值,免费等级,付费等级,权益卡,客户积分,客户储值余额,消费次数,消费金额,
    累计退款金额,累计退款订单数,笔单价,上次消费时间,分销员,导购员,企微好友,来源渠道,来源方式,成为客户时间,成为会员时间,成为会员店铺,公众号,
    公众号关注时间,最近浏览时间,微信地域,所属区域,指定时间消费次数,指定时间消费金额"""
)
_WORDS: Final = {
    State.PLACED: "待付款",
    State.PAID: "待发货",
    State.SHIPPED: "已发货",
    State.RECEIVED: "交易完成",
    State.CLOSED_UNPAID: "交易关闭",
    State.CLOSED_REFUNDED: "交易关闭",
}
MASKS_PHONE: Final = 97  # one member in so many is shown with stars, who exported had no right to see the number
_LEVELS: Final = ("云客", "云友", "云享", "云尊")


def write(brand: Brand, folder: Path) -> list[ExportFile]:
    """Members first: they are what a brand has before it sells anything online."""
    mall, stores = View(brand, Shop.YOUZAN, 0, brand.end), View(brand, Shop.STORES, 0, brand.end)
    names = ("有赞-客户.csv", "有赞-门店订单.csv", "有赞-商城订单.csv", "有赞-商城订单商品.csv")
    customers, sold, orders, items = (folder / name for name in names)
    return [
        ExportFile(customers, "customers", "youzan", "", _write_customers(brand, customers)),
        orders_file(sold, Shop.STORES, _write_orders(stores, sold, in_store=True), says_shop=True),
        orders_file(orders, Shop.YOUZAN, _write_orders(mall, orders, in_store=False), says_shop=False),
        orders_file(items, Shop.YOUZAN, _write_items(mall, items), says_shop=False),
    ]


def _refund_words(refunded: Ints, paid: Ints) -> list[str]:
    return [
        "" if not back else "全额退款" if back >= fen else "部分退款"
        for back, fen in zip(refunded.tolist(), paid.tolist(), strict=True)
    ]


def _write_orders(view: View, path: Path, *, in_store: bool) -> int:
    brand, orders = view.brand, view.brand.orders
    due, goods, postage = orders.paid[view.orders], orders.goods[view.orders], orders.postage[view.orders]
    members = brand.people.member[orders.buyer[view.orders]].tolist()
    stores = [STORES[at] for at in orders.store[view.orders].tolist()]
    places = view.places
    columns = {
        "订单号": view.numbers,
        "销售渠道": "门店" if in_store else "网店",
        "归属店铺": stores if in_store else SHOPS[Shop.YOUZAN].name,
        "订单类型": "普通订单",
        "订单状态": view.words(_WORDS),
        "订单来源": "门店收银" if in_store else "微信小程序",
        "订单创建时间": view.times(orders.placed),
        "买家付款时间": view.times(orders.paid_at),
        "交易成功时间": view.times(orders.received),
        "付款方式": "微信支付",
        "商品金额合计": yuan(goods),
        "运费": yuan(postage),
        "店铺优惠合计": yuan(goods + postage - due),
        "应收订单金额": yuan(due),
        "订单实付金额": yuan(view.paid),
        "订单实收金额": yuan(view.paid - view.refunded),
        "全部商品名称": view.titles(),
        "商品种类数": texts(np.bincount(view.owner, minlength=len(view))),
        "订单配送方式": "门店自提" if in_store else "快递发货",
        "买家昵称": [brand.people.names[at][0] + "小姐/先生" for at in view.buyers],
        "买家是否会员": ["是" if member else "否" for member in members],
        "买家手机号": view.buyer_phones,
        "下单网点": stores if in_store else "",
        "订单退款状态": _refund_words(view.refunded, view.paid),
        "订单已退款金额": yuan(view.refunded),
    }
    if not in_store:
        columns |= {
            "收货人省份": [parts[0] for parts in places],
            "收货人城市": [parts[1] for parts in places],
            "收货人地区": [parts[2] for parts in places],
            "详细收货地址/提货地址": [parts[3] for parts in places],
            "收货人/提货人": view.receiver_names,
            "收货人手机号/提货人手机号": view.receiver_phones,
        }
    return write_table(path, _ORDERS, columns, len(view), encoding="utf-8-sig")


def _write_items(view: View, path: Path) -> int:
    orders = view.brand.orders
    names, variants, codes, categories = view.shop_columns
    quantity, price, paid = view.line_money()
    refunds = view.line_refunds()
    columns = {
        "订单号": view.by_line(view.numbers),
        "订单商品状态": view.by_line(view.words(_WORDS)),
        "订单创建时间": view.by_line(view.times(orders.placed)),
        "买家付款时间": view.by_line(view.times(orders.paid_at)),
        "交易成功时间": view.by_line(view.times(orders.received)),
        "商品名称": names,
        "商品类型": "实物商品",
        "商品类目": categories,
        "商品规格": variants,
        "规格编码": codes,
        "商品编码": codes,
        "商品单价": yuan(price),
        "商品优惠后价格": yuan(paid // quantity),
        "商品数量": texts(quantity),
        "商品金额小计": yuan(price * quantity),
        "店铺优惠（分摊）": yuan(price * quantity - paid),
        "商品实际成交金额": yuan(paid),
        "收货人/提货人": view.by_line(view.receiver_names),
        "收货人手机号/提货人手机号": view.by_line(view.receiver_phones),
        "商品发货时间": view.by_line(view.times(orders.shipped)),
        "商品退款状态": _refund_words(refunds, paid),
        "商品已退款金额": yuan(refunds),
        "买家手机号": view.by_line(view.buyer_phones),
    }
    return write_table(path, _ITEMS, columns, len(view.lines), encoding="utf-8-sig")


def _write_customers(brand: Brand, path: Path) -> int:
    """The members with the sums of what they bought in the stores and the mall."""
    people, orders, now = brand.people, brand.orders, brand.end
    members = np.flatnonzero(people.member & (people.joined <= now))
    here = np.isin(orders.shop, (Shop.STORES, Shop.YOUZAN)) & (orders.paid_at <= now)
    size = len(people)

    def total(values: Ints) -> Ints:
        return np.bincount(orders.buyer[here], values[here], size).astype(np.int64)[members]

    bought = np.bincount(orders.buyer[here], minlength=size)[members]
    spent, back = total(orders.paid), total(orders.refunded_by(now))
    returns = np.bincount(orders.buyer[here & (orders.refunded <= now)], minlength=size)[members]
    last = np.zeros(size, np.int64)
    np.maximum.at(last, orders.buyer[here], orders.placed[here])
    phones = texts(people.phone_at(members, np.full(len(members), now)))
    who = members.tolist()
    places = [place(brand, at) for at in who]
    columns = {
        "客户姓名": [people.names[at] for at in who],
        "客户昵称": [f"{people.names[at][-1]}{people.names[at][-1]}" for at in who],
        "客户手机号": [masked_phone(p) if at % MASKS_PHONE == 5 else p for p, at in zip(phones, who, strict=True)],
        "客户生日": [people.born[at] if at % 3 else "" for at in who],
        "客户性别": ["女" if people.female[at] else "男" for at in who],
        "标签": [_tags(brand, at, count) for at, count in zip(who, bought.tolist(), strict=True)],
        "是否会员": "是",
        "成长值": texts(spent // 100),
        "免费等级": [_LEVELS[min(3, fen // 100_000)] for fen in spent.tolist()],
        "客户积分": texts((spent - back) // 100),
        "客户储值余额": "0.00",
        "消费次数": texts(bought),
        "消费金额": yuan(spent),
        "累计退款金额": yuan(back),
        "累计退款订单数": texts(returns),
        "笔单价": yuan(spent // np.maximum(bought, 1)),
        "上次消费时间": [t if fen else "" for t, fen in zip(times(last[members], now), spent.tolist(), strict=True)],
        "企微好友": ["是" if people.wecom[at] else "否" for at in who],
        "来源渠道": "门店",
        "来源方式": "门店扫码入会",
        "成为客户时间": times(people.joined[members], now),
        "成为会员时间": times(people.joined[members], now),
        "成为会员店铺": [STORES[at % len(STORES)] for at in who],
        "公众号": NAME,
        "微信地域": [f"{parts[0]} {parts[1]}" for parts in places],
    }
    return write_table(path, _CUSTOMERS, columns, len(who), encoding="utf-8-sig")


def _tags(brand: Brand, person: int, bought: int) -> str:
    liked = brand.catalogue.categories[int(brand.people.liked[person, 0])][0]
    return f"喜欢{liked},老客" if bought > 2 else f"喜欢{liked}"
