"""The list of all background work: name, function, how often."""

from datetime import timedelta

from server.archive import jobs as archive
from server.cases import jobs as cases
from server.intake import jobs as intake
from server.jobs import deliver
from server.jobs.runner import JobKind
from server.minutes import jobs as minutes
from server.national import jobs as national
from server.scheduling import jobs as scheduling

KINDS: tuple[JobKind, ...] = (
    JobKind("deliver", deliver.deliver, every=timedelta(seconds=2)),
    JobKind("remind_follow_ups", cases.remind, every=timedelta(hours=6)),
    JobKind("sweep_drafts", intake.sweep_drafts, every=timedelta(hours=1)),
    JobKind("release_withdrawn", scheduling.release_withdrawn, every=timedelta(minutes=1)),
    JobKind("gather_national", national.gather, every=timedelta(hours=1)),
    JobKind("compose", archive.compose),
    JobKind("print_minutes", minutes.print_minutes),
)
