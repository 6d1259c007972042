"""A second, slow count of every table: raw rows, plain loops, formulas written by hand. Shares nothing with the first but the rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.tables import (
    Appointment,
    Case,
    CaseResult,
    Reception,
    ReceptionDay,
    ReceptionRequest,
    ResultAmount,
    Slot,
    TriageDecision,
)
from server.tables import Petition as RegisteredPetition

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
Row = dict[str, int]


def rows_of(db: Session, table: Any) -> list[dict[str, Any]]:
    """Return a whole table as plain mappings."""
    return [dict(row) for row in db.execute(select(table.__table__)).mappings()]


def day_of(at: datetime) -> date:
    return at.astimezone(HERE).date()


@dataclass
class Heard:
    """One reception."""

    way: str
    people: int
    matter: int
    at: datetime
    on: date
    id: int


@dataclass
class Petition:
    """One petition."""

    kind: str
    came: date
    handled: date | None
    taken: bool
    field: str
    standing: str
    outside: bool
    direction: str
    instance: str
    matter: int
    case: int | None
    order: tuple[datetime, int]


@dataclass
class Weighed:
    """What is found out about a petition beside its own words."""

    direction: str | None
    taken: bool
    known: bool
    case: int | None
    own: int
    order: tuple[datetime, int]


def _is_taken(petition: dict[str, Any]) -> bool:
    if petition["direction"] in {None, "file", "give_back"}:
        return False
    return petition["case_id"] is not None or petition["state"] not in {"withdrawn", "on_paper"}


def _alone(petition: dict[str, Any]) -> Petition:
    handled = petition["handled_at"]
    known = bool(petition["prior_decision"]) or petition["instance"] == "second"
    order = (petition["created_at"], -petition["id"])
    own = -(10**9) - petition["id"]
    weighed = Weighed(petition["direction"], _is_taken(petition), known, petition["case_id"], own, order)
    return _made(petition, petition["received_on"], handled and day_of(handled), weighed)


def _made(said: dict[str, Any], came: date, handled: date | None, weighed: Weighed) -> Petition:
    kind = {"complaint": "complaint", "denunciation": "denunciation"}.get(said["kind"], "proposal")
    usual = "guide" if kind == "complaint" else "transfer"
    return Petition(
        kind=kind,
        came=came,
        handled=handled,
        taken=weighed.taken and handled is not None,
        field=said["field"] or "other",
        standing=said["standing"] or ("resolved_first" if weighed.known else "new"),
        outside=weighed.direction not in {"accept", "verify"},
        direction="urge" if weighed.direction == "urge" else usual,
        instance=said["instance"],
        matter=weighed.case or weighed.own,
        case=weighed.case,
        order=weighed.order,
    )


class Recount:
    """Every raw row of a database, counted again for one unit and a span of days."""

    def __init__(self, db: Session) -> None:
        self.days = {d["id"]: d for d in rows_of(db, ReceptionDay)}
        self.slots = {s["id"]: s for s in rows_of(db, Slot)}
        self.requests = {r["id"]: r for r in rows_of(db, ReceptionRequest)}
        self.cases = {c["id"]: c for c in rows_of(db, Case)}
        self.register: dict[int | None, list[dict[str, Any]]] = {}
        for petition in rows_of(db, RegisteredPetition):
            if petition["state"] != "split":
                self.register.setdefault(petition["request_id"], []).append(petition)
        self.by_unit: dict[int, list[dict[str, Any]]] = {}
        for request in self.requests.values():
            self.by_unit.setdefault(request["unit_id"], []).append(request)
        self.results: dict[int, list[dict[str, Any]]] = {}
        for result in rows_of(db, CaseResult):
            self.results.setdefault(self.cases[result["case_id"]]["unit_id"], []).append(result)
        self.amounts: dict[int, dict[str, int]] = {}
        for amount in rows_of(db, ResultAmount):
            self.amounts.setdefault(amount["result_id"], {})[amount["amount"]] = amount["value"]
        self.handled: dict[int, datetime] = {}
        for step in rows_of(db, TriageDecision):
            if step["verb"] in {"accept", "refer", "decline", "withdraw"}:
                known = self.handled.get(step["request_id"])
                self.handled[step["request_id"]] = step["at"] if known is None else min(known, step["at"])
        ended = {r["appointment_id"]: r["state"] for r in rows_of(db, Reception)}
        self.heard: dict[int, list[Heard]] = {}
        self.held: set[int] = set()
        for one in rows_of(db, Appointment):
            if one["state"] == "kept" and ended.get(one["id"], "ended") in {"ended", "sealed"}:
                self._hear(one)

    def _hear(self, one: dict[str, Any]) -> None:
        slot, request = self.slots[one["slot_id"]], self.requests[one["request_id"]]
        day = self.days[slot["day_id"]]
        self.held.add(day["id"])
        way = "regular" if day["kind"] == "regular" else "delegated" if day["is_delegated"] else "leader"
        matter = request["case_id"] or -request["id"]
        found = Heard(way, request["group_size"], matter, slot["starts_at"], day["held_on"], one["id"])
        self.heard.setdefault(day["unit_id"], []).append(found)

    def all(self, unit: int, first: date, last: date) -> dict[str, Row]:
        """Return every table's row of a unit."""
        return {
            "01-tcd-2024": self.reception_table(unit, first, last),
            **self.petition_tables(unit, first, last),
            "01-kqgq-2024": self.result_table(unit, first, last),
            "02-kqgq-2024": self.execution_table(unit, first, last),
        }

    def reception_table(self, unit: int, first: date, last: date) -> Row:
        mine = sorted(self.heard.get(unit, []), key=lambda h: (h.at, h.id))
        known = {h.matter for h in mine if h.on < first}
        row = dict.fromkeys((str(n) for n in range(1, 30)), 0)
        starts = {"regular": 4, "leader": 13, "delegated": 22}
        met: set[int] = set()
        for one in (h for h in mine if first <= h.on <= last):
            base, is_crowd = starts[one.way], one.people >= 5
            more = {1: 1, 2: one.people, base: 1, base + 1: one.people}
            if is_crowd:
                more |= {base + 4: 1, base + 5: one.people}
            if one.matter not in met:
                met.add(one.matter)
                again = one.matter in known
                more |= {3: 1, base + 2 + again: 1}
                if is_crowd:
                    more[base + 6 + again] = 1
            for column, value in more.items():
                row[str(column)] += value
        for day in self.days.values():
            is_mine = day["unit_id"] == unit and first <= day["held_on"] <= last and day["kind"] != "regular"
            if is_mine and (day["state"] == "closed" or day["id"] in self.held):
                row["21" if day["is_delegated"] else "12"] += 1
        return row

    def petitions(self, unit: int, first: date, last: date) -> list[Petition]:
        """Return what waited for the unit in the span: each registration by the petitions it became, and petitions alone."""
        found = []
        for request in self.by_unit.get(unit, []):
            found += [self._petition(request, petition) for petition in self.register.get(request["id"], [None])]
        found += [_alone(p) for p in self.register.get(None, []) if p["unit_id"] == unit]
        waited = [p for p in found if p.came <= last and (p.handled is None or p.handled >= first)]
        return [p if p.handled and p.handled <= last else replace(p, handled=None, taken=False) for p in waited]

    def _petition(self, request: dict[str, Any], petition: dict[str, Any] | None) -> Petition:
        said = petition or request
        taken = request["state"] in {"accepted", "scheduled", "heard", "referred"} or request["case_id"] is not None
        direction = request["direction"] or ("transfer" if request["state"] == "referred" else "accept")
        times = [self.handled.get(request["id"])]
        if petition is not None and petition["handled_at"] is not None:
            times.append(petition["handled_at"])
            taken, direction = _is_taken(petition), petition["direction"]
        handled = min((day_of(at) for at in times if at is not None), default=None)
        earlier = "prior_decision" if petition else "prior_resolution"
        known = bool(said[earlier]) or (petition is not None and petition["instance"] == "second")
        case = petition["case_id"] if petition and petition["case_id"] else request["case_id"]
        own = -(10**9) - petition["id"] if petition else -request["id"]
        order = (request["received_at"], -petition["id"] if petition else request["id"])
        return _made(said, day_of(request["received_at"]), handled, Weighed(direction, taken, known, case, own, order))

    def resolved(self, case: int | None, last: date) -> bool:
        if case is None:
            return False
        closed, unit = self.cases[case]["closed_at"], self.cases[case]["unit_id"]
        decided = any(r["case_id"] == case and r["decided_on"] <= last for r in self.results.get(unit, []))
        return decided or (closed is not None and day_of(closed) <= last)

    def replies(self, unit: int, first: date, last: date, kinds: set[str]) -> int:
        told = [r for r in self.by_unit.get(unit, []) if r["id"] not in self.register]
        told += [p for many in self.register.values() for p in many if p["unit_id"] == unit]
        days = [one["replied_on"] for one in told if one["kind"] in kinds]
        return sum(on is not None and first <= on <= last for on in days)

    def petition_tables(self, unit: int, first: date, last: date) -> dict[str, Row]:
        everything = self.petitions(unit, first, last)
        kinds = {"complaint", "denunciation", "recommendation", "feedback"}
        of = {kind: [p for p in everything if p.kind == kind] for kind in ("complaint", "denunciation", "proposal")}
        overall = _overall(everything, first)
        overall["22"] = self.replies(unit, first, last, kinds)
        second = _complaints(of["complaint"], first) | {"26": self.replies(unit, first, last, {"complaint"})}
        third = _denunciations(of["denunciation"], first) | {"27": self.replies(unit, first, last, {"denunciation"})}
        own = [p for p in _one_each(of["proposal"]) if not p.outside]
        done = sum(self.resolved(p.case, last) for p in own)
        fourth = _proposals(of["proposal"], first) | {"19": done, "20": len(own) - done}
        return {"01-xld-2024": overall, "02-xld-2024": second, "03-xld-2024": third, "04-xld-2024": fourth}

    def result_table(self, unit: int, first: date, last: date) -> Row:
        mine = [p for p in self.petitions(unit, first, last) if p.kind == "complaint" and p.taken and not p.outside]
        before = sum(p.came < first for p in mine)
        # A matter whose first petition of the span lies outside competence is led by that one.
        leads = _one_each([p for p in self.petitions(unit, first, last) if p.kind == "complaint"])
        ended = [r for r in self.results.get(unit, []) if first <= r["decided_on"] <= last]
        row = {"1": len(mine), "2": before, "3": len(mine) - before, "4": sum(not p.outside for p in leads)}
        row["5"] = sum(r["way"] == "decision" for r in ended)
        row["6"] = sum(r["way"] == "withdrawn" for r in ended)
        names = [
            "state_money", "state_land", "org_money", "org_land", "person_money", "person_land", "orgs", "persons",
            "sanctioned", "sanctioned_officials", "referred_cases", "referred_people", "referred_officials",
        ]  # fmt: skip
        row |= self._sums(7, names, ended)
        for column, finding in enumerate(("right", "wrong", "partly", "upheld", "changed"), 20):
            row[str(column)] = sum(r["finding"] == finding and r["way"] == "decision" for r in ended)
        row["25"] = sum(r["is_in_time"] for r in ended)
        return row | {"26": len(ended) - row["25"]}

    def execution_table(self, unit: int, first: date, last: date) -> Row:
        owed = [
            r
            for r in self.results.get(unit, [])
            if r["way"] == "decision"
            and r["has_execution"]
            and r["decided_on"] <= last
            and (r["executed_on"] is None or r["executed_on"] >= first)
        ]
        names = [
            "due_state_money", "due_state_land", "got_state_money", "got_state_land", "due_org_money",
            "due_org_land", "due_person_money", "due_person_land", "paid_org_money", "paid_org_land",
            "paid_person_money", "paid_person_land", "done_sanctioned", "done_sanctioned_officials", "charged_cases",
            "charged_people", "charged_officials",
        ]  # fmt: skip
        done = sum(r["executed_on"] is not None and r["executed_on"] <= last for r in owed)
        return {"1": len(owed), "2": done} | self._sums(3, names, owed)

    def _sums(self, column: int, names: list[str], results: list[dict[str, Any]]) -> Row:
        return {
            str(column + n): sum(self.amounts.get(r["id"], {}).get(name, 0) for r in results)
            for n, name in enumerate(names)
        }


