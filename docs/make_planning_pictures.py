"""Make the pictures of planning.md from the Python on that page; needs Chromium or Chrome.

Run it from anywhere: ``.venv/bin/python docs/make_planning_pictures.py``.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from make_pictures import browser, photograph

DOCS = Path(__file__).resolve().parent
WIDTH = 860


def main() -> int:
    """Write docs/images/*.png, one for each block of Python followed by a picture, and say so."""
    program = browser()
    if program is None:
        print("No Chromium or Chrome found: the pictures stay as they are. BROWSER_PATH may name one.")
        return 1
    names: dict[str, object] = {}
    text = (DOCS / "planning.md").read_text(encoding="utf-8")
    (DOCS / "images").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for block, image in re.findall(
            r"^```python\n(.*?)^```|\]\((images/\S+\.png)\)", text, re.DOTALL | re.MULTILINE
        ):
            if block:
                with redirect_stdout(io.StringIO()):
                    exec(compile(block, "planning.md", "exec"), names)
                continue
            figure, page = names["figure"], Path(folder) / "page.html"
            figure.write_html(page, include_plotlyjs=True, full_html=True, config={"displayModeBar": False})
            photograph(program, page, DOCS / image, WIDTH + 16, int(figure.layout.height) + 16)
            print(f"docs/{image}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
