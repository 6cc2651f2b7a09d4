"""What people and the clock intend with a complaint. Keyword-only, ids in, the fresh complaint out.

Each checks its input, locks, and runs one effect; nothing has changed when a refusal is raised.
"""

from appeals.services.complaining import complain_about_decision, give_feedback
from appeals.services.reviewing import (
    assign_complaint,
    draw_complaint,
    hand_back_complaint,
    leave_complaint,
    release_unheld,
    reopen_complaint,
    save_review_draft,
    send_review,
)

__all__ = [
    "assign_complaint",
    "complain_about_decision",
    "draw_complaint",
    "give_feedback",
    "hand_back_complaint",
    "leave_complaint",
    "release_unheld",
    "reopen_complaint",
    "save_review_draft",
    "send_review",
]
