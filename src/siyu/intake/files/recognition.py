"""Which format a header belongs to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from siyu.intake.files.cells import clean_cell
from siyu.intake.files.errors import MappingMissesColumns, UnknownFile, WrongFile
from siyu.intake.files.formats import FORMATS
from siyu.intake.files.formats.spec import Format, header_key
from siyu.intake.files.mapping import FileMapping, Layout
from siyu.intake.files.reading.table import Table, inspect
from siyu.intake.files.types import ImportOptions, Recognition

# columns of a rejects file (see rejects.py); they are ours, so a mended file is recognised like the first one
REJECT_COLUMNS = ("siyu_line", "siyu_column", "siyu_reason", "siyu_reason_zh")
ENOUGH = 0.5
KINDS = {"orders": ("orders", "订单"), "customers": ("customers", "客户")}


@dataclass(frozen=True, slots=True)
class Match:
    """How well a format fits a header."""

    format: Format
    score: float
    missing: tuple[str, ...]


@cache
def _known(format_name: str) -> frozenset[str]:
    form = next(f for f in FORMATS if f.name == format_name)
    headers = {header for field in form.fields for header in field.headers} | set(form.known)
    headers.update(header for identifier in form.identifiers for header in identifier.headers)
    return frozenset(header_key(header) for header in headers)


@cache
def _required(format_name: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """For each column that it must have: by what names it goes."""
    form = next(f for f in FORMATS if f.name == format_name)
    needed = {field.target: field.headers for field in form.fields}
    needed |= {f"identifier.{identifier.type}": identifier.headers for identifier in form.identifiers}
    return tuple((" / ".join(needed[target]), frozenset(map(header_key, needed[target]))) for target in form.required)


def match(forms: Iterable[Format], header: Iterable[str]) -> list[Match]:
    """How well known formats fit: the share of the file's columns that each knows, and the columns it must have."""
    keys = {header_key(name) for name in header if name.strip()} - set(REJECT_COLUMNS)
    return [
        Match(
            form,
            len(keys & _known(form.name)) / max(len(keys), 1),
            tuple(names for names, any_of in _required(form.name) if not any_of & keys),
        )
        for form in forms
    ]


def candidates(options: ImportOptions) -> tuple[Format, ...]:
    """The formats to try: all, or those of a platform, or one."""
    wanted = options.platform
    if wanted is None:
        return FORMATS
    return tuple(form for form in FORMATS if wanted in (form.platform, form.name))


def find_format(file: str, header: tuple[str, ...], options: ImportOptions) -> Match:
    """The format of a header.

    Raises:
        UnknownFile: with the nearest format and what it lacks.
        WrongFile: it holds the other kind, or there is no such platform.
    """
    forms = candidates(options)
    if not forms:
        known = ", ".join(sorted({form.platform for form in FORMATS}))
        raise WrongFile(
            file=file,
            found="of none of them",
            found_zh="其他平台的文件",
            wanted=f"{options.platform} ({known})",
            wanted_zh=f" {options.platform}（{known}）",
        )
    matches = sorted(match(forms, header), key=lambda m: m.score, reverse=True)
    fitting = [m for m in matches if not m.missing and m.score >= ENOUGH]
    if not fitting:
        near = max(matches, key=lambda m: (m.score, -len(m.missing)))
        raise UnknownFile(
            file=file,
            nearest=f"{near.format.title} ({near.score:.0%})",
            nearest_zh=f"{near.format.title_zh}（{near.score:.0%}）",
            missing=", ".join(near.missing) or "-",
        )
    best = fitting[0]
    if options.kind and best.format.kind != options.kind:
        en, zh = KINDS[best.format.kind]
        raise WrongFile(
            file=file,
            found=f"{best.format.title} ({en})",
            found_zh=f"{best.format.title_zh}（{zh}）",
            wanted=KINDS[options.kind][0],
            wanted_zh=KINDS[options.kind][1],
        )
    return best


def clean_header(row: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Column names without what export tools wrap around them."""
    return tuple(clean_cell(cell) for cell in row)


def open_table(options: ImportOptions, file: Path) -> tuple[Table, Match]:
    """Find out how a file is written and what it is; see ``service.recognise`` for the errors."""
    mapping = options.mapping
    if mapping is not None:
        return _open_mapped(options, file, mapping)

    def choose(rows: list[list[str]]) -> int:
        scores = [max(m.score - len(m.missing) for m in match(FORMATS, row)) if any(row) else -99.0 for row in rows]
        return scores.index(max(scores))

    table = inspect(file, Layout(), options.limits, choose)
    return table, find_format(file.name, table.header, options)


def _open_mapped(options: ImportOptions, file: Path, mapping: FileMapping) -> tuple[Table, Match]:
    if options.kind and mapping.kind != options.kind:
        en, zh = KINDS[mapping.kind]
        wanted_en, wanted_zh = KINDS[options.kind]
        raise WrongFile(file=mapping.name, found=en, found_zh=zh, wanted=wanted_en, wanted_zh=wanted_zh)
    wanted = {header_key(name) for need in mapping.needed_columns() for name in need}

    def choose(rows: list[list[str]]) -> int:
        hits = [len(wanted & {header_key(cell) for cell in row}) for row in rows]
        return hits.index(max(hits))

    table = inspect(file, mapping.layout, options.limits, choose)
    if missing := mapping.missing_columns(table.header):
        raise MappingMissesColumns(
            mapping=mapping.name,
            file=file.name,
            missing="; ".join(missing),
            present=", ".join(clean_header(table.header)),
        )
    return table, Match(mapping.as_format(), 1.0, ())


def describe(table: Table, found: Match) -> Recognition:
    """What was found out, in words."""
    form = found.format
    header = clean_header(table.header)
    keys = [header_key(name) for name in header]
    used_headers: list[tuple[str, ...]] = [field.headers for field in form.fields if field.headers]
    for identifier in form.identifiers:
        used_headers.append(identifier.headers)
        used_headers.extend((h,) for h in identifier.scope_headers)
    used_headers.extend((h,) for h in form.derive_order_no)
    used = {next((header_key(h) for h in headers if header_key(h) in keys), "") for headers in used_headers}
    known = {header_key(h) for h in form.known} | {header_key(h) for headers in used_headers for h in headers}
    counts = Counter(keys)
    first = dict(zip(reversed(keys), reversed(header), strict=True))
    ours = set(REJECT_COLUMNS)
    return Recognition(
        format=form.name,
        platform=form.platform,
        kind=form.kind,
        title=form.title,
        title_zh=form.title_zh,
        score=found.score,
        understood=tuple(name for key, name in _in_order(first, keys) if key in used),
        ignored=tuple(
            name for key, name in _in_order(first, keys) if key not in used and (key in known or key in ours)
        ),
        unknown=tuple(name for key, name in _in_order(first, keys) if key and key not in known and key not in ours),
        duplicates=tuple(first[key] for key, count in counts.items() if count > 1 and key),
        absent=tuple(" / ".join(h) for h in used_headers if not any(header_key(x) in keys for x in h)),
        header=header,
        container=table.container,
        encoding=table.encoding,
        delimiter=table.delimiter,
        total_bytes=table.total_bytes,
    )


def _in_order(first: dict[str, str], keys: list[str]) -> list[tuple[str, str]]:
    """Each column once, in the order of the file."""
    return [(key, first[key]) for key in dict.fromkeys(keys)]
