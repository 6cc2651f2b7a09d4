"""What follows from every move of an order or a refund, written once for pages, apps above and the clock.

All functions take an open `Batch` and objects that it has locked; they change memory only.
"""

from orders.effects import clocks, corrections
from orders.effects.lifecycle import (
    add_parcel,
    cancel,
    close,
    complete,
    confirm_receipt,
    deliver,
    deliver_more,
    extend_delivery,
    first_promise,
    hold_for_dispute,
    move_promise,
    place,
    release,
    release_dispute_hold,
    report_checkpoint,
    request_extension,
    ship,
)
from orders.effects.money import (
    capture,
    charge_fee,
    complete_refund,
    correct_refund,
    fail_refund,
    mark_overdue,
    refund,
    retry_refund,
    submit_refund,
)
from orders.effects.talk import say
from orders.effects.verification import (
    lift_hold,
    not_a_number,
    place_on_hold,
    prove,
    refuse_proof,
    submit_proof,
)

__all__ = [
    "add_parcel",
    "cancel",
    "capture",
    "charge_fee",
    "clocks",
    "close",
    "complete",
    "complete_refund",
    "confirm_receipt",
    "correct_refund",
    "corrections",
    "deliver",
    "deliver_more",
    "extend_delivery",
    "fail_refund",
    "first_promise",
    "hold_for_dispute",
    "lift_hold",
    "mark_overdue",
    "move_promise",
    "not_a_number",
    "place",
    "place_on_hold",
    "prove",
    "refund",
    "refuse_proof",
    "release",
    "release_dispute_hold",
    "report_checkpoint",
    "request_extension",
    "retry_refund",
    "say",
    "ship",
    "submit_proof",
    "submit_refund",
]
