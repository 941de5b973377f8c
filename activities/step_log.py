"""Writes a line when a step begins and when it ends, so that what ran, where and how often can be counted afterwards."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor


class StepLog(Interceptor):
    """Appends JSON lines to one file; several workers of one home may share it."""

    def __init__(self, path: Path) -> None:
        """The file is made with its folder."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Put the writer in front of each activity."""
        return _Writer(next, self._path)


class _Writer(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, path: Path) -> None:
        super().__init__(next)
        self._path = path

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        """Say that it begins, do it, say that it ended; a step that was killed has no second line."""
        self._write("began")
        answer = await super().execute_activity(input)
        self._write("ended")
        return answer

    def _write(self, event: str) -> None:
        info = activity.info()
        line = {
            "when": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": event,
            "workflow": info.workflow_id,
            "run": info.workflow_run_id,
            "step": info.activity_type,
            "id": info.activity_id,
            "attempt": info.attempt,
            "worker": os.getpid(),
        }
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")
