"""Who of those that take part is drawn."""

from collections.abc import Iterable

from siyu.draws.rules.proof import digest_of
from siyu.draws.types import Entrant


def rank(seed: bytes, round_id: int, names: Iterable[str], winners: int) -> list[Entrant]:
    """Those who take part, by their digests; so many of the first win."""
    found = sorted((digest_of(seed, round_id, name), name) for name in set(names))
    return [Entrant(name, digest, place, place <= winners) for place, (digest, name) in enumerate(found, 1)]
