"""The list of all background work: name, function, how often."""

from datetime import timedelta

from server.jobs import deliver
from server.jobs.runner import JobKind
from server.scheduling import jobs as scheduling

KINDS: tuple[JobKind, ...] = (
    JobKind("deliver", deliver.deliver, every=timedelta(seconds=2)),
    JobKind("release_withdrawn", scheduling.release_withdrawn, every=timedelta(minutes=1)),
)
