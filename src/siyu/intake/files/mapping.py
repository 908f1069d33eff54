"""A mapping: how any CSV, text table or XLSX becomes orders or customers. Written by hand as YAML or JSON, saved, reused."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from siyu.engines.validation import explained
from siyu.intake.files.errors import bad_mapping
from siyu.intake.files.formats.spec import (
    CUSTOMER_TARGETS,
    OPEN_TARGETS,
    ORDER_TARGETS,
    CellKind,
    Format,
    MoneyUnit,
    OrderStatus,
    RefundStatus,
    header_key,
)
from siyu.intake.files.formats.spec import Field as FormatField
from siyu.intake.files.formats.spec import Identifier as FormatIdentifier
from siyu.kernel.errors import NotFound, WrongValue

_WHOLE: Final = ("the file", "整个文件")

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
LINES_OF_TIMES = ("auto", "epoch_s", "epoch_ms")


class _Loader(yaml.SafeLoader):
    """YAML in which only ``true``, ``false`` and ``null`` are not text: columns may be called ``no``, ``on`` or ``2024``."""


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Layout(_Strict):
    """How the bytes are a table. Everything can be left out: then it is found out.

    Attributes:
        type: ``delimited`` (CSV, TSV, XLSX), ``whitespace`` (runs of blanks between cells) or ``fixed`` (column widths).
        encoding: ``auto``, ``utf-8``, ``gb18030``, ``utf-16``.
        delimiter: ``auto`` or one character.
        header: whether a line of the file names the columns.
        columns: their names where the file does not name them, or where other names are wanted.
        widths: of the columns, for ``fixed``, in characters.
        skip: lines to leave out before the header (or before the first row).
    """

    type: Literal["delimited", "whitespace", "fixed"] = "delimited"
    encoding: Literal["auto", "utf-8", "gb18030", "utf-16"] = "auto"
    delimiter: str = "auto"
    header: bool = True
    columns: tuple[str, ...] = ()
    widths: tuple[Annotated[int, Field(gt=0)], ...] = ()
    skip: Annotated[int, Field(ge=0, le=1000)] = 0

    @model_validator(mode="after")
    def _consistent(self) -> "Layout":
        if self.delimiter != "auto" and len(self.delimiter) != 1:
            raise WrongValue("the delimiter is one character or 'auto'", "delimiter 应为单个字符或 auto")
        if self.type == "fixed" and not self.widths:
            raise WrongValue("a fixed layout needs 'widths'", "fixed 布局需要 widths")
        if not self.header and not self.columns:
            raise WrongValue("a file without a header line needs 'columns'", "没有标题行的文件需要 columns")
        if self.widths and self.columns and len(self.widths) != len(self.columns):
            raise WrongValue("'widths' and 'columns' are not of one length", "widths 与 columns 的项数不一致")
        return self


class ColumnRule(_Strict):
    """Where the value of a field comes from: a column (or the first present of several), or a constant."""

    column: str | tuple[str, ...] = ()
    value: str | None = None
    kind: CellKind | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "ColumnRule":
        if bool(self.column) == (self.value is not None):
            raise WrongValue("say either 'column' or 'value'", "column 与 value 应填且只填其一")
        return self

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns to look for, best first."""
        return (self.column,) if isinstance(self.column, str) else self.column


class IdentifierRule(_Strict):
    """A column whose value points at a customer."""

    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    column: str | tuple[str, ...]
    scope: str = ""
    scope_column: str | None = None
    strength: Literal["self", "contact"] = "self"


