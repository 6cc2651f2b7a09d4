"""What people and the clock intend with a dispute. Keyword-only, ids in, the fresh dispute out.

Each checks its input, locks, and runs one effect. Domain refusals are `core.errors.Refused` and below;
nothing has changed when one is raised.
"""

from disputes.services.evidence import add_evidence, upload_evidence
from disputes.services.mediation import (
    assign_dispute,
    claim_dispute,
    decide_dispute,
    hand_back_dispute,
    hand_over_dispute,
    request_evidence,
    save_decision_draft,
    take_back_request,
)
from disputes.services.mirroring import mirror_again
from disputes.services.negotiation import (
    accept_offer,
    accept_request,
    escalate_dispute,
    make_offer,
    reject_request,
    withdraw_dispute,
)
from disputes.services.opening import (
    drop_draft,
    open_dispute,
    remove_draft_file,
    save_answers,
    start_draft,
    upload_draft_files,
)
from disputes.services.releasing import release_unheld
from disputes.services.returns import (
    confirm_replacement,
    confirm_return,
    contest_replacement,
    contest_return,
    record_replacement_delivery,
    record_return_delivery,
    ship_replacement,
    ship_return,
)
from disputes.services.settling import (
    agree_settlement,
    decline_settlement,
    propose_settlement,
    take_back_settlement,
    watch_settlements,
)
from disputes.services.talk import (
    add_staff_note,
    answer_evidence_request,
    mark_read,
    send_message,
)

__all__ = [
    "accept_offer",
    "accept_request",
    "add_evidence",
    "add_staff_note",
    "agree_settlement",
    "answer_evidence_request",
    "assign_dispute",
    "claim_dispute",
    "confirm_replacement",
    "confirm_return",
    "contest_replacement",
    "contest_return",
    "decide_dispute",
    "decline_settlement",
    "drop_draft",
    "escalate_dispute",
    "hand_back_dispute",
    "hand_over_dispute",
    "make_offer",
    "mark_read",
    "mirror_again",
    "open_dispute",
    "propose_settlement",
    "record_replacement_delivery",
    "record_return_delivery",
    "reject_request",
    "release_unheld",
    "remove_draft_file",
    "request_evidence",
    "save_answers",
    "save_decision_draft",
    "send_message",
    "ship_replacement",
    "ship_return",
    "start_draft",
    "take_back_request",
    "take_back_settlement",
    "upload_draft_files",
    "upload_evidence",
    "watch_settlements",
    "withdraw_dispute",
]
