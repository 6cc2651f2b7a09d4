"""What follows from every move of a coupon, written once for pages, apps above, the shop and the clock.

All functions take an open `Batch` and coupons that it has locked; they change memory only.
"""

from coupons.effects import clocks
from coupons.effects.lifecycle import expire, issue, redeem, revoke
from coupons.effects.promises import compensate, promise_facts, split

__all__ = ["clocks", "compensate", "expire", "issue", "promise_facts", "redeem", "revoke", "split"]
