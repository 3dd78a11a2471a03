"""The screen measured: `xiaogao bench screen`; with a browser and a served screen that the tests use too."""

from bench.screen.measures import run

__all__ = ["run"]
