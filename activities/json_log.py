"""A worker's log as JSON lines, for programs that collect logs."""

import json
import logging
from datetime import UTC, datetime
from typing import cast

CONTEXT = ("temporal_activity", "temporal_workflow")
"""What Temporal's loggers attach: which step, which attempt, of which workflow."""


class JsonLines(logging.Formatter):
    """One object per record."""

    def format(self, record: logging.LogRecord) -> str:
        """When, how grave, who, what, and what it is about."""
        told: dict[str, object] = {
            "when": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        about = vars(record)
        for name in CONTEXT:
            if isinstance(about.get(name), dict):
                told |= {key: value for key, value in cast("dict[str, object]", about[name]).items() if value is not None}
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)
