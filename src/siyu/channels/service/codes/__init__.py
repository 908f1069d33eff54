"""Entry codes: made and changed by operators, kept true on the platforms, counted."""

from siyu.channels.service.codes.arriving import arrive
from siyu.channels.service.codes.counting import count_codes
from siyu.channels.service.codes.figures import code_figures, code_people, welcome_outcomes
from siyu.channels.service.codes.printing import card_lines, card_pictures, code_poster, code_qr, page_qr, page_url
from siyu.channels.service.codes.reading import (
    Picture,
    cards,
    code,
    codes,
    codes_of,
    free_places,
    page_of,
    page_picture,
)
from siyu.channels.service.codes.rotating import Rotation
from siyu.channels.service.codes.writing import add_cards, archive_code, create_code, renew_code, update_code
from siyu.channels.store.codes import CHANNEL

__all__ = [
    "CHANNEL",
    "Picture",
    "Rotation",
    "add_cards",
    "archive_code",
    "arrive",
    "card_lines",
    "card_pictures",
    "cards",
    "code",
    "code_figures",
    "code_people",
    "code_poster",
    "code_qr",
    "codes",
    "codes_of",
    "count_codes",
    "create_code",
    "free_places",
    "page_of",
    "page_picture",
    "page_qr",
    "page_url",
    "renew_code",
    "update_code",
    "welcome_outcomes",
]
