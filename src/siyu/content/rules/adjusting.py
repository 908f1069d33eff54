"""What staff may change of what a persona says."""

from collections.abc import Collection, Sequence
from difflib import SequenceMatcher

from siyu.content.types import Adjuster, Character, Part

Complaint = tuple[str, str]
_PARTS_ZH: dict[Part, str] = {"text": "文本", "materials": "素材"}


def used(character: Character, text: str) -> tuple[Complaint, ...]:
    """Words in the text that the persona never uses."""
    return tuple(
        [
            (f"The persona does not say '{word}': take it out.", f"该人设禁用“{word}”，请删除。")
            for word in character.never
            if word.casefold() in text.casefold()
        ]
    )


def adjustment(
    character: Character,
    by: Adjuster,
    before: tuple[str, Sequence[int]],
    after: tuple[str, Sequence[int]],
) -> tuple[Complaint, ...]:
    """What is wrong with a change of (text, materials); empty when they may make it."""
    allowed = next((one for one in character.adjusting if one.by == by), None)
    parts: Collection[Part] = allowed.parts if allowed else ()
    changed: list[Part] = []
    if before[0] != after[0]:
        changed.append("text")
    if list(before[1]) != list(after[1]):
        changed.append("materials")
    found = [
        (f"The {part} may not be changed: leave it as it is.", f"{_PARTS_ZH[part]}不允许修改，请保持原样。")
        for part in changed
        if part not in parts
    ]
    if "text" in changed and "text" in parts and allowed is not None:
        alike = SequenceMatcher(None, before[0], after[0], autojunk=False).ratio()
        percent = round(100 * (1 - alike))
        if percent > allowed.most_changed:
            found.append(
                (
                    f"{percent} % of the text are changed, {allowed.most_changed} % may be: stay closer to it.",
                    f"文本改动了 {percent}%，最多允许 {allowed.most_changed}%：请减少改动。",
                )
            )
    found += [
        (f"'{word}' has to stay: put it back.", f"“{word}”必须保留，请恢复。")
        for word in character.keep
        if word in before[0] and word not in after[0]
    ]
    return (*found, *used(character, after[0]))
