"""Pictures: the pixels stay, upright; everything else is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from evidence.pipeline import Kind, Refusal, images
from tests.evidence import samples
from tests.evidence.conftest import Check

RED = (255, 0, 0)


def clean(folder: Path) -> Image.Image:
    return Image.open(folder / "clean")


def near(pixel: object, wanted: tuple[int, int, int], by: int = 40) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= by for one, other in zip(pixel[:3], wanted, strict=True))


@pytest.mark.parametrize(
    ("make", "kind", "stored"),
    [
        (samples.jpeg, Kind.JPEG, Kind.JPEG),
        (samples.png, Kind.PNG, Kind.PNG),
        (samples.webp, Kind.WEBP, Kind.JPEG),
        (samples.gif, Kind.GIF, Kind.PNG),
        (samples.heic, Kind.HEIC, Kind.JPEG),
    ],
)
def test_picture_is_rebuilt_without_its_secrets(
    make: object, kind: Kind, stored: Kind, check: Check, tmp_path: Path
) -> None:
    data = make()  # type: ignore[operator]

    found = check(data)

    kept = (tmp_path / "clean").read_bytes()
    assert (found.kind, found.stored_kind) == (kind, stored)
    assert (found.width, found.height, found.size) == (320, 240, len(kept))
    assert samples.SECRET in data
    assert samples.SECRET not in kept
    assert samples.CAMERA.encode() not in kept
    with clean(tmp_path) as opened:
        assert f"image/{opened.format}".lower() == stored
        assert not opened.getexif()
        assert not {"exif", "comment", "xmp", "icc_profile"} & set(opened.info)
        assert near(opened.convert("RGB").getpixel((20, 20)), RED)
    with Image.open(tmp_path / "thumb") as thumb:
        assert (thumb.format, max(thumb.size)) == ("JPEG", 320)


def test_removed_place_is_told_and_capture_time_kept(check: Check) -> None:
    found = check(samples.jpeg(exif=samples.exif(taken="2026:02:03 04:05:06", offset="+09:00")))

    assert found.taken_at == datetime(2026, 2, 2, 19, 5, 6, tzinfo=UTC)
    assert found.removed == ["camera", "place", "comments"]


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_bare_picture_is_what_pasting_on_an_empty_one_gives(mode: str, tmp_path: Path) -> None:
    (tmp_path / "dirty").write_bytes(samples.png(samples.picture().convert(mode)))
    with Image.open(tmp_path / "dirty") as dirty:
        dirty.load()
        pasted = Image.new(mode, dirty.size)
        pasted.paste(dirty, (0, 0))

        bare = images.bare(dirty)

    assert samples.encoded(bare, "PNG") == samples.encoded(pasted, "PNG")
    assert (bare.info, len(bare.getexif())) == ({}, 0)


@pytest.mark.parametrize("stamp", ["", "0000:00:00 00:00:00", "2026:13:45 99:99:99", "yesterday"])
def test_nonsense_capture_time_is_no_time(stamp: str, check: Check) -> None:
    assert check(samples.jpeg(exif=samples.exif(taken=stamp))).taken_at is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation: int, check: Check, tmp_path: Path) -> None:
    upright = samples.picture()
    method = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
    }.get(orientation)  # fmt: skip
    as_the_sensor_saw_it = upright.transpose(method) if method is not None else upright

    found = check(samples.jpeg(as_the_sensor_saw_it, orientation=orientation))

    with clean(tmp_path) as opened:
        assert (found.width, found.height) == opened.size == upright.size
        assert near(opened.getpixel((20, 20)), RED)
        assert not near(opened.getpixel((300, 20)), RED)


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/gif", "image/webp"])
@pytest.mark.parametrize(
    "tail", [b"PK\x03\x04evil.zip", b"<script>alert(1)</script>", b"\x00MZ\x90"]
)
def test_appended_payload_is_gone(kind: str, tail: bytes, check: Check, tmp_path: Path) -> None:
    check(samples.EVERY_TYPE[kind]() + tail)

    assert tail not in (tmp_path / "clean").read_bytes()


def test_photo_over_the_shrink_size_is_made_smaller_not_refused(
    check: Check, tmp_path: Path
) -> None:
    noise = Image.effect_noise((900, 700), 90).convert("RGB")

    found = check(samples.jpeg(noise), photo_shrink_bytes=60_000)

    assert found.size <= 60_000
    with clean(tmp_path) as opened:
        assert opened.size == (found.width, found.height)
        assert opened.width < 900
        assert abs(opened.width / opened.height - 900 / 700) < 0.02


def test_heavy_png_becomes_a_jpeg(check: Check) -> None:
    noise = Image.effect_noise((400, 400), 90).convert("RGB")

    assert check(samples.png(noise), photo_shrink_bytes=50_000).stored_kind == Kind.JPEG


def test_transparency_is_kept_in_small_pictures_and_white_in_the_thumb(
    check: Check, tmp_path: Path
) -> None:
    glass = Image.new("RGBA", (40, 40), (0, 0, 0, 0))

    found = check(samples.png(glass))

    with clean(tmp_path) as opened, Image.open(tmp_path / "thumb") as thumb:
        assert (found.stored_kind, opened.mode) == (Kind.PNG, "RGBA")
        assert thumb.getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK", "YCbCr", "I;16", "RGBA"])
def test_every_colour_mode_is_taken(mode: str, check: Check, tmp_path: Path) -> None:
    form = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    image = samples.picture().convert("L" if mode.startswith("I") else "RGB").convert(mode)

    check(samples.encoded(image, form))

    with clean(tmp_path) as opened:
        assert opened.mode in ("L", "RGB", "RGBA")


def test_sixteen_bit_grey_keeps_its_brightness(check: Check, tmp_path: Path) -> None:
    check(samples.encoded(Image.new("I;16", (10, 10), 32768), "PNG"))

    with clean(tmp_path) as opened:
        assert abs(int(opened.convert("L").getpixel((5, 5))) - 127) <= 2  # type: ignore[arg-type]


def other_colours() -> bytes:
    """A profile in which the file's red means green."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    named = plain.replace("sRGB".encode("utf-16-be"), "mine".encode("utf-16-be"))
    return named.replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ").replace(b"?XYZ", b"gXYZ")


