"""Closed lists of official papers and of the reception book; ``server.words`` shows them with the others."""

from enum import StrEnum


class PaperForm(StrEnum):
    """Official papers that are drafted, numbered and issued (domain.md 1.5)."""

    REFUSAL = "refusal"
    RECEIPT = "receipt"
    INVITATION = "invitation"
    COMPLAINT_GUIDE = "complaint_guide"
    DENUNCIATION_GUIDE = "denunciation_guide"
    SPLIT_GUIDE = "split_guide"
    RETURN_GUIDE = "return_guide"
    RETURN_MISDIRECTED = "return_misdirected"
    FEEDBACK_TRANSFER = "feedback_transfer"
    DENUNCIATION_TRANSFER = "denunciation_transfer"
    PETITION_TRANSFER = "petition_transfer"
    URGING = "urging"
    COMPLAINT_PROPOSAL = "complaint_proposal"
    DENUNCIATION_PROPOSAL = "denunciation_proposal"
    COMPLAINT_ACCEPTANCE = "complaint_acceptance"
    COMPLAINT_REFUSAL = "complaint_refusal"
    COMPLAINT_INELIGIBLE = "complaint_ineligible"
    COMPLAINT_VERIFICATION = "complaint_verification"
    DENUNCIATION_MINUTES = "denunciation_minutes"
    DENUNCIATION_ACCEPTANCE = "denunciation_acceptance"
    DENUNCIATION_VERIFICATION = "denunciation_verification"
    DENUNCIATION_NOTICE = "denunciation_notice"
    DENUNCIATION_REFUSAL = "denunciation_refusal"
    DENUNCIATION_REFUSAL_AGAIN = "denunciation_refusal_again"
    PROTECTION_REQUEST = "protection_request"
    CONCLUSION_NOTICE = "conclusion_notice"
    HANDLING_NOTICE = "handling_notice"


FOR_CITIZENS = frozenset(PaperForm) - {
    PaperForm.RETURN_MISDIRECTED,
    PaperForm.DENUNCIATION_TRANSFER,
    PaperForm.URGING,
    PaperForm.COMPLAINT_PROPOSAL,
    PaperForm.DENUNCIATION_PROPOSAL,
    PaperForm.COMPLAINT_VERIFICATION,
    PaperForm.DENUNCIATION_ACCEPTANCE,
    PaperForm.DENUNCIATION_VERIFICATION,
}
"""The papers that the citizen whom they concern may read; the others go from office to office."""


class PaperState(StrEnum):
    """States of an official paper."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


class PaperVerb(StrEnum):
    """What may be done to an official paper."""

    SUBMIT = "submit"
    RETURN = "return"
    ISSUE = "issue"
    WITHDRAW = "withdraw"
    DISCARD = "discard"


class BookCell(StrEnum):
    """What can be corrected in a line of the reception book; number and day of a line stand."""

    PERSON = "person"
    IDENTITY = "identity"
    MATTER = "matter"
    KIND = "kind"
    PEOPLE = "people"
    RESOLVED_BY = "resolved_by"
    ACCEPTED = "accepted"
    GUIDED = "guided"
    TRANSFERRED = "transferred"
    RESULT = "result"
    REMARK = "remark"


class EscalationStep(StrEnum):
    """How far an overdue promise has come."""

    NONE = "none"
    REMIND = "remind"
    URGE = "urge"
    URGE_AGAIN = "urge_again"
    REPORT = "report"


class HandInState(StrEnum):
    """What became of papers handed in during a reception."""

    ARRIVED = "arrived"
    ACCEPTED = "accepted"
    RETURNED = "returned"
