"""Compiles native/*.cpp for this machine into one shared library."""

import argparse
import subprocess
from pathlib import Path

COMPILER = ["g++", "-std=c++20", "-O3", "-march=native", "-fPIC", "-pthread", "-shared"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    out: Path = parser.parse_args().out
    sources = sorted(str(path) for path in (Path(__file__).parent / "native").glob("*.cpp"))
    subprocess.run([*COMPILER, *sources, "-o", str(out / "native.so")], check=True)


if __name__ == "__main__":
    main()
