"""``cusum version``: which version this is."""

from __future__ import annotations

import typer

from cusum import __version__

__all__ = ["version_command"]


def version_command() -> None:
    """Say which version of cusum this is."""
    typer.echo(f"cusum {__version__}")
