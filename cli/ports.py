"""TCP ports: whether one can be listened on, why not, and some that are free."""

import os
import socket
from contextlib import ExitStack


def refusal(host: str, port: int) -> str | None:
    """Why nothing can listen there now, in words; None when something can."""
    with _opened(host) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return reason(error)
    return None


def is_free(host: str, port: int) -> bool:
    """Whether something can listen there now."""
    return refusal(host, port) is None


def free_ports(host: str, count: int) -> tuple[int, ...]:
    """So many different ports that nobody listens on."""
    with ExitStack() as stack:
        probes = [stack.enter_context(_opened(host)) for _ in range(count)]
        for probe in probes:
            probe.bind((host, 0))
        return tuple(int(probe.getsockname()[1]) for probe in probes)


def reason(error: OSError) -> str:
    """The system's word for it."""
    return os.strerror(error.errno) if error.errno else str(error)


def _opened(host: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
