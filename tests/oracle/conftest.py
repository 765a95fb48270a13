"""How hard the oracle looks: the same 200 examples a dialect each time, or 2,000 new ones a night.

``make test`` draws examples from a fixed seed (``derandomize``): a pull request is never stopped by an example that its change has nothing
to do with. ``make nightly`` (``DRE_NIGHTLY=1``) draws 2,000 new examples a dialect, and tells the lines that repeat what it found; such an
example becomes a test of its own beside the mended code.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("oracle", deadline=None, max_examples=200, derandomize=True, database=None, suppress_health_check=_SLOW)
settings.register_profile(
    "oracle-nightly",
    deadline=None,
    max_examples=int(os.environ.get("DRE_NIGHTLY_EXAMPLES", "2000")),
    print_blob=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=_SLOW,
)
ORACLE = settings.get_profile("oracle-nightly" if os.environ.get("DRE_NIGHTLY") else "oracle")
