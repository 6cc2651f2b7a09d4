"""R18: the object store is down, slow, failing, cuts its answers, or keeps half of a file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from django.core.cache import cache
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from config import services as config
from disputes.models import Dispute
from evidence import services, storage
from evidence.models import EvidenceFile
from evidence.states import FileState
from tests.disputes import factories as make
from tests.evidence import samples
from tests.faults.bucket import Bucket, bucket
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db

QUICK = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})


@pytest.fixture
def store(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Bucket]:
    """Evidence in a bucket, by the very settings of production."""
    with bucket() as server:
        values = {
            "S3_BUCKET": "evidence", "S3_ENDPOINT_URL": server.url, "S3_REGION": "eu-central-1",
            "S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "secret",
        }  # fmt: skip
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        made = config.storage(tmp_path / "evidence")
        made["OPTIONS"]["client_config"] = made["OPTIONS"]["client_config"].merge(QUICK)
        settings.STORAGES = {**settings.STORAGES, "evidence": made}
        cache.clear()
        yield server
        storages._storages.clear()  # type: ignore[attr-defined]


def alice() -> tuple[Client, Dispute]:
    dispute = make.opened()
    client = Client()
    client.force_login(User.objects.get(pk=dispute.buyer_id))
    return client, dispute


def upload(client: Client, dispute: Dispute, key: str) -> Any:
    photo = SimpleUploadedFile("crack.jpg", samples.jpeg(), "image/jpeg")
    address = reverse("disputes:add_evidence", args=[dispute.reference])
    return client.post(
        address, {"files": [photo], "form_key": key}, headers={"accept": "application/json"}
    )


def test_the_settings_do_not_wait_for_a_bucket_longer_than_people_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("S3_BUCKET", "evidence")
    limits = config.storage(tmp_path)["OPTIONS"]["client_config"]

    assert limits.connect_timeout <= 5
    assert limits.read_timeout <= 20
    assert limits.retries["total_max_attempts"] <= 2


@pytest.mark.fault("R18", tries=1)
def test_a_file_goes_into_the_bucket_is_checked_and_read_back(
    store: Bucket, frozen: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client, dispute = alice()
    assert upload(client, dispute, "k1").json()["ok"]
    file = EvidenceFile.objects.get()

    with django_capture_on_commit_callbacks(execute=True):
        services.inspect(file.pk)
    file.refresh_from_db()
    shown: Any = client.get(reverse("evidence:original", args=[file.handle]))

    assert file.state == FileState.CLEAN
    assert shown.status_code == 200
    assert len(b"".join(shown.streaming_content)) == file.size
    assert not [key for key in store.objects if storage.QUARANTINE in key], "the original is gone"


@pytest.mark.fault("R18", tries=4)
@pytest.mark.parametrize("fault", ["down", "slow", "500", "short"])
def test_an_upload_that_the_bucket_does_not_take_says_so_and_can_be_sent_again(
    store: Bucket, frozen: Any, fault: str
) -> None:
    client, dispute = alice()
    if fault == "down":
        store.server_close()
    store.fault = fault
    began = time.monotonic()
    refused = upload(client, dispute, "k1").json()

    assert time.monotonic() - began < 15
    assert not refused["ok"]
    assert "could not be stored just now" in refused["error"]
    assert not EvidenceFile.objects.exists()
    if fault != "down":
        store.fault = ""
        assert upload(client, dispute, "k1").json()["ok"], "the same form again"
        assert EvidenceFile.objects.count() == 1


@pytest.mark.fault("R18", tries=1)
def test_a_dispute_is_opened_with_its_text_though_the_bucket_is_down(
    store: Bucket, frozen: Any
) -> None:
    store.fault = "500"
    order = orders.delivered()
    dispute = make.opened(order)

    assert dispute.story == make.ANSWERS["story"]


@pytest.mark.fault("R18", tries=3)
@pytest.mark.parametrize("fault", ["500", "cut", "slow"])
def test_a_check_that_cannot_read_or_write_is_done_again_later(
    store: Bucket, frozen: Any, fault: str
) -> None:
    client, dispute = alice()
    upload(client, dispute, "k1")
    file = EvidenceFile.objects.get()

    store.fault = fault
    assert services.inspect(file.pk) is None
    file.refresh_from_db()
    assert file.state == FileState.QUARANTINED
    store.fault = ""
    EvidenceFile.objects.update(claimed_until=None)
    services.inspect(file.pk)

    file.refresh_from_db()
    assert file.state == FileState.CLEAN


@pytest.mark.fault("R18", tries=3)
@pytest.mark.parametrize("fault", ["500", "cut", "other bytes"])
def test_a_file_that_is_not_what_was_checked_is_never_shown(
    store: Bucket, frozen: Any, fault: str
) -> None:
    client, dispute = alice()
    upload(client, dispute, "k1")
    file = services.inspect(EvidenceFile.objects.get().pk)
    assert file is not None
    cache.clear()
    if fault == "other bytes":
        key = next(key for key in store.objects if key.endswith(file.clean_name))
        store.objects[key] = store.objects[key][:-1] + b"!"
    else:
        store.fault = fault

    shown = client.get(reverse("evidence:original", args=[file.handle]))

    assert shown.status_code == 503
    assert shown["Retry-After"] == "60"
