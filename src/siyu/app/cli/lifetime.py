"""The command about the lifetime models."""

from typing import Annotated

import typer

from siyu.app import lifetime
from siyu.app.cli.engines import engines
from siyu.app.cli.frame import DataOption, JsonOption, console, print_json, spoken
from siyu.app.cli.tables import figures, sheet, table
from siyu.insight import service as insight
from siyu.insight.types import Calibration, LifetimeModel


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lifetime")(show)


def show(
    refit: Annotated[
        bool, typer.Option("--refit", help="Refit now, and write the predictions to the profiles.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """What customers are expected to bring: the models, how well they foretold what is known, or why there are none."""
    with engines(data) as context:
        changed = lifetime.refit(context).changed if refit else None
        with context.database.transaction() as conn:
            state = insight.lifetime.state(conn)
    if as_json:
        print_json(state)
        return
    if changed is not None:
        console.print(f"{changed:,} predictions changed.", highlight=False)
    if state.model is None:
        console.print(spoken(state.reason, state.reason_zh), highlight=False)
        return
    _model(state.model, title=f"Lifetime as of {state.as_of}")
    if state.model.calibration is None:
        console.print("There is not enough data yet to hold a part of it out.")
    else:
        _calibration(state.model.calibration)


def _model(model: LifetimeModel, title: str) -> None:
    shown = sheet(title)
    shown.add_row("model", model.model)
    for name, value in {**model.parameters, **{f"spend {key}": value for key, value in model.spend.items()}}.items():
        shown.add_row(name, f"{value:,.4g}")
    for name, likelihood in model.log_likelihoods.items():
        shown.add_row(f"log-likelihood {name}", f"{likelihood:,.1f}")
    shown.add_row("customers", f"{model.customers:,}, of whom {model.repeat_buyers:,} bought again")
    shown.add_row("not left", f"{model.alive:,.0f}")
    shown.add_row("value so far", f"{model.actual_fen / 100:,.2f} yuan")
    shown.add_row(
        f"next {model.months} months",
        f"{model.expected_purchases:,.0f} purchases, {model.predicted_fen / 100:,.2f} yuan",
    )
    console.print(shown)


def _calibration(calibration: Calibration) -> None:
    shown = table(
        *figures("repeat purchases before", "customers", "expected", "actual"),
        title=f"Fitted up to {calibration.until}, held against the {calibration.days} days after",
    )
    for group in calibration.groups:
        shown.add_row(str(group.repeats), f"{group.customers:,}", f"{group.expected:,.1f}", f"{group.actual:,}")
    shown.add_row("all", f"{calibration.customers:,}", f"{calibration.expected:,.1f}", f"{calibration.actual:,}")
    console.print(shown)
