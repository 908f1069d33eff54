"""What several merges come to together."""

from collections.abc import Iterable


def ends_of(merged: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Each merged customer → who is left of them in the end; who is left is no key.

    Args:
        merged: (who was merged away, into whom), in any order; chains within them are followed. Pairs that change
            nothing (0 stands for nobody) are left out.
    """
    step = {loser: winner for loser, winner in merged if loser and winner and loser != winner}
    ends = {}
    for loser, first in step.items():
        winner, seen = first, {loser}
        while winner in step and winner not in seen:
            seen.add(winner)
            winner = step[winner]
        if winner != loser:
            ends[loser] = winner
    return ends
