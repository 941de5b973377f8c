"""What share of a search's wall clock is neither agent, nor server, nor load: `python -m benchmarks.overhead SEARCH`."""
