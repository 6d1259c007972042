"""One invented year of a city: wards, their days, citizens, requests, receptions, cases, results. No name is a real person's."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from server.clock import at_office
from server.tables import (
    Appointment,
    Base,
    Case,
    CaseResult,
    Citizen,
    Deadline,
    FollowUp,
    Minutes,
    Officer,
    OfficerRole,
    Petition,
    Reception,
    ReceptionDay,
    ReceptionRequest,
    Representative,
    ResultAmount,
    Slot,
    TriageDecision,
    Unit,
)
from server.words import (
    AppointmentState,
    CaseState,
    DayKind,
    DayState,
    Direction,
    FollowUpState,
    IdKind,
    Instance,
    Kind,
    MinutesState,
    PetitionField,
    PetitionState,
    Place,
    ReceptionState,
    RequestState,
    RequestVerb,
    Role,
    Standing,
    UnitKind,
)
from server.words_reports import Finding, ResultWay

FROM_ON, UNTIL_ON = date(2025, 12, 15), date(2026, 12, 14)
BEFORE = 90
"""Days before the year in which some matters had already come."""
FAMILY, GIVEN = ("Nguyễn", "Trần", "Lê", "Phạm", "Bùi"), ("An", "Bình", "Chi", "Dũng", "Giang", "Hà")
AMOUNTS = (
    "state_money", "state_land", "org_money", "org_land", "person_money", "person_land", "orgs", "persons",
    "due_state_money", "due_state_land", "due_org_money", "due_org_land", "due_person_money", "due_person_land",
)  # fmt: skip
PARTS = (
    ("sanctioned", "sanctioned_officials"), ("referred_people", "referred_officials"),
    ("done_sanctioned", "done_sanctioned_officials"), ("charged_people", "charged_officials"),
    ("due_state_money", "got_state_money"), ("due_state_land", "got_state_land"), ("due_org_money", "paid_org_money"),
    ("due_org_land", "paid_org_land"), ("due_person_money", "paid_person_money"), ("due_person_land", "paid_person_land"),
)  # fmt: skip
TABLES: tuple[type[Base], ...] = (
    Unit, Officer, OfficerRole, Citizen, Case, ReceptionRequest, Representative, TriageDecision, ReceptionDay, Slot,
    Appointment, Reception, Minutes, Petition, CaseResult, ResultAmount, FollowUp, Deadline,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class City:
    """How much is invented."""

    wards: int
    receptions: int
    seed: int = 5


@dataclass
class Year:
    """The rows so far, by table, and the next number of each."""

    seed: int
    chance: random.Random
    top: int
    next_ids: dict[str, int]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: type[Base], **values: Any) -> int:
        """Add a row and return its number."""
        name = table.__tablename__
        number = self.next_ids[name]
        self.next_ids[name] += 1
        self.rows.setdefault(name, []).append({"id": number, **values})
        return number

    def of(self, *choices: Any) -> Any:
        """Return one of these."""
        return self.chance.choice(choices)


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward at work."""

    unit: int
    number: int
    chair: int
    clerk: int


def invent(db: Session, city: City) -> list[int]:
    """Fill a founded office with one year of a city; return its wards."""
    top = db.scalars(select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.id).limit(1)).one()
    ids = {t.__tablename__: (db.scalar(select(func.max(t.id))) or 0) + 1 for t in TABLES}  # type: ignore[attr-defined]
    year = Year(city.seed, random.Random(city.seed), top, ids)
    wards = [_ward(year, n) for n in range(city.wards)]
    for n, ward in enumerate(wards):
        # Some wards are busy; the last one has nothing to report.
        share = city.receptions // city.wards + (city.receptions % city.wards if n == 0 else 0)
        _fill(year, ward, share)
    for table in TABLES:
        for each in _alike(year.rows.get(table.__tablename__, [])):
            db.execute(insert(table), each)
        if db.get_bind().dialect.name == "postgresql":
            # Rows came with their numbers; what is added later must not begin with them again.
            name = table.__tablename__
            db.execute(text(f"select setval(pg_get_serial_sequence('{name}', 'id'), {year.next_ids[name]})"))
    return [ward.unit for ward in wards]


