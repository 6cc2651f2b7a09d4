"""Orders, what is in them, and their money."""

from orders.models.contents import Checkpoint, OrderLine, OrderPayment, OrderProof, Shipment
from orders.models.money import LedgerEntry, Refund, RefundAnswer, RefundDeadline
from orders.models.order import Order, OrderDeadline
from orders.models.settlement import (
    Correction,
    CorrectionDeadline,
    SettlementFile,
    SettlementLine,
)
from orders.models.store import Store
from orders.models.talk import OrderMessage
from orders.models.wallet import WalletAccount, WalletEntry

__all__ = [
    "Checkpoint",
    "Correction",
    "CorrectionDeadline",
    "LedgerEntry",
    "Order",
    "OrderDeadline",
    "OrderLine",
    "OrderMessage",
    "OrderPayment",
    "OrderProof",
    "Refund",
    "RefundAnswer",
    "RefundDeadline",
    "SettlementFile",
    "SettlementLine",
    "Shipment",
    "Store",
    "WalletAccount",
    "WalletEntry",
]
