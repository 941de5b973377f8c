"""Tells counts that are no numbers."""

import honest
from answer import Answer

Answer.usage = lambda self: {"prompt_tokens": float("nan"), "completion_tokens": float("inf"), "total_tokens": -1}
honest.main()
