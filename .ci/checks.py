"""Run every check in order, carry on after a failure, and end with a summary."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent


def script(name: str) -> str:
    """Path of a console script in this environment."""
    return str(SCRIPTS / (f"{name}.exe" if sys.platform == "win32" else name))


def quick_checks() -> dict[str, list[str]]:
    """Commands that need no test to be run, by the name shown in the summary."""
    python = [sys.executable, "-m"]
    sources = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "cusum").rglob("*.py"))]
    return {
        "ruff check": [*python, "ruff", "check", "."],
        "ruff format": [*python, "ruff", "format", "--check", "."],
        "mypy": [*python, "mypy"],
        "import-linter": [script("lint-imports")],
        "numpydoc": [*python, "numpydoc", "lint", *sources],
        "codespell": [script("codespell")],
    }


def pytest_command(workers: int) -> list[str]:
    """Doctests and tests in one run: warnings are errors, coverage is reported."""
    return [sys.executable, "-m", "pytest", "-n", str(workers), "--cov", "--cov-report", "term"]


def run(name: str, command: list[str]) -> tuple[bool, float]:
    """Run one check and show what it says."""
    print(f"\n--- {name}", flush=True)
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL)
    return done.returncode == 0, time.monotonic() - started


def run_pytest(workers: int) -> tuple[bool, str]:
    """Run the tests, show what they say and keep their closing line."""
    print("\n--- doctests and tests", flush=True)
    command = pytest_command(workers)
    closing = "pytest did not finish"
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            closing = line.rstrip() or closing
    return process.returncode == 0, closing


def main() -> int:
    """Run the checks and say how each of them ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave the doctests and tests out")
    parser.add_argument("--workers", type=int, default=2, help="processes that run tests at the same time")
    options = parser.parse_args()

    results = {name: run(name, command) for name, command in quick_checks().items()}
    tests_passed, closing = (True, "") if options.quick else run_pytest(options.workers)

    print("\n--- summary")
    for name, (passed, seconds) in results.items():
        print(f"{name:<20} {'ok' if passed else 'FAILED':<8} {seconds:6.1f} s")
    if closing:
        print(f"{'doctests and tests':<20} {'ok' if tests_passed else 'FAILED'}")
        print(closing, flush=True)
    return 0 if tests_passed and all(passed for passed, _ in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
