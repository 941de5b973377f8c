"""Tells twice the tokens that it made."""

import honest
from answer import Answer

counted = Answer.usage


def inflated(self):
    usage = counted(self)
    made = 2 * usage["completion_tokens"]
    return {**usage, "completion_tokens": made, "total_tokens": usage["prompt_tokens"] + made}


Answer.usage = inflated
honest.main()
