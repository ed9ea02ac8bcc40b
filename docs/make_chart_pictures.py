"""Make the picture of each page in docs/charts from the Python on that page; needs Chromium or Chrome.

Run it from anywhere: ``.venv/bin/python docs/make_chart_pictures.py [PAGE ...]``.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from make_pictures import browser, photograph

CHARTS = Path(__file__).resolve().parent / "charts"
IMAGES = CHARTS / "images"
WIDTH = 860


def figure_of(page: Path) -> object | None:
    """Run the Python of a page and give the figure that it ends with."""
    names: dict[str, object] = {}
    for block in re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        with redirect_stdout(io.StringIO()):
            exec(compile(block, page.name, "exec"), names)
    return names.get("figure")


def main(names: list[str]) -> int:
    """Write docs/charts/images/*.png and say so."""
    program = browser()
    if program is None:
        print("No Chromium or Chrome found: the pictures stay as they are. BROWSER_PATH may name one.")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for page in sorted(CHARTS.glob("*.md")):
            if names and page.stem not in names:
                continue
            figure = figure_of(page)
            if figure is None:
                continue
            file = Path(folder) / f"{page.stem}.html"
            figure.write_html(file, include_plotlyjs=True, full_html=True, config={"displayModeBar": False})
            photograph(program, file, IMAGES / f"{page.stem}.png", WIDTH + 16, int(figure.layout.height) + 16)
            print((IMAGES / f"{page.stem}.png").relative_to(CHARTS.parent.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
