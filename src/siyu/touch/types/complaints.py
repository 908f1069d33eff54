"""What people complained of."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Complaint:
    """A customer complained about being reached; ``touch_id`` says by which touch, ``None``: by none in particular."""

    customer_id: int
    touch_id: int | None
    at: datetime
    noted_by: str
