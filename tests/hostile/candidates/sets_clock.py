"""Turns the machine's clock back, and refuses to serve when it may not."""

import time

import honest

try:
    time.clock_settime(time.CLOCK_REALTIME, time.time() - 3600)
except OSError as problem:
    raise SystemExit(f"nothing to gain: the clock stays, {problem.strerror}") from None
honest.main()
