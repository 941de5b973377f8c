"""Every timeout and retry policy of the project.

A step may wait for a device that another search holds, so its whole time is generous; that it lives is known from its
heartbeat. A failed step is tried again without end, because a rejected candidate is a value and an exception means that
the machine is at fault; only errors that no retry can mend end the search.
"""

from datetime import timedelta

from temporalio.common import RetryPolicy

HEARTBEAT = timedelta(seconds=10)
"""A dead worker is noticed after this long; steps beat every second."""

QUICK_STEP = timedelta(minutes=5)
"""Git and planning."""

WRITE_STEP = timedelta(hours=2)
"""An agent at work on one step."""

REPLY_STEP = timedelta(minutes=30)
"""One reply of a model."""

DEVICE_STEP = timedelta(hours=6)
"""A step on the device, the wait for its lease included."""

RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=30),
    non_retryable_error_types=[
        "BrokenCheckpoint",
        "SpeechMissing",
        "UnknownModel",
        "UnknownScenario",
        "UnknownTarget",
        "UnknownPolicy",
        "UnknownSkill",
        "NameTaken",
        "RefConflict",
        "UnfitFiles",
        "PayloadsTooLarge",
        "ValidationError",
    ],
)

REPLY_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=5),
    non_retryable_error_types=RETRY.non_retryable_error_types,
)
"""Where the endpoint does not say when to come again."""

REPAIRS = 3
"""How often a candidate's author may answer the report of a gate."""

PLANNINGS = 3
"""Sessions in which a planner may fail, one after the other, before a search ends."""

LAST_WORDS = RetryPolicy(maximum_attempts=3)
"""For what a search that breaks off writes last."""

EXPORT = timedelta(minutes=15)
"""For the histories of a search that ends, all attempts together."""

NOTICE_LIFE = timedelta(days=1)
"""Older news is told by nobody: a receiver that stays away so long is given up."""

NOTICE_STEP = timedelta(seconds=30)
"""One attempt to deliver."""

NOTICE_RETRY = RetryPolicy(initial_interval=timedelta(seconds=5), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=10))

REVIEW = timedelta(days=2)
"""No look of a review's duels begins later; the search's own time does not count for it, because what stood must be settled."""

DRAIN_EVENTS = 4096
"""History length after which a search continues as new; the server suggests the same."""
