"""What people read about a dispute, in the portal and by mail: one text for each outcome and side."""

from disputes.notices import agreeing, goods, mediating, settling, watching

__all__ = ["agreeing", "goods", "mediating", "settling", "watching"]
