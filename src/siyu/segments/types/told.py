"""Facts that have just come, as those see them who react."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Told:
    """Facts as columns, in any order.

    Attributes:
        owners: whose each is, as OneID knows them now; 0 where it is nobody's.
        at: when it happened, in milliseconds.
        kind: its place in ``kinds``.
        name: its place in ``names``.
    """

    owners: Ids
    at: Ids
    kind: Ids
    name: Ids
    kinds: Sequence[str]
    names: Sequence[str]

    def which(self, kind: str, names: Collection[str] | None) -> NDArray[np.bool_]:
        """Those of somebody that are of this kind, and of one of these names where any are given."""
        found: NDArray[np.bool_] = (self.kind == _place(self.kinds, kind)) & (self.owners > 0)
        if names is not None:
            found &= np.isin(self.name, [_place(self.names, name) for name in names])
        return found


def _place(among: Sequence[str], one: str) -> int:
    return among.index(one) if one in among else -1
