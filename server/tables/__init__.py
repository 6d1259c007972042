"""Imports every table so that the metadata is whole."""

from server.tables.base import Base
from server.tables.cases import Assignment, Case, Deadline, FollowUp
from server.tables.media import Hold, Playback, Segment
from server.tables.minutes import Document, Minutes, MinutesAnswer, MinutesText, Revision
from server.tables.office import NumberSequence, SpecialDay, Unit, UnitSetting
from server.tables.people import Citizen, Login, Officer, OfficerRole
from server.tables.receptions import GuestLink, Reception, ReceptionMember, RoomNote
from server.tables.reports import CaseResult, PetitionSorting, ReportCorrection, ResultAmount, SentReport
from server.tables.requests import Attachment, ReceptionRequest, Representative, TriageDecision
from server.tables.schedule import Appointment, ReceptionDay, Slot
from server.tables.system import AuditEntry, IdempotencyKey, Job, OutboxLetter, RateCounter

__all__ = [
    "Appointment",
    "Assignment",
    "Attachment",
    "AuditEntry",
    "Base",
    "Case",
    "CaseResult",
    "Citizen",
    "Deadline",
    "Document",
    "FollowUp",
    "GuestLink",
    "Hold",
    "IdempotencyKey",
    "Job",
    "Login",
    "Minutes",
    "MinutesAnswer",
    "MinutesText",
    "NumberSequence",
    "Officer",
    "OfficerRole",
    "OutboxLetter",
    "PetitionSorting",
    "Playback",
    "RateCounter",
    "Reception",
    "ReceptionDay",
    "ReceptionMember",
    "ReceptionRequest",
    "ReportCorrection",
    "Representative",
    "ResultAmount",
    "Revision",
    "RoomNote",
    "Segment",
    "SentReport",
    "Slot",
    "SpecialDay",
    "TriageDecision",
    "Unit",
    "UnitSetting",
]
