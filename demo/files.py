"""Files in the states that no dispute of the demo shows: refused, erased, and still being checked."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock
from demo import pictures
from demo.world import PEOPLE, World
from evidence import services

PURPOSE = "dispute_draft"


def leave_traces(world: World) -> None:
    """One text that pretends to be a photo, one photo that was removed again, one that just came in."""
    uploader = world.users[PEOPLE["yuki"].email].pk
    photo = pictures.photo("fine", "mug", 200, 1)
    contents = {"notes.jpg": b"This is no picture.", "wrong.jpg": photo, "new.jpg": photo}
    with clock.freeze(world.now - timedelta(minutes=3)):
        refused, erased, _waiting = (
            services.receive(
                uploader_id=uploader,
                purpose=PURPOSE,
                subject="",
                uploaded_file=SimpleUploadedFile(name, content, "image/jpeg"),
            )
            for name, content in contents.items()
        )
        services.inspect(refused.pk)
        services.inspect(erased.pk)
        services.erase(erased.pk, why="removed by its uploader")
