"""Laws are tried without a time limit for each example: a busy machine breaks none of them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
