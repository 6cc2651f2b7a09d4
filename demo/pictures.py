"""Pictures of goods, of what went wrong with them, and of parcels: drawn, so that nothing is anybody's.

`photo` gives the bytes of a JPEG as a phone would send it. Drawn at twice the size, then reduced.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from random import Random

import av
from PIL import Image, ImageChops, ImageDraw, ImageFont

W, H = 1280, 960
Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw


def hsl(hue: float, saturation: float, light: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(hue % 360 / 360, light, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


@lru_cache(maxsize=8)
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def room(hue: int, chance: Random) -> Image.Image:
    """A wall and a table in soft light."""
    wall, table = hsl(hue + 180, 0.16, 0.86), hsl(28 + chance.randrange(12), 0.3, 0.62)
    image = Image.new("RGB", (W, H), wall)
    edge = 640 + chance.randrange(-30, 30)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, edge, W, H), fill=table)
    for _ in range(9):
        y = edge + chance.randrange(10, H - edge)
        draw.line((0, y, W, y + chance.randrange(-6, 6)), fill=hsl(28, 0.3, 0.58), width=2)
    return image


@lru_cache(maxsize=1)
def light() -> Image.Image:
    """Brighter above than below, as by a window."""
    shade = (
        Image.linear_gradient("L")
        .resize((W // 2, H // 2))
        .point([255 - v // 5 for v in range(256)])
    )
    return Image.merge("RGB", (shade, shade, shade))


def taken(image: Image.Image) -> Image.Image:
    """The drawing in its final size, in soft light."""
    return ImageChops.multiply(image.reduce(2), light())


def shadow(draw: Draw, x0: int, x1: int, y: int = 800) -> None:
    draw.ellipse((x0 - 30, y - 26, x1 + 60, y + 30), fill=(96, 80, 66))


def _lamp(d: Draw, hue: int) -> None:
    shadow(d, 500, 780)
    d.rectangle((626, 420, 654, 780), fill=hsl(40, 0.5, 0.45))
    d.ellipse((510, 750, 770, 812), fill=hsl(40, 0.5, 0.4))
    d.polygon([(540, 190), (740, 190), (850, 460), (430, 460)], fill=hsl(hue, 0.4, 0.72))
    d.polygon([(540, 190), (590, 190), (520, 460), (430, 460)], fill=hsl(hue, 0.4, 0.79))
    d.ellipse((430, 440, 850, 484), fill=hsl(hue, 0.5, 0.86))


def _vase(d: Draw, hue: int) -> None:
    shadow(d, 490, 790)
    d.ellipse((470, 380, 810, 800), fill=hsl(hue, 0.42, 0.6))
    d.polygon([(580, 250), (700, 250), (740, 440), (540, 440)], fill=hsl(hue, 0.42, 0.6))
    d.ellipse((568, 228, 712, 276), fill=hsl(hue, 0.4, 0.42))
    for y in (500, 560, 620):
        d.arc((478, y - 60, 802, y + 60), 10, 170, fill=hsl(hue + 20, 0.5, 0.4), width=9)
    d.ellipse((520, 460, 580, 640), fill=hsl(hue, 0.4, 0.72))


def _mug(d: Draw, hue: int) -> None:
    shadow(d, 420, 860)
    d.arc((720, 450, 940, 700), 270, 90, fill=hsl(hue, 0.4, 0.48), width=36)
    d.rectangle((430, 400, 800, 770), fill=hsl(hue, 0.4, 0.55))
    d.ellipse((430, 720, 800, 820), fill=hsl(hue, 0.4, 0.55))
    d.ellipse((430, 350, 800, 450), fill=hsl(hue, 0.35, 0.75))
    d.ellipse((455, 366, 775, 440), fill=(74, 52, 40))
    d.rectangle((470, 460, 510, 760), fill=hsl(hue, 0.4, 0.65))


def _teapot(d: Draw, hue: int) -> None:
    shadow(d, 400, 880)
    d.polygon([(800, 560), (980, 420), (1010, 450), (820, 690)], fill=hsl(hue, 0.35, 0.36))
    d.arc((280, 440, 520, 720), 90, 270, fill=hsl(hue, 0.35, 0.3), width=34)
    d.ellipse((400, 400, 880, 800), fill=hsl(hue, 0.35, 0.4))
    d.ellipse((510, 370, 770, 460), fill=hsl(hue, 0.35, 0.47))
    d.ellipse((608, 326, 672, 390), fill=hsl(hue, 0.35, 0.33))
    d.ellipse((460, 470, 560, 620), fill=hsl(hue, 0.35, 0.5))


def _headphones(d: Draw, hue: int) -> None:
    shadow(d, 400, 880)
    d.arc((400, 220, 880, 860), 180, 360, fill=hsl(hue, 0.12, 0.24), width=44)
    for x in (360, 780):
        d.rounded_rectangle((x, 500, x + 140, 790), 64, fill=hsl(hue, 0.15, 0.2))
        d.rounded_rectangle((x + 24, 530, x + 116, 760), 44, fill=hsl(hue, 0.2, 0.34))


def _phone(d: Draw, hue: int) -> None:
    shadow(d, 500, 780)
    d.rounded_rectangle((490, 190, 790, 800), 44, fill=(38, 40, 46))
    d.rounded_rectangle((508, 212, 772, 778), 30, fill=hsl(hue, 0.45, 0.5))
    for row in range(4):
        for column in range(3):
            x, y = 540 + column * 74, 280 + row * 90
            colour = hsl(hue + 40 * (row + column), 0.5, 0.7)
            d.rounded_rectangle((x, y, x + 54, y + 54), 14, fill=colour)
    d.ellipse((628, 736, 652, 760), fill=(240, 240, 240))


def _boots(d: Draw, hue: int) -> None:
    shadow(d, 330, 960)
    for x in (330, 650):
        d.rectangle((x, 330, x + 170, 700), fill=hsl(hue, 0.42, 0.35))
        d.rounded_rectangle((x, 590, x + 320, 760), 70, fill=hsl(hue, 0.42, 0.39))
        d.rectangle((x - 8, 740, x + 322, 796), fill=(48, 40, 36))
        for y in range(390, 600, 48):
            d.line((x + 90, y, x + 168, y + 16), fill=(232, 214, 180), width=9)


def _backpack(d: Draw, hue: int) -> None:
    shadow(d, 440, 840)
    d.arc((560, 150, 720, 330), 180, 360, fill=hsl(hue, 0.3, 0.25), width=24)
    d.rounded_rectangle((430, 230, 850, 810), 110, fill=hsl(hue, 0.35, 0.38))
    d.rounded_rectangle((480, 520, 800, 760), 40, fill=hsl(hue, 0.35, 0.46))
    d.line((500, 600, 780, 600), fill=hsl(hue, 0.3, 0.25), width=10)
    d.line((470, 420, 810, 420), fill=hsl(hue, 0.3, 0.25), width=10)
    d.rectangle((610, 400, 670, 470), fill=hsl(45, 0.6, 0.6))


def _watch(d: Draw, hue: int) -> None:
    shadow(d, 520, 760)
    d.rounded_rectangle((560, 180, 720, 820), 40, fill=hsl(hue + 160, 0.35, 0.26))
    d.ellipse((470, 330, 810, 670), fill=(176, 180, 186))
    d.ellipse((500, 360, 780, 640), fill=hsl(hue, 0.35, 0.24))
    d.line((640, 500, 640, 400), fill=(245, 245, 240), width=12)
    d.line((640, 500, 712, 540), fill=(245, 245, 240), width=9)
    d.rectangle((806, 480, 836, 520), fill=(150, 154, 160))


def _train(d: Draw, hue: int) -> None:
    shadow(d, 240, 1040, 800)
    for n, x in enumerate((240, 520, 800)):
        d.rounded_rectangle((x, 520, x + 240, 720), 18, fill=hsl(hue + 70 * n, 0.6, 0.5))
        for wheel in (x + 30, x + 150):
            d.ellipse((wheel, 690, wheel + 76, 766), fill=hsl(32, 0.5, 0.42))
    d.rectangle((820, 380, 900, 520), fill=hsl(hue + 140, 0.5, 0.42))
    d.line((200, 772, 1090, 772), fill=hsl(32, 0.5, 0.4), width=14)


def _blocks(d: Draw, hue: int) -> None:
    shadow(d, 330, 950)
    spots = ((340, 620), (540, 620), (740, 620), (440, 440), (640, 440), (540, 260))
    for n, (x, y) in enumerate(spots):
        d.rectangle((x, y, x + 176, y + 176), fill=hsl(hue + 55 * n, 0.45, 0.62))
        d.line((x, y, x + 176, y, x + 176, y + 176), fill=(250, 244, 232), width=6)


def _bikelight(d: Draw, hue: int) -> None:
    shadow(d, 420, 860)
    d.rounded_rectangle((420, 420, 760, 720), 70, fill=(44, 46, 52))
    d.ellipse((690, 410, 870, 730), fill=(70, 74, 82))
    d.ellipse((716, 446, 846, 694), fill=hsl(52, 0.8, 0.86))
    d.rounded_rectangle((500, 700, 600, 800), 16, fill=(60, 62, 70))
    d.ellipse((560, 450, 600, 490), fill=hsl(hue, 0.8, 0.5))


GOODS: dict[str, Callable[[Draw, int], None]] = {
    "lamp": _lamp, "vase": _vase, "mug": _mug, "teapot": _teapot, "headphones": _headphones,
    "phone": _phone, "boots": _boots, "backpack": _backpack, "watch": _watch, "train": _train,
    "blocks": _blocks, "bikelight": _bikelight,
}  # fmt: skip


def _crack(d: Draw, chance: Random) -> None:
    """A break that runs through the article."""
    x, y = 560 + chance.randrange(160), 240 + chance.randrange(60)
    while y < 790:
        nx, ny = x + chance.randrange(-58, 62), y + chance.randrange(46, 92)
        d.line((x, y, nx, ny), fill=(26, 22, 20), width=chance.randrange(6, 12))
        if chance.random() < 0.6:
            branch = (
                nx + chance.choice((-1, 1)) * chance.randrange(50, 120),
                ny + chance.randrange(-10, 60),
            )
            d.line((nx, ny, *branch), fill=(40, 34, 30), width=4)
        x, y = nx, ny


def _shards(d: Draw, chance: Random) -> None:
    for _ in range(9):
        sx, sy = 620 + chance.randrange(-330, 380), chance.randrange(800, 900)
        size = chance.randrange(14, 44)
        points = [(sx, sy), (sx + size, sy + size // 3), (sx + size // 3, sy + size)]
        d.polygon(points, fill=hsl(chance.randrange(360), 0.2, 0.7), outline=(60, 50, 44))


def _scratch(d: Draw, chance: Random) -> None:
    for _ in range(9):
        x, y = 500 + chance.randrange(240), 330 + chance.randrange(330)
        d.line(
            (x, y, x + chance.randrange(60, 140), y + chance.randrange(-30, 40)),
            fill=(242, 240, 236),
            width=4,
        )


def article(kind: str, hue: int, chance: Random, damage: str = "") -> Image.Image:
    empty = room(hue, chance)
    image = empty.copy()
    GOODS[kind](ImageDraw.Draw(image), hue)
    if damage:
        hurt = image.copy()
        {"crack": _crack, "scratch": _scratch}[damage](ImageDraw.Draw(hurt), chance)
        where = (
            ImageChops.difference(empty, image)
            .convert("L")
            .point([255 * (v > 6) for v in range(256)])
        )
        image = Image.composite(hurt, image, where)
        if damage == "crack":
            _shards(ImageDraw.Draw(image), chance)
    small = taken(image)
    turned = small.rotate(chance.uniform(-3, 3), Image.Resampling.BILINEAR)
    return turned.resize((W // 2, H // 2), box=(26, 20, W // 2 - 26, H // 2 - 20))


def parcel(chance: Random, dented: bool, number: str) -> Image.Image:
    """A cardboard box with its label; dented where somebody dropped it."""
    image = room(chance.randrange(360), chance)
    d = ImageDraw.Draw(image)
    shadow(d, 300, 960, 820)
    corner = (880, 640) if dented else (980, 800)
    d.polygon([(300, 330), (980, 330), (980, 560), corner, (860 if dented else 980, 820), (300, 820)],
              fill=hsl(30, 0.42, 0.56))  # fmt: skip
    d.polygon([(300, 330), (400, 250), (1060, 250), (980, 330)], fill=hsl(30, 0.42, 0.66))
    d.polygon([(980, 330), (1060, 250), (1060, 700), (980, 780)], fill=hsl(30, 0.42, 0.46))
    d.rectangle((590, 330, 670, 820), fill=hsl(36, 0.4, 0.74))
    if dented:
        for _ in range(6):
            x, y = chance.randrange(760, 900), chance.randrange(600, 760)
            d.line((x, y, x + 80, y + chance.randrange(-50, 50)), fill=hsl(28, 0.4, 0.36), width=6)
    label(d, (340, 380), number, chance)
    return taken(image)


def label(d: Draw, at: tuple[int, int], number: str, chance: Random) -> None:
    x, y = at
    d.rectangle((x, y, x + 360, y + 250), fill=(250, 250, 246))
    d.text((x + 20, y + 16), "TRACKED", fill=(30, 30, 30), font=font(34))
    for n in range(54):
        if chance.random() < 0.55:
            d.rectangle((x + 20 + 6 * n, y + 70, x + 23 + 6 * n, y + 170), fill=(20, 20, 20))
    d.text((x + 20, y + 186), number or "RR 000 000 000", fill=(30, 30, 30), font=font(32))


def tracking(chance: Random, number: str, lines: tuple[str, ...]) -> Image.Image:
    """A screenshot of a carrier's page."""
    image = Image.new("RGB", (W, H), (244, 245, 247))
    d = ImageDraw.Draw(image)
    d.rectangle((0, 0, W, 110), fill=hsl(chance.randrange(360), 0.5, 0.35))
    d.text((60, 30), "Track a parcel", fill=(255, 255, 255), font=font(48))
    d.rounded_rectangle(
        (60, 150, W - 60, H - 60), 18, fill=(255, 255, 255), outline=(214, 216, 220), width=3
    )
    d.text((110, 190), number, fill=(30, 32, 38), font=font(46))
    for n, line in enumerate(lines):
        y = 300 + 110 * n
        d.ellipse((114, y + 6, 142, y + 34), fill=(22, 110, 70) if n == 0 else (170, 174, 180))
        if n + 1 < len(lines):
            d.line((128, y + 34, 128, y + 116), fill=(200, 203, 208), width=4)
        d.text((180, y), line, fill=(50, 54, 60), font=font(36))
    return image.reduce(2)


