"""Codes that nobody holds yet: printed, taken over from another shop, told to another shop, and claimed by who has one."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.zone import brand_zone
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput, Conflict, NotFound
from siyu.kernel.fact import Fact
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Account, NotEnough, Posting, Request, customer, stock
from siyu.rewards.rules import codes
from siyu.rewards.rules.coupons import window_of
from siyu.rewards.rules.keys import check_key
from siyu.rewards.service.issuing import (
    MOST_AT_ONCE,
    aside_of,
    begin,
    check_given,
    enough,
    give,
    insert,
    reserve,
    used_up,
)
from siyu.rewards.service.templates import allowance_of, budget_of, coupon_unit, there
from siyu.rewards.store import coupons as tables
from siyu.rewards.store import templates
from siyu.rewards.store.coupons import New
from siyu.rewards.types import Coupon, CouponRefused, Issued, NotIssued, OthersCoupon, Template
from siyu.timeline import service as timeline

_FOREIGN: Final = re.compile(r"[A-Z0-9]{4,40}")
_MOST_KEPT: Final = 1000
_PAGE: Final = 5000
_BYTES: Final = 4 << 20


def out_of(template_id: int) -> Account:
    """Coupons whose codes are out and that nobody holds."""
    return stock(template_id, coupon_unit(template_id))


def print_codes(
    conn: Connection, principal: Principal, template_id: int, count: int, key: str, now: datetime
) -> Issued:
    """Make codes that nobody holds yet, out of the template's budget: for parcels, paper, another shop. Idempotent by key. Audited.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        NotFound: there is no such template.
        BadInput: the key or the count cannot be.
        CouponRefused: the template is not live, has a shared code, has ended, or its budget is used up.
        IdempotencyMismatch: the key was used before with something else.
    """
    access.require(principal, "rewards.manage")
    check_key(key)
    if not 1 <= count <= MOST_AT_ONCE:
        raise BadInput(
            reason=f"make 1 to {MOST_AT_ONCE:,} codes at a time.",
            reason_zh=f"每次可生成 1 至 {MOST_AT_ONCE:,} 个券码。",
        )
    found = there(conn, template_id)
    batch_id, before = begin(conn, f"print:{key}", template_id, count, now)
    if before is not None:
        return before
    transaction_id = _put_out(conn, found, count, batch_id, principal.actor, now)
    insert(conn, found, batch_id, [New(None, 0, transaction_id)] * count, _window(found, now), now)
    return _printed(conn, principal, found, Issued(batch_id, count, (), 0), now)


def import_codes(
    conn: Connection, principal: Principal, template_id: int, body: bytes, key: str, now: datetime
) -> Issued:
    """Take over codes that another shop has made: a CSV file with a column ``code``. Idempotent by key. Audited.

    What cannot be a code, stands there twice, or is out already is told by the number of its row, and hinders no other one.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        NotFound: there is no such template.
        BadInput: the key cannot be, or the file has no such column, is none, or is too large.
        CouponRefused: the template is not live, has a shared code, has ended, or its budget is used up.
        IdempotencyMismatch: the key was used before with something else.
    """
    access.require(principal, "rewards.manage")
    check_key(key)
    found = there(conn, template_id)
    wanted = list(_read(body))
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise BadInput(
            reason=f"a file has 1 to {MOST_AT_ONCE:,} rows with codes; this one has {len(wanted):,}.",
            reason_zh=f"文件须包含 1 至 {MOST_AT_ONCE:,} 行券码，当前为 {len(wanted):,} 行。",
        )
    batch_id, before = begin(conn, f"import:{key}", template_id, [code for _, code in wanted], now)
    if before is not None:
        return before
    good, refused = _sorted_out(conn, wanted)
    if good:
        transaction_id = _put_out(conn, found, len(good), batch_id, principal.actor, now)
        new = [New(code, 0, transaction_id) for code in good]
        if tables.insert(conn, found.id, batch_id, new, _window(found, now), reserve(found), now):
            raise Conflict(
                reason="others take over the same codes at this moment; send the file again.",
                reason_zh="其他请求正在导入相同的券码，请重新上传。",
            )
    done = Issued(batch_id, len(good), tuple(refused[:_MOST_KEPT]), len(refused))
    return _printed(conn, principal, found, done, now)


def export_codes(conn: Connection, principal: Principal, template_id: int, now: datetime) -> Iterator[str]:
    """The codes of a template for another shop, as CSV, in pieces: code, state, from when and until when. Audited.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        NotFound: there is no such template.
    """
    access.require(principal, "rewards.manage")
    found = there(conn, template_id)
    access.record(
        conn, actor=principal.actor, action="rewards.codes_exported", target=f"coupon:{found.id}", details={}, now=now
    )
    return _rows(conn, found, now)


def claim(conn: Connection, customer_id: int, code: str, key: str, now: datetime) -> Coupon:
    """Have a customer get a coupon by a code: a template's shared one, or that of a coupon which nobody holds yet.

    Idempotent: a shared code by key; whoever holds the coupon of a code already is answered with it.

    Raises:
        BadInput: the key cannot be, or the code has a slip in it.
        NotFound: there is no such code or customer.
        OthersCoupon: somebody else holds it.
        CouponRefused: none is given now, the customer has had enough, or the budget is used up.
        IdempotencyMismatch: the key was used before with something else.
    """
    check_key(key)
    wanted = codes.normalised(code)
    shared = templates.of_shared_code(conn, wanted)
    if shared is None:
        return _claim_own(conn, customer_id, wanted, now)
    batch_id, before = begin(conn, f"claim:{key}", shared.id, [customer_id], now)
    if before is None:
        give(conn, shared, [customer_id], 1, batch_id, f"customer:{customer_id}", now, strict=True)
    return tables.lock_batch(conn, batch_id)[0]


def find_code(conn: Connection, code: str) -> Coupon:
    """The coupon of a code, however it is written.

    Raises:
        BadInput: there is none, and the code has a slip in it.
        NotFound: there is none.
    """
    wanted = codes.normalised(code)
    return _sure(tables.find(conn, [], [wanted]), wanted)


def _sure(found: Sequence[Coupon], code: str) -> Coupon:
    if found:
        return found[0]
    if len(code) == codes.LENGTH and not codes.is_ours(code):
        raise BadInput(
            reason="the code has a slip in it: one character is wrong, or two changed places. Look at it again.",
            reason_zh="券码有误：可能输错一位或两位顺序颠倒，请核对后重新输入。",
        )
    raise NotFound(what="coupon with the code", what_zh="以下券码：", key=code[:40])


def _claim_own(conn: Connection, customer_id: int, code: str, now: datetime) -> Coupon:
    found = _sure(tables.lock(conn, [], [code]), code)
    identity.hold_people(conn, alone=False)
    living = identity.living(conn, customer_id)
    if found.customer_id == living:
        return found
    if found.customer_id:
        raise OthersCoupon
    template = there(conn, found.template_id)
    name = template.terms.name
    if found.state != "held" or (found.valid_until is not None and found.valid_until <= now):
        raise CouponRefused(name=name, reason="it is used, or its time is over.", reason_zh="该券已使用或已过期。")
    if not tables.take(conn, template.id, [living], 1, template.terms.per_person):
        raise enough(template)
    start, until = window_of(template.terms, now, ZoneInfo(brand_zone()))
    later = start if start is not None and start > now else None
    unit = coupon_unit(template.id)
    lines = (Posting(customer(living, unit), 1, later, until), Posting(out_of(template.id), -1))
    wanted = Request(f"coupon:{found.id}:claimed", lines, "coupon", f"template:{template.id}", f"customer:{living}")
    posted = loyalty.post_one(conn, wanted, now)
    own = replace(found, customer_id=living, valid_from=start, valid_until=until, transaction_id=posted.transaction_id)
    tables.change(conn, [own])
    said = {"coupon": own.id, "template": template.id, "until": until.isoformat() if until else ""}
    timeline.append(conn, [Fact("coupon.issued", living, 0, now, name=name, properties=said)])
    return own


def _put_out(conn: Connection, template: Template, count: int, batch_id: int, actor: str, now: datetime) -> int:
    check_given(template, now)
    if template.terms.shared_code is not None:
        raise CouponRefused(
            name=template.terms.name, reason="it has one shared code.", reason_zh="该模板使用共享码，无需生成券码。"
        )
    worth = reserve(template) * count
    lines = [Posting(budget_of(template.id), -count), Posting(out_of(template.id), count)]
    if worth:
        lines += [Posting(allowance_of(template.id), -worth), Posting(aside_of(template.id), worth)]
    wanted = Request(f"coupons:{batch_id}:out", tuple(lines), "coupon", f"template:{template.id}", actor)
    try:
        return loyalty.post_one(conn, wanted, now).transaction_id
    except NotEnough:
        raise used_up(template) from None


def _window(template: Template, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Of a code that nobody holds: what counts by days counts from when somebody gets it; of one for its bearer, from now."""
    if template.terms.bearer:
        return window_of(template.terms, now, ZoneInfo(brand_zone()))
    return template.terms.valid_from, template.terms.valid_until


