"""Videos: one picture and one sound stream in a clean container."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from PIL import Image

from evidence.pipeline import Kind, Refusal
from tests.evidence import samples
from tests.evidence.conftest import Check

UNWANTED = (samples.SECRET, samples.PLACE.encode(), b"\xa9xyz", b"x264 - core")


@pytest.mark.parametrize(
    ("recipe", "kind", "stored", "sound"),
    [
        (("mp4", "libx264", "aac"), Kind.MP4, Kind.MP4, "aac"),
        (("mp4", "libx265", "aac"), Kind.MP4, Kind.MP4, "aac"),
        (("mov", "libx264", "pcm_s16le"), Kind.MOV, Kind.MP4, "aac"),
        (("webm", "libvpx", "libopus"), Kind.WEBM, Kind.WEBM, "opus"),
        (("webm", "libvpx-vp9", ""), Kind.WEBM, Kind.WEBM, ""),
    ],
)
def test_video_is_copied_clean(
    recipe: tuple[str, str, str], kind: Kind, stored: Kind, sound: str, check: Check, tmp_path: Path
) -> None:
    data = samples.video(*recipe)

    found = check(data)

    kept = (tmp_path / "clean").read_bytes()
    assert [secret for secret in UNWANTED if secret in kept] == []
    assert (found.kind, found.stored_kind) == (kind, stored)
    assert (found.width, found.height) == (160, 120)
    assert found.seconds == pytest.approx(2.0, abs=0.1)
    assert found.taken_at == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert set(found.removed) == {"comments", "place"}
    with av.open(str(tmp_path / "clean")) as opened:
        assert len(list(opened.decode(video=0))) == 50
        assert [stream.codec_context.name for stream in opened.streams.audio] == [sound] * bool(
            sound
        )
    with Image.open(tmp_path / "poster") as poster:
        red, green, _blue = poster.getpixel((10, 10))  # type: ignore[misc]
        assert (poster.format, poster.size) == ("JPEG", (160, 120))
        assert red > 200 > 80 > green


def test_turned_phone_video_stays_turned_and_its_poster_is_upright(
    check: Check, tmp_path: Path
) -> None:
    found = check(samples.video(turn=90))

    with av.open(str(tmp_path / "clean")) as opened:
        assert next(opened.decode(video=0)).rotation == 90
    assert (found.width, found.height) == (120, 160)
    with Image.open(tmp_path / "poster") as poster:
        red, green, _blue = poster.getpixel((10, 150))  # type: ignore[misc]
        assert red > 200 > 80 > green


def test_browsers_of_apple_get_the_tag_that_they_play(check: Check, tmp_path: Path) -> None:
    check(samples.video("mp4", "libx265", "aac"))

    assert b"hvc1" in (tmp_path / "clean").read_bytes()


def test_appended_bytes_are_gone(check: Check, tmp_path: Path) -> None:
    check(samples.video() + b"PK\x03\x04<script>alert(1)</script>")

    assert b"<script>" not in (tmp_path / "clean").read_bytes()


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (samples.video, {"video_seconds": 0}, "video_too_long"),
        (lambda: samples.video("mp4", "mpeg4"), {}, "video_type"),
        (samples.video, {"pixels": 1000}, "too_heavy"),
    ],
)
def test_video_is_refused(data: object, limits: dict[str, int], code: str, check: Check) -> None:
    with pytest.raises(Refusal) as refused:
        check(data(), **limits)  # type: ignore[operator]

    assert refused.value.code == code


def test_sound_alone_is_refused(check: Check, tmp_path: Path) -> None:
    path = tmp_path / "song"
    with av.open(str(path), "w", format="mp4") as out:
        voice = out.add_stream("aac", rate=48_000)
        silence = av.AudioFrame(format=voice.format.name, layout="stereo", samples=1024)
        silence.sample_rate = 48_000
        for plane in silence.planes:
            plane.update(bytes(plane.buffer_size))
        out.mux(voice.encode(silence))
        out.mux(voice.encode(None))

    with pytest.raises(Refusal) as refused:
        check(path.read_bytes())

    assert refused.value.code == "video_without_picture"


def test_video_that_ends_early_is_called_incomplete(check: Check) -> None:
    data = samples.webm()

    with pytest.raises(Refusal) as refused:
        check(data[: len(data) * 9 // 10])

    assert refused.value.code == "cut"
