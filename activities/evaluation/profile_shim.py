"""Runs inside the sandbox in place of `serve.py`, which it runs itself, and profiles it when the harness asks through a socket.

What it covers: the process and those that it forks, with all their threads. A process that was started anew (spawn, exec) is not
seen. Native functions are seen when they are torch's operators, or are called through ctypes from a library of BUILD_DIR or of the
candidate's folder; what they do on threads of their own counts as the caller's time. The profiler's own cost, about a microsecond
per operator, counts as Python.
"""

import contextlib
import ctypes
import json
import os
import runpy
import socket
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

LINE_BYTES = 4096
MOST_OPERATORS = 300
MOST_TIMELINE_BYTES = 1 << 24
active = threading.Event()


class Session:
    """One profiled stretch of time in this process."""

    def __init__(self) -> None:
        self.profiler = make_profiler()
        self.timeline = timeline()
        self.offset = self.timeline.stat().st_size if self.timeline.exists() else 0
        if self.profiler:
            self.profiler.start()
        active.set()
        self.began, self.busy = time.perf_counter(), busy_seconds()

    def report(self) -> dict:
        """What happened since, in sums."""
        seconds, busy = time.perf_counter() - self.began, busy_seconds()
        active.clear()
        spent = sum(max(after - self.busy.get(thread, 0.0), 0.0) for thread, after in busy.items())
        operators: dict = {}
        if self.profiler:
            self.profiler.stop()
            operators = self_times(self.profiler.profiler.kineto_results.events())
        ranked = sorted(operators.items(), key=lambda item: -item[1][1])[:MOST_OPERATORS]
        return {
            "seconds": seconds,
            "busy_seconds": spent,
            "operators": [{"name": name, "root": root, "calls": calls, "seconds": own} for (root, name), (calls, own) in ranked],
            "steps": read_steps(self.timeline, self.offset),
        }


def make_profiler():
    """torch's profiler over all threads; None in a process that has not loaded torch."""
    if "torch" not in sys.modules:
        return None
    from torch._C._profiler import _ExperimentalConfig
    from torch.profiler import ProfilerActivity, profile

    return profile(activities=[ProfilerActivity.CPU], experimental_config=_ExperimentalConfig(profile_all_threads=True))


def self_times(events) -> dict:
    """(outermost operator, operator) -> [calls, seconds without the operators that it called], over all threads."""
    totals: dict = defaultdict(lambda: [0, 0.0])
    open_operators: dict = defaultdict(list)
    for event in sorted(events, key=lambda event: (event.start_ns(), -event.duration_ns())):
        start, duration, name = event.start_ns(), event.duration_ns(), event.name()
        stack = open_operators[event.start_thread_id()]
        while stack and stack[-1][0] <= start:
            stack.pop()
        if stack:
            parent = stack[-1][1]
            totals[parent][1] -= min(duration, stack[-1][0] - start) / 1e9
        key = (stack[0][1][1] if stack else name, name)
        totals[key][0] += 1
        totals[key][1] += duration / 1e9
        stack.append((start + duration, key))
    return totals


def busy_seconds() -> dict:
    """Processor time of each thread that runs Python, but for this one."""
    found = {}
    for thread in threading.enumerate():
        if thread.native_id is not None and thread is not threading.current_thread():
            with contextlib.suppress(OSError):
                found[thread.native_id] = int(Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text().split()[0]) / 1e9
    return found


def timeline() -> Path:
    """Where the server is asked to tell its steps; it need not."""
    return Path(os.environ["TIMELINE"])


def read_steps(path: Path, offset: int) -> dict:
    """The server's own steps since `offset` of its timeline, summed by kind."""
    if not path.exists():
        return {}
    sums: dict = defaultdict(lambda: {"steps": 0, "seconds": 0.0, "requests": 0, "tokens": 0})
    with path.open("rb") as file:
        file.seek(offset)
        for line in file.read(MOST_TIMELINE_BYTES).splitlines():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                step = json.loads(line)
                total = sums[str(step["kind"])]
                total["steps"] += 1
                for field in ("seconds", "requests", "tokens"):
                    total[field] += step[field]
    return dict(sums)


def record_native_calls(folders: tuple) -> None:
    """Let calls through ctypes into libraries of these folders appear as operators."""
    load = ctypes.CDLL.__init__

    def load_recorded(library, name, *arguments, **options) -> None:
        load(library, name, *arguments, **options)
        if str(name).startswith(folders):
            library._FuncPtr = recorded(library._FuncPtr)

    ctypes.CDLL.__init__ = load_recorded


def recorded(plain: type) -> type:
    """A type of foreign functions whose calls the profiler sees while it runs."""

    class Recorded(plain):
        _flags_ = plain._flags_
        _restype_ = plain._restype_

        def __call__(self, *arguments):
            if not active.is_set() or "torch" not in sys.modules:
                return super().__call__(*arguments)
            from torch.profiler import record_function

            with record_function(f"native::{self.__name__}"):
                return super().__call__(*arguments)

    return Recorded


def listen(folder: Path) -> None:
    """Answer the harness: `prepare`, `start`, `stop`, one line each."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / f"profile-{os.getpid()}"))
    listener.listen(1)
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            converse(stream)


def converse(stream) -> None:
    """One profiled stretch."""
    session = None
    while command := stream.readline(LINE_BYTES).strip():
        if command == b"prepare":
            if profiler := make_profiler():  # the first start takes long
                profiler.start()
                profiler.stop()
            answer = {}
        elif command == b"start":
            session, answer = Session(), {}
        else:
            answer = session.report() if session else {}
        stream.write(json.dumps(answer).encode() + b"\n")
        stream.flush()


def start_listening(folder: Path) -> None:
    """Beside whatever the process does."""
    threading.Thread(target=listen, args=(folder,), daemon=True, name="profile").start()


def main() -> None:
    """Run `serve.py` of the current folder with our own arguments, ready to profile it and the processes that it forks."""
    candidate, folder = str(Path.cwd()), Path(sys.argv[sys.argv.index("--socket") + 1]).parent
    os.environ.setdefault("TIMELINE", str(Path(os.environ["SCRATCH_DIR"]) / "timeline.jsonl"))
    record_native_calls(tuple(filter(None, (candidate, os.environ.get("BUILD_DIR")))))
    start_listening(folder)
    os.register_at_fork(after_in_child=lambda: start_listening(folder))
    sys.argv[0], sys.path[0] = "serve.py", candidate
    runpy.run_path("serve.py", run_name="__main__")


if __name__ == "__main__":
    main()
