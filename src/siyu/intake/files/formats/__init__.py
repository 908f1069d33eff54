"""The formats that Siyu knows, as data: one module a platform."""

from siyu.intake.files.formats import doudian, jd, pinduoduo, taobao, wechat_shop, youzan
from siyu.intake.files.formats.spec import Format

FORMATS: tuple[Format, ...] = (
    taobao.ORDERS,
    taobao.DETAILS,
    jd.ORDERS,
    doudian.ORDERS,
    youzan.ORDERS,
    youzan.ITEMS,
    youzan.CUSTOMERS,
    wechat_shop.ORDERS,
    pinduoduo.ORDERS,
)
