"""References: the names by which people call a case, such as `DSP-7F3K9Q`.

**Symbols.** Ten digits and fifteen consonants: no vowels, so no words, and one of each pair that
looks alike (0 but no O, 1 but no I or L, 2 but no Z, 5 but no S, 6 but no G, 8 but no B). What a
person types or reads out is therefore repaired without a doubt (`normalise`).

**Check.** The last symbol makes the weighted sum of all of them equal `CHECK` modulo 25. Weights
are 1, 2, 3, 4, 1, 2 … from the right: each is coprime to 25, so a single wrong symbol is always
found; neighbours differ by 1 or 3, coprime as well, so two neighbours that changed places are
always found (so are symbols two or three places apart).

**How many.** Five free symbols are 9,765,625 references for each kind. Drawn at random, the
thousandth case meets a taken one once in 10,000 draws, the millionth once in ten. So a draw is
never trusted: `fresh` asks which are taken, a whole batch with one question, and the unique column
decides between two batches at the same moment. Where more than half of the draws are taken, it
goes on with one symbol more, so a kind never runs out; the check works for any length.
Random and not counted up, because a reference goes to strangers: it does not tell how many cases
there are, and nobody finds the next one by adding one.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable

ALPHABET = "0123456789CDFHJKMNPQRTVWX"
BASE = len(ALPHABET)
SYMBOLS = 6
MOST_SYMBOLS = 10
CHECK = 20
SPARE = 8

_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_BODY = str.maketrans("OILZSGB", "0112568")
_PREFIX = str.maketrans("012568", "OIZSGB")
_CYRILLIC = str.maketrans("АВСЕНКМОРТХУ", "ABCEHKMOPTXY")
_PREFIX_SHAPE = re.compile(r"[A-Z]{3}")
_NOISE = re.compile(r"[\W_]+")


def _weighted(body: str) -> int:
    return sum(((i % 4) + 1) * _VALUE[s] for i, s in enumerate(reversed(body)))


def with_check(free: str) -> str:
    """The symbols with the one behind them that finds slips."""
    return free + ALPHABET[(CHECK - _weighted(free + ALPHABET[0])) % BASE]


def is_checked(body: str) -> bool:
    """Whether these are symbols of ours and the last one is the right one."""
    return set(body) <= _VALUE.keys() and _weighted(body) % BASE == CHECK


def symbols(number: int, count: int) -> str:
    """A number as so many symbols; what is larger is cut off."""
    drawn = ""
    for _ in range(count):
        number, digit = divmod(number, BASE)
        drawn += ALPHABET[digit]
    return drawn


def repaired(text: str) -> str:
    """Symbols as somebody typed them: any case, spaces or hyphens, look-alikes and Cyrillic letters set right."""
    plain = unicodedata.normalize("NFKC", text[:64]).upper().translate(_CYRILLIC)
    return _NOISE.sub("", plain).translate(_BODY)


def _checked(prefix: str, free: str) -> str:
    if not _PREFIX_SHAPE.fullmatch(prefix):
        raise ValueError("A prefix is three capital letters.")
    return f"{prefix}-{with_check(free)}"


def new(prefix: str, length: int = SYMBOLS) -> str:
    """A random reference. Not known to be free: `fresh` asks, and the unique column decides."""
    free = length - 1
    return _checked(prefix, symbols(secrets.randbelow(BASE**free), free))


def fresh(prefix: str, count: int, taken: Callable[[list[str]], Iterable[str]]) -> list[str]:
    """`count` different references of which `taken` (one question a round) knows none."""
    found: dict[str, None] = {}
    length = SYMBOLS
    while len(found) < count:
        drawn = {new(prefix, length) for _ in range(count - len(found) + SPARE)} - found.keys()
        free = drawn - set(taken(sorted(drawn)))
        found |= dict.fromkeys(free)
        if 2 * len(free) < len(drawn):
            length = min(length + 1, MOST_SYMBOLS)
    return list(found)[:count]


def normalise(text: str) -> str:
    """What the person meant: any case, spaces or none, no hyphen, look-alikes, Cyrillic letters.

    Returns `DSP-7F3K9Q`; a text that cannot be a reference comes back upper-cased and trimmed, and
    `is_valid` says no to it.
    """
    plain = unicodedata.normalize("NFKC", text[:64]).upper().translate(_CYRILLIC)
    joined = _NOISE.sub("", plain)
    prefix, body = joined[:3].translate(_PREFIX), joined[3:].translate(_BODY)
    if not _PREFIX_SHAPE.fullmatch(prefix) or not SYMBOLS <= len(body) <= MOST_SYMBOLS:
        return plain.strip()
    return f"{prefix}-{body}"


def is_valid(text: str, prefix: str | None = None) -> bool:
    """Whether this is exactly a reference (of this kind), its check symbol included."""
    kind, hyphen, body = text.partition("-")
    if not hyphen or not _PREFIX_SHAPE.fullmatch(kind) or prefix not in (None, kind):
        return False
    return SYMBOLS <= len(body) <= MOST_SYMBOLS and is_checked(body)
