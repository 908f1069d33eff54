"""What a preview of rules tells."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class MonthLineRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    unit: str
    amount: int = Field(description="By the rules that were asked for.")
    in_force: int = Field(description="By the rules in force.")


class MonthPreviewRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    first: date = Field(description="Of last month, on the brand's clock.")
    last: date
    counted: int = Field(description="Orders, or days on which somebody checked in.")
    people: int = Field(description="Whom the rules would have given something.")
    lines: list[MonthLineRead] = Field(description="By unit; what neither gives is absent.")
