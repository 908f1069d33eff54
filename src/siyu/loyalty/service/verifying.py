"""Proving that nothing was changed: every block, every sum, every lot and hold, computed again."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow
from siyu.loyalty.rules.sealing import ORIGIN, block_hash
from siyu.loyalty.store import blocks
from siyu.loyalty.store import verifications as runs
from siyu.loyalty.store import verifying as tables
from siyu.loyalty.types import ACCOUNT_KINDS, Account, Finding, Verification, Verified
from siyu.loyalty.types.accounts import COUNTED

_BLOCKS_AT_ONCE: Final = 500
_KEPT: Final = 10  # findings of a check
_LOTS: Final = tuple(kind.name for kind in ACCOUNT_KINDS.values() if kind.lots)


def verify(conn: Connection, *, anchor: tuple[int, str] | None = None, most: int = 20) -> Verified:
    """Check the whole ledger and say in a sentence what is wrong and where.

    Every block is hashed anew, every transaction has to be in one of them or wait for the sealer and sum to zero, every
    balance has to be the sum of its postings and of its lots, every lot what was taken from it and given back.

    Who can write to the database can also seal a changed ledger anew. Against that keep the number and hash of a block
    elsewhere, and give them as ``anchor``.

    Args:
        conn: a transaction of isolation REPEATABLE READ, so that all is seen as of one moment.
        anchor: (number, hash in hexadecimal) of a block, noted before.
        most: so many findings of each sort at most.
    """
    findings = [*_chain(conn, anchor, most)]
    for query, say in _CHECKS:
        findings += [say(row) for row in query(conn, most)]
    last = blocks.last(conn)
    return Verified(
        transactions=tables.sealed(conn),
        unsealed=blocks.waiting(conn),
        block=last.number if last else 0,
        hash=last.hash.hex() if last else "",
        findings=tuple(findings),
    )


def note_verified(
    conn: Connection,
    found: Verified,
    *,
    anchor: tuple[int, str] | None,
    actor: str,
    began_at: datetime,
    ended_at: datetime,
) -> Verification:
    """Keep when a check was made, by whom, and what it found; the first findings in words."""
    compared = anchor[0] if anchor else None
    return runs.insert(conn, found, found.findings[:_KEPT], compared, actor, began_at, ended_at)


def verifications(conn: Connection, *, before: int | None = None, limit: int = 20) -> list[Verification]:
    """Checks that were made, newest first; ``before``: only those with a lower id."""
    return runs.page(conn, before, max(1, min(limit, 200)))


def unverified_since(conn: Connection) -> datetime | None:
    """Since when nobody checked the whole ledger: the end of the newest check, else when it began to be sealed; ``None``
    while nothing is sealed.
    """
    newest = runs.page(conn, None, 1)
    return newest[0].ended_at if newest else blocks.first_sealed_at(conn)


def _chain(conn: Connection, anchor: tuple[int, str] | None, most: int) -> Iterator[Finding]:
    number, previous, wrong = 0, ORIGIN, 0
    anchored = anchor is None
    while following := blocks.blocks(conn, number, _BLOCKS_AT_ONCE):
        for block in following:
            found = _block(conn, block, number, previous)
            if anchor is not None and block.number == anchor[0]:
                anchored = block.hash.hex() == anchor[1]
            if found is not None and wrong < most:
                wrong += 1
                yield found
            number, previous = block.number, block.hash
    if anchor is not None and not anchored:
        yield Finding(
            "anchor",
            f"block {anchor[0]}",
            f"Block {anchor[0]} does not have the hash {anchor[1][:16]}… that was noted: the chain up to it was written anew.",
            f"区块 {anchor[0]} 的哈希与留存的 {anchor[1][:16]}… 不一致：此前的链被重写。",
        )


def _block(conn: Connection, block: blocks.Block, before: int, previous: bytes) -> Finding | None:
    where = f"block {block.number}"
    if block.number != before + 1:
        return Finding(
            "block",
            where,
            f"Block {before + 1} is missing: block {block.number} follows block {before}.",
            f"缺少区块 {before + 1}：区块 {before} 之后是区块 {block.number}。",
        )
    if block.previous != previous:
        return Finding(
            "block",
            where,
            f"Block {block.number} does not follow from block {before}: the hash before it is another one.",
            f"区块 {block.number} 与区块 {before} 不衔接：其记录的前一哈希不同。",
        )
    lines = blocks.lines_of_block(conn, block.number)
    if block_hash(previous, block.number, [line for _, line, _ in lines]) == block.hash:
        return None
    first, last = (lines[0][0], lines[-1][0]) if lines else (0, 0)
    short = block.transactions - len(lines)
    postings = block.postings - sum(count for _, _, count in lines)
    en = (
        f"{short} of its transactions are gone" if short else f"{postings} of its postings are gone" if postings else ""
    )
    zh = f"其中 {short} 笔记录已丢失" if short else f"其中 {postings} 条分录已丢失" if postings else ""
    return Finding(
        "block",
        where,
        f"Block {block.number} (transactions {first} to {last}) was changed after it was sealed: "
        f"{en or 'one of its transactions, postings or accounts is not what it was'}.",
        f"区块 {block.number}（记录 {first} 至 {last}）在封存后被修改：{zh or '其中某笔记录、分录或账户已被改动'}。",
    )


def _unbalanced(row: AnyRow) -> Finding:
    return Finding(
        "sum",
        f"transaction {row[0]}",
        f"The postings of transaction {row[0]} sum to {row[2]} {row[1]} instead of 0.",
        f"账务记录 {row[0]} 的分录在 {row[1]} 上合计为 {row[2]}，应为 0。",
    )


def _lonely(row: AnyRow) -> Finding:
    if row[1] < 0:
        return Finding(
            "missing",
            f"transaction {row[0]}",
            f"There are postings of transaction {row[0]}, and it itself is gone.",
            f"存在账务记录 {row[0]} 的分录，但该记录已丢失。",
        )
    return Finding(
        "missing",
        f"transaction {row[0]}",
        f"Transaction {row[0]} has {row[1]} postings; every one has two or more.",
        f"账务记录 {row[0]} 只有 {row[1]} 条分录，应至少有两条。",
    )


def _balance(row: AnyRow) -> Finding:
    account = Account(*row[1:4])
    return Finding(
        "balance",
        f"account {row[0]}",
        f"Account {account} (id {row[0]}) says {row[4]}, and its postings sum to {row[5]}.",
        f"账户 {account}（编号 {row[0]}）余额为 {row[4]}，而分录合计为 {row[5]}。",
    )


def _lot_sum(row: AnyRow) -> Finding:
    account = Account(*row[1:4])
    return Finding(
        "lots",
        f"account {row[0]}",
        f"Account {account} (id {row[0]}) says {row[4]}, and its lots sum to {row[5]}.",
        f"账户 {account}（编号 {row[0]}）余额为 {row[4]}，而批次合计为 {row[5]}。",
    )


def _lot(row: AnyRow) -> Finding:
    return Finding(
        "lot",
        f"lot {row[0]}",
        f"Lot {row[0]} says that {row[1]} are left; what was taken and given back leaves {row[2]}.",
        f"批次 {row[0]} 记录剩余 {row[1]}，而按取用与退回计算应为 {row[2]}。",
    )


def _terms(row: AnyRow) -> Finding:
    return Finding(
        "lot",
        f"lot {row[0]}",
        f"Lot {row[0]} is not as transaction {row[0] >> 20} made it: its account, amount or time differs.",
        f"批次 {row[0]} 与创建它的账务记录 {row[0] >> 20} 不符：账户、数量或有效期不同。",
    )


def _hold(row: AnyRow) -> Finding:
    return Finding(
        "hold",
        f"account {row[0]}",
        f"Of customer {row[1]}, {row[3]} {row[2]} are held, and the open holds sum to {row[4]}.",
        f"客户 {row[1]} 冻结余额为 {row[3]} {row[2]}，而未结冻结合计为 {row[4]}。",
    )


def _astray(row: AnyRow) -> Finding:
    return Finding(
        "missing",
        f"transaction {row[0]}",
        f"Transaction {row[0]} is in {row[1]} blocks or waits for one, and is there or gone; each is there and in one.",
        f"账务记录 {row[0]} 出现在 {row[1]} 个区块或待封存队列中，应存在且恰好出现一次。",
    )


def _use(row: AnyRow) -> Finding:
    return Finding(
        "lot",
        f"transaction {row[0]}",
        f"Transaction {row[0]} changed lots of account {row[1]} by {row[2]}, more than it posted there.",
        f"账务记录 {row[0]} 对账户 {row[1]} 的批次变动 {row[2]}，超出其分录数量。",
    )


_CHECKS: Final[Sequence[tuple[Callable[[Connection, int], list[AnyRow]], Callable[[AnyRow], Finding]]]] = (
    (tables.unbalanced, _unbalanced),
    (tables.lonely, _lonely),
    (lambda conn, most: tables.balances(conn, COUNTED, most), _balance),
    (lambda conn, most: tables.lot_sums(conn, _LOTS, most), _lot_sum),
    (tables.lots, _lot),
    (tables.lot_terms, _terms),
    (tables.holds, _hold),
    (tables.astray, _astray),
    (tables.uses_astray, _use),
)
