"""The parties' pages of a complaint."""
