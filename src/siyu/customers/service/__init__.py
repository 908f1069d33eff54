"""What other rooms may ask of customers."""

from siyu.customers.rules import LADDER, ladder_of, layer_of, normalise
from siyu.customers.service import finding
from siyu.customers.service.applying import apply
from siyu.customers.service.changing import add_tags, change_consents, change_relations, keep_first, remove_tags
from siyu.customers.service.exporting import (
    advance_export,
    begin_export,
    expire_exports,
    export,
    exports,
    fail_export,
    finish_export,
)
from siyu.customers.service.forgetting import forget, prints_in_use
from siyu.customers.service.knowing import may_be_put, people_of_day, people_tied_on, put_traits, scopes_of, traits_of
from siyu.customers.service.lasting import lasting
from siyu.customers.service.listing import (
    CHANNEL,
    basis,
    became_known,
    buyers,
    count_by,
    everybody,
    keep_standings,
    layer_counts,
    list_page,
    mark_known,
    mark_stale,
    marked_at_one_moment,
    stale_since,
    standing_differences,
    take_stale,
)
from siyu.customers.service.merging import merge_profiles, start_profile
from siyu.customers.service.offering import offered
from siyu.customers.service.predicting import expected_of_everybody, expected_values, prediction, write_predictions
from siyu.customers.service.reading import (
    consents_of,
    personal_items,
    personal_prints,
    profile,
    relation_counts,
    search,
    without_profile,
    zones_of,
)

__all__ = [
    "CHANNEL",
    "LADDER",
    "add_tags",
    "advance_export",
    "apply",
    "basis",
    "became_known",
    "begin_export",
    "buyers",
    "change_consents",
    "change_relations",
    "consents_of",
    "count_by",
    "everybody",
    "expected_of_everybody",
    "expected_values",
    "expire_exports",
    "export",
    "exports",
    "fail_export",
    "finding",
    "finish_export",
    "forget",
    "keep_first",
    "keep_standings",
    "ladder_of",
    "lasting",
    "layer_counts",
    "layer_of",
    "list_page",
    "mark_known",
    "mark_stale",
    "marked_at_one_moment",
    "may_be_put",
    "merge_profiles",
    "normalise",
    "offered",
    "people_of_day",
    "people_tied_on",
    "personal_items",
    "personal_prints",
    "prediction",
    "prints_in_use",
    "profile",
    "put_traits",
    "relation_counts",
    "remove_tags",
    "scopes_of",
    "search",
    "stale_since",
    "standing_differences",
    "start_profile",
    "take_stale",
    "traits_of",
    "without_profile",
    "write_predictions",
    "zones_of",
]
