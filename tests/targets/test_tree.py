"""A process tree is read whole, with its threads, memory and time."""

import os
import subprocess
import sys

from targets.tree import children, proportional_bytes, read_process, read_tree, tree_seconds

FAMILY = """
import os, sys, threading
reader, writer = os.pipe()
for _ in range(2):
    if os.fork() == 0:
        os.read(reader, 1)
        os._exit(0)
block = bytearray(b'x' * (32 << 20))
threading.Thread(target=sys.stdin.read).start()
print('ready', flush=True)
sys.stdin.read()
os._exit(0)
"""


def test_a_tree_has_all_generations_and_threads() -> None:
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        family = list(read_tree(parent.pid))
        assert [process.threads for process in family] == [2, 1, 1]
        assert {process.pid for process in family[1:]} == set(children(parent.pid))
        assert family[0].resident_bytes > 32 << 20
        assert 16 << 20 < proportional_bytes(family[0]) <= family[0].resident_bytes
        assert tree_seconds(parent.pid) > 0
        assert parent.pid in children(os.getpid())


def test_a_process_that_is_gone_is_none() -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    assert read_process(ended.pid) is None
    assert list(read_tree(ended.pid)) == []
    assert children(ended.pid) == []
