"""The chart with a last look against the LC-CUSUM at every number of cases from 20 to 100, not at four of them only.

Run with ``python benchmarks/low_volume_between.py``; it takes some seconds. All probabilities are exact.
"""

from __future__ import annotations

import numpy as np

from cusum import Criterion, plan_volume

CRITERIA = ((0.05, 0.10), (0.10, 0.20), (0.20, 0.40))
NUMBERS = range(20, 101)


def main() -> None:
    """Print for each criterion how the powers differ: the mean, the worst and how often the last look loses."""
    for acceptable, unacceptable in CRITERIA:
        criterion = Criterion(acceptable=acceptable, unacceptable=unacceptable)
        plans = [plan_volume(criterion, cases=cases) for cases in NUMBERS]
        gain = np.array([plan.last_look_power - plan.power for plan in plans])
        lost, worst = int((gain < -1e-12).sum()), int(gain.argmin())
        print(
            f"{acceptable:.0%}/{unacceptable:.0%}: mean gain {gain.mean():+.3f}, best {gain.max():+.3f}; "
            f"loses at {lost} of {len(plans)} numbers, most at {NUMBERS[worst]}: "
            f"{plans[worst].power:.3f} -> {plans[worst].last_look_power:.3f}"
        )


if __name__ == "__main__":
    main()
