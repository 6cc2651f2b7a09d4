"""A complaint in words: for its parties, for the desk, for the statement."""
