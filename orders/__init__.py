"""Orders, their shipments, and their money: escrow, ledger, refunds, buyer protection."""
