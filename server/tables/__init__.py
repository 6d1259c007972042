"""Imports every table so that the metadata is whole."""

from server.tables.base import Base
from server.tables.cases import Assignment, Case, CaseRuling, Deadline, FollowUp
from server.tables.media import Hold, Playback, Segment
from server.tables.minutes import Document, Minutes, MinutesAnswer, MinutesText, Revision
from server.tables.national import NationalDifference, NationalEntry, NationalMonth, NationalReceipt
from server.tables.office import NumberSequence, SpecialDay, Unit, UnitSetting
from server.tables.people import Citizen, Login, Officer, OfficerRole
from server.tables.petitions import Petition, PetitionContent, PetitionPerson, PetitionStep
from server.tables.receptions import GuestLink, Reception, ReceptionMember, RoomNote
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
    "CaseRuling",
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
    "NationalDifference",
    "NationalEntry",
    "NationalMonth",
    "NationalReceipt",
    "NumberSequence",
    "Officer",
    "OfficerRole",
    "OutboxLetter",
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
    "Representative",
    "Revision",
    "RoomNote",
    "Segment",
    "Slot",
    "SpecialDay",
    "TriageDecision",
    "Unit",
    "UnitSetting",
]
