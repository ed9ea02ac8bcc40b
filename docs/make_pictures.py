"""Make the pictures in the README from the sample cohort; needs Chromium or Chrome.

Run it from anywhere: ``.venv/bin/python docs/make_pictures.py``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cusum

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "reports" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser() -> str | None:
    """Path of a browser that can draw without a window, or None."""
    return os.environ.get("BROWSER_PATH") or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def photograph(program: str, page: Path, image: Path, width: int, height: int) -> None:
    """Draw a page in a browser without a window and keep the picture."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            program,
            "--headless",
            "--no-sandbox",
            "--hide-scrollbars",
            "--force-device-scale-factor=1.5",
            "--virtual-time-budget=10000",
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
            f"--screenshot={image}",
            page.as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def main() -> int:
    """Write reports/images/*.png and say so."""
    program = browser()
    if program is None:
        print("No Chromium or Chrome found: the pictures stay as they are. BROWSER_PATH may name one.")
        return 1
    registrations = cusum.read_registrations(ROOT / "sample_data" / "danish_cohort.csv")
    cohort = cusum.analyse(registrations)
    table = registrations.table
    region = cusum.analyse(cusum.read_registrations(table[table["region"] == table["region"].min()]))
    busiest = cohort.trainees.sort_values(["registrations", "trainee"]).iloc[-1]["trainee"]
    pictures = {
        "crossings.png": (cusum.plot_crossings(region, "spinal"), 1150, 900),
        "trainee.png": (cusum.plot_trainee(cohort, busiest), 1000, 800),
    }
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, (figure, width, height) in pictures.items():
            size = (int(figure.layout.width or width), int(figure.layout.height or height))
            page = Path(folder) / f"{name}.html"
            figure.write_html(page, include_plotlyjs=True, full_html=True, config={"displayModeBar": False})
            photograph(program, page, IMAGES / name, size[0] + 16, size[1] + 16)
            print(IMAGES.relative_to(ROOT) / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
