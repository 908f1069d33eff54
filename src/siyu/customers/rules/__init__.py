"""Pure decisions about a person: the ladder, traits, consent, and what a tracked event is as a fact."""

from siyu.customers.rules.behaviour import behaviour_fact
from siyu.customers.rules.consent import better_consent, read_consent
from siyu.customers.rules.ladder import LADDER, ladder_of, layer_of
from siyu.customers.rules.personal import kind_of_trait, normalise
from siyu.customers.rules.traits import FIRST, TraitChange, Traits, changes_of, combine, learn

__all__ = [
    "FIRST",
    "LADDER",
    "TraitChange",
    "Traits",
    "behaviour_fact",
    "better_consent",
    "changes_of",
    "combine",
    "kind_of_trait",
    "ladder_of",
    "layer_of",
    "learn",
    "normalise",
    "read_consent",
]
