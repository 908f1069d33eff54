"""What other rooms may ask of touch."""

from siyu.touch.service.deciding import decide_due, set_brand_zone
from siyu.touch.service.proposing import propose

__all__ = ["decide_due", "propose", "set_brand_zone"]
