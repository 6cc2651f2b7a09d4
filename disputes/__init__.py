"""Disputes: from a buyer's complaint about an order to an agreement or a decision."""
