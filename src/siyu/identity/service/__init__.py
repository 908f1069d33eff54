"""What other rooms may ask of OneID."""

from siyu.identity.rules.merges import ends_of
from siyu.identity.service.bulk import links_of, resolve_bulk
from siyu.identity.service.holding import clean_value, forget, holder_of, key_of, keys_of
from siyu.identity.service.many import aliases_among, find_many, owners_now
from siyu.identity.service.operate import (
    confirm_merge,
    hold_people,
    propose_merge,
    reject_merge,
    split,
    split_preview,
)
from siyu.identity.service.reading import (
    aliases_of,
    asset_counts,
    existing,
    find,
    graph,
    identifiers,
    known_since,
    living,
    living_of,
    owners_of,
    paired,
    phones_of,
    review_list,
    values_of,
)
from siyu.identity.service.rebuild import rebuild
from siyu.identity.service.resolve import resolve

__all__ = [
    "aliases_among",
    "aliases_of",
    "asset_counts",
    "clean_value",
    "confirm_merge",
    "ends_of",
    "existing",
    "find",
    "find_many",
    "forget",
    "graph",
    "hold_people",
    "holder_of",
    "identifiers",
    "key_of",
    "keys_of",
    "known_since",
    "links_of",
    "living",
    "living_of",
    "owners_now",
    "owners_of",
    "paired",
    "phones_of",
    "propose_merge",
    "rebuild",
    "reject_merge",
    "resolve",
    "resolve_bulk",
    "review_list",
    "split",
    "split_preview",
    "values_of",
]
