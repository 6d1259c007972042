"""Imports every table so that the metadata is whole."""

from server.tables.base import Base
from server.tables.cases import Assignment, Case, CaseRuling, Deadline, DeadlineChange, FollowUp, VerificationCopy
from server.tables.continuity import Incident, PaperKit, RoomDrill
from server.tables.exhibits import HandedFile, HandIn, ShownPage
from server.tables.finding import AccessReview, ImportRow, ImportRun, SearchEntry, SearchWord
from server.tables.media import Hold, Playback, SealOpening, Segment
from server.tables.minutes import Document, Minutes, MinutesAnswer, MinutesText, Revision
from server.tables.national import NationalDifference, NationalEntry, NationalMonth, NationalReceipt
from server.tables.office import CalendarChange, NumberSequence, SpecialDay, Unit, UnitSetting
from server.tables.papers import BookCorrection, BookLine, OfficialPaper, PaperTemplate
from server.tables.people import Citizen, DigestRefusal, Login, Officer, OfficerRole
from server.tables.petitions import Petition, PetitionContent, PetitionPerson, PetitionStep
from server.tables.receptions import (
    BoardCall,
    DeviceCheck,
    GuestLink,
    Reception,
    ReceptionMember,
    ReceptionTick,
    RoomNote,
)
from server.tables.reports import CaseResult, ReportCorrection, ResultAmount, SentReport
from server.tables.requests import AppointmentPaper, Attachment, ReceptionRequest, Representative, TriageDecision
from server.tables.schedule import Appointment, DayMinutes, ReceptionDay, Slot
from server.tables.system import AuditEntry, IdempotencyKey, Job, OutboxLetter, RateCounter

__all__ = [
    "AccessReview",
    "Appointment",
    "AppointmentPaper",
    "Assignment",
    "Attachment",
    "AuditEntry",
    "Base",
    "BoardCall",
    "BookCorrection",
    "BookLine",
    "CalendarChange",
    "Case",
    "CaseResult",
    "CaseRuling",
    "Citizen",
    "DayMinutes",
    "Deadline",
    "DeadlineChange",
    "DeviceCheck",
    "DigestRefusal",
    "Document",
    "FollowUp",
    "GuestLink",
    "HandIn",
    "HandedFile",
    "Hold",
    "IdempotencyKey",
    "ImportRow",
    "ImportRun",
    "Incident",
    "Job",
    "Login",
    "Minutes",
    "MinutesAnswer",
    "MinutesText",
    "NationalDifference",
    "NationalEntry",
    "NationalMonth",
    "NationalReceipt",
    "NumberSequence",
    "Officer",
    "OfficerRole",
    "OfficialPaper",
    "OutboxLetter",
    "PaperKit",
    "PaperTemplate",
    "Petition",
    "PetitionContent",
    "PetitionPerson",
    "PetitionStep",
    "Playback",
    "RateCounter",
    "Reception",
    "ReceptionDay",
    "ReceptionMember",
    "ReceptionRequest",
    "ReceptionTick",
    "ReportCorrection",
    "Representative",
    "ResultAmount",
    "Revision",
    "RoomDrill",
    "RoomNote",
    "SealOpening",
    "SearchEntry",
    "SearchWord",
    "Segment",
    "SentReport",
    "ShownPage",
    "Slot",
    "SpecialDay",
    "TriageDecision",
    "Unit",
    "UnitSetting",
    "VerificationCopy",
]
