"""The list of all background work: name, function, how often."""

from datetime import timedelta

from server.archive import jobs as archive
from server.book import jobs as book
from server.cases import jobs as cases
from server.continuity import jobs as continuity
from server.imports import jobs as imports
from server.intake import jobs as intake
from server.jobs import deliver
from server.jobs.runner import JobKind
from server.minutes import jobs as minutes
from server.national import jobs as national
from server.papers import jobs as papers
from server.reception import jobs as reception
from server.reports import jobs as reports
from server.scheduling import jobs as scheduling
from server.search import jobs as search

KINDS: tuple[JobKind, ...] = (
    JobKind("deliver", deliver.deliver_mail, every=timedelta(seconds=2), lane="mail"),
    JobKind("deliver_texts", deliver.deliver_texts, every=timedelta(seconds=2), lane="texts"),
    JobKind("remind_follow_ups", cases.remind, every=timedelta(hours=6)),
    JobKind("write_digests", reports.write_digests, every=timedelta(hours=1)),
    JobKind("keep_calendar", cases.keep_calendar, every=timedelta(hours=24)),
    JobKind("sweep_drafts", intake.sweep_drafts, every=timedelta(hours=1)),
    JobKind("release_withdrawn", scheduling.release_withdrawn, every=timedelta(minutes=1)),
    JobKind("write_search_words", search.write_missing, every=timedelta(minutes=10)),
    JobKind("import_cases", imports.import_cases),
    JobKind("gather_national", national.gather, every=timedelta(hours=1)),
    JobKind("close_called_off", reception.close_called_off, lane="rooms"),
    JobKind("compose", archive.compose),
    JobKind("print_minutes", minutes.print_minutes),
    JobKind("print_day_minutes", scheduling.print_day_minutes),
    JobKind("keep_kits", continuity.keep_kits, every=timedelta(minutes=10)),
    JobKind("drop_trials", continuity.drop_trials, every=timedelta(hours=1)),
    JobKind("keep_book", book.keep, every=timedelta(minutes=5)),
    JobKind("print_official", papers.print_official),
)
