"""Options that several commands share, and the types that check them before anything starts."""

import math
from pathlib import Path

import click

from iontobench.tomlfile.near import near_choice

from .out import Out

DEFAULT_DATA = "iontobench-data"
_SPEED_MIN, _SPEED_MAX = 0.1, 1000.0


class NearChoice(click.Choice[str]):
    """One of a few words; another one is told with the word that is most like it."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word itself.

        Raises:
            click.BadParameter: it is none of them.
        """
        near = near_choice(value, self.choices)
        if near is not None and value not in self.choices:
            known = ", ".join(self.choices)
            self.fail(f"{value!r} is not one of {known}; did you mean {near}?", param, ctx)
        return super().convert(value, param, ctx)


def read_speed(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    """A factor of real time; infinity for `max`; None where nothing was asked.

    Raises:
        click.BadParameter: neither a factor in its range nor `max`.
    """
    if value is None:
        return None
    if value == "max":
        return math.inf
    try:
        speed = float(value)
    except ValueError:
        speed = math.nan
    if not _SPEED_MIN <= speed <= _SPEED_MAX:
        raise click.BadParameter(f"{value!r} is neither max nor {_SPEED_MIN:g} to {_SPEED_MAX:g}")
    return speed


def _out(ctx: click.Context) -> Out:
    found = ctx.find_object(Out)
    if found is None:
        raise RuntimeError("a command was called without its streams")
    return found


def _keep_data(ctx: click.Context, _param: click.Parameter, value: str) -> Path:
    path = _out(ctx).data_dir = Path(value)
    return path


def _keep_json(ctx: click.Context, _param: click.Parameter, value: bool) -> bool:
    _out(ctx).json = value
    return value


data_option = click.option(
    "--data",
    "data_dir",
    metavar="DIR",
    envvar="IONTOBENCH_DATA",
    default=DEFAULT_DATA,
    show_default=True,
    callback=_keep_data,
    is_eager=True,
    help="Where records are kept (or IONTOBENCH_DATA).",
)
json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    callback=_keep_json,
    is_eager=True,
    help="One JSON object as the last line of stdout; prose goes to stderr.",
)