def _one_each(petitions: Iterable[Petition]) -> list[Petition]:
    first: dict[int, Petition] = {}
    for one in sorted((p for p in petitions if p.taken), key=lambda p: p.order):
        first.setdefault(one.matter, one)
    return list(first.values())


def _counted(petitions: list[Petition], tests: dict[str, Callable[[Petition], bool]]) -> Row:
    return {column: sum(test(p) for p in petitions) for column, test in tests.items()}


def _overall(all_of: list[Petition], first: date) -> Row:
    good = [p for p in all_of if p.taken]
    leads = sum(len(_one_each([p for p in all_of if p.kind == k])) for k in ("complaint", "denunciation", "proposal"))
    row = {"1": len(all_of), "2": sum(p.came < first for p in all_of), "3": sum(p.came >= first for p in all_of)}
    row |= {"4": sum(p.handled is not None for p in all_of), "5": sum(p.handled is None for p in all_of)}
    row |= {"6": len(good), "7": leads}
    return row | _counted(
        good,
        {
            "8": lambda p: p.kind == "complaint",
            "9": lambda p: p.kind == "denunciation",
            "10": lambda p: p.kind == "proposal",
            "11": lambda p: p.standing in {"resolved_first", "concluded"},
            "12": lambda p: p.standing in {"resolved_second", "judged"},
            "13": lambda p: p.standing in {"new", "overdue"},
            "14": lambda p: not p.outside,
            "15": lambda p: not p.outside and p.kind == "complaint",
            "16": lambda p: not p.outside and p.kind == "denunciation",
            "17": lambda p: not p.outside and p.kind == "proposal",
            "18": lambda p: p.outside,
            "19": lambda p: p.outside and p.direction == "guide",
            "20": lambda p: p.outside and p.direction == "transfer",
            "21": lambda p: p.outside and p.direction == "urge",
        },
    )


