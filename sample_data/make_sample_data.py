"""Make the synthetic sample files again, byte for byte: ``python sample_data/make_sample_data.py [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

from cusum.registrations.simulate import simulate_registrations

SEED = 2018
TRAINEES = 92


def make_cohort(folder: Path) -> list[Path]:
    """Write the cohort and the truth behind it."""
    cohort = simulate_registrations(trainees=TRAINEES, seed=SEED)
    return [cohort.to_csv(folder / "danish_cohort.csv"), cohort.truth_to_csv(folder / "danish_cohort_truth.csv")]


def main(arguments: list[str]) -> int:
    """Write every synthetic file to a folder, by default the one that this program is in."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    for path in make_cohort(folder):
        sys.stdout.write(f"{path.name} written, {path.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
