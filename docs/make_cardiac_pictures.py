"""Make the pictures of the page on heart operations from the Python on that page; needs Chromium or Chrome.

Run it from anywhere: ``.venv/bin/python docs/make_cardiac_pictures.py``.
"""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from make_pictures import browser, photograph

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "cardiac_surgery.md"
IMAGES = DOCS / "images"
FIGURES = {"cardiac_calibration": "calibration", "cardiac_unit": "whole", "cardiac_funnel": "funnel"}
WIDTH = 860


def main() -> int:
    """Write docs/images/cardiac_*.png and say so."""
    program = browser()
    if program is None:
        print("No Chromium or Chrome found: the pictures stay as they are. BROWSER_PATH may name one.")
        return 1
    os.chdir(DOCS.parent)  # the page reads sample_data from here
    names: dict[str, object] = {}
    for block in re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        with redirect_stdout(io.StringIO()):
            exec(compile(block, PAGE.name, "exec"), names)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for image, name in FIGURES.items():
            figure = names[name]
            file = Path(folder) / f"{image}.html"
            figure.write_html(file, include_plotlyjs=True, full_html=True, config={"displayModeBar": False})
            photograph(program, file, IMAGES / f"{image}.png", WIDTH + 16, int(figure.layout.height) + 16)
            print((IMAGES / f"{image}.png").relative_to(DOCS.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main())
