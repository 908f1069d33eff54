"""What can be wrong with a whole file or mapping. (What is wrong with one row is a reject, see ``types.Problem``.)"""

from siyu.kernel.errors import SiyuError


class UnknownFile(SiyuError):
    """No known format and no mapping fits the header."""

    status = 422
    en = (
        "'{file}' is no export that Siyu knows. The nearest is {nearest}, but these columns are missing: {missing}. "
        "Export it again with all columns, or describe the file with a mapping (--mapping)."
    )
    zh = "无法识别文件“{file}”。最接近的格式是 {nearest_zh}，但缺少这些列：{missing}。请重新导出全部列，或用映射（--mapping）描述该文件。"


class WrongFile(SiyuError):
    """The file is a known one, but not what was asked for."""

    status = 422
    en = "'{file}' is {found}, but {wanted} was asked for."
    zh = "文件“{file}”是{found_zh}，而要求的是{wanted_zh}。"


class UnreadableFile(SiyuError):
    """The bytes cannot be read as a table."""

    status = 422
    en = "'{file}' cannot be read: {reason}"
    zh = "无法读取文件“{file}”：{reason_zh}"


class FileTooExpansive(SiyuError):
    """A compressed file unpacks to far more than a real export would: the guard against zip bombs."""

    status = 413
    en = "'{file}' unpacks to more than {limit} times its size or {most} bytes. It was not read further; unpack it yourself."
    zh = "文件“{file}”解压后超过原大小的 {limit} 倍或 {most} 字节，已停止读取。请自行解压后再导入。"


class BadMapping(SiyuError):
    """A mapping says something that makes no sense."""

    status = 422
    en = "The mapping '{mapping}' is wrong at '{where}': {reason}"
    zh = "映射“{mapping}”的“{where_zh}”有误：{reason_zh}"


class MappingMissesColumns(SiyuError):
    """A mapping names columns that the file does not have."""

    status = 422
    en = (
        "The mapping '{mapping}' needs the columns {missing}, which '{file}' does not have. Its columns are: {present}."
    )
    zh = "映射“{mapping}”需要的列 {missing} 在文件“{file}”中不存在。文件中的列为：{present}。"


class CheckpointMismatch(SiyuError):
    """A checkpoint belongs to another file, format or mapping."""

    status = 409
    en = "The stored position does not belong to '{file}' as it is now. Start the import again; what is already in stays as it is."
    zh = "保存的进度与文件“{file}”当前内容不符。请重新开始导入，已导入的内容不会重复。"


def unreadable(file: str, en: str, zh: str) -> UnreadableFile:
    """Make an :class:`UnreadableFile` with its reason in both languages."""
    return UnreadableFile(file=file, reason=f"{en}.", reason_zh=f"{zh}。")


def bad_mapping(mapping: str, where: tuple[str, str], reason: tuple[str, str]) -> BadMapping:
    """Make a :class:`BadMapping` with its place and its reason, each in English and Chinese."""
    return BadMapping(
        mapping=mapping, where=where[0], where_zh=where[1], reason=f"{reason[0]}.", reason_zh=f"{reason[1]}。"
    )
