"""Settings that every test shares."""

from __future__ import annotations

import os

from hypothesis import settings

# On a build machine the same examples are tried every time; elsewhere new ones, to find what nobody thought of.
settings.register_profile("build", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("build")
