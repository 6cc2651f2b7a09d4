"""Photos and pictures: decoded in full, pasted on a clean canvas, encoded anew.

Re-encoding alone is not enough: Pillow carries comments, profiles and EXIF over to the new file,
and payloads survived in a quarter of the polyglots tried. A fresh canvas carries pixels only.

What we keep: photos as JPEG; pictures that need exact pixels or transparency as PNG while they are
small; animations (GIF, WebP, PNG) with all their frames as WebP, because a shown sequence can be
the evidence: one too long to keep whole is refused, never shortened in silence.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image, ImageCms, ImageSequence

from evidence.pipeline import capture, hashes
from evidence.pipeline.facts import Inspection, Limits
from evidence.pipeline.kinds import Kind
from evidence.pipeline.refusal import Refusal, refused_as

READERS = {
    Kind.JPEG: "JPEG",
    Kind.PNG: "PNG",
    Kind.WEBP: "WEBP",
    Kind.GIF: "GIF",
    Kind.HEIC: "HEIF",
}
THUMB_PIXELS = 480
POSTER_PIXELS = 1280
QUALITY = 85
SHRINK_STEPS = 6
MAX_FRAMES = 300
MAX_SIDE = 16_383  # the longest side that WebP can hold; JPEG and browsers take more
TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
WHITE = (255, 255, 255)


def inspect(source: Path, kind: Kind, folder: Path, limits: Limits) -> Inspection:
    """Write `clean` and `thumb`; the facts carry size in pixels, hashes and the capture time."""
    with refused_as("broken"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd EXIF and large pictures are judged here, not logged
        encoded, picture, found = _rebuild(source, kind, limits)
        found.width, found.height = picture.size
        thumb = thumbnail(picture)
        found.dhash = hashes.difference_hash(thumb)
        found.dhash_mirrored = hashes.mirrored_difference_hash(thumb)
        small = to_jpeg(thumb)
    (folder / "clean").write_bytes(encoded)
    (folder / "thumb").write_bytes(small)
    found.thumb = True
    return found


def _rebuild(
    source: Path, kind: Kind, limits: Limits
) -> tuple[bytes | memoryview, Image.Image, Inspection]:
    with _open(source, kind, limits) as opened:
        frames = int(getattr(opened, "n_frames", 1)) if kind is not Kind.JPEG else 1
        found = Inspection(kind=kind, stored_kind=kind)
        found.taken_at = capture.taken_at(opened)
        found.removed = capture.extras(opened)
        if frames > 1 and kind is not Kind.HEIC:
            return *_animation(opened, frames, found, limits), found
        picture = on_clean_canvas(opened)
    lossless = kind in (Kind.PNG, Kind.GIF) or picture.mode == "RGBA"
    # A picture that is heavy as it is will be heavy as PNG too: spare the slow attempt.
    if lossless and source.stat().st_size <= 2 * limits.photo_shrink_bytes:
        encoded = _to_png(picture)
        if len(encoded) <= limits.photo_shrink_bytes:
            found.stored_kind = Kind.PNG
            return encoded, picture, found
    picture = flat(picture)
    found.stored_kind = Kind.JPEG
    return *shrunk_jpeg(picture, limits.photo_shrink_bytes), found


def warm_up() -> None:
    """Load the readers and writers once, so that the sandbox's children inherit them."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)
    Image.init()


