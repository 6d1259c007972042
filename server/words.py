"""Every status, kind and role as a StrEnum: the glossary in code.

The Vietnamese sentence for each value lives in ``web/words/*.toml`` under
``[labels]``; ``tests/house/test_words.py`` holds the two together.
"""

from enum import StrEnum

from server.words_calls import CallStand as CallStand
from server.words_calls import CallState as CallState
from server.words_calls import CallVerb as CallVerb
from server.words_calls import Urgency as Urgency
from server.words_continuity import DrillLight as DrillLight
from server.words_continuity import IncidentKind as IncidentKind
from server.words_continuity import IncidentState as IncidentState
from server.words_continuity import IncidentVerb as IncidentVerb
from server.words_matters import Direction as Direction
from server.words_matters import Gap as Gap
from server.words_matters import Instance as Instance
from server.words_matters import NationalAccount as NationalAccount
from server.words_matters import NationalEvent as NationalEvent
from server.words_matters import NationalState as NationalState
from server.words_matters import NationalVerb as NationalVerb
from server.words_matters import PetitionField as PetitionField
from server.words_matters import PetitionPart as PetitionPart
from server.words_matters import PetitionState as PetitionState
from server.words_matters import PetitionVerb as PetitionVerb
from server.words_matters import Standing as Standing
from server.words_matters import Target as Target
from server.words_papers import FOR_CITIZENS as FOR_CITIZENS
from server.words_papers import BookCell as BookCell
from server.words_papers import EscalationStep as EscalationStep
from server.words_papers import HandInState as HandInState
from server.words_papers import PaperForm as PaperForm
from server.words_papers import PaperState as PaperState
from server.words_papers import PaperVerb as PaperVerb
from server.words_sending import Channel as Channel
from server.words_sending import JobState as JobState
from server.words_sending import LetterState as LetterState
from server.words_terms import Complexity as Complexity
from server.words_terms import StartEvent as StartEvent
from server.words_terms import TermChange as TermChange
from server.words_terms import TermUnit as TermUnit


class Role(StrEnum):
    """What a person acts as (domain.md 5.2)."""

    CITIZEN = "citizen"
    RECEPTION_OFFICER = "reception_officer"
    PETITION_OFFICER = "petition_officer"
    WARD_CHAIR = "ward_chair"
    WARD_VICE_CHAIR = "ward_vice_chair"
    OFFICE_HEAD = "office_head"
    CASE_OFFICER = "case_officer"
    CITY_BOARD_MEMBER = "city_board_member"
    WARD_POLICE = "ward_police"
    TECHNICIAN = "technician"
    INSPECTOR = "inspector"
    RECORDS_OFFICER = "records_officer"
    SYS_ADMIN = "sys_admin"


class UnitKind(StrEnum):
    """Where a unit stands in the tree: a city has wards and departments."""

    CITY = "city"
    CITY_BOARD = "city_board"
    WARD = "ward"
    DEPARTMENT = "department"


class Kind(StrEnum):
    """The four things a citizen brings (domain.md 2.1)."""

    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    RECOMMENDATION = "recommendation"
    FEEDBACK = "feedback"


class IdKind(StrEnum):
    """Identity papers (domain.md 4.4): only the 12-digit card is checked by its digits."""

    CARD = "card"
    PASSPORT = "passport"
    OTHER = "other"


class Sex(StrEnum):
    """As written on the identity card."""

    MALE = "male"
    FEMALE = "female"


class Place(StrEnum):
    """Where the citizen will sit during the reception."""

    HOME = "home"
    WARD = "ward"


class RequestState(StrEnum):
    """States of a reception request."""

    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    ACCEPTED = "accepted"
    REFERRED = "referred"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SCHEDULED = "scheduled"
    HEARD = "heard"
    ON_PAPER = "on_paper"


class RequestVerb(StrEnum):
    """What may be done to a reception request."""

    ASK = "ask"
    COMPLETE = "complete"
    ACCEPT = "accept"
    REFER = "refer"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    HEAR = "hear"
    ADJOURN = "adjourn"
    TAKE_OFF = "take_off"


class DeclineGround(StrEnum):
    """Grounds on which a reception may be declined (Law on Citizen Reception, Article 9)."""

    NO_CONTROL = "no_control"
    DISORDER = "disorder"
    ALREADY_RESOLVED = "already_resolved"
    OTHER_LAW = "other_law"


class DayKind(StrEnum):
    """Kinds of reception day (domain.md 3.1)."""

    REGULAR = "regular"
    PERIODIC = "periodic"
    URGENT = "urgent"


class DayState(StrEnum):
    """States of a reception day."""

    DRAFT = "draft"
    PUBLISHED = "published"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class DayVerb(StrEnum):
    """What may be done to a reception day."""

    PUBLISH = "publish"
    POSTPONE = "postpone"
    CANCEL = "cancel"
    CLOSE = "close"


