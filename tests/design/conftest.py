"""Let these tests import the loop-by-loop reference charts and the run-length oracles."""

from __future__ import annotations

import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parent.parent
for _folder in (_TESTS / "charts", _TESTS / "design"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))
