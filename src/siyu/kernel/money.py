"""Money is integer fen (1/100 yuan). A float is refused by the type, because 0.1 + 0.2 is not 0.3."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount in fen; may be negative (a refund)."""

    fen: int

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError(f"money is a whole number of fen, not {self.fen!r}")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.fen + other.fen)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.fen - other.fen)

    def __neg__(self) -> "Money":
        return Money(-self.fen)

    def __str__(self) -> str:
        sign = "-" if self.fen < 0 else ""
        return f"{sign}{abs(self.fen) // 100}.{abs(self.fen) % 100:02d}"

    @classmethod
    def parse_yuan(cls, text: str) -> "Money":
        """Read yuan as exports write them: ``"1,234.50"``, ``"¥12"``, ``"12.3元"``, ``"-5"``.

        Half a fen is rounded away from zero, as invoices do.

        Raises:
            ValueError: the text is not an amount.
        """
        cleaned = text.strip().replace(",", "").replace("，", "").removesuffix("元").lstrip("¥￥$").strip()
        try:
            amount = Decimal(cleaned)
        except InvalidOperation:
            raise ValueError(f"{text!r} is not an amount of money") from None
        if not amount.is_finite() or abs(amount) > Decimal("1e13"):
            raise ValueError(f"{text!r} is not an amount of money")
        return cls(int((amount * 100).to_integral_value(ROUND_HALF_UP)))
