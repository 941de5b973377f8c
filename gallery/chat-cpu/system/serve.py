"""The server's entry: place its threads, then serve the model on a Unix socket until SIGTERM."""

import argparse
import os
from pathlib import Path

import front
import runtime


def main() -> None:
    """Serve, then leave with exit code 0, or 1 where the engine is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    runtime.place(arguments.threads)
    code = front.serve(arguments.model, arguments.socket)
    os._exit(code)  # taking torch down in order can last longer than a stop may


if __name__ == "__main__":
    main()
