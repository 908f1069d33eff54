"""What the store sells."""

from typing import Final

import numpy as np

from siyu.rehearsal.types import Catalogue

EACH: Final = 30  # goods of a category
# category, its group, lowest and highest price in yuan, goods, variants
_CATEGORIES: Final = (
    ("女装", "服饰", 99, 899, "连衣裙 针织衫 半身裙 风衣 衬衫 阔腿裤", "S M L"),
    ("男装", "服饰", 99, 799, "衬衫 休闲裤 夹克 卫衣 针织开衫 羽绒服", "M L XL"),
    ("鞋靴", "服饰", 129, 999, "运动鞋 乐福鞋 短靴 帆布鞋 凉鞋 高跟鞋", "37 38 40 42"),
    ("美妆", "个护", 39, 699, "精华液 口红 面霜 粉底液 眼影盘 防晒乳", "标准装 礼盒装"),
    ("家居", "生活", 29, 599, "四件套 香薰蜡烛 保温杯 羊毛毯 收纳箱 餐具套装", "米白 雾蓝 豆沙"),
    ("母婴", "生活", 49, 459, "婴儿连体衣 纸尿裤 安抚玩偶 儿童书包 学饮杯 爬行垫", "1岁 2岁 3岁"),
    ("食品", "生活", 19, 259, "坚果礼盒 手冲咖啡 龙井茶 桂花糕 蜂蜜 果干", "250克 500克"),
    ("箱包", "服饰", 159, 1599, "通勤包 双肩包 拉杆箱 斜挎包 手拿包 钱包", "黑色 棕色 燕麦色"),
)
_SERIES: Final = ("云上", "拾秋", "山岚", "素野", "织月", "朝露", "一隅", "听松", "初见", "浮光")


def make_catalogue(rng: np.random.Generator) -> Catalogue:
    """The goods, :data:`EACH` of every category, the best sellers of a category first."""
    names, variants, codes, categories, prices = [], [], [], [], []
    for position, (category, _, low, high, goods, kinds) in enumerate(_CATEGORIES):
        words, choices = goods.split(), kinds.split()
        yuan = np.exp(rng.uniform(np.log(low), np.log(high), EACH))
        for number in range(EACH):
            names.append(f"{_SERIES[(number * 7 + position) % len(_SERIES)]}系列{words[number % len(words)]}")
            variants.append(f"规格:{choices[int(rng.integers(len(choices)))]}")
            codes.append(f"YX{position + 1}{number:03d}")
            categories.append(position)
            prices.append(int(yuan[number]) // 10 * 1000 + 900)
        assert category
    return Catalogue(
        tuple((name, group) for name, group, *_ in _CATEGORIES),
        names,
        variants,
        codes,
        np.array(categories, np.int64),
        np.array(prices, np.int64),
    )
