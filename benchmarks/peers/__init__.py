"""The champion beside a generic engine on this machine, at a load of eight requests of 128 + 64 tokens."""
