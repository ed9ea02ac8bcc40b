"""Run the command line with ``python -m cusum``."""

from __future__ import annotations

from cusum.cli import main

if __name__ == "__main__":
    main()
