"""Coupons that make good what was decided wrongly: promised, split, issued, spent once, expired."""
