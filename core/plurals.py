"""Sentences with a number, for scripts that count: one for each plural form of the reader's language."""

from __future__ import annotations

import json
from collections.abc import Callable

SAMPLES = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}
"""A number of each category that `Intl.PluralRules` knows, in any language that has the category."""


def forms(sentence: Callable[[int], str]) -> str:
    """JSON of the sentence by category; a category that is not there reads as `other`."""
    told = {category: sentence(n) for category, n in SAMPLES.items()}
    own = {
        category: words
        for category, words in told.items()
        if category == "other" or words != told["other"]
    }
    return json.dumps(own, ensure_ascii=False)
