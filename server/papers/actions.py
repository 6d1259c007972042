"""Draft, write, submit, return and discard a paper. Issuing stands in ``actions_issue``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.cases import queries as cases
from server.cases import queries_lists as owed
from server.clock import local
from server.errors import BadForm, FieldError, NotHere, NotYours, Refused, Stale
from server.intake import queries as intake
from server.office import queries as office
from server.papers import queries, queries_matter, rules, rules_print
from server.papers.queries import Signer
from server.papers.rules import Hand
from server.papers.rules_forms import forms_for
from server.tables import FollowUp, OfficialPaper, ReceptionRequest
from server.who import Who
from server.words import PaperForm, PaperState, PaperVerb


@dataclass(frozen=True, slots=True)
class NewPaper:
    """What a draft begins with: a form, and a case or a registration. ``key`` makes a repeated command harmless."""

    form: PaperForm
    key: str
    case_code: str = ""
    request_code: str = ""


def about(row: OfficialPaper) -> About:
    """Name a paper in the audit, without a word of it."""
    return About("official_paper", row.id, row.number_text or row.code, row.case_id, row.unit_id)


def draft(db: Session, who: Who, at: datetime, new: NewPaper) -> str:
    """Make a draft filled from its matter; returns its code. Raises NotHere, Refused("paper_form")."""
    known = _known(db, who, new.key)
    if known:
        return known
    row = _blank(who, at, new.form, new.key)
    if new.case_code:
        case = cases.case_for(db, who, new.case_code)
        row.case_id, row.unit_id = case.id, case.unit_id
        row.request_id = _newest_request(db, case.id)
        fitting = forms_for(case.kind, has_case=True)
    else:
        request = intake.request_for(db, who, new.request_code)
        row.request_id, row.unit_id, row.case_id = request.id, request.unit_id, request.case_id
        fitting = forms_for(request.kind, has_case=request.case_id is not None)
    if row.unit_id != who.unit_id:
        raise NotYours("paper_other_unit")
    if new.form not in fitting:
        raise Refused("paper_form")
    return _keep(db, who, at, row)


def urge(db: Session, who: Who, at: datetime, follow_up_code: str) -> str:
    """Make an urging letter from something overdue (F76); returns its code. One that is not issued yet is gone on with.

    Raises NotHere, Refused("not_overdue").
    """
    promise = owed.follow_up_for(db, who, follow_up_code, local(at).date())
    case = cases.case_for(db, who, promise.case_id)
    if case.unit_id != who.unit_id:
        raise NotYours("paper_other_unit")
    if not promise.is_overdue:
        raise Refused("not_overdue")
    db.execute(select(FollowUp.id).where(FollowUp.id == promise.id).with_for_update())
    begun = select(OfficialPaper.code).where(
        OfficialPaper.follow_up_id == promise.id, OfficialPaper.state.in_(rules.LIVE)
    )
    known = db.scalar(begun.limit(1))
    if known is not None:
        return known
    row = _blank(who, at, PaperForm.URGING, text.new_code("U", 16))
    row.case_id, row.unit_id, row.follow_up_id = case.id, case.unit_id, promise.id
    row.request_id = _newest_request(db, case.id)
    return _keep(db, who, at, row)


def replace(db: Session, who: Who, at: datetime, code: str) -> str:
    """Make the draft that replaces a withdrawn paper, with its words; twice is once. Raises NotHere, Refused."""
    old = queries.row_for(db, who, code)
    if old.state is not PaperState.WITHDRAWN:
        raise Refused("paper_flow")
    known = db.scalar(select(OfficialPaper.code).where(OfficialPaper.replaces_id == old.id))
    if known is not None:
        return known
    row = _blank(who, at, old.form, f"replaces:{old.code}")
    row.case_id, row.request_id, row.unit_id = old.case_id, old.request_id, old.unit_id
    row.reception_id, row.follow_up_id, row.replaces_id = old.reception_id, old.follow_up_id, old.id
    row.words, row.signer_id = dict(old.words), old.signer_id
    db.add(row)
    db.flush()
    audit.record(db, who, at, "drafted_paper", about(row), form=row.form.value, replaces=old.number_text)
    return row.code


def _known(db: Session, who: Who, key: str) -> str:
    found = db.scalar(select(OfficialPaper.code).where(OfficialPaper.idempotency_key == f"{who.officer_id}:{key}"))
    return found or ""


def _newest_request(db: Session, case_id: int) -> int | None:
    return db.scalar(
        select(ReceptionRequest.id)
        .where(ReceptionRequest.case_id == case_id)
        .order_by(ReceptionRequest.id.desc())
        .limit(1)
    )


def _blank(who: Who, at: datetime, form: PaperForm, key: str) -> OfficialPaper:
    if who.officer_id is None:
        raise NotYours("paper_not_yours")
    return OfficialPaper(
        code=text.new_code("VB", 4, 4),
        unit_id=who.unit_id,
        form=form,
        state=PaperState.DRAFT,
        words={},
        created_by=who.officer_id,
        created_at=at,
        changed_at=at,
        idempotency_key=f"{who.officer_id}:{key}",
    )


def _keep(db: Session, who: Who, at: datetime, row: OfficialPaper) -> str:
    matter = queries_matter.matter_of(db, row)
    words = rules_print.prefilled(row.form, matter, local(at).date(), office.calendar(db))
    row.words = rules.kept_secret(row.form, words, queries_matter.denouncers_of(db, row))
    able = queries.signers(db, row.unit_id, row.form, is_secret=matter.is_secret)
    mine = next((one.id for one in able if one.id == who.officer_id), None)
    row.signer_id = mine or (able[0].id if able else None)
    db.add(row)
    db.flush()
    audit.record(db, who, at, "drafted_paper", about(row), form=row.form.value)
    return row.code


def hand(who: Who, row: OfficialPaper | queries.Paper) -> Hand:
    """Return who is acting on a paper."""
    return Hand(who.role, row.signer_id is not None and row.signer_id == who.officer_id)


@dataclass(frozen=True, slots=True)
class Written:
    """What was typed into a draft, who is to sign, and the version the page was made from."""

    words: Mapping[str, str]
    signer_id: int | None
    version: int | None = None


def save(db: Session, who: Who, at: datetime, code: str, written: Written) -> None:
    """Keep the words of a draft; what still lacks may lack. Raises NotHere, Stale, BadForm, Refused("paper_flow")."""
    row = held(db, who, code, written.version)
    if row.state is not PaperState.DRAFT:
        raise Refused("paper_flow")
    _write(db, row, written)
    row.changed_at = at
    db.flush()
    audit.record(db, who, at, "wrote_paper", about(row))


def _write(db: Session, row: OfficialPaper, written: Written) -> None:
    words = rules.tidied(row.form, written.words)
    faults = rules.faults(row.form, words, is_final=False)
    able = {one.id for one in able_signers(db, row)}
    if written.signer_id is not None and written.signer_id not in able:
        faults["signer"] = FieldError("choice")
    if faults:
        raise BadForm(faults)
    row.words, row.signer_id = words, written.signer_id or row.signer_id


def able_signers(db: Session, row: OfficialPaper) -> list[Signer]:
    """Return who can sign this paper."""
    matter = queries_matter.matter_of(db, row)
    return queries.signers(db, row.unit_id, row.form, is_secret=matter.is_secret)


def signers_of(db: Session, who: Who, code: str) -> list[Signer]:
    """Return who can sign a paper this person may open. Raises NotHere."""
    return able_signers(db, queries.row_for(db, who, code))


def held(db: Session, who: Who, code: str, version: int | None = None) -> OfficialPaper:
    """Return a paper to be changed by one at a time. Raises NotHere, Stale."""
    row = queries.row_for(db, who, code)
    if who.unit_id != row.unit_id or who.role not in rules.DRAFTERS:
        raise NotHere
    db.refresh(row, with_for_update=True)
    if version is not None and row.version != version:
        raise Stale
    return row


def check_final(db: Session, row: OfficialPaper) -> None:
    """Refuse a paper that still lacks something, or tells who denounces. Raises BadForm."""
    faults = rules.faults(row.form, row.words, is_final=True)
    faults |= rules.secrecy_faults(row.form, row.words, queries_matter.denouncers_of(db, row))
    if row.signer_id is None:
        faults["signer"] = FieldError("required")
    if faults:
        raise BadForm(faults)


def submit(db: Session, who: Who, at: datetime, code: str, version: int | None = None) -> None:
    """Lay a whole draft before its signer; twice is once. Raises NotHere, BadForm, Refused, Stale."""
    row = held(db, who, code)
    if row.state is PaperState.SUBMITTED:
        return
    _step(db, who, at, row, PaperVerb.SUBMIT, version)


def send_back(db: Session, who: Who, at: datetime, code: str, ground: str) -> None:
    """Give a submitted paper back to the desk, with the reason; twice is once."""
    row = held(db, who, code)
    if row.state is PaperState.DRAFT:
        return
    row.return_ground = text.tidy(ground)
    _step(db, who, at, row, PaperVerb.RETURN, None)


def discard(db: Session, who: Who, at: datetime, code: str) -> None:
    """Throw a draft away; it took no number. Twice is once."""
    row = held(db, who, code)
    if row.state is not PaperState.DISCARDED:
        _step(db, who, at, row, PaperVerb.DISCARD, None)


def _step(db: Session, who: Who, at: datetime, row: OfficialPaper, verb: PaperVerb, version: int | None) -> None:
    to = rules.check(row.form, row.state, verb, hand(who, row))
    if version is not None and row.version != version:
        raise Stale
    if verb is PaperVerb.SUBMIT:
        check_final(db, row)
        row.return_ground = ""
    row.state, row.changed_at = to, at
    db.flush()
    names: dict[PaperVerb, str] = {
        PaperVerb.SUBMIT: "submitted_paper",
        PaperVerb.RETURN: "returned_paper",
        PaperVerb.DISCARD: "discarded_paper",
    }
    audit.record(db, who, at, names[verb], about(row))


def note_view(db: Session, who: Who, at: datetime, code: str) -> None:
    """Write down that somebody read a paper. Raises NotHere."""
    audit.record(db, who, at, "viewed_paper", about(queries.row_for(db, who, code)))
