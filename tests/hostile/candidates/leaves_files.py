"""Leaves files wherever it can write, for its next arm or the next candidate, and looks for such."""

from pathlib import Path

import honest

PLACES = ("/scratch", "/tmp", "/dev/shm", "/run/candidate", "/candidate", "/model", "/build", "/", "/var/tmp", "/dev")
for place in map(Path, PLACES):
    if (place / "left").exists():
        raise SystemExit(f"found the file of an earlier arm in {place}")
    try:
        (place / "left").write_text("expected answers")
    except OSError:
        continue
honest.main()
