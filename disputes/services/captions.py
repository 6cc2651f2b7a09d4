"""What the files of a questionnaire show, in the buyer's words."""

from __future__ import annotations

from collections.abc import Mapping

from core import words
from disputes.models import DraftFile
from disputes.services.evidence import CAPTION_MAX


def save_captions(*, draft_id: int, user_id: int, captions: Mapping[str, str]) -> None:
    """Keep the words for each file, by its handle. What is too long is cut: a caption is no statement."""
    rows = DraftFile.objects.select_related("file").filter(
        draft_id=draft_id, draft__buyer_id=user_id
    )
    changed = []
    for row in rows:
        text = captions.get(row.file.handle)
        if text is not None:
            row.caption = words.clean_text(
                " ".join(text[:1_000].split())[:CAPTION_MAX], 5 * CAPTION_MAX
            )
            changed.append(row)
    DraftFile.objects.bulk_update(changed, ["caption"])
