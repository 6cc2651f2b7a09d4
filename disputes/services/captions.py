"""What the files of a questionnaire show, in the buyer's words."""

from __future__ import annotations

from collections.abc import Mapping

from core import words
from core.errors import Refused
from disputes.models import DraftFile
from disputes.services.evidence import CAPTION_MAX


def save_captions(*, draft_id: int, user_id: int, captions: Mapping[str, str]) -> dict[str, str]:
    """Keep the words for each file, by its handle. What is too long is not cut and not kept.

    Returns the sentence for each that was refused; all others are kept.
    """
    rows = DraftFile.objects.select_related("file").filter(
        draft_id=draft_id, draft__buyer_id=user_id
    )
    changed, refused = [], {}
    for row in rows:
        text = captions.get(row.file.handle)
        if text is None:
            continue
        try:
            row.caption = words.clean_text(" ".join(text.split()), CAPTION_MAX)
        except Refused as error:
            refused[row.file.handle] = str(error)
        else:
            changed.append(row)
    DraftFile.objects.bulk_update(changed, ["caption"])
    return refused
