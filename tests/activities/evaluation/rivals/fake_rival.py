"""A rival on a TCP port that behaves as it is told: `python fake_rival.py MANNER --model DIR --port P`.

`honest` answers with the numpy engine of the hostile suite's controls behind the starter's routes; `canned` says the same token always;
`hangs` never listens; `dies` ends at once; `stubborn` is honest, ignores SIGTERM and leaves a daemon behind that does so too.
"""

import argparse
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

ROOT = Path(__file__).parents[4]
sys.path[:0] = [str(ROOT / "tests" / "hostile" / "honest"), str(ROOT / "scenarios" / "chat" / "starter")]

from aiohttp import web  # noqa: E402
from engine import Engine  # noqa: E402
from protocol import Job, Token  # noqa: E402
from routes import application  # noqa: E402
from tokenizer import Tokenizer  # noqa: E402

SAID = 300
LONG = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"


class Canned(Engine):
    """No model at all."""

    async def generate(self, job: Job) -> AsyncIterator[list[Token]]:
        """One token for ever."""
        while True:
            yield [Token(SAID, False)]


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("manner", choices=("honest", "canned", "hangs", "dies", "stubborn"))
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mark", default="")
    arguments = parser.parse_args()
    if arguments.manner == "dies":
        raise RuntimeError("this engine has no fuel")
    if arguments.manner == "hangs":
        signal.pause()
    if arguments.manner == "stubborn":
        subprocess.Popen([sys.executable, "-c", LONG, arguments.mark], start_new_session=True)
    engine = Canned(arguments.model, 1) if arguments.manner == "canned" else Engine(arguments.model, 1)
    app = application(engine, Tokenizer(arguments.model))
    stubborn = arguments.manner == "stubborn"
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    web.run_app(app, host="127.0.0.1", port=arguments.port, print=None, access_log=None, handle_signals=not stubborn, shutdown_timeout=0.1)


if __name__ == "__main__":
    main()
