"""People: users, their staff roles, their language and time zone."""