class FileMapping(_Strict):
    """The whole mapping; see docs/howto/import-files.md for an example of each part."""

    name: str
    kind: Literal["orders", "customers"]
    platform: str = "generic"
    shop: str = ""
    layout: Layout = Layout()
    zone: str | None = None
    times: tuple[str, ...] = ("auto",)
    money: MoneyUnit = "yuan"
    fields: dict[str, ColumnRule]
    identifiers: tuple[IdentifierRule, ...] = ()
    statuses: dict[str, OrderStatus] = {}
    refunds: dict[str, RefundStatus | None] = {}
    line_key: tuple[str, ...] = ()
    derive_order_no: tuple[str, ...] = ()

    @field_validator("name")
    @classmethod
    def _name(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise WrongValue(
                "a name is made of letters, digits, '_', '-' and '.'", "名称只能包含字母、数字、“_”、“-”和“.”"
            )
        return name

    @field_validator("zone")
    @classmethod
    def _zone(cls, zone: str | None) -> str | None:
        if zone is not None:
            try:
                ZoneInfo(zone)
            except (OSError, ValueError, KeyError):
                raise WrongValue(
                    f"there is no time zone {zone!r}; write it like 'Asia/Shanghai' or 'UTC'",
                    f"没有“{zone}”这个时区，正确的写法如 Asia/Shanghai 或 UTC",
                ) from None
        return zone

    @field_validator("times")
    @classmethod
    def _times(cls, times: tuple[str, ...]) -> tuple[str, ...]:
        for text in times:
            if text not in LINES_OF_TIMES and "%" not in text:
                raise WrongValue(
                    f"{text!r} is no time format; use {', '.join(LINES_OF_TIMES)} or one like '%d.%m.%Y %H:%M'",
                    f"“{text}”不是时间格式，可用 {'、'.join(LINES_OF_TIMES)}，或 %d.%m.%Y %H:%M 这样的写法",
                )
        return times

    @field_validator("fields", mode="before")
    @classmethod
    def _short_forms(cls, fields: Any) -> Any:
        """``order_no: Order`` and ``order_no: [Order, Bon]`` are short for ``order_no: {column: …}``."""
        if not isinstance(fields, dict):
            return fields
        return {key: {"column": rule} if isinstance(rule, str | list | tuple) else rule for key, rule in fields.items()}

    @model_validator(mode="after")
    def _known_targets(self) -> "FileMapping":
        known = ORDER_TARGETS if self.kind == "orders" else CUSTOMER_TARGETS
        for target in self.fields:
            if target not in known and not any(
                target.startswith(p) and len(target) > len(p) for p in OPEN_TARGETS[self.kind]
            ):
                raise WrongValue(
                    f"{target!r} is no field of {self.kind}; there are: {', '.join(known)}, "
                    f"and {', '.join(p + '…' for p in OPEN_TARGETS[self.kind])}",
                    f"{self.kind} 没有“{target}”这个字段，可用的有：{'、'.join(known)}，"
                    f"以及 {'、'.join(p + '…' for p in OPEN_TARGETS[self.kind])}",
                )
        if self.kind == "orders" and ("order_no" in self.fields) == bool(self.derive_order_no):
            raise WrongValue(
                "orders need either the field 'order_no' or 'derive_order_no'",
                "订单需要字段 order_no 或 derive_order_no，且只能有其一",
            )
        if self.kind == "customers" and not self.identifiers:
            raise WrongValue("customers need at least one identifier", "客户至少需要一个标识")
        if missing := [key for key in self.line_key if key not in self.fields]:
            raise WrongValue(
                f"'line_key' names fields that are not mapped: {', '.join(missing)}",
                f"line_key 中的字段没有映射：{'、'.join(missing)}",
            )
        return self

    def as_format(self) -> Format:
        """The mapping as the same data that the known formats are."""
        fields = tuple(
            FormatField(target, rule.headers, rule.kind or _default_kind(self.kind, target), rule.value)
            for target, rule in self.fields.items()
        )
        identifiers = tuple(
            FormatIdentifier(
                rule.type,
                (rule.column,) if isinstance(rule.column, str) else rule.column,
                rule.scope,
                (rule.scope_column,) if rule.scope_column else (),
                rule.strength,
            )
            for rule in self.identifiers
        )
        return Format(
            name=self.name,
            platform=self.platform,
            kind=self.kind,
            title=f"mapping {self.name}",
            title_zh=f"映射 {self.name}",
            fields=fields,
            identifiers=identifiers,
            required=(),
            statuses=self.statuses,
            refunds=self.refunds,
            line_key=self.line_key,
            derive_order_no=self.derive_order_no,
            shop=self.shop,
            zone=self.zone,
            money=self.money,
            times=() if self.times == ("auto",) else self.times,
            refunds_in_full=False,
        )

    def needed_columns(self) -> tuple[tuple[str, ...], ...]:
        """For each thing that is mapped, the columns of which one must be there."""
        needs = [rule.headers for rule in self.fields.values() if rule.headers]
        for identifier in self.identifiers:
            needs.append((identifier.column,) if isinstance(identifier.column, str) else identifier.column)
            if identifier.scope_column:
                needs.append((identifier.scope_column,))
        needs.extend((column,) for column in self.derive_order_no)
        return tuple(needs)

    def missing_columns(self, header: tuple[str, ...]) -> tuple[str, ...]:
        """What the file lacks."""
        present = {header_key(name) for name in header}
        return tuple(
            " / ".join(need) for need in self.needed_columns() if not any(header_key(n) in present for n in need)
        )


def _default_kind(kind: Literal["orders", "customers"], target: str) -> CellKind:
    fixed = (ORDER_TARGETS if kind == "orders" else CUSTOMER_TARGETS).get(target)
    if fixed:
        return fixed
    return "money" if target.endswith("_fen") else "time" if target.endswith("_at") else "text"


def parse_mapping(text: str, name: str) -> FileMapping:
    """Read a mapping from YAML or JSON text; ``name`` is used where the text gives none.

    Raises:
        BadMapping: with the place and what is wrong there.
    """
    try:
        data = yaml.load(text, _Loader)  # noqa: S506 - a safe loader, with fewer guesses
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = (f"line {mark.line + 1}", f"第 {mark.line + 1} 行") if mark else _WHOLE
        raise bad_mapping(name, where, ("it is neither YAML nor JSON", "既不是 YAML 也不是 JSON")) from None
    if not isinstance(data, dict):
        raise bad_mapping(name, _WHOLE, ("a mapping is a table of names and values", "映射应为键值表"))
    try:
        return FileMapping.model_validate({"name": name, **data})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise bad_mapping(name, (place, place) if place else _WHOLE, explained(first)) from None


def load_mapping(path: Path) -> FileMapping:
    """Read a mapping from a YAML or JSON file. Saved ones lie in the database: ``intake.service.load_mapping``.

    Raises:
        NotFound: there is no such file.
        BadMapping: it is wrong.
    """
    if not path.is_file():
        raise NotFound(what="mapping", what_zh="映射", key=str(path))
    return parse_mapping(path.read_text("utf-8-sig"), path.stem)
