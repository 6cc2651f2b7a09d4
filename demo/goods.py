"""What is sold in the demo: titles, prices, and which picture each has."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from core import money


@dataclass(frozen=True)
class Thing:
    """One article. The price is in euros; the shop's currency follows from `RATES`."""

    kind: str
    title: str
    euros: str
    hue: int


def _things(table: str) -> tuple[Thing, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return tuple(Thing(row[0], row[1], row[2], int(row[3])) for row in rows)


THINGS = _things(
    """
    lamp       | Table lamp “Vik”, brass and linen, 42 cm         | 89.00  | 38
    lamp       | Desk lamp “Fjord”, sage green, E27               | 64.50  | 140
    lamp       | Reading lamp “Ipê”, turned wood                  | 72.00  | 22
    vase       | Stoneware vase, sand glaze, 28 cm                | 48.00  | 30
    vase       | Hand-painted azulejo vase, 24 cm                 | 59.90  | 215
    mug        | Set of four stoneware mugs, speckled             | 36.00  | 200
    mug        | Blue-and-white coffee mugs, set of six           | 44.00  | 220
    teapot     | Cast-iron teapot, 0.8 l, with warmer             | 78.00  | 165
    teapot     | Kyusu side-handle teapot, red clay, 300 ml       | 92.00  | 10
    train      | Wooden train set, 52 pieces                      | 54.95  | 5
    blocks     | Beech building blocks, 100 pieces, water colours | 39.50  | 48
    backpack   | Trekking backpack 45 l, rain cover included      | 119.00 | 150
    backpack   | Waxed canvas day pack, 18 l                      | 84.00  | 25
    boots      | Hiking boots, leather, waterproof, size 42       | 139.00 | 28
    boots      | Chelsea boots, suede, size 39                    | 99.00  | 35
    headphones | Wireless headphones, noise cancelling, black     | 129.00 | 260
    headphones | Studio headphones, 80 Ω, closed                  | 159.00 | 230
    phone      | Refurbished phone 128 GB, graphite, grade A      | 249.00 | 250
    phone      | Phone case, recycled leather, cognac             | 29.00  | 20
    watch      | Automatic watch, 38 mm, sapphire glass           | 319.00 | 205
    watch      | Field watch, nylon strap, 200 m                  | 145.00 | 95
    bikelight  | Bicycle light set, USB-C, 600 lm                 | 57.00  | 350
    """
)
BY_KIND = {thing.kind: [t for t in THINGS if t.kind == thing.kind] for thing in THINGS}
RATES = {"EUR": "1", "GBP": "0.86", "USD": "1.09", "BRL": "6.1", "JPY": "163", "DKK": "7.46"}
SHIPPING = {"EUR": "6.90", "GBP": "4.95", "USD": "8.50", "BRL": "24.90", "JPY": "1200", "DKK": "49"}


def price(thing: Thing, currency: str) -> Decimal:
    """The article's price in a shop's currency, in whole coins."""
    return money.quantize(Decimal(thing.euros) * Decimal(RATES[currency]), currency)


def pick(chance: Random, kinds: tuple[str, ...]) -> Thing:
    return chance.choice(BY_KIND[chance.choice(kinds)])


def picture(thing: Thing) -> str:
    """The address of the shop's own picture of an article."""
    return f"/demo/goods/{thing.kind}-{thing.hue}.jpg"