def _waiting(all_of: list[Petition], first: date) -> Row:
    old = [p for p in all_of if p.came < first]
    done, done_old = sum(p.handled is not None for p in all_of), sum(p.handled is not None for p in old)
    row = {"1": len(all_of), "2": len(old), "3": len(all_of) - len(old), "4": done, "5": done_old, "6": done - done_old}
    return row | {"7": sum(p.taken for p in all_of), "8": len(_one_each(all_of))}


def _complaints(all_of: list[Petition], first: date) -> Row:
    return _waiting(all_of, first) | _counted(
        _one_each(all_of),
        {
            "9": lambda p: p.field in {"policy", "land", "other_admin", "duty"},
            "10": lambda p: p.field == "policy",
            "11": lambda p: p.field == "land",
            "12": lambda p: p.field in {"other_admin", "duty"},
            "13": lambda p: p.field == "judicial",
            "14": lambda p: p.field == "party",
            "15": lambda p: p.field in {"other", "corruption"},
            "16": lambda p: p.standing in {"resolved_first", "concluded"},
            "17": lambda p: p.standing == "resolved_second",
            "18": lambda p: p.standing == "judged",
            "19": lambda p: p.standing in {"new", "overdue"},
            "20": lambda p: not p.outside,
            "21": lambda p: not p.outside and p.instance == "first",
            "22": lambda p: not p.outside and p.instance == "second",
            "23": lambda p: p.outside,
            "24": lambda p: p.outside and p.direction == "guide",
            "25": lambda p: p.outside and p.direction == "urge",
        },
    )


