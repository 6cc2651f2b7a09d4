"""A photo of 12 megapixels through the checks, beside Pillow's bare decode and encode of the same photo."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from PIL import Image

from bench.report import line, spread
from evidence import pipeline
from evidence.pipeline import images


def main(n: int = 8) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo = folder / "photo"
        photo.write_bytes(_photo())
        ours, bare = [], []
        for number in range(
            n + 1
        ):  # by turns, so that what else runs here disturbs both; the first is for warmth
            into = folder / str(number)
            into.mkdir()
            began = perf_counter()
            found = pipeline.inspect(photo, into, pipeline.Limits())
            middle = perf_counter()
            with Image.open(photo) as opened:
                opened.convert("RGB").save(io.BytesIO(), "JPEG", quality=images.QUALITY)
            ours.append(middle - began)
            bare.append(perf_counter() - middle)
        assert (found.width, found.height) == (4000, 3000), found
    p50, p95 = spread(ours[1:])
    mine, limit = median(ours[1:]), median(bare[1:])
    line(
        "evidence",
        n,
        1 / mine,
        "photos/s",
        limit=1 / limit,
        p50_ms=p50,
        p95_ms=p95,
        times_bare=round(mine / limit, 2),
    )


def _photo() -> bytes:
    """Soft shapes with grain, as a phone sees them: about 3 MB, with the EXIF of a phone."""
    noise = Image.effect_noise((4000, 3000), 18)
    soft = Image.effect_mandelbrot((4000, 3000), (-2.0, -1.2, 0.6, 1.2), 40)
    picture = Image.merge(
        "RGB", (soft, Image.blend(soft, noise, 0.3), noise.point(lambda v: v // 2 + 60))
    )
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Phone", 1
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70, exif=exif)
    return out.getvalue()
