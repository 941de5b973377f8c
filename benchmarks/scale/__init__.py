"""How a search of thousands of candidates fares on the embedded server: steps per second, latency, bytes and memory as it grows."""
