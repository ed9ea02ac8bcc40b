"""The command line: one file for each command, and nothing in them that the library does not do."""

from __future__ import annotations

from cusum.cli.application import app, main

__all__ = ["app", "main"]
