"""The complaint and what hangs on it."""

from appeals.models.complaint import Complaint
from appeals.models.deadlines import ComplaintDeadline
from appeals.models.feedback import Feedback
from appeals.models.grounds import Grounds
from appeals.models.reviews import Compensation, Look, Review, ReviewDraft, ReviewPoint

__all__ = [
    "Compensation",
    "Complaint",
    "ComplaintDeadline",
    "Feedback",
    "Grounds",
    "Look",
    "Review",
    "ReviewDraft",
    "ReviewPoint",
]
