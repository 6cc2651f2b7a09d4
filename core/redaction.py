"""What a database says of a row that it refused quotes the row: people's own words, addresses, names."""

import re

_ROWS = re.compile(
    r"(DETAIL|CONTEXT):.*?(?=\n\n(?:The above exception|During handling)|\nTraceback |\Z)", re.S
)


def without_rows(trace: str) -> str:
    """The trace without what stands after DETAIL and CONTEXT, however many lines the quoted row has."""
    return _ROWS.sub(r"\1: left out", trace)
