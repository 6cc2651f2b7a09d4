"""Writing the ledger: one entry, and the order's totals that mirror it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from core.batch import Batch
from core.models import Event
from orders.models import LedgerEntry, Order
from orders.states import EFFECTS, FLOWS, LedgerKind


def post(
    batch: Batch,
    order: Order,
    kind: LedgerKind,
    amount: Decimal,
    event: Event,
    at: datetime | None = None,
) -> LedgerEntry:
    """Move an amount between two accounts of a locked order, in its currency.

    The event must be the one that caused it, written to the order in this batch: it marks the order
    as changed. `at` is when it truly happened, where that was before. What would break the balance is
    refused by the database at the flush.
    """
    c, h, r, b = EFFECTS[kind]
    order.captured += c * amount
    order.held += h * amount
    order.released += r * amount
    order.refunded += b * amount
    order.ledger_length += 1
    debit, credit = FLOWS[kind]
    return batch.add(
        LedgerEntry(
            order=order, seq=order.ledger_length, kind=kind, debit=debit, credit=credit, amount=amount,
            captured=order.captured, held=order.held, released=order.released, refunded=order.refunded,
            at=at or event.at, event=event,
        )
    )  # fmt: skip
