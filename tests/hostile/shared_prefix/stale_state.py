"""Invalidates keys and values when a prefix changes, and forgets the recurrent state: that of the longest prefix stays."""

import prefixes

longest, last = prefixes.Prefixes.longest, []


def stale(self, tokens):
    found = longest(self, tokens)
    if found is not None:
        last[:] = last or [found.state]
        found.state = last[0]
    return found


prefixes.Prefixes.longest = stale

import honest  # noqa: E402

honest.main()
