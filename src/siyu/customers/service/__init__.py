"""What other rooms may ask of customers."""

from siyu.customers.rules import LADDER, layer_of, normalise
from siyu.customers.service.applying import apply
from siyu.customers.service.changing import add_tags, change_consents, change_relations, remove_tags
from siyu.customers.service.merging import merge_profiles, start_profile
from siyu.customers.service.reading import layers, personal_items, profile, relation_counts, search

__all__ = [
    "LADDER",
    "add_tags",
    "apply",
    "change_consents",
    "change_relations",
    "layer_of",
    "layers",
    "merge_profiles",
    "normalise",
    "personal_items",
    "profile",
    "relation_counts",
    "remove_tags",
    "search",
    "start_profile",
]
