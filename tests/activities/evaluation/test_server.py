"""A candidate's server comes up and goes down in the sandbox, and its failures read like sentences."""

import asyncio
import os
from pathlib import Path

import pytest

from activities.evaluation.server import Launch, ServerFailed, serving
from activities.sandbox.cell import MIB

HONEST = """
import argparse, asyncio, os, signal
parser = argparse.ArgumentParser()
for name in ("--model", "--socket", "--threads"):
    parser.add_argument(name, required=True)
arguments = parser.parse_args()

async def answer(reader, writer):
    words = (await reader.readuntil(b"\\r\\n\\r\\n")).split()
    body = STATES.get(words[1].decode(), "")
    writer.write(f"HTTP/1.1 200 OK\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n{body}".encode())
    await writer.drain()
    writer.close()

STATES = {"/threads": arguments.threads, "/model": ",".join(os.listdir(arguments.model)), "/folder": os.getcwd(),
          "/build": os.environ.get("BUILD_DIR", "none"), "/scratch": ",".join(os.listdir(os.environ["SCRATCH_DIR"])),
          "/mark": os.environ.get("MARK", "")}

async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with await asyncio.start_unix_server(answer, arguments.socket):
        print("serving", flush=True)
        await stop.wait()

asyncio.run(main())
"""
OBEYS = "asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)"
SHIM = "import os, runpy; os.environ['MARK'] += ' and shim'; runpy.run_path('serve.py', run_name='__main__')"
HIDES = "os.mkdir('/run/candidate/a'); os.mkdir('/run/candidate/a/b'); os.chmod('/run/candidate/a', 0)\nasyncio.run"
BINDS = "import socket, sys\nserver = socket.socket(socket.AF_UNIX)\nserver.bind(sys.argv[4])\nserver.listen()\n"


def launch(folder: Path, script: str, **changes: object) -> Launch:
    """A candidate whose `serve.py` is the script, with a model folder beside it."""
    (folder / "candidate").mkdir(exist_ok=True)
    (folder / "candidate/serve.py").write_text(script)
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model/config.json").write_text("{}")
    plain = Launch(candidate=folder / "candidate", model=folder / "model", threads=2, memory_bytes=256 * MIB, start_limit_seconds=60)
    return plain.model_copy(update=changes)


def is_dead(pid: int) -> bool:
    """Gone, or waiting only for a slow parent to take notice."""
    folder = Path(f"/proc/{pid}")
    return not folder.exists() or "\nState:\tZ" in (folder / "status").read_text()


async def ask(socket: Path, path: str) -> str:
    """The body of the answer to one request."""
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
    text = (await reader.read()).decode()
    writer.close()
    return text.partition("\r\n\r\n")[2]


async def failure(launched: Launch, runs: Path) -> ServerFailed:
    """How a candidate fails to serve."""
    with pytest.raises(ServerFailed) as caught:
        async with serving(launched, runs=runs, lease=None):
            pass
    return caught.value


async def test_a_server_gets_what_the_contract_promises(tmp_path: Path) -> None:
    async with serving(launch(tmp_path, HONEST), runs=tmp_path / "runs", lease=None) as server:
        told = {path: await ask(server.socket, path) for path in ("/threads", "/model", "/folder", "/build", "/scratch")}
        assert told == {"/threads": "2", "/model": "config.json", "/folder": "/candidate", "/build": "none", "/scratch": ""}
        assert server.gone() is None
        assert server.usage().memory_bytes > MIB
        assert server.start_seconds > 0
        assert server.log_tail() == "serving\n"


async def test_build_and_shim_and_environment_reach_the_server(tmp_path: Path) -> None:
    (tmp_path / "built").mkdir()
    (tmp_path / "shim.py").write_text(
        "import os, runpy; os.environ['MARK'] += ' and shim'; runpy.run_path('serve.py', run_name='__main__')"
    )
    changed = launch(tmp_path, HONEST, build=tmp_path / "built", shim=tmp_path / "shim.py", environment={"MARK": "given"})
    async with serving(changed, runs=tmp_path / "runs", lease=None) as server:
        assert await ask(server.socket, "/build") == "/build"
        assert await ask(server.socket, "/mark") == "given and shim"


async def test_a_server_that_obeys_sigterm_stops_cleanly_and_leaves_nothing(tmp_path: Path) -> None:
    async with serving(launch(tmp_path, HONEST), runs=tmp_path / "runs", lease=None) as server:
        assert await server.stop(grace=20)
        assert server.gone() == "exited with code 0"
    assert list((tmp_path / "runs").iterdir()) == []
    assert is_dead(server.pid)


