"""Whatever colour a brand has, what is written can be read."""

from hypothesis import given
from hypothesis import strategies as st

from siyu.members.rules.theme import contrast, theme

colours = st.integers(0, 0xFFFFFF).map(lambda one: f"#{one:06x}")


@given(colours)
def test_everything_can_be_read(colour: str) -> None:
    made = theme(colour)
    assert contrast(made["--brand-ink"], "#ffffff") >= 4.5
    assert contrast(made["--brand-ink"], made["--brand-pale"]) >= 4.5
    assert contrast(made["--brand-upon"], made["--brand"]) >= 4.5


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert theme("#C41E3A") == {
        "--brand": "#c41e3a",
        "--brand-upon": "#ffffff",
        "--brand-ink": "#c41e3a",
        "--brand-pale": "#f9e8eb",
    }


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
