"""Reading disputes: who may see which, and what a page needs in a fixed number of queries."""