def _denunciations(all_of: list[Petition], first: date) -> Row:
    return _waiting(all_of, first) | _counted(
        _one_each(all_of),
        {
            "9": lambda p: p.field in {"policy", "land", "duty", "other_admin"},
            "10": lambda p: p.field == "policy",
            "11": lambda p: p.field == "land",
            "12": lambda p: p.field == "duty",
            "13": lambda p: p.field == "other_admin",
            "14": lambda p: p.field == "corruption",
            "15": lambda p: p.field == "judicial",
            "16": lambda p: p.field == "party",
            "17": lambda p: p.field == "other",
            "18": lambda p: p.standing == "overdue",
            "19": lambda p: p.standing not in {"overdue", "new"},
            "20": lambda p: p.standing == "new",
            "21": lambda p: not p.outside,
            "22": lambda p: not p.outside and p.standing == "new",
            "23": lambda p: not p.outside and p.standing != "new",
            "24": lambda p: p.outside,
            "25": lambda p: p.outside and p.direction == "transfer",
            "26": lambda p: p.outside and p.direction == "urge",
        },
    )


def _proposals(all_of: list[Petition], first: date) -> Row:
    return _waiting(all_of, first) | _counted(
        _one_each(all_of),
        {
            "9": lambda p: p.field == "policy",
            "10": lambda p: p.field == "land",
            "11": lambda p: p.field == "judicial",
            "12": lambda p: p.field not in {"policy", "land", "judicial"},
            "13": lambda p: p.standing not in {"new", "overdue"},
            "14": lambda p: p.standing in {"new", "overdue"},
            "15": lambda p: not p.outside,
            "16": lambda p: p.outside,
            "17": lambda p: p.outside and p.direction == "transfer",
            "18": lambda p: p.outside and p.direction == "urge",
        },
    )
