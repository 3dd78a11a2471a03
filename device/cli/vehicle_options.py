"""Options of commands that say what drives."""

from __future__ import annotations

from typing import Annotated

import typer

Height = Annotated[float | None, typer.Option(help="Height of the vehicle, metres.")]
Width = Annotated[float | None, typer.Option(help="Width of the vehicle, metres.")]
Length = Annotated[float | None, typer.Option(help="Length of the vehicle, metres.")]
Weight = Annotated[float | None, typer.Option(help="Weight of the vehicle with its load, tonnes.")]
Hgv = Annotated[bool | None, typer.Option("--hgv", help="A goods vehicle; over 3.5 t it always is one.")]
Hazmat = Annotated[bool | None, typer.Option("--hazmat", help="It carries dangerous goods.")]