def _printed(conn: Connection, principal: Principal, template: Template, done: Issued, now: datetime) -> Issued:
    tables.end_batch(conn, done)
    access.record(
        conn,
        actor=principal.actor,
        action="rewards.codes_made",
        target=f"coupon:{template.id}",
        details={"batch": done.batch_id, "codes": done.coupons, "refused": done.refused_count},
        now=now,
    )
    return done


def _read(body: bytes) -> Iterator[tuple[int, str]]:
    """(number of the row, code) of a CSV file; the head is row 1."""
    if len(body) > _BYTES:
        raise BadInput(
            reason=f"the file has more than {_BYTES:,} bytes; send less at a time.",
            reason_zh=f"文件超过 {_BYTES:,} 字节，请分批上传。",
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _no_file()
    try:
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        raise _no_file() from None
    head = [cell.strip().lower() for cell in lines[0]] if lines else []
    place = next((head.index(name) for name in ("code", "券码", "优惠码", "兑换码") if name in head), None)
    if place is None:
        raise BadInput(
            reason="the file needs a first row with a column 'code'.",
            reason_zh="文件首行须包含“code”或“券码”列。",
        )
    for number, line in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in line):
            yield number, codes.normalised(line[place]) if len(line) > place else ""


def _no_file() -> BadInput:
    return BadInput(
        reason="the file is no CSV. Save it as CSV, UTF-8.", reason_zh="文件不是 CSV 格式，请另存为 CSV（UTF-8）。"
    )


