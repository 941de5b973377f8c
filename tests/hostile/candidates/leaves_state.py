"""Leaves a daemon with what it computed in shared memory and on an abstract socket, and looks for that of its last arm."""

import os
import socket
from pathlib import Path

import honest

NAME, SHARED = "\0hot", Path("/dev/shm/hot")


def left_behind() -> bool:
    with socket.socket(socket.AF_UNIX) as found:
        return SHARED.exists() or found.connect_ex(NAME) == 0


def stay() -> None:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with socket.socket(socket.AF_UNIX) as kept:
                kept.bind(NAME)
                kept.listen()
                while True:
                    kept.accept()
        os._exit(0)


if left_behind():
    raise SystemExit("found the state of an earlier arm")
SHARED.write_bytes(b"x" * 4096)
stay()
honest.main()