class AppointmentState(StrEnum):
    """States of an appointment."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    KEPT = "kept"
    MISSED = "missed"


class AppointmentVerb(StrEnum):
    """What may be done to an appointment."""

    MOVE = "move"
    CANCEL = "cancel"
    KEEP = "keep"
    MISS = "miss"


class ReceptionState(StrEnum):
    """States of a reception as the office records it."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"
    SEALED = "sealed"
    ABORTED = "aborted"
    STOPPED = "stopped"


class Outcome(StrEnum):
    """How a reception ended when it did not end by itself."""

    ADJOURNED = "adjourned"
    PAPER = "paper"
    STOPPED = "stopped"


class TickList(StrEnum):
    """Lists whose lines somebody ticks off beside a reception."""

    OPENING = "opening"
    STOPPED = "stopped"
    ALERT = "alert"


class IdentityCheck(StrEnum):
    """How the identity of the person received was checked."""

    NOT_YET = "not_yet"
    CARD_SHOWN = "card_shown"
    KNOWN_IN_PERSON = "known_in_person"
    ELECTRONIC = "electronic"
    FAILED = "failed"


class MinutesState(StrEnum):
    """States of minutes."""

    DRAFTING = "drafting"
    READ_BACK = "read_back"
    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    REFUSED = "refused"
    SEALED = "sealed"


class MinutesVerb(StrEnum):
    """What may be done to minutes."""

    SHOW = "show"
    REDRAFT = "redraft"
    CONFIRM = "confirm"
    CONTEST = "contest"
    REFUSE = "refuse"
    SEAL = "seal"


class MinutesField(StrEnum):
    """The written parts of the minutes (domain.md 4.1, II and III)."""

    CONTENT_PRESENTED = "content_presented"
    CITIZEN_DEMAND = "citizen_demand"
    EVIDENCE_ITEMS = "evidence_items"
    MEMBER_OPINIONS = "member_opinions"
    CHAIR_CONCLUSION = "chair_conclusion"
    CITIZEN_RESPONSE = "citizen_response"


class Answer(StrEnum):
    """A citizen's answer to one paragraph of the minutes."""

    AGREE = "agree"
    OBJECT = "object"


class ConfirmationMethod(StrEnum):
    """How the minutes were confirmed (domain.md 4.1, online additions)."""

    SIGNED_AT_SITE = "signed_at_site"
    FINGERPRINT = "fingerprint"
    DIGITAL_SIGNATURE = "digital_signature"
    ONE_TIME_CODE = "one_time_code"
    SPOKEN = "spoken"
    REFUSED = "refused"


class CaseState(StrEnum):
    """States of a case."""

    OPEN = "open"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    CONCLUDED = "concluded"
    FOLLOWED_UP = "followed_up"
    SUSPENDED = "suspended"
    TRANSFERRED = "transferred"
    CLOSED = "closed"
    TERMINATED = "terminated"
    ON_PAPER = "on_paper"


class CaseVerb(StrEnum):
    """What may be done to a case."""

    ASSIGN = "assign"
    START = "start"
    CONCLUDE = "conclude"
    FOLLOW_UP = "follow_up"
    SUSPEND = "suspend"
    RESUME = "resume"
    TRANSFER = "transfer"
    CLOSE = "close"
    REOPEN = "reopen"
    TERMINATE = "terminate"
    TAKE_OFF = "take_off"


class FollowUpState(StrEnum):
    """States of something someone owes by a date."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CLOSED = "closed"


class FollowUpVerb(StrEnum):
    """What may be done to a follow-up."""

    START = "start"
    FINISH = "finish"
    REOPEN = "reopen"
    CLOSE = "close"


class DocumentKind(StrEnum):
    """Papers that the office keeps."""

    MINUTES = "minutes"
    SLIP = "slip"
    RECEIPT = "receipt"
    SCAN = "scan"
    OFFICIAL = "official"


class Origin(StrEnum):
    """Where a file came from (Law on Electronic Transactions, Article 12)."""

    BORN_DIGITAL = "born_digital"
    SCANNED = "scanned"


class PlaybackState(StrEnum):
    """States of a playable file made from segments."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class SearchKind(StrEnum):
    """Things that staff find by words."""

    CASE = "case"
    REQUEST = "request"
    DOCUMENT = "document"
    ATTACHMENT = "attachment"


class ImportKind(StrEnum):
    """Lists that are read in from a table."""

    UNITS = "units"
    ACCOUNTS = "accounts"
    CASES = "cases"


class ImportState(StrEnum):
    """States of a list that is read in."""

    UPLOADED = "uploaded"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


class RowState(StrEnum):
    """States of one line of such a list."""

    UNCHECKED = "unchecked"
    GOOD = "good"
    BAD = "bad"
    DONE = "done"
    SKIPPED = "skipped"
