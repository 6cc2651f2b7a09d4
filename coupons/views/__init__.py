"""Pages of coupons for their owners."""
