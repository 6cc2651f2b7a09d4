"""A language is offered once it has a catalogue; until then its readers get English."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current
from django.utils.translation import to_locale

from config import settings as production
from core import languages


def test_every_offered_language_has_a_catalogue() -> None:
    codes = [code for code, _name in production.LANGUAGES]
    assert codes[0] == "en"
    for code in codes[1:]:
        assert (
            Path(current.BASE_DIR) / "locale" / to_locale(code) / "LC_MESSAGES/django.mo"
        ).exists()


@pytest.mark.parametrize("code", ["ru", "tlh", "", None])
def test_what_is_not_offered_becomes_english(code: str | None, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("es", "Spanish")]
    assert languages.offered(code) == "en"
    assert languages.offered("es") == "es"
