"""The product's own signs: 20 by 20, drawn with one line of 1.6, in the colour of the words beside them.

They are drawn in `icons.svg` and set into the page in place, so that a page needs no further request
for them. A sign never stands alone for a meaning: words say it too, so it is hidden from screen readers
unless it is given a label. Those in `DIRECTIONAL` point along the line of reading and are mirrored
where that runs from right to left.
"""

import re
from pathlib import Path
from typing import Final

_SHEET = Path(__file__).with_name("icons.svg").read_text(encoding="utf-8")
ICONS: Final[dict[str, str]] = dict(re.findall(r'<symbol id="(\w+)"[^>]*>(.*?)</symbol>', _SHEET))
DIRECTIONAL: Final = frozenset({"arrow", "back", "forward", "undo", "truck"})