def _sorted_out(conn: Connection, wanted: Sequence[tuple[int, str]]) -> tuple[list[str], list[NotIssued]]:
    known = tables.known_codes(conn, [code for _, code in wanted])
    good: dict[str, int] = {}
    refused = []
    for number, code in wanted:
        if not _FOREIGN.fullmatch(code):
            why = "a code has 4 to 40 letters and digits.", "券码须为 4 至 40 位字母或数字。"
        elif code in good:
            why = f"the code stands in row {good[code]} already.", f"与第 {good[code]} 行的券码重复。"
        elif code in known:
            why = "the code is out already.", "该券码已存在。"
        else:
            good[code] = number
            continue
        refused.append(NotIssued(number, *why))
    return list(good), refused


def _rows(conn: Connection, template: Template, now: datetime) -> Iterator[str]:
    yield "﻿code,state,valid_from,valid_until\r\n"
    after = 0
    while page := tables.of_template(conn, template.id, after, _PAGE):
        written = io.StringIO()
        writer = csv.writer(written)
        for one in page:
            over = one.state == "held" and one.valid_until is not None and one.valid_until <= now
            ends = [at.isoformat() if at else "" for at in (one.valid_from, one.valid_until)]
            writer.writerow([codes.shown(one.code), "expired" if over else one.state, *ends])
        yield written.getvalue()
        after = page[-1].id
