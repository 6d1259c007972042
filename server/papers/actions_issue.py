"""Issue a paper: its number once, its day, all that is printed fixed; file print and scan; withdraw with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, outbox, text
from server.adapters.files import Kept
from server.audit import About
from server.book import actions as book
from server.book.actions import Correcting
from server.cases import actions_papers
from server.cases.rules_papers import Answer
from server.clock import local
from server.errors import BadForm, FieldError, Refused
from server.jobs.runner import book as book_job
from server.office import actions as office
from server.outbox import Letter
from server.papers import actions, actions_templates, queries, queries_matter, rules, rules_basis, rules_print
from server.papers.rules_basis import BasisLine
from server.papers.rules_forms import FORMS
from server.papers.rules_print import Say, Signature
from server.tables import Citizen, Document, Minutes, NumberSequence, Officer, OfficialPaper, ReceptionRequest
from server.who import Who, the_system
from server.words import FOR_CITIZENS, DocumentKind, Origin, PaperState, PaperVerb

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Issuing:
    """What issuing needs from outside: the legal basis as data, the words for labels, a number given by hand."""

    basis: Sequence[BasisLine]
    say: Say
    number: int | None = None
    version: int | None = None


def issue(db: Session, who: Who, at: datetime, code: str, issuing: Issuing) -> None:
    """Give a paper its number and day and fix what it says; twice is once.

    The number is the next of its register and year, or one that was given by hand and is free.
    Raises NotHere, NotYours, Refused, BadForm (something lacks, or the number is used), Stale.
    """
    row = actions.held(db, who, code)
    if row.state is PaperState.ISSUED:
        return
    to = rules.check(row.form, row.state, PaperVerb.ISSUE, actions.hand(who, row))
    row = actions.held(db, who, code, issuing.version)
    # Drafted before its registration had a case, it answers the terms and stands in the book of that case now.
    row.case_id = row.case_id or queries_matter.case_of(db, row)
    actions.check_final(db, row)
    today = local(at).date()
    number = _number(db, row, today.year, issuing.number)
    sealed = printable(db, row, issuing, number, today) | actions_templates.seal(db, row)
    if FORMS[row.form].type_code:
        row.register, row.year, row.number = FORMS[row.form].type_code, today.year, number
        row.number_text = rules.number_text(row.form, number)
    row.sealed, row.issued_on, row.state, row.changed_at = sealed, today, to, at
    db.flush()
    _settle(db, who, at, row)
    book_job(db, "print_official", f"print_official:{row.code}", at, {"paper": row.code})
    audit.record(db, who, at, "issued_paper", actions.about(row), number=row.number_text, form=row.form.value)


def _number(db: Session, row: OfficialPaper, year: int, given: int | None) -> int | None:
    """The next free number of the register, or the one that was typed. Raises BadForm when it is used."""
    register = FORMS[row.form].type_code
    if not register:
        return None
    if given is None:
        return office.next_number(db, row.unit_id, register, year)
    sequence = db.scalars(
        select(NumberSequence)
        .where(
            NumberSequence.unit_id == row.unit_id,
            NumberSequence.register == register,
            NumberSequence.year == year,
        )
        .with_for_update()
    ).first()
    if _is_used(db, row, register, year, given):
        following = (sequence.last if sequence else 0) + 1
        raise BadForm({"number": FieldError("number_used", {"number": given, "following": following})})
    if sequence is None:
        db.add(NumberSequence(unit_id=row.unit_id, register=register, year=year, last=given))
    else:
        sequence.last = max(sequence.last, given)
    db.flush()
    return given


def _is_used(db: Session, row: OfficialPaper, register: str, year: int, number: int) -> bool:
    papers = select(OfficialPaper.id).where(
        OfficialPaper.unit_id == row.unit_id,
        OfficialPaper.register == register,
        OfficialPaper.year == year,
        OfficialPaper.number == number,
    )
    if db.scalar(papers.limit(1)) is not None:
        return True
    # Minutes of receptions take numbers from the register of minutes as well.
    minutes = db.execute(
        select(Minutes.sealed_at).where(
            Minutes.unit_id == row.unit_id, Minutes.number == rules.number_text(row.form, number)
        )
    )
    return any(sealed is not None and local(sealed).year == year for (sealed,) in minutes)


def printable(
    db: Session, row: OfficialPaper, issuing: Issuing, number: int | None, issued_on: date | None
) -> dict[str, Any]:
    """Return all that is printed on a paper, as the matter stands now."""
    matter = queries_matter.matter_of(db, row)
    able = queries.signers(db, row.unit_id, row.form, is_secret=matter.is_secret)
    signer = next((one for one in able if one.id == row.signer_id), None)
    signature = Signature(signer.name, signer.title, signer.is_deputy) if signer else _former(db, row)
    paper = rules_print.Paper(
        row.code, row.form, {k: str(v) for k, v in row.words.items()}, number, issued_on, signature
    )
    quoted_on = issued_on or local(row.changed_at).date()
    basis = rules_basis.in_force(issuing.basis, FORMS[row.form].basis, quoted_on)
    return rules_print.facts(paper, matter, basis, issuing.say)


def as_it_stands(db: Session, who: Who, code: str, given: Issuing) -> dict[str, Any]:
    """Return what would be printed of a paper now, without number and day; an issued one as it was issued."""
    row = queries.row_for(db, who, code)
    return row.sealed if row.issued_on is not None else printable(db, row, given, None, None)


def _former(db: Session, row: OfficialPaper) -> Signature:
    """Whoever was named and has left: nobody signs in their place."""
    if row.signer_id is None or row.issued_on is None:
        return Signature("", "")
    found = db.get_one(Officer, row.signer_id)
    return Signature(found.name, found.title)


def _settle(db: Session, who: Who, at: datetime, row: OfficialPaper) -> None:
    """What the paper answers: terms of law are met or begin, the book names it."""
    if row.case_id is None:
        return
    answer = _answer(row)
    actions_papers.settle(db, who, at, row.case_id, answer)
    if (cell := FORMS[row.form].cell) is not None:
        entry = rules.book_entry(row.form, row.words, row.number_text, answer.issued_on)
        book.enter_held(db, at, row.unit_id)
        book.note_paper(db, who, at, row.case_id, Correcting(cell, entry, row.number_text))


def _unsettle(db: Session, who: Who, at: datetime, row: OfficialPaper) -> None:
    """What the paper answered is open again, and the book no longer names it; both texts are kept there."""
    if row.case_id is None:
        return
    others = db.scalars(
        select(OfficialPaper).where(OfficialPaper.case_id == row.case_id, OfficialPaper.state == PaperState.ISSUED)
    )
    answer = _answer(row)
    actions_papers.unsettle(db, who, at, row.case_id, answer, [_answer(one) for one in others])
    if (cell := FORMS[row.form].cell) is not None:
        entry = rules.book_entry(row.form, row.words, row.number_text, answer.issued_on)
        ground = text.one_line(f"{row.number_text}: {row.withdrawn_ground}")
        book.take_back_paper(db, who, at, row.case_id, Correcting(cell, entry, ground))


def _answer(row: OfficialPaper) -> Answer:
    form, issued_on = FORMS[row.form], row.issued_on
    if issued_on is None:
        raise Refused("paper_not_issued")
    return Answer(row.id, row.number_text or row.code, issued_on, form.meets, form.starts)


def to_print(db: Session, code: str) -> dict[str, Any] | None:
    """Return what is printed of an issued paper whose file is not kept yet, or None."""
    row = db.scalars(select(OfficialPaper).where(OfficialPaper.code == code)).one()
    return None if row.document_id is not None or row.issued_on is None else row.sealed


def keep_printed(db: Session, at: datetime, code: str, kept: Kept, name: str) -> bool:
    """File the printed paper; False when it was filed before and this print is not needed."""
    row = db.scalars(select(OfficialPaper).where(OfficialPaper.code == code).with_for_update()).one()
    if row.document_id is not None or row.issued_on is None:
        return False
    system = the_system(row.unit_id)
    row.document_id = _file(db, system, at, row, Filed(kept, name, PDF, DocumentKind.OFFICIAL))
    if row.form in FOR_CITIZENS and row.state is PaperState.ISSUED:
        _tell_citizen(db, at, row, "paper_ready")
    return True


@dataclass(frozen=True, slots=True)
class Filed:
    """A file to be kept with a paper."""

    kept: Kept
    name: str
    content_type: str
    kind: DocumentKind


def _file(db: Session, who: Who, at: datetime, row: OfficialPaper, filed: Filed) -> int:
    is_scan = filed.kind is DocumentKind.SCAN
    paper = Document(
        code=text.new_code("GT", 4, 4),
        unit_id=row.unit_id,
        case_id=row.case_id,
        reception_id=row.reception_id,
        kind=filed.kind,
        name=filed.name,
        number=row.number_text,
        issued_on=row.issued_on,
        content_type=filed.content_type,
        bytes=filed.kept.bytes,
        sha256=filed.kept.sha256,
        stored_as=filed.kept.stored_as,
        origin=Origin.SCANNED if is_scan else Origin.BORN_DIGITAL,
        converted_by=who.name if is_scan else "",
        created_at=at,
    )
    db.add(paper)
    db.flush()
    on = About("document", paper.id, paper.code, row.case_id, row.unit_id)
    audit.record(db, who, at, "filed_scan" if is_scan else "filed_document", on, sha256=paper.sha256, paper=row.code)
    return paper.id


def _tell_citizen(db: Session, at: datetime, row: OfficialPaper, template: str) -> None:
    found = db.execute(
        select(Citizen, ReceptionRequest)
        .join(ReceptionRequest, ReceptionRequest.citizen_id == Citizen.id)
        .where(ReceptionRequest.id == row.request_id)
    ).first()
    if found is None:
        return
    citizen, request = found
    letter = Letter(
        key=f"{template}:{row.code}",
        template=template,
        unit_id=row.unit_id,
        phone=citizen.phone,
        email=citizen.email,
        locale=request.locale,
        facts={"code": request.code},
        request_id=request.id,
    )
    outbox.put(db, letter, at)


def file_scan(db: Session, who: Who, at: datetime, code: str, filed: Filed) -> bool:
    """File the scan of the signed paper with its conversion mark (F54); False when these very bytes are kept already.

    A better scan takes the place of an earlier one, which stays in the file of the case. Raises NotHere, Refused.
    """
    row = actions.held(db, who, code)
    if row.issued_on is None:
        raise Refused("paper_not_issued")
    before = db.get(Document, row.scan_id) if row.scan_id else None
    if before is not None and before.sha256 == filed.kept.sha256:
        return False
    row.scan_id = _file(db, who, at, row, filed)
    return True


def withdraw(db: Session, who: Who, at: datetime, code: str, ground: str) -> None:
    """Take an issued paper back with the reason; its number stays used. Twice is once. Raises NotHere, NotYours, Refused.

    What it had met runs again, the book no longer names it, and the citizen who could read it is told.
    """
    row = actions.held(db, who, code)
    if row.state is PaperState.WITHDRAWN:
        return
    row.state = rules.check(row.form, row.state, PaperVerb.WITHDRAW, actions.hand(who, row))
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_ground = at, who.name, text.tidy(ground)
    row.changed_at = at
    db.flush()
    _unsettle(db, who, at, row)
    if row.form in FOR_CITIZENS and row.document_id is not None:
        _tell_citizen(db, at, row, "paper_withdrawn")
    audit.record(db, who, at, "withdrew_paper", actions.about(row), number=row.number_text)