def photo(
    view: str, kind: str, hue: int, seed: int, number: str = "", lines: tuple[str, ...] = ()
) -> bytes:
    """A JPEG of 640 × 480. Views: fine, crack, scratch, other (another colour), parcel, dented, tracking."""
    chance = Random(seed)
    if view in ("parcel", "dented"):
        image = parcel(chance, view == "dented", number)
    elif view == "tracking":
        image = tracking(chance, number, lines)
    else:
        shown = hue + 110 if view == "other" else hue
        image = article(kind, shown, chance, view if view in ("crack", "scratch") else "")
    out = BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


@lru_cache(maxsize=64)
def shop_picture(kind: str, hue: int) -> bytes:
    """The article as its shop shows it."""
    image = Image.new("RGB", (W, H), hsl(hue + 180, 0.14, 0.93))
    GOODS[kind](ImageDraw.Draw(image), hue)
    out = BytesIO()
    image.crop((160, 120, 1120, 880)).reduce(2).save(out, "JPEG", quality=84)
    return out.getvalue()


def video(kind: str, hue: int, seed: int) -> bytes:
    """Two seconds of unpacking: the parcel, then what was in it."""
    chance = Random(seed)
    closed = parcel(chance, True, "").resize((480, 360))
    open_ = article(kind, hue, chance, "crack").resize((480, 360))
    out = BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream(
            "libx264", rate=8, options={"preset": "ultrafast", "crf": "30"}
        )
        stream.width, stream.height, stream.pix_fmt = 480, 360, "yuv420p"
        for n in range(16):
            shown = Image.blend(closed, open_, min(max((n - 5) / 6, 0), 1))
            container.mux(stream.encode(av.VideoFrame.from_image(shown)))  # type: ignore[no-untyped-call]
        container.mux(stream.encode(None))
    return out.getvalue()


def letter(lines: tuple[str, ...]) -> bytes:
    """A page of an office, as a PDF."""
    page = Image.new("L", (620, 877), 255)
    draw = ImageDraw.Draw(page)
    for n, line in enumerate(lines):
        draw.text((70, 90 + 38 * n), line, fill=30, font=font(20))
    out = BytesIO()
    page.save(out, "PDF", resolution=75)
    return out.getvalue()
