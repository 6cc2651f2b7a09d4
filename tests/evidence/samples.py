"""Real files of every type, made when a test asks, with whatever must not survive put into them."""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import pillow_heif
from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

SECRET = b"SECRET-WORDS"
PLACE = "+48.8584+002.2945/"
CAMERA = "SpyCam 3000"


@cache
def picture(width: int = 320, height: int = 240, seed: int = 1) -> Image.Image:
    """Soft random colours with a red corner at the top left."""
    chance = random.Random(seed)
    small = Image.frombytes("RGB", (16, 12), chance.randbytes(16 * 12 * 3))
    large = small.resize((width, height), Image.Resampling.BICUBIC)
    large.paste((255, 0, 0), (0, 0, width // 5, height // 5))
    return large


def exif(orientation: int = 1, taken: str = "2026:02:03 04:05:06", offset: str = "") -> Image.Exif:
    facts = Image.Exif()
    facts[0x010F] = CAMERA
    facts[0x0112] = orientation
    facts[0x9286] = SECRET
    detail = facts.get_ifd(0x8769)
    detail[0x9003] = taken
    if offset:
        detail[0x9011] = offset
    facts[0x8769] = detail
    facts[0x8825] = {1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)}
    return facts


def jpeg(image: Image.Image | None = None, **options: Any) -> bytes:
    facts = options.pop("exif", None) or exif(options.pop("orientation", 1))
    return encoded(image or picture(), "JPEG", exif=facts, comment=SECRET, quality=92, **options)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def png(image: Image.Image | None = None) -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SECRET.decode())
    return encoded(image or picture(), "PNG", pnginfo=words, exif=exif())


def webp() -> bytes:
    return encoded(picture(), "WEBP", exif=exif(), xmp=b"<x>" + SECRET + b"</x>")


def gif() -> bytes:
    return encoded(picture().convert("P"), "GIF", comment=SECRET)


def animation(frames: int = 5, form: str = "GIF", **size: int) -> bytes:
    images = [picture(seed=seed, **size) for seed in range(frames)]
    return encoded(images[0], form, save_all=True, append_images=images[1:], duration=100, loop=0)


@cache
def heic() -> bytes:
    out = io.BytesIO()
    made = pillow_heif.from_pillow(picture())
    made.save(out, quality=80, exif=exif().tobytes(), xmp=b"<x>" + SECRET + b"</x>")
    return out.getvalue()


def pdf_writer(pages: int = 2) -> PdfWriter:
    """Pages with one line of drawing each."""
    writer = PdfWriter()
    for _page in range(pages):
        page = writer.add_blank_page(300, 400)
        content = DecodedStreamObject()
        content.set_data(b"0.8 0.2 0.2 rg 20 20 100 50 re f")
        page[NameObject("/Contents")] = writer._add_object(content)
    return writer


def pdf_bytes(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def named(**values: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in values.items()})


def pdf(pages: int = 2) -> bytes:
    """A PDF that runs, launches, opens, calls home and carries a file, where it is let."""
    writer = pdf_writer(pages)
    script = named(S=NameObject("/JavaScript"), JS=TextStringObject(SECRET.decode()))
    launch = named(S=NameObject("/Launch"), F=TextStringObject(SECRET.decode()))
    root = writer._root_object
    root[NameObject("/OpenAction")] = script
    root[NameObject("/AA")] = named(WC=script)
    writer.add_attachment("evil.exe", b"MZ" + SECRET)
    writer.add_metadata({"/Author": SECRET.decode()})
    page = writer.pages[0]
    page[NameObject("/AA")] = named(O=launch)
    corner = ArrayObject(FloatObject(value) for value in (10, 10, 90, 40))
    look = DecodedStreamObject()
    look.set_data(b"0 0 1 rg 0 0 80 30 re f")
    look[NameObject("/Subtype")] = NameObject("/Form")
    look[NameObject("/BBox")] = ArrayObject(FloatObject(value) for value in (0, 0, 80, 30))
    field = named(Subtype=NameObject("/Widget"), Rect=corner, A=script, AA=named(D=launch),
                  AP=named(N=writer._add_object(look)), F=NumberObject(4))  # fmt: skip
    link = named(Subtype=NameObject("/Link"), Rect=corner,
                 A=named(S=NameObject("/URI"), URI=TextStringObject(SECRET.decode())))  # fmt: skip
    page[NameObject("/Annots")] = ArrayObject(writer._add_object(each) for each in (field, link))
    return pdf_bytes(writer)


@cache
def video(
    form: str = "mp4", codec: str = "libx264", sound: str = "aac", frames: int = 50, turn: int = 0
) -> bytes:
    """25 pictures a second of 160 × 120, red at the top left, and silence beside them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film"
        with av.open(str(path), "w", format=form) as out:
            out.metadata.update(
                location=PLACE, comment=SECRET.decode(), title=SECRET.decode(),
                creation_time="2026-02-03T04:05:06Z",
            )  # fmt: skip
            _encode(out, codec, sound, frames, turn)
        return path.read_bytes()


def _encode(out: Any, codec: str, sound: str, frames: int, turn: int) -> None:
    lane = out.add_stream(codec, rate=25)
    lane.width, lane.height, lane.pix_fmt = 160, 120, "yuv420p"
    if codec == "libx265":
        lane.codec_context.options = {"x265-params": "log-level=none"}
    if turn:
        lane.set_display_rotation(turn)
    voice = out.add_stream(sound, rate=48_000) if sound else None
    still: Any = av.VideoFrame.from_image(picture(160, 120))  # type: ignore[no-untyped-call]
    for number in range(frames):
        still.pts, still.time_base = number, Fraction(1, 25)
        out.mux(lane.encode(still))
    if voice is not None:
        for number in range(frames * 2):
            silence = av.AudioFrame(format=voice.format.name, layout=voice.layout.name, samples=960)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            silence.sample_rate, silence.pts = 48_000, number * 960
            silence.time_base = Fraction(1, 48_000)
            out.mux(voice.encode(silence))
        out.mux(voice.encode(None))
    out.mux(lane.encode(None))


def webm() -> bytes:
    return video("webm", "libvpx", "libopus")


def mov() -> bytes:
    return video("mov", "libx264", "pcm_s16le")


EVERY_TYPE: dict[str, Callable[[], bytes]] = {
    "image/jpeg": jpeg,
    "image/png": png,
    "image/webp": webp,
    "image/gif": gif,
    "image/heic": heic,
    "application/pdf": pdf,
    "video/mp4": video,
    "video/quicktime": mov,
    "video/webm": webm,
}
