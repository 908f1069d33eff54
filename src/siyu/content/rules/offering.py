"""Which offers of a script may stand together, and which of them a person gets."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from siyu.content.rules.variables import unsure
from siyu.content.types import Arm, Body, KindsExclude, Offer, UnfitContent

NAMES: Final = {"plain": "the text", "bait_a": "bait A", "bait_b": "bait B", "hook": "the hook"}
NAMES_ZH: Final = {"plain": "正文", "bait_a": "诱饵 A", "bait_b": "诱饵 B", "hook": "钩子"}
Sets = Sequence[Sequence[str]]


class Chosen(NamedTuple):
    """What a person gets: the offers in order, and the place of the fallback that stands for the bait."""

    offers: tuple[Offer, ...]
    fallback: int | None


def offers(body: Body) -> Iterator[tuple[str, str, Offer]]:
    """Every offer with its name in English and Chinese."""
    for part, name in NAMES.items():
        offer: Offer | None = getattr(body, part)
        if offer is not None:
            yield name, NAMES_ZH[part], offer
    for number, offer in enumerate(body.fallbacks, 1):
        yield f"fallback {number}", f"备选 {number}", offer


def check(body: Body, exclusions: Sets) -> tuple[str, ...]:
    """Pass when the body is whole and its offers may stand together; returns variables without a fallback.

    Raises:
        UnfitContent: it is neither a plain text nor bait and hook, or an offer is empty.
        KindsExclude: bait (or fallback) and hook exclude each other, or one offer does so itself.
        BadVariable: a text has brackets that are no variable.
    """
    _check_shape(body)
    open_: list[str] = []
    for name, name_zh, offer in offers(body):
        if not offer.text.strip() and not offer.materials:
            raise UnfitContent(reason=f"{name} says and shows nothing.", reason_zh=f"{name_zh}没有文本也没有素材。")
        open_ += unsure(offer.text)
        _together((name, name_zh, offer), (name, name_zh, offer), exclusions)
        if body.hook is not None and offer is not body.hook:
            _together((name, name_zh, offer), (NAMES["hook"], NAMES_ZH["hook"], body.hook), exclusions)
    return tuple(dict.fromkeys(open_))


def messages(body: Body) -> Iterator[tuple[str, str, tuple[Offer, ...]]]:
    """Everything that somebody may receive of a body, with its name in English and Chinese: a bait comes with the hook."""
    if body.plain is not None:
        yield NAMES["plain"], NAMES_ZH["plain"], (body.plain,)
        return
    hook = (body.hook,) if body.hook is not None else ()
    for name, name_zh, offer in offers(body):
        if offer is not body.hook:
            yield name, name_zh, (offer, *hook)


def _check_shape(body: Body) -> None:
    if body.plain is not None and not (body.bait_a or body.bait_b or body.hook or body.fallbacks):
        return
    if body.plain is None and body.bait_a is not None and body.hook is not None:
        return
    raise UnfitContent(
        reason="a script is either a plain text, or bait A (with bait B and fallbacks where wanted) and a hook.",
        reason_zh="话术须为一段正文，或由诱饵 A（可另设诱饵 B 与备选）加钩子组成。",
    )


def _together(one: tuple[str, str, Offer], other: tuple[str, str, Offer], exclusions: Sets) -> None:
    for kind in one[2].kinds:
        for against in other[2].kinds:
            if kind != against and any(kind in group and against in group for group in exclusions):
                raise KindsExclude(
                    one=one[0], one_zh=one[1], other=other[0], other_zh=other[1], kind=kind, other_kind=against
                )


def choose(body: Body, arm: Arm, closed: Collection[str]) -> Chosen | None:
    """What a person gets to whom these kinds are closed; ``None`` when nothing is left to offer.

    Args:
        body: of a version.
        arm: which bait; B falls back on A where there is no B.
        closed: kinds that they may not get, because they or one that excludes them were given.
    """
    if body.plain is not None:
        return None if set(body.plain.kinds) & set(closed) else Chosen((body.plain,), None)
    assert body.hook is not None
    bait = body.bait_b if arm == "b" and body.bait_b is not None else body.bait_a
    if set(body.hook.kinds) & set(closed):
        return None
    for place, offer in enumerate((bait, *body.fallbacks)):
        if offer is not None and not set(offer.kinds) & set(closed):
            return Chosen((offer, body.hook), place - 1 if place else None)
    return None


def closed_by(given: Collection[str], exclusions: Sets) -> frozenset[str]:
    """Kinds that are closed to somebody who was given these: those that exclude them. The same kind may come again."""
    return frozenset(kind for group in exclusions for had in given if had in group for kind in group if kind != had)