def _open(source: Path, kind: Kind, limits: Limits) -> Image.Image:
    """Open with one reader only: the one whose signature was found."""
    if kind is Kind.HEIC:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = limits.pixels
    too_many = Refusal("too_many_pixels", megapixels=limits.pixels // 1_000_000)
    try:
        opened = Image.open(source, formats=[READERS[kind]])
    except Image.DecompressionBombError as error:
        raise too_many from error
    if opened.width * opened.height > limits.pixels:
        opened.close()
        raise too_many
    return opened


def on_clean_canvas(opened: Image.Image) -> Image.Image:
    """Decode, convert to plain colours, turn upright, and hang the bare pixels in a new picture."""
    orientation = capture.orientation(opened)
    opened.load()
    picture = _in_srgb(opened)
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    for turn in TURNS.get(orientation, ()):
        picture = picture.transpose(turn)
    return bare(picture)


def bare(picture: Image.Image) -> Image.Image:
    """A new picture that has these pixels and nothing else, as if they were pasted on an empty one.

    The encoders take EXIF, profiles and comments from the picture object, not from its pixels, so a
    new object around the same memory is as clean as a copy and spares a quarter of the time of a
    large photo (a test compares the two byte by byte).
    """
    return Image.Image()._new(picture.im)


def _in_srgb(opened: Image.Image) -> Image.Image:
    """As L, RGB or RGBA in sRGB: without its profile a wide-gamut photo would show wrong colours,
    and colour is often what the dispute is about."""
    if opened.mode.startswith(("I", "F")):
        return _eight_bits(opened)
    alpha = "A" in opened.mode or "a" in opened.mode or "transparency" in opened.info
    mode = "RGBA" if alpha else "L" if opened.mode in ("1", "L") else "RGB"
    profile = opened.info.get("icc_profile")
    if profile and opened.mode in ("RGB", "RGBA", "CMYK"):
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(own):
                converted = ImageCms.profileToProfile(
                    opened, own, ImageCms.createProfile("sRGB"), outputMode=mode
                )
                if converted is not None:
                    return converted
        except (ImageCms.PyCMSError, ValueError, TypeError, OSError):
            pass  # a broken profile: show the colours as they are, as browsers do
    return opened if opened.mode == mode else opened.convert(mode)


def _eight_bits(opened: Image.Image) -> Image.Image:
    """16-bit and floating grey, stretched to what the file really uses."""
    plain = opened.convert("F")
    low, high = plain.getextrema()
    if not isinstance(low, float) or not isinstance(high, float):
        raise Refusal("broken")
    top = 65535.0 if opened.mode.startswith("I;16") or high > 255 else 255.0
    return plain.point(lambda value: value * (255.0 / top) + 0.0).convert("L")


def flat(picture: Image.Image) -> Image.Image:
    """Without transparency, on white, as the reader's page would show it."""
    if picture.mode != "RGBA":
        return picture
    canvas = Image.new("RGB", picture.size, WHITE)
    canvas.paste(picture, (0, 0), picture)
    return canvas


def to_jpeg(picture: Image.Image, quality: int = QUALITY) -> memoryview:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getbuffer()


def _to_png(picture: Image.Image) -> memoryview:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=6)
    return buffer.getbuffer()


def shrunk_jpeg(picture: Image.Image, limit: int) -> tuple[memoryview, Image.Image]:
    """JPEG of at most `limit` bytes, smaller in pixels where it must be; the picture as stored."""
    encoded = to_jpeg(picture)
    for _step in range(SHRINK_STEPS):
        if len(encoded) <= limit:
            break
        scale = min(0.95, 0.97 * (limit / len(encoded)) ** 0.5)
        size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
        encoded = to_jpeg(picture)
    return encoded, picture


def thumbnail(picture: Image.Image, longest: int = THUMB_PIXELS) -> Image.Image:
    """At most `longest` pixels wide and high, from the picture that is already decoded."""
    scale = min(1.0, longest / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = picture
    if size != picture.size:
        small = picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.01)
    return flat(small)


def _animation(
    opened: Image.Image, count: int, found: Inspection, limits: Limits
) -> tuple[memoryview, Image.Image]:
    """All frames, each on its own clean canvas, as an animated WebP; the first stands for it."""
    width, height = opened.size
    if (
        count > MAX_FRAMES
        or count * width * height > limits.pixels
        or max(width, height) > MAX_SIDE
    ):
        raise Refusal("animation_too_long")
    lengths: list[int] = []
    frames: list[Image.Image] = []
    for frame in ImageSequence.Iterator(opened):
        if len(frames) >= MAX_FRAMES:
            raise Refusal("animation_too_long")
        canvas = Image.new("RGBA", (width, height), None)
        canvas.paste(frame.convert("RGBA"), (0, 0))
        frames.append(canvas)
        lengths.append(max(20, min(10_000, int(frame.info.get("duration") or 100))))
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=lengths,
        loop=0,
        quality=80,
        method=2,
    )
    found.stored_kind = Kind.WEBP
    found.seconds = sum(lengths) / 1000
    return buffer.getbuffer(), frames[0]
