"""The list of all background work: name, function, how often."""

from datetime import timedelta

from server.jobs import deliver
from server.jobs.runner import JobKind

KINDS: tuple[JobKind, ...] = (
    JobKind("deliver", deliver.deliver, every=timedelta(seconds=2)),
)