async def test_a_server_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    deaf = HONEST.replace(OBEYS, "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    async with serving(launch(tmp_path, deaf), runs=tmp_path / "runs", lease=None) as server:
        assert not await server.stop(grace=0.2)
    assert is_dead(server.pid)


async def test_a_crash_at_start_is_told_by_its_exception(tmp_path: Path) -> None:
    failed = await failure(launch(tmp_path, "import no_such_engine"), tmp_path / "runs")
    assert failed.reason == "exited with code 1: ModuleNotFoundError: No module named 'no_such_engine'"
    assert "Traceback" in failed.log


async def test_a_death_by_signal_is_named(tmp_path: Path) -> None:
    failed = await failure(launch(tmp_path, "import os; os.kill(os.getpid(), 11)"), tmp_path / "runs")
    assert failed.reason == "ended by signal 11 (Segmentation fault)"


async def test_a_server_that_never_listens_is_told_by_the_limit(tmp_path: Path) -> None:
    failed = await failure(launch(tmp_path, "import signal; signal.pause()", start_limit_seconds=0.5), tmp_path / "runs")
    assert failed.reason == "did not answer GET /health within 0.5 s"


async def test_a_server_that_accepts_and_says_nothing_is_told_by_the_limit(tmp_path: Path) -> None:
    failed = await failure(launch(tmp_path, BINDS + "import signal; signal.pause()", start_limit_seconds=1), tmp_path / "runs")
    assert failed.reason == "did not answer GET /health within 1 s"


async def test_an_endless_answer_to_health_is_no_answer(tmp_path: Path) -> None:
    chatter = BINDS + "peer, _ = server.accept()\nwhile True: peer.send(b'x' * 65536)"
    failed = await failure(launch(tmp_path, chatter, start_limit_seconds=1), tmp_path / "runs")
    assert failed.reason.startswith(("did not answer", "exited with code 1: BrokenPipeError", "exited with code 1: ConnectionResetError"))


async def test_too_much_memory_at_start_is_told_by_the_limit(tmp_path: Path) -> None:
    hog = "kept = []\nwhile True: kept.append(bytearray(b'x' * (8 << 20)))"
    failed = await failure(launch(tmp_path, hog), tmp_path / "runs")
    assert failed.reason == "used more than 256 MiB of memory"


async def test_a_link_is_no_socket_of_the_candidates(tmp_path: Path) -> None:
    """The link leads to a server that would answer."""
    async with serving(launch(tmp_path, HONEST), runs=tmp_path / "runs", lease=None) as other:
        link = f"import os, signal, sys; os.symlink({str(other.socket)!r}, sys.argv[4]); signal.pause()"
        (tmp_path / "b").mkdir()
        failed = await failure(launch(tmp_path / "b", link, start_limit_seconds=0.7), tmp_path / "runs")
    assert failed.reason == "did not answer GET /health within 0.7 s"


async def test_a_link_that_takes_the_sockets_place_later_leads_nowhere(tmp_path: Path) -> None:
    async with serving(launch(tmp_path, HONEST), runs=tmp_path / "runs", lease=None) as server:
        place = server.folder / "socket"
        place.unlink()
        place.symlink_to(tmp_path / "somebody-elses")
        assert await ask(server.socket, "/threads") == "2"


async def test_a_server_that_dies_while_serving_is_told(tmp_path: Path) -> None:
    dies = HONEST.replace("body = STATES", 'words[1] == b"/die" and os._exit(3); body = STATES')
    async with serving(launch(tmp_path, dies), runs=tmp_path / "runs", lease=None) as server:
        assert await ask(server.socket, "/die") == ""
        await server.ended()
        assert server.gone() == "exited with code 3: serving"


async def test_a_long_home_still_gets_a_socket(tmp_path: Path) -> None:
    runs = tmp_path / ("long" * 30) / "runs"
    async with serving(launch(tmp_path, HONEST), runs=runs, lease=None) as server:
        assert len(os.fsencode(server.socket)) < 108
        assert await ask(server.socket, "/threads") == "2"


async def test_what_a_candidate_hides_in_its_folder_is_removed(tmp_path: Path) -> None:
    hides = HONEST.replace(
        "asyncio.run",
        "os.mkdir('/run/candidate/deep'); os.mkdir('/run/candidate/deep/er'); os.chmod('/run/candidate/deep', 0)\nasyncio.run",
    )
    async with serving(launch(tmp_path, hides), runs=tmp_path / "runs", lease=None):
        pass
    assert list((tmp_path / "runs").iterdir()) == []
