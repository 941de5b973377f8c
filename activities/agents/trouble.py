"""What an endpoint's errors mean: try again later, or say clearly why not."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2
import openai

PASSING = (408, 409, 425, 429)
LONGEST_WAIT = timedelta(hours=24)
OVERFLOW = re.compile(r"context[ _](length|window|size)|maximum context|too many tokens|prompt is too long", re.IGNORECASE)
DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?")
RESETS = ("x-ratelimit-reset-requests", "x-ratelimit-reset-tokens")
CLEAR_WORDS: Mapping[int, str] = {
    401: "the endpoint refused the API key (401): set OPENAI_API_KEY and start the worker again with `vibeserve down` and `vibeserve up`",
    403: "the endpoint forbids this (403): the key may not use this model",
    404: "the endpoint does not know this (404): check the model's name and OPENAI_BASE_URL",
}


class ModelUnavailable(Exception):
    """The endpoint cannot answer now; `delay` is when it says that it can again."""

    def __init__(self, words: str, delay: timedelta | None = None) -> None:
        super().__init__(words)
        self.delay = delay


class ModelRefused(Exception):
    """The endpoint will never answer this; `final` when no other request of the search would fare better."""

    def __init__(self, words: str, *, final: bool) -> None:
        super().__init__(words)
        self.final = final


class ContextOverflow(Exception):
    """The conversation is longer than the model's context."""


def meaning(error: openai.APIError | httpx2.HTTPError, now: datetime) -> Exception:
    """The error in our own words."""
    if not isinstance(error, openai.APIStatusError):
        return ModelUnavailable(f"the connection to the endpoint failed: {one_line(str(error) or type(error).__name__)}")
    status, told = error.status_code, one_line(error.message)
    if status in PASSING or status >= 500:
        return ModelUnavailable(f"the endpoint answered {status}: {told}", delay(error.response.headers, now))
    if status in CLEAR_WORDS:
        return ModelRefused(f"{CLEAR_WORDS[status]}: {told}", final=True)
    if status == 413 or error.code == "context_length_exceeded" or OVERFLOW.search(told):
        return ContextOverflow(told)
    return ModelRefused(f"the endpoint refused the request ({status}): {told}", final=False)


def delay(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long to wait, as `retry-after-ms`, `retry-after` (seconds or a date) or the rate limit's reset say it."""
    waits = [_milliseconds(headers.get("retry-after-ms", "")), _seconds_or_date(headers.get("retry-after", ""), now)]
    waits += [_duration(headers.get(name, "")) for name in RESETS if headers.get("retry-after") is None]
    known = [wait for wait in waits if wait is not None]
    return min(max(known), LONGEST_WAIT) if known else None


def one_line(text: str) -> str:
    """For a person, bounded."""
    return " ".join(text.split())[:300]


def _milliseconds(text: str) -> timedelta | None:
    return timedelta(milliseconds=float(text)) if re.fullmatch(r"\d{1,12}(\.\d+)?", text) else None


def _seconds_or_date(text: str, now: datetime) -> timedelta | None:
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return timedelta(seconds=float(text))
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(when.replace(tzinfo=when.tzinfo or UTC) - now, timedelta())


def _duration(text: str) -> timedelta | None:
    """`1s`, `6m0s`, `120ms`."""
    found = DURATION.fullmatch(text)
    if not text or found is None:
        return None
    hours, minutes, seconds, milliseconds = (float(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds)
