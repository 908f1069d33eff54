"""What operators decide: merges beyond the limits, refusals, splits. Each act is logged and can be undone."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import savepoint
from siyu.identity.rules import linking
from siyu.identity.rules.board import add_link, part, ring_of
from siyu.identity.service.play import Overtaken, Play, Settled, begin, released, settle
from siyu.identity.service.reading import as_evidence, as_identifier
from siyu.identity.store import reading, writing
from siyu.identity.store.writing import EvidenceRow, LedgerRow
from siyu.identity.types import MAX_MEMBERS, TYPES, Resolution, SplitPreview
from siyu.kernel.errors import BadInput, Conflict, NotFound, TryLater
from siyu.kernel.fact import Fact

_ATTEMPTS = 20


def hold_people(conn: Connection, *, alone: bool) -> None:
    """Say that this transaction writes rows by customer, or (``alone``) that it merges or splits customers.

    Those who only write go side by side; who merges or splits waits for them and is alone until its end. Called before
    the customers are looked up, so that nothing is written for a customer that is merged away meanwhile.

    The acts of operators, a bulk import and a repair call it themselves. Safe to repeat; but two transactions that both
    hold it in common and then both want to be alone wait for each other, and one of them fails.
    """
    writing.hold_people(conn, alone=alone)


def propose_merge(
    conn: Connection, customer_a: int, customer_b: int, *, actor: str, reason: str, now: datetime
) -> tuple[int, int]:
    """Put two customers on the review list; returns the (stronger, weaker) identifiers to confirm or reject.

    Changes nobody's identity. Safe to repeat.

    Raises:
        NotFound: no such customer.
        BadInput: both are one already.
    """
    hold_people(conn, alone=True)
    one, other = _living(conn, customer_a), _living(conn, customer_b)
    if one == other:
        raise BadInput(reason="both ids are the same customer.", reason_zh="两个编号是同一位客户。")
    pair = _ordered(conn, _strongest(conn, one), _strongest(conn, other))
    known = reading.evidence(conn, *pair)
    if known is None:
        row = EvidenceRow(
            *pair, None, None, now, 0, "", linking.OPERATOR, linking.REVIEW, f"proposed by {actor}: {reason}"
        )
        writing.write_evidence(conn, [row], now)
    else:
        writing.change_evidence(conn, [(*pair, linking.REVIEW, f"proposed by {actor}: {reason}")])
    seq = writing.take(conn, "log_seq", 1)[0]
    writing.write_ledger(conn, [LedgerRow(seq, "propose", one, other, [], *pair, actor, reason)], now)
    return pair


def confirm_merge(
    conn: Connection, identifier_a: int, identifier_b: int, *, actor: str, reason: str, now: datetime
) -> Resolution:
    """Make the customers of two identifiers one, whatever the limits say. Safe to repeat.

    The facts in the answer are for the caller to append.

    Raises:
        NotFound: no such identifier.
        Conflict: together they would hold more than MAX_MEMBERS identifiers.
    """
    hold_people(conn, alone=True)
    pair = _ordered(conn, identifier_a, identifier_b)

    def act() -> Resolution:
        customers = [reading.customer_of(conn, identifier) for identifier in pair]
        play = _begin(conn, customers, pair)
        if len(play.ids) > MAX_MEMBERS:
            raise Conflict(
                reason=f"together they would hold more than {MAX_MEMBERS} identifiers.",
                reason_zh=f"合并后的标识将超过 {MAX_MEMBERS} 个。",
            )
        index = _confirm(conn, play, *pair)
        settled = settle(conn, play, [], actor=actor, reason=reason, now=now)
        _write_confirmed(conn, play, [index], actor, reason, now, settled)
        lifted = [pair for n, pair in enumerate(play.aparts) if play.board.apart_to[2 * n] < 0]
        writing.write_aparts(conn, [], lifted)
        return Resolution([], [], settled.merged, _merge_facts(settled, pair, now))

    return _retrying(conn, act)


def reject_merge(
    conn: Connection, identifier_a: int, identifier_b: int, *, actor: str, reason: str, now: datetime
) -> None:
    """Say that two identifiers are not one person: no later link between them merges. Safe to repeat.

    Raises:
        NotFound: no such identifier.
        Conflict: they are one customer now; split instead.
    """
    hold_people(conn, alone=True)
    pair = _ordered(conn, identifier_a, identifier_b)

    def act() -> Resolution:
        customers = [reading.customer_of(conn, identifier) for identifier in pair]
        _begin(conn, customers, pair)
        if customers[0] == customers[1]:
            raise Conflict(
                reason="they are one customer; split the customer instead.",
                reason_zh="两个标识已属于同一位客户，请改用拆分。",
            )
        seq = writing.take(conn, "log_seq", 1)[0]
        writing.write_aparts(conn, [(min(pair), max(pair))], [])
        writing.change_evidence(conn, [(*pair, linking.REJECTED, "apart")])
        writing.write_ledger(
            conn, [LedgerRow(seq, "reject", customers[0], customers[1], [], *pair, actor, reason)], now
        )
        return Resolution([])

    _retrying(conn, act)


def split_preview(conn: Connection, customer_id: int, identifier_ids: Sequence[int]) -> SplitPreview:
    """What :func:`split` would do, without doing it.

    Raises:
        NotFound: no such customer.
        BadInput: the identifiers are not all this customer's, or are all of them, or none.
    """
    customer = _living(conn, customer_id)
    members = [as_identifier(row) for row in reading.by_customer(conn, customer)]
    leaving = set(identifier_ids)
    _check_split(leaving, {member.id for member in members})
    between = [
        as_evidence(row)
        for row in reading.edges(conn, sorted(leaving))
        if row.state <= linking.LAST_ACTIVE and (row.stronger in leaving) != (row.weaker in leaving)
    ]
    return SplitPreview(
        customer,
        [member for member in members if member.id in leaving],
        [member for member in members if member.id not in leaving],
        between,
    )


def split(
    conn: Connection, customer_id: int, identifier_ids: Sequence[int], *, actor: str, reason: str, now: datetime
) -> Resolution:
    """These identifiers leave the customer and become a new one; what stays and what leaves will not merge again
    unless an operator confirms it. Facts that came through them follow them. Undone by :func:`confirm_merge`.

    The facts in the answer are for the caller to append; ``created`` holds the new customer.

    Raises:
        NotFound: no such customer.
        BadInput: the identifiers are not all this customer's, or are all of them, or none.
    """
    hold_people(conn, alone=True)

    def act() -> Resolution:
        customer = _living(conn, customer_id)
        play = begin(conn, [customer], [])
        leaving = set(identifier_ids)
        _check_split(leaving, set(play.ids))
        seq = writing.take(conn, "log_seq", 1)[0]
        nodes = [play.node_of[identifier] for identifier in sorted(leaving)]
        play.board, staying = part(play.board, nodes)
        tied = [index for side in (nodes, staying) for index in _tie(conn, play, side)]
        settled = settle(conn, play, [], actor=actor, reason=reason, now=now, split_seq=seq)
        writing.change_evidence(conn, released(play))
        _write_confirmed(conn, play, tied, actor, "holds together what a split left", now, settled)
        apart = [tuple(sorted((play.ids[one], play.ids[other]))) for one in nodes for other in staying]
        writing.write_aparts(conn, [(low, high) for low, high in apart], [])
        facts = [
            Fact("customer.split", a.customer_id, 0, now, properties={
                "other": a.other_id, "identifiers": list(a.identifiers), "reason": "split",
            })
            for a in settled.acts
        ]  # fmt: skip
        return Resolution([], settled.created, [], facts)

    return _retrying(conn, act)


def _retrying(conn: Connection, act: Callable[[], Resolution]) -> Resolution:
    for _ in range(_ATTEMPTS):
        try:
            with savepoint(conn):
                return act()
        except Overtaken:
            continue
    raise TryLater(
        reason="Others keep changing the same customers.", reason_zh="其他操作正在修改相同的客户。", retry_after=1
    )


def _begin(conn: Connection, customers: Sequence[int], identifiers: Sequence[int]) -> Play:
    play = begin(conn, customers, [])
    if any(identifier not in play.node_of for identifier in identifiers):
        raise Overtaken
    return play


def _confirm(conn: Connection, play: Play, stronger: int, weaker: int) -> int:
    index = add_link(play.board, play.node_of[stronger], play.node_of[weaker], linking.OPERATOR)
    play.seq_of[index] = writing.take(conn, "log_seq", 1)[0]
    linking.link_all(play.board, index, index + 1)
    return index


def _tie(conn: Connection, play: Play, side: Sequence[int]) -> list[int]:
    """Operator's links for what is one side of a split, but is held together by nothing of its own."""
    board, oldest, made = play.board, min(side), []
    for node in sorted(side):
        if node not in set(ring_of(board, oldest)):
            link = _confirm(conn, play, *_ordered(conn, play.ids[oldest], play.ids[node]))
            made.append(link)  # and the next question finds it tied
    return made


