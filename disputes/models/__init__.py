"""The dispute and what hangs on it."""

from disputes.models.at_hand import AtHand
from disputes.models.deadlines import DisputeDeadline
from disputes.models.dispute import Dispute
from disputes.models.drafts import DisputeDraft, DraftFile
from disputes.models.evidence import EvidenceItem, EvidenceRequest
from disputes.models.mediation import Decision, DecisionDraft, Finding
from disputes.models.offers import Offer
from disputes.models.returns import ReplacementParcel, ReturnParcel
from disputes.models.settlements import Settlement
from disputes.models.talk import Message, ReadMark, StaffNote

__all__ = [
    "AtHand",
    "Decision",
    "DecisionDraft",
    "Dispute",
    "DisputeDeadline",
    "DisputeDraft",
    "DraftFile",
    "EvidenceItem",
    "EvidenceRequest",
    "Finding",
    "Message",
    "Offer",
    "ReadMark",
    "ReplacementParcel",
    "ReturnParcel",
    "Settlement",
    "StaffNote",
]
