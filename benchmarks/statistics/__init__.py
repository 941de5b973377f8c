"""Proves the rule that promotes: simulated and real duels of identical code and of a known gain, against the rules others use."""