def test_colours_of_a_profile_are_converted_before_it_goes(check: Check, tmp_path: Path) -> None:
    red = Image.new("RGB", (40, 40), (255, 0, 0))

    check(samples.encoded(red, "JPEG", icc_profile=other_colours(), quality=95))

    with clean(tmp_path) as opened:
        assert "icc_profile" not in opened.info
        assert near(opened.getpixel((20, 20)), (0, 255, 0))


def test_broken_profile_is_ignored(check: Check, tmp_path: Path) -> None:
    check(samples.encoded(samples.picture(), "JPEG", icc_profile=b"not a profile at all"))

    with clean(tmp_path) as opened:
        assert near(opened.getpixel((20, 20)), RED)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_animation_keeps_every_frame(form: str, check: Check, tmp_path: Path) -> None:
    found = check(samples.animation(5, form, width=80, height=60))

    with clean(tmp_path) as opened:
        assert (found.stored_kind, opened.n_frames) == (Kind.WEBP, 5)  # type: ignore[attr-defined]
    assert found.seconds == pytest.approx(0.5)


def test_endless_animation_is_refused_not_shortened(check: Check) -> None:
    with pytest.raises(Refusal) as refused:
        check(samples.animation(8, width=40, height=30), pixels=40 * 30 * 7)

    assert refused.value.code == "animation_too_long"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_more_pixels_than_allowed_are_refused_unread(form: str, check: Check) -> None:
    bomb = samples.encoded(Image.new("L", (1500, 1500)), form)

    with pytest.raises(Refusal) as refused:
        check(bomb, pixels=2_000_000)

    assert refused.value.code == "too_many_pixels"
    assert "2 megapixels" in refused.value.sentence


def test_tiny_and_extreme_shapes_are_taken(check: Check) -> None:
    for size in ((1, 1), (1, 900), (5000, 1)):
        found = check(samples.encoded(Image.new("RGB", size, "green"), "PNG"))
        assert (found.width, found.height) == size


def test_file_over_the_limit_says_the_limit(check: Check) -> None:
    with pytest.raises(Refusal) as refused:
        check(samples.jpeg() + bytes(2 * 1024 * 1024), file_bytes=1024 * 1024)

    assert refused.value.sentence.startswith("This file is larger than 1 MB.")
