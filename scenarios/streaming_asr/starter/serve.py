"""A plain server for live speech: transformers over all audio so far at each chunk, behind a WebSocket on a Unix socket."""

import argparse
import os
from pathlib import Path


def main() -> None:
    """Load the model, serve until SIGTERM, leave with exit code 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    from aiohttp import web
    from engine import Engine
    from realtime import application
    from tokenizers import Tokenizer

    app = application(Engine(arguments.model), Tokenizer.from_file(str(arguments.model / "tokenizer.json")))
    web.run_app(app, path=str(arguments.socket), shutdown_timeout=1, handler_cancellation=True, access_log=None, print=None)
    os._exit(0)  # taking torch down in order can last longer than a stop may


if __name__ == "__main__":
    main()
