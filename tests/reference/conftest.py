"""Let these tests import the loop-by-loop reference charts, the run-length oracles and the reference files."""

from __future__ import annotations

import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parent.parent
for _folder in (_TESTS / "charts", _TESTS / "design", _TESTS / "reference"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))
