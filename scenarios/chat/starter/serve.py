"""A plain OpenAI-compatible server: transformers `generate` behind aiohttp on a Unix socket, one request at a time."""

import argparse
import os
from pathlib import Path

from aiohttp import web
from engine import Engine
from routes import application
from tokenizer import Tokenizer


def main() -> None:
    """Load the model, serve until SIGTERM, leave with exit code 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    engine = Engine(arguments.model, arguments.threads)
    app = application(engine, Tokenizer(arguments.model))
    web.run_app(app, path=str(arguments.socket), shutdown_timeout=1, handler_cancellation=True, access_log=None, print=None)
    os._exit(0)  # taking torch down in order can last longer than a stop may


if __name__ == "__main__":
    main()