def _write_confirmed(
    conn: Connection, play: Play, links: Sequence[int], actor: str, reason: str, now: datetime, settled: Settled
) -> None:
    """The evidence and the ledger of an operator's links."""
    board, entries, rows = play.board, [], []
    for index in links:
        left, right = board.left[index], board.right[index]
        pair = (play.ids[left], play.ids[right])
        rows.append(EvidenceRow(*pair, None, None, now, 0, "", linking.OPERATOR, linking.CONFIRMED, reason))
        other = play.customers[play.before[right]]
        entries.append(
            LedgerRow(play.seq_of[index], "confirm", settled.customer_of[left], other, [], *pair, actor, reason)
        )
    writing.write_evidence(conn, rows, now)
    writing.write_ledger(conn, entries, now)


def _merge_facts(settled: Settled, pair: tuple[int, int], now: datetime) -> list[Fact]:
    return [
        Fact("customer.merged", winner, 0, now, properties={
            "loser": loser, "reason": "confirm", "stronger": pair[0], "weaker": pair[1],
        })
        for loser, winner in settled.merged
    ]  # fmt: skip


def _living(conn: Connection, customer_id: int) -> int:
    found = reading.living(conn, customer_id)
    if not found:
        raise NotFound(what="customer", what_zh="客户", key=customer_id)
    return found


def _strongest(conn: Connection, customer_id: int) -> int:
    found = reading.by_customer(conn, customer_id)
    return int(max(found, key=lambda row: (TYPES[row.type].priority, -row.id)).id)


def _ordered(conn: Connection, one: int, other: int) -> tuple[int, int]:
    """The two identifiers as evidence orders them: the stronger first, between equals the older."""
    kinds = reading.kinds_of(conn, [one, other])
    for identifier in (one, other):
        if identifier not in kinds:
            raise NotFound(what="identifier", what_zh="标识", key=identifier)
    if one == other:
        raise BadInput(reason="an identifier cannot be compared with itself.", reason_zh="标识不能与自身比较。")
    first, second = sorted((one, other), key=lambda identifier: (-TYPES[kinds[identifier]].priority, identifier))
    return first, second


def _check_split(leaving: set[int], members: set[int]) -> None:
    if not leaving or not leaving < members:
        raise BadInput(
            reason="name some of this customer's identifiers, and not all of them.",
            reason_zh="请指定该客户的一部分标识，而不是全部。",
        )
