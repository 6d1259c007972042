"""Lay the leaders' days of a year as drafts, and post the drafts of a year."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.clock import local
from server.errors import BadForm, FieldError
from server.office import queries as office
from server.scheduling import actions_days, queries, rules_plan
from server.scheduling import queries_plan as plan
from server.scheduling.actions import remember, result_of
from server.scheduling.actions_days import NewDay
from server.scheduling.rules_plan import Pattern
from server.who import Who
from server.words import DayKind, DayState


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A year's rule with what each day is like; ``day.held_on`` and ``day.key`` are filled for each."""

    year: int
    pattern: Pattern
    day: NewDay


def lay_year(db: Session, who: Who, at: datetime, new: NewPlan) -> int:
    """Make drafts of the days of a plan that are still to come; returns how many. Twice with one key is one.

    A day on which a leader receives already is left alone. Raises BadForm naming the field at fault,
    and then lays none.
    """
    key = f"year:{new.day.key}"
    if (made := result_of(db, key)) is not None:
        return int(made)
    days = rules_plan.new_days(planned(db, at, new), plan.leader_days(db, who, new.year))
    if not days:
        raise BadForm({"year": FieldError("plan_empty")})
    # Read once: whoever lays a year lays up to a hundred days in one transaction.
    secrets = plan.secrets_of(db, who.unit_id, at)
    for day in days:
        one = replace(new.day, held_on=day.held_on, key=f"{new.day.key}:{day.held_on.isoformat()}")
        try:
            actions_days.open_day(db, who, at, one, secrets)
        except BadForm as bad:
            # The form has no date: what is wrong with one date is said of the year.
            wrong = bad.fields.pop("held_on", None)
            fault = {"year": FieldError("plan_day", {"on": day.held_on.strftime("%d/%m/%Y")})} if wrong else {}
            raise BadForm({**fault, **bad.fields}) from None
    remember(db, at, key, "lay_year", str(len(days)))
    return len(days)


def planned(db: Session, at: datetime, new: NewPlan) -> tuple[rules_plan.PlannedDay, ...]:
    """Return the days of a plan from tomorrow on."""
    today = local(at).date()
    first = max(date(new.year, 1, 1), date.fromordinal(today.toordinal() + 1))
    return rules_plan.year_plan(new.pattern, first, date(new.year, 12, 31), office.calendar(db))


def publish_year(db: Session, who: Who, at: datetime, year: int) -> int:
    """Post every leader's draft of a year that is still to come; returns how many. Twice posts each once."""
    today = local(at).date()
    drafts = [
        day.code
        for day in queries.days(db, who, max(today, date(year, 1, 1)), date(year, 12, 31))
        if day.state is DayState.DRAFT and day.kind is DayKind.PERIODIC
    ]
    for code in drafts:
        actions_days.publish(db, who, at, code)
    return len(drafts)
