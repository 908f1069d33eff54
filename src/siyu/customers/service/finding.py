"""Who has this or that, as whole sets of ids: what segments ask. Each also of only some customers (``among``).

Ids are those under which profiles are kept, in any order, each once. Moments are milliseconds since 1970, rounded down.
"""

from siyu.customers.rules import kind_of_trait
from siyu.customers.store.finding import (
    buyers as buyers_within,
)
from siyu.customers.store.finding import (
    by_entry_codes,
    everybody,
    from_sources,
    on_layers,
    predicted,
    trait_dates,
    with_consent,
    with_relation,
    with_tag,
    with_trait,
    worth,
)

__all__ = [
    "buyers_within",
    "by_entry_codes",
    "everybody",
    "from_sources",
    "is_personal",
    "on_layers",
    "predicted",
    "trait_dates",
    "with_consent",
    "with_relation",
    "with_tag",
    "with_trait",
    "worth",
]


def is_personal(trait: str) -> bool:
    """Whether a trait of this name is personal data: of it only is known whether it is there."""
    return kind_of_trait(trait) is not None
