"""The wallet: our own book, so the money is there at once."""

from __future__ import annotations

from collections.abc import Sequence

from orders.gateways import Outcome, Result, Snapshot, register


class WalletGateway:
    """Takes everything; the credit is written where its word is noted, in the same transaction."""

    name = "wallet"
    instant = True

    def submit(self, refunds: Sequence[Snapshot]) -> list[Result]:
        return [Result(r.pk, Outcome.TAKEN, r.reference) for r in refunds]


register(WalletGateway())
