"""What people, the shop, gateways and workers do to orders and refunds: one function per intention.

Ids in, fresh object out. Domain refusals (`core.errors.Refused` and below) carry a sentence for people.
"""

from orders.services.orders import (
    Line,
    NewOrder,
    cancel_order,
    check_proof,
    clean_tracking_number,
    close_order,
    confirm_receipt,
    confirm_verification,
    extend_delivery,
    place_on_hold,
    place_order,
    prove_order,
    record_checkpoint,
    record_delivery,
    record_payment,
    refuse_proof,
    request_extension,
    ship_order,
)
from orders.services.refunds import (
    Answer,
    apply_answers,
    correct_refund,
    retry_refund,
    submit_refunds,
)
from orders.services.settlements import Settlement, import_settlement, move_correction
from orders.services.talk import clean_message, message_limit, send_message

__all__ = [
    "Answer",
    "Line",
    "NewOrder",
    "Settlement",
    "apply_answers",
    "cancel_order",
    "check_proof",
    "clean_message",
    "clean_tracking_number",
    "close_order",
    "confirm_receipt",
    "confirm_verification",
    "correct_refund",
    "extend_delivery",
    "import_settlement",
    "message_limit",
    "move_correction",
    "place_on_hold",
    "place_order",
    "prove_order",
    "record_checkpoint",
    "record_delivery",
    "record_payment",
    "refuse_proof",
    "request_extension",
    "retry_refund",
    "send_message",
    "ship_order",
    "submit_refunds",
]
