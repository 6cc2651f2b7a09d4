"""What owners, the shop and administrators do with coupons: one function per intention.

Ids in, fresh object out. Domain refusals (`core.errors.Refused` and below) carry a sentence for people.
"""

from coupons.services.choosing import choose_coupons
from coupons.services.revoking import revoke_coupon
from coupons.services.spending import redeem

__all__ = ["choose_coupons", "redeem", "revoke_coupon"]
