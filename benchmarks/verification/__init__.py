"""What verification costs, how often it accuses the honest, and how surely it finds subtle cheats: `python -m benchmarks.verification`."""
