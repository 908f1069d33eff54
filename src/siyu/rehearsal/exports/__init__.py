"""The export files of the demo brand's shops, each as its platform writes it: headers, encodings, quirks."""

from pathlib import Path

from siyu.rehearsal.exports import doudian, jd, pinduoduo, taobao, wechat_shop, youzan
from siyu.rehearsal.types import Brand, ExportFile


def write_all(brand: Brand, folder: Path) -> list[ExportFile]:
    """Every file, in the order in which they should be imported."""
    return [
        *youzan.write(brand, folder),
        *taobao.write(brand, folder),
        *jd.write(brand, folder),
        *wechat_shop.write(brand, folder),
        *doudian.write(brand, folder),
        *pinduoduo.write(brand, folder),
    ]
