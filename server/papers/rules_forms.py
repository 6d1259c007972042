"""Every form of domain.md 1.5 and 4: its fields, type code, signer, legal basis and what issuing it settles."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from server.cases.rules_papers import ACCEPTED
from server.words import BookCell, Kind, PaperForm


class FieldKind(Enum):
    """How a field is typed."""

    LINE = auto()
    PROSE = auto()
    DAY = auto()
    ITEMS = auto()
    """One thing a line; parts of it are divided by ``|``."""
    GROUND = auto()
    """A ground of Article 9."""


class Signs(Enum):
    """Who signs a paper."""

    HEAD = auto()
    """The chair, or a deputy for the chair."""
    RECEIVER = auto()
    """Whoever receives citizens."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. Its label is ``paper_field.<name>``."""

    name: str
    kind: FieldKind = FieldKind.LINE
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form; ``print/papers/<form>.typ`` prints it."""

    type_code: str
    signs: Signs
    fields: tuple[Field, ...]
    basis: tuple[str, ...]
    kinds: frozenset[Kind] = frozenset(Kind)
    """The kinds of matter in which it can be used."""
    cell: BookCell | None = None
    """The cell of the reception book that names it when it is issued."""
    cell_names_body: bool = False
    meets: tuple[str, ...] = ()
    """Terms of law that it answers."""
    starts: tuple[str, ...] = ()
    """Terms of law that run because of it, or that it brings up."""


_COMPLAINT = frozenset({Kind.COMPLAINT})
_DENUNCIATION = frozenset({Kind.DENUNCIATION})
_FEEDBACK = frozenset({Kind.RECOMMENDATION, Kind.FEEDBACK})
_RECEPTION = ("reception_law", "reception_circular")
_PETITION = ("petition_circular",)
_COMPLAINTS = ("complaints_law", "complaints_decree")
_DENUNCIATIONS = ("denunciations_law", "denunciations_decree")


def _prose(name: str, *, is_needed: bool = True) -> Field:
    return Field(name, FieldKind.PROSE, is_needed)


def _line(name: str, *, is_needed: bool = True) -> Field:
    return Field(name, FieldKind.LINE, is_needed)


_ON = Field("petition_on", FieldKind.DAY, is_needed=True)
_CONTENT = _prose("content")
_REASONS = _prose("reasons")
_TO = _line("addressee")
_BODY = _line("competent_body")
_MORE = _prose("recipients", is_needed=False)
_ENCLOSED = _prose("enclosed", is_needed=False)
_DUE = Field("due_on", FieldKind.DAY)
_TEAM = Field("team", FieldKind.ITEMS, is_needed=True)
_DAYS = _line("days")
_TASKS = _prose("tasks")
_HEAD, _RECEIVER = Signs.HEAD, Signs.RECEIVER

FORMS: Mapping[PaperForm, Form] = {
    PaperForm.REFUSAL: Form(
        "TB",
        _HEAD,
        (
            Field("ground", FieldKind.GROUND, is_needed=True),
            _CONTENT,
            _REASONS,
            _line("prior_decision", is_needed=False),
            _MORE,
        ),
        _RECEPTION,
        meets=("D1",),
        cell=BookCell.RESULT,
    ),
    PaperForm.RECEIPT: Form(
        "GBN",
        _RECEIVER,
        (_line("place"), Field("documents", FieldKind.ITEMS, is_needed=True), _line("copies")),
        (),
    ),
    PaperForm.INVITATION: Form(
        "GM",
        _HEAD,
        (_CONTENT, _line("meet_at"), _line("place"), _prose("bring", is_needed=False), _MORE),
        (),
    ),
    PaperForm.COMPLAINT_GUIDE: Form(
        "HD",
        _RECEIVER,
        (_ON, _CONTENT, _BODY, _REASONS),
        (*_RECEPTION, "complaints_law", *_PETITION),
        _COMPLAINT,
        cell=BookCell.GUIDED,
        cell_names_body=True,
        meets=("D1", "D2"),
    ),
    PaperForm.DENUNCIATION_GUIDE: Form(
        "HD",
        _RECEIVER,
        (_ON, _CONTENT, _BODY, _REASONS),
        (*_RECEPTION, "denunciations_law", *_PETITION),
        _DENUNCIATION,
        cell=BookCell.GUIDED,
        cell_names_body=True,
        meets=("D1", "D11"),
    ),
    PaperForm.SPLIT_GUIDE: Form(
        "HD",
        _RECEIVER,
        (_ON, Field("parts", FieldKind.ITEMS, is_needed=True), _prose("reasons", is_needed=False)),
        _PETITION,
        cell=BookCell.GUIDED,
    ),
    PaperForm.RETURN_GUIDE: Form(
        "TB",
        _HEAD,
        (_ON, _CONTENT, _BODY, _REASONS, _MORE),
        (*_RECEPTION, *_PETITION),
        frozenset(Kind) - _DENUNCIATION,
        cell=BookCell.GUIDED,
        cell_names_body=True,
        meets=("D1", "D2"),
    ),
    PaperForm.RETURN_MISDIRECTED: Form(
        "CV",
        _HEAD,
        (_TO, _line("incoming"), _CONTENT, _REASONS, _ENCLOSED, _MORE),
        _PETITION,
    ),
    PaperForm.FEEDBACK_TRANSFER: Form(
        "PC",
        _HEAD,
        (_TO, _ON, _CONTENT, _DUE, _ENCLOSED, _MORE),
        ("reception_law_26", *_PETITION),
        _FEEDBACK,
        cell=BookCell.TRANSFERRED,
        cell_names_body=True,
        meets=("D1",),
    ),
    PaperForm.DENUNCIATION_TRANSFER: Form(
        "PC",
        _HEAD,
        (_TO, _ON, _CONTENT, _ENCLOSED, _MORE),
        (*_DENUNCIATIONS, *_PETITION),
        _DENUNCIATION,
        cell=BookCell.TRANSFERRED,
        cell_names_body=True,
        meets=("D11", "D12"),
        starts=("D12",),
    ),
    PaperForm.PETITION_TRANSFER: Form(
        "PC",
        _HEAD,
        (_TO, _ON, _CONTENT, _DUE, _ENCLOSED, _MORE),
        (*_RECEPTION, *_PETITION),
        frozenset(Kind) - _DENUNCIATION,
        cell=BookCell.TRANSFERRED,
        cell_names_body=True,
        meets=("D1",),
    ),
    PaperForm.URGING: Form(
        "CV",
        _HEAD,
        (
            _TO,
            _CONTENT,
            Field("due_on", FieldKind.DAY, is_needed=True),
            Field("answer_by", FieldKind.DAY, is_needed=True),
            _MORE,
        ),
        ("reception_law",),
    ),
    PaperForm.COMPLAINT_PROPOSAL: Form(
        "PĐX",
        _RECEIVER,
        (_ON, _CONTENT, _REASONS, _prose("proposal")),
        (*_COMPLAINTS, *_PETITION),
        _COMPLAINT,
    ),
    PaperForm.DENUNCIATION_PROPOSAL: Form(
        "PĐX",
        _RECEIVER,
        (_ON, _CONTENT, _REASONS, _prose("proposal")),
        (*_DENUNCIATIONS, *_PETITION),
        _DENUNCIATION,
    ),
    PaperForm.COMPLAINT_ACCEPTANCE: Form(
        "TB",
        _HEAD,
        (_ON, _CONTENT, _DAYS, _MORE),
        _COMPLAINTS,
        _COMPLAINT,
        cell=BookCell.ACCEPTED,
        meets=ACCEPTED[Kind.COMPLAINT].meets,
        starts=ACCEPTED[Kind.COMPLAINT].starts,
    ),
    PaperForm.COMPLAINT_REFUSAL: Form(
        "TB", _HEAD, (_ON, _CONTENT, _REASONS, _MORE), _COMPLAINTS, _COMPLAINT, cell=BookCell.RESULT, meets=("D1", "D2")
    ),
    PaperForm.COMPLAINT_INELIGIBLE: Form(
        "TB",
        _HEAD,
        (_ON, _CONTENT, _REASONS, _prose("guidance"), _MORE),
        (*_COMPLAINTS, *_PETITION),
        _COMPLAINT,
        cell=BookCell.RESULT,
        meets=("D1", "D2"),
    ),
    PaperForm.COMPLAINT_VERIFICATION: Form(
        "QĐ",
        _HEAD,
        (_CONTENT, _TEAM, _TASKS, _DAYS, _MORE),
        ("local_government_law", *_COMPLAINTS),
        _COMPLAINT,
    ),
    PaperForm.DENUNCIATION_MINUTES: Form(
        "BB",
        _RECEIVER,
        (
            _line("place"),
            _line("began"),
            _CONTENT,
            _prose("demand"),
            Field("documents", FieldKind.ITEMS),
            _line("ended"),
        ),
        (),
        _DENUNCIATION,
    ),
    PaperForm.DENUNCIATION_ACCEPTANCE: Form(
        "QĐ",
        _HEAD,
        (_CONTENT, _TEAM, _DAYS, _MORE),
        ("local_government_law", *_DENUNCIATIONS),
        _DENUNCIATION,
        cell=BookCell.ACCEPTED,
        meets=ACCEPTED[Kind.DENUNCIATION].meets,
        starts=ACCEPTED[Kind.DENUNCIATION].starts,
    ),
    PaperForm.DENUNCIATION_VERIFICATION: Form(
        "QĐ",
        _HEAD,
        (_CONTENT, _TEAM, _TASKS, _DAYS, _MORE),
        ("local_government_law", *_DENUNCIATIONS),
        _DENUNCIATION,
    ),
    PaperForm.DENUNCIATION_NOTICE: Form(
        "TB", _HEAD, (_line("decision"), _CONTENT, _DAYS, _MORE), _DENUNCIATIONS, _DENUNCIATION, meets=("D1", "D13")
    ),
    PaperForm.DENUNCIATION_REFUSAL: Form(
        "TB",
        _HEAD,
        (_ON, _CONTENT, _REASONS, _MORE),
        _DENUNCIATIONS,
        _DENUNCIATION,
        cell=BookCell.RESULT,
        meets=("D1", "D11"),
    ),
    PaperForm.DENUNCIATION_REFUSAL_AGAIN: Form(
        "TB",
        _HEAD,
        (_ON, _CONTENT, _line("prior_decision"), _REASONS, _MORE),
        _DENUNCIATIONS,
        _DENUNCIATION,
        cell=BookCell.RESULT,
        meets=("D1", "D11"),
    ),
    PaperForm.PROTECTION_REQUEST: Form("", _RECEIVER, (_TO, _CONTENT, _prose("measures")), (), _DENUNCIATION),
    PaperForm.CONCLUSION_NOTICE: Form(
        "TB",
        _HEAD,
        (
            Field("met", FieldKind.DAY, is_needed=True),
            _prose("attendees", is_needed=False),
            _CONTENT,
            _prose("conclusion"),
            Field("owed", FieldKind.ITEMS),
            _MORE,
        ),
        _RECEPTION,
    ),
    PaperForm.HANDLING_NOTICE: Form(
        "TB",
        _HEAD,
        (Field("met", FieldKind.DAY, is_needed=True), _CONTENT, _prose("handling"), _MORE),
        ("reception_law_28", "reception_circular"),
        cell=BookCell.RESULT,
        meets=("D1",),
    ),
}


def forms_for(kind: Kind, *, has_case: bool) -> tuple[PaperForm, ...]:
    """Return the forms that fit a matter; before there is a case only what answers a registration."""
    early = {PaperForm.REFUSAL, PaperForm.RECEIPT, PaperForm.INVITATION}
    early |= {form for form, one in FORMS.items() if one.cell in {BookCell.GUIDED, BookCell.TRANSFERRED}}
    return tuple(
        form
        for form, one in FORMS.items()
        if kind in one.kinds and (has_case or form in early) and form is not PaperForm.URGING
    )