def _alike(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    return list(groups.values())


def _ward(year: Year, n: int) -> Ward:
    at = at_office(FROM_ON, 8, 0)
    unit = year.add(
        Unit, code=f"phuong-{year.seed}-{n}", kind=UnitKind.WARD, parent_id=year.top, name=f"UBND phường Số {n:03d}",
        name_sort=f"ubnd phường số {n:03d}", short_code=f"P{n}", created_at=at,
    )  # fmt: skip
    people = []
    for role, username in ((Role.WARD_CHAIR, "chair"), (Role.RECEPTION_OFFICER, "clerk")):
        name = f"{year.of(*FAMILY)} {year.of(*GIVEN)} {n}"
        people.append(
            year.add(
                Officer, username=f"{username}-{year.seed}-{n}", name=name, name_folded=name.lower(), name_sort=name.lower(),
                title="", password_hash="", created_at=at, must_change_password=False,
            )
        )  # fmt: skip
        year.add(OfficerRole, officer_id=people[-1], unit_id=unit, role=role, given_at=at)
    return Ward(unit, n, *people)


def _fill(year: Year, ward: Ward, receptions: int) -> None:
    days = _days(year, ward)
    cases: list[tuple[int, int, Kind]] = []
    for n in range(receptions + receptions // 10):
        # A tenth is heard before the year begins, so that some matters come again.
        early = n >= receptions
        _heard(year, ward, year.of(*(days[0] if early else days[1])), cases)
    for _ in range(receptions // 3):
        _not_heard(year, ward)
    for _ in range(receptions // 10):
        _enter(year, ward, None, at_office(FROM_ON + timedelta(year.chance.randint(-BEFORE, 364)), 9, 0))
    for case, _, kind in cases:
        if kind is Kind.COMPLAINT and year.chance.random() < 0.5:
            _result(year, ward, case)


def _days(year: Year, ward: Ward) -> tuple[list[tuple[int, date]], list[tuple[int, date]]]:
    before: list[tuple[int, date]] = []
    within: list[tuple[int, date]] = []
    span = (UNTIL_ON - FROM_ON).days + 1
    wanted = [FROM_ON - timedelta(year.chance.randint(1, BEFORE)) for _ in range(6)]
    wanted += [FROM_ON, UNTIL_ON, *(FROM_ON + timedelta(d) for d in range(3, span, 7))]
    for n, on in enumerate(wanted):
        at = at_office(on, 7, 0)
        kind = DayKind.REGULAR if n % 4 else year.of(DayKind.PERIODIC, DayKind.PERIODIC, DayKind.URGENT)
        day = year.add(
            ReceptionDay, code=f"L{ward.unit}-{n}", unit_id=ward.unit, kind=kind, held_on=on, place="",
            chair_id=ward.chair if kind is not DayKind.REGULAR else ward.clerk,
            is_delegated=kind is not DayKind.REGULAR and year.chance.random() < 0.3,
            state=year.of(DayState.CLOSED, DayState.CLOSED, DayState.PUBLISHED, DayState.CANCELLED),
            is_posted_late=year.chance.random() < 0.1, published_at=at, created_at=at, moved_to_on=None,
        )  # fmt: skip
        (before if on < FROM_ON else within).append((day, on))
    return before, within


def _request(year: Year, ward: Ward, at: datetime, kind: Kind, **more: Any) -> int:
    name = f"{year.of(*FAMILY)} {year.of('Văn', 'Thị')} {year.of(*GIVEN)}"
    citizen = more.pop("citizen_id", None) or year.add(
        Citizen, name=name, name_folded=name.lower(), name_sort=name.lower(), id_kind=IdKind.OTHER, id_number="",
        phone="", address="", created_at=at, id_issued_on=None, born=None, sex=None,
    )  # fmt: skip
    number = year.next_ids[ReceptionRequest.__tablename__]
    group = year.chance.choice([1] * 12 + [2, 3, 4, 5, 8, 12, 30])
    said = _said(year, kind, at) if year.chance.random() < 0.8 else _SILENT
    made = year.add(
        ReceptionRequest, code=f"Y{number}", unit_id=ward.unit, citizen_id=citizen, kind=kind, subject="Việc thử nghiệm",
        subject_folded="viec thu nghiem", content="", prior_resolution=year.of("", "", "Đã có quyết định"),
        place=Place.HOME, group_size=group, received_at=at, changed_at=at, idempotency_key=f"y{number}",
        is_without_content=kind is Kind.DENUNCIATION and year.chance.random() < 0.5, preferred_on=None, **said, **more,
    )  # fmt: skip
    for _ in range(0 if group < 5 else 1 if group < 10 else 3):
        year.add(Representative, request_id=made, name=name)
    return made


_SILENT: dict[str, Any] = {
    "field": None, "standing": None, "instance": Instance.FIRST, "direction": None, "replied_on": None,
}  # fmt: skip


def _said(year: Year, kind: Kind, at: datetime) -> dict[str, Any]:
    outside = year.chance.random() < 0.2
    ways = (Direction.GUIDE, Direction.URGE) if kind is Kind.COMPLAINT else (Direction.TRANSFER, Direction.URGE)
    standings = {
        Kind.COMPLAINT: (Standing.NEW, Standing.RESOLVED_FIRST, Standing.RESOLVED_SECOND, Standing.JUDGED),
        Kind.DENUNCIATION: (Standing.NEW, Standing.OVERDUE, Standing.CONCLUDED),
    }.get(kind, (Standing.NEW, Standing.RESOLVED_FIRST))
    return {
        "field": year.of(*PetitionField), "standing": year.of(*standings),
        "instance": year.of(Instance.FIRST, Instance.FIRST, Instance.SECOND),
        "direction": year.of(*ways) if outside else year.of(None, Direction.ACCEPT),
        "replied_on": (at + timedelta(20)).date() if outside and year.chance.random() < 0.5 else None,
    }  # fmt: skip


def _enter(year: Year, ward: Ward, request: int | None, at: datetime, case: int | None = None) -> None:
    """Enter a petition into the register: of a registration, or on its own; now and then one split in two."""
    for part in range(year.of(1, 1, 1, 3)):
        kind = year.of(*Kind)
        said = _said(year, kind, at) if year.chance.random() < 0.8 else _SILENT
        state = PetitionState.SPLIT if part == 2 else year.of(*_ENDS)
        number = year.next_ids[Petition.__tablename__]
        done = at + timedelta(year.chance.randint(0, 60)) if state not in _AT_DESK else None
        year.add(
            Petition, code=f"D{number}", number=f"2026/{number}", unit_id=ward.unit, request_id=request, kind=kind,
            case_id=case if state is PetitionState.ACCEPTED else None, state=state, title="Đơn thử", title_folded="don thu",
            prior_decision=year.of("", "", "Quyết định 1"), received_on=at.date(), created_at=at, handled_at=done,
            directed_at=done if state in _ENDS[:5] else None, idempotency_key=f"d{number}", target=None,
            **said | {"direction": _WAYS.get(state, said["direction"])},
        )  # fmt: skip


_AT_DESK = (PetitionState.RECEIVED, PetitionState.PROPOSED)
_WAYS = {
    PetitionState.ACCEPTED: Direction.ACCEPT, PetitionState.GUIDED: Direction.GUIDE, PetitionState.FILED: Direction.FILE,
    PetitionState.TRANSFERRED: Direction.TRANSFER, PetitionState.URGED: Direction.URGE, PetitionState.RECEIVED: None,
}  # fmt: skip
_ENDS = (
    PetitionState.ACCEPTED, PetitionState.GUIDED, PetitionState.TRANSFERRED, PetitionState.URGED, PetitionState.FILED,
    PetitionState.WITHDRAWN, *_AT_DESK,
)  # fmt: skip


def _decide(year: Year, request: int, verb: RequestVerb, state: RequestState, at: datetime) -> None:
    year.add(
        TriageDecision, request_id=request, verb=verb, state=state, ground=None, role=Role.RECEPTION_OFFICER, at=at,
        officer_id=None,
    )  # fmt: skip


def _heard(year: Year, ward: Ward, day: tuple[int, date], cases: list[tuple[int, int, Kind]]) -> None:
    day_id, on = day
    at = at_office(on, year.chance.randint(8, 16), year.of(0, 30)) + timedelta(
        seconds=len(year.rows.get("appointments", ()))
    )
    came = at - timedelta(year.chance.randint(1, 40))
    if cases and year.chance.random() < 0.25:
        case, citizen, kind = year.of(*cases)
    else:
        kind = year.of(*Kind)
        case, citizen = year.next_ids["cases"], year.next_ids["citizens"]
    is_new = case == year.next_ids["cases"]
    request = _request(
        year, ward, came, kind, case_id=case, state=RequestState.HEARD, citizen_id=None if is_new else citizen
    )
    if is_new:
        closed = came + timedelta(year.chance.randint(20, 200)) if year.chance.random() < 0.4 else None
        year.add(
            Case, code=f"V{case}", number=f"{on.year}/{case}", unit_id=ward.unit, citizen_id=citizen, kind=kind,
            title="Việc thử nghiệm", title_folded="viec thu nghiem", opened_at=came, closed_at=closed,
            state=CaseState.CLOSED if closed else CaseState.OPEN, is_restricted=kind is Kind.DENUNCIATION,
        )  # fmt: skip
        year.add(
            Deadline, case_id=case, rule="D1", rule_version="2026-07", article="reception_28", started_on=came.date(),
            due_on=came.date() + timedelta(14), met_on=on if year.chance.random() < 0.9 else None,
        )  # fmt: skip
        cases.append((case, citizen, kind))
    _decide(year, request, RequestVerb.ACCEPT, RequestState.ACCEPTED, came + timedelta(year.chance.randint(0, 9)))
    _decide(year, request, RequestVerb.HEAR, RequestState.HEARD, at)
    if year.chance.random() < 0.1:
        _enter(year, ward, request, at, case)
    _receive(year, ward, (day_id, request, case), at)


def _receive(year: Year, ward: Ward, what: tuple[int, int, int], at: datetime) -> None:
    day, request, case = what
    slot = year.add(Slot, day_id=day, starts_at=at, ends_at=at + timedelta(minutes=30), capacity=1, booked=1)
    state = AppointmentState.MISSED if year.chance.random() < 0.02 else AppointmentState.KEPT
    is_there = year.chance.random() < 0.4
    number = year.next_ids["appointments"]
    appointment = year.add(
        Appointment, code=f"H{number}", slot_id=slot, request_id=request, state=state, digits="000000", booked_at=at,
        changed_at=at, is_in_person=is_there, confirmed_at=None, cancel_asked_at=None, checked_device_at=None,
    )  # fmt: skip
    if is_there or state is AppointmentState.MISSED:
        return
    ended = year.of(*[ReceptionState.SEALED] * 8, ReceptionState.ENDED, ReceptionState.ABORTED)
    reception = year.add(
        Reception, code=f"B{number}", unit_id=ward.unit, appointment_id=appointment, case_id=case, chair_id=ward.chair,
        clerk_id=ward.clerk, state=ended, created_at=at, opened_at=at, began_at=at, ended_at=at + timedelta(minutes=25),
        identity_checked_by=None,
    )  # fmt: skip
    sealed = ended is ReceptionState.SEALED
    year.add(
        Minutes, code=f"BB{number}", reception_id=reception, unit_id=ward.unit, created_at=at, shown_at=at, method=None,
        state=MinutesState.SEALED if sealed else MinutesState.DRAFTING, sealed_at=at if sealed else None,
        confirmed_at=None, one_time_code_until=None, document_id=None,
    )  # fmt: skip
    if year.chance.random() < 0.3:
        year.add(
            FollowUp, code=f"T{number}", case_id=case, reception_id=reception, owner_unit_id=ward.unit, owner_id=None,
            owner_name="", words="", due_on=at.date() + timedelta(30), idempotency_key=f"t{number}", created_at=at,
            state=year.of(FollowUpState.OPEN, FollowUpState.CLOSED), done_at=None, urged_at=None,
        )  # fmt: skip


def _not_heard(year: Year, ward: Ward) -> None:
    on = FROM_ON + timedelta(year.chance.randint(-BEFORE, (UNTIL_ON - FROM_ON).days))
    at = at_office(on, year.chance.randint(0, 23), 59)
    verb, state = year.of(
        (RequestVerb.REFER, RequestState.REFERRED), (RequestVerb.DECLINE, RequestState.DECLINED),
        (RequestVerb.WITHDRAW, RequestState.WITHDRAWN), (RequestVerb.ASK, RequestState.INCOMPLETE),
        (None, RequestState.RECEIVED),
    )  # fmt: skip
    request = _request(year, ward, at, year.of(*Kind), case_id=None, state=state)
    if verb is not None:
        _decide(year, request, verb, state, at + timedelta(year.chance.randint(0, 12)))
    elif year.chance.random() < 0.3:
        _enter(year, ward, request, at + timedelta(1))


def _result(year: Year, ward: Ward, case: int) -> None:
    on = FROM_ON + timedelta(year.chance.randint(-BEFORE, (UNTIL_ON - FROM_ON).days))
    instance = year.of(Instance.FIRST, Instance.FIRST, Instance.SECOND)
    way = year.of(ResultWay.DECISION, ResultWay.DECISION, ResultWay.WITHDRAWN)
    findings = (
        (Finding.RIGHT, Finding.WRONG, Finding.PARTLY)
        if instance is Instance.FIRST
        else (Finding.UPHELD, Finding.CHANGED)
    )
    decided = way is ResultWay.DECISION
    result = year.add(
        CaseResult, case_id=case, instance=instance, way=way, finding=year.of(*findings) if decided else None,
        decided_on=on, is_in_time=year.chance.random() < 0.9, has_execution=decided and year.chance.random() < 0.5,
        executed_on=on + timedelta(year.chance.randint(1, 120)) if year.chance.random() < 0.5 else None,
        changed_at=at_office(on, 9, 0), changed_by=ward.chair,
    )  # fmt: skip
    values = {name: year.chance.randint(0, 9_000_000) for name in AMOUNTS if year.chance.random() < 0.3}
    for whole, part in PARTS:
        values.setdefault(whole, year.chance.randint(0, 5))
        values[part] = year.chance.randint(0, values[whole])
    for name in ("referred_cases", "charged_cases"):
        values[name] = year.chance.randint(0, 1)
    for name, value in values.items():
        year.add(ResultAmount, result_id=result, amount=name, value=value)
