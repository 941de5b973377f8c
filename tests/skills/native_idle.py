"""Run in a child: the processor time that the threads of the pool use while nobody calls them; one JSON line."""

import json
import sys
import threading
import time

import torch

parts, threads = sys.argv[1:]
sys.path.insert(0, parts)
torch.set_num_threads(int(threads))

from linear import Linear  # noqa: E402 (of the parts)

linear = Linear.pack(torch.randn(64, 64))
linear(torch.randn(1, 64))
wall, cpu = time.perf_counter(), time.process_time()
threading.Event().wait(0.5)
print(json.dumps({"idle_cpu_seconds": time.process_time() - cpu, "idle_seconds": time.perf_counter() - wall}))
