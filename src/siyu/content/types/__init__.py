"""What other rooms may know of content."""

from siyu.content.types.calendars import (
    MIXES,
    PLAN,
    POST,
    Calendar,
    Category,
    Entry,
    Mix,
    MixWarning,
    Phase,
    PhaseKind,
    Plan,
    Post,
)
from siyu.content.types.errors import BadVariable, KindsExclude, NoValue, UnfitContent
from siyu.content.types.materials import KINDS, Fit, Material, MaterialKind, Medium
from siyu.content.types.personas import CHARACTER, Adjuster, Adjusting, Character, Face, Part, Persona
from siyu.content.types.scripts import BODY, OFFER_KINDS, Arm, Body, Offer, Rendered, Script, ScriptVersion

__all__ = [
    "BODY",
    "CHARACTER",
    "KINDS",
    "MIXES",
    "OFFER_KINDS",
    "PLAN",
    "POST",
    "Adjuster",
    "Adjusting",
    "Arm",
    "BadVariable",
    "Body",
    "Calendar",
    "Category",
    "Character",
    "Entry",
    "Face",
    "Fit",
    "KindsExclude",
    "Material",
    "MaterialKind",
    "Medium",
    "Mix",
    "MixWarning",
    "NoValue",
    "Offer",
    "Part",
    "Persona",
    "Phase",
    "PhaseKind",
    "Plan",
    "Post",
    "Rendered",
    "Script",
    "ScriptVersion",
    "UnfitContent",
]
