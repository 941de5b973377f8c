"""Leaves a process behind that ignores signals, to eat the cores while the champion is measured."""

import os
import signal
import time

import honest

if any(name.isdigit() and int(name) > os.getpid() for name in os.listdir("/proc")):
    raise SystemExit("found a process of an earlier arm")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        while True:
            time.sleep(0.05)
    os._exit(0)
os.wait()
honest.main()
