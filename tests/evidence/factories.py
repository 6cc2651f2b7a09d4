"""People and files for evidence tests. Alice uploads; Eve is a stranger."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile

from evidence import services
from evidence.models import EvidenceFile
from tests.evidence import samples


def user(name: str) -> Any:
    """A person called so; the same one at each call."""
    people = get_user_model()._default_manager
    email = f"{name.lower()}@example.com"
    return people.filter(email=email).first() or people.create_user(email, None, name=name)


def upload(data: bytes | None = None, name: str = "photo.jpg", **more: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.jpeg() if data is None else data, **more)


def received(data: bytes | None = None, name: str = "photo.jpg", **more: Any) -> EvidenceFile:
    """In quarantine, uploaded by Alice for a dispute."""
    return services.receive(
        uploader_id=more.pop("uploader_id", None) or user("Alice").pk,
        purpose=more.pop("purpose", "tests"),
        subject=more.pop("subject", "DSP-7F3K9Q"),
        uploaded_file=upload(data, name),
        **more,
    )


def clean(data: bytes | None = None, **more: Any) -> EvidenceFile:
    """Checked and stored."""
    file = services.inspect(received(data, **more).pk)
    assert file is not None
    assert file.is_clean, file.refusal_sentence
    return file
