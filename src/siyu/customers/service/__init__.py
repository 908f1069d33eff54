"""What other rooms may ask of customers."""

from siyu.customers.rules import LADDER, layer_of, normalise
from siyu.customers.service.applying import apply
from siyu.customers.service.changing import add_tags, change_consents, change_relations, remove_tags
from siyu.customers.service.exporting import (
    advance_export,
    begin_export,
    expire_exports,
    export,
    exports,
    fail_export,
    finish_export,
)
from siyu.customers.service.listing import (
    CHANNEL,
    became_known,
    keep_standings,
    layer_counts,
    list_page,
    mark_known,
    mark_stale,
    stale_since,
    take_stale,
)
from siyu.customers.service.merging import merge_profiles, start_profile
from siyu.customers.service.predicting import prediction, write_predictions
from siyu.customers.service.reading import layers, personal_items, personal_prints, profile, relation_counts, search

__all__ = [
    "CHANNEL",
    "LADDER",
    "add_tags",
    "advance_export",
    "apply",
    "became_known",
    "begin_export",
    "change_consents",
    "change_relations",
    "expire_exports",
    "export",
    "exports",
    "fail_export",
    "finish_export",
    "keep_standings",
    "layer_counts",
    "layer_of",
    "layers",
    "list_page",
    "mark_known",
    "mark_stale",
    "merge_profiles",
    "normalise",
    "personal_items",
    "personal_prints",
    "prediction",
    "profile",
    "relation_counts",
    "remove_tags",
    "search",
    "stale_since",
    "start_profile",
    "take_stale",
    "write_predictions",
]
