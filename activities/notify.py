"""Tell a receiver outside of a search what happened in it; no word of an address leaves this file."""

import json
from collections.abc import Mapping
from datetime import timedelta

import aiohttp
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.home import Home
from activities.notify_task import NotifyTask
from activities.receivers import BrokenReceivers, Receiver, read_receivers
from search.notice import Notice

LIMIT = aiohttp.ClientTimeout(total=15)
LATER = frozenset({408, 425, 429})
"""Statuses below 500 with which a receiver asks to come again."""
LONGEST_WAIT = timedelta(hours=1)
VERSION = 1


class Messenger:
    """A receiver may hear the same notice twice, with the same key, when its answer was lost."""

    def __init__(self, home: Home) -> None:
        """The home that knows where receivers are; it is read at each attempt, so that a mended address is used."""
        self._home = home

    @activity.defn(name="notify")
    async def notify(self, task: NotifyTask) -> str:
        """What became of it; one that may be received later is an error, so that it is tried again."""
        try:
            receiver = read_receivers(self._home.receivers).get(task.receiver)
        except BrokenReceivers as broken:
            raise ApplicationError(str(broken), type="BrokenReceivers") from None
        if receiver is None:
            return f"not delivered: the home knows no receiver {task.receiver}"
        if task.notice.occasion not in receiver.occasions:
            return f"not wanted: {task.receiver} does not ask for {task.notice.occasion}"
        return await post(receiver, task.notice)


async def post(receiver: Receiver, notice: Notice) -> str:
    """Delivered or refused for good, in words; ApplicationError when it may succeed later."""
    headers = {"Idempotency-Key": f"{notice.search}/{notice.key}", "User-Agent": "vibeserve"}
    try:
        async with (
            aiohttp.ClientSession(timeout=LIMIT) as session,
            session.post(receiver.address.get_secret_value(), json=payload(notice), headers=headers, allow_redirects=False) as answer,
        ):
            return _judged(answer.status, answer.headers, receiver.host)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        # Its own words may hold the address.
        raise ApplicationError(f"{receiver.host} cannot be reached: {type(error).__name__}", type="ReceiverAway") from None


def payload(notice: Notice) -> Mapping[str, object]:
    """For a person in `text`, as Slack and Mattermost show it, and for programs beside it."""
    return {"text": _plain(in_words(notice)), "version": VERSION, "vibeserve": json.loads(notice.model_dump_json())}


def in_words(notice: Notice) -> str:
    """One line, with the figure and what to type next."""
    figure = ""
    if notice.champion and notice.ratio and notice.low and notice.high:
        figure = f" Champion {notice.champion}: {notice.ratio:.3g}x the starter [{notice.low:.3g}x, {notice.high:.3g}x]."
    return f"{notice.search}: {notice.words}.{figure} vibeserve history {notice.search}"


def _plain(words: str) -> str:
    """Candidates' words must not call anybody: Slack reads <!channel> as that, and asks for these three to be written so."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _judged(status: int, headers: Mapping[str, str], host: str) -> str:
    if 200 <= status < 300:
        return f"delivered to {host}"
    if status >= 500 or status in LATER:
        raise ApplicationError(f"{host} answered {status}", type="ReceiverAway", next_retry_delay=_wait(headers.get("Retry-After", "")))
    return f"not delivered: {host} answered {status}"


def _wait(said: str) -> timedelta | None:
    """As many seconds as the receiver says, within reason."""
    return min(timedelta(seconds=int(said)), LONGEST_WAIT) if said.isdecimal() and len(said) < 9 else None
