"""What other rooms may know of the vault."""

from enum import StrEnum
from typing import ClassVar

from siyu.kernel.errors import SiyuError


class Kind(StrEnum):
    """The kinds of personal data. The order is that of their numbers in the database; append only."""

    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"
    ADDRESS = "address"


class VaultKeyMissing(SiyuError):
    """The database holds personal data, and the key that encrypted it is not here."""

    status: ClassVar[int] = 503
    en = (
        "The database holds personal data, but its vault key is not here ({where}). Put the key back from your backup, "
        "or set SIYU_VAULT_KEY. A new key would make the stored data unreadable, so none was made."
    )
    zh = (
        "数据库中已有加密的个人信息，但找不到对应的保险库密钥（{where}）。请从备份恢复密钥文件，或设置 SIYU_VAULT_KEY。"
        "新密钥会使已存数据无法解读，因此没有自动生成。"
    )


class VaultKeyWrong(SiyuError):
    """There is a key, but it is not the one that this database was filled with, or it is not a key at all."""

    status: ClassVar[int] = 503
    en = "The vault key does not fit: {reason}"
    zh = "保险库密钥不匹配：{reason_zh}"


class VaultNotOpen(SiyuError):
    """The process did not load the vault key at its start: a fault in the wiring."""

    status: ClassVar[int] = 500
    en = "The vault has not been opened in this process."
    zh = "当前进程尚未打开保险库。"


class SealBroken(SiyuError):
    """Sealed bytes were altered, or belong to another vault."""

    status: ClassVar[int] = 500
    en = "The sealed data cannot be opened: {reason}"
    zh = "无法解开加密数据：{reason_zh}"
