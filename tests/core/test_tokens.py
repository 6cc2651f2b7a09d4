"""The style sheets keep their promises: contrast, equal dark blocks, logical properties, a strict content policy."""

import re
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOKENS = (ROOT / "static/css/tokens.css").read_text()
SHEETS = sorted((ROOT / "static").rglob("*.css"))
TEMPLATES = sorted(
    p for p in (ROOT / "templates").rglob("*.html") if "mail" not in p.relative_to(ROOT).parts
)
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
MEANINGS = ("act", "overdue", "caution", "money-in", "wait")
GROUNDS = ("canvas", "surface", "surface-sunken", "surface-hover")
WORDS, EDGES = 4.5, 3.0


def plain(sheet: str) -> str:
    return re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)


def block(after: str) -> str:
    """What stands between the braces of a rule."""
    start = plain(TOKENS).index(after) + len(after)
    return plain(TOKENS)[start : plain(TOKENS).index("}", start)]


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", text))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


LIGHT = colours(block(":root {"))
DARK = LIGHT | colours(block(':root[data-theme="dark"] {'))
THEMES = {"light": LIGHT, "dark": DARK}
PAIRS = [
    *((words, ground, WORDS) for words, ground in product(("text", "text-muted", "link"), GROUNDS)),
    *(
        (f"{m}-text", ground, WORDS)
        for m, ground in product(MEANINGS, ("canvas", "surface", "surface-sunken"))
    ),
    *((f"{m}-text", f"{m}-surface", WORDS) for m in MEANINGS),
    *((f"on-{m}", m, WORDS) for m in MEANINGS),
    ("on-act", "act-hover", WORDS),
    ("link", "act-surface", WORDS),
    *(("text", f"{m}-surface", WORDS) for m in MEANINGS),
    *(("text-muted", f"{m}-surface", WORDS) for m in MEANINGS),
    ("canvas", "text", WORDS),
    ("on-film", "film", WORDS),
    ("on-film", "film-line", WORDS),
    *(
        (edge, ground, EDGES)
        for edge, ground in product(("border-strong", "focus", *MEANINGS), GROUNDS)
    ),
    ("border-strong", "act-surface", EDGES),
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_contrast_holds(theme: str, front: str, ground: str, least: float) -> None:
    values = THEMES[theme]

    assert contrast(values[front], values[ground]) >= least, (values[front], values[ground])


def test_dark_by_wish_equals_dark_by_choice() -> None:
    wish = block(':root:not([data-theme="light"]) {')
    choice = block(':root[data-theme="dark"] {')

    assert wish.split() == choice.split()


def test_dark_names_every_colour_of_light() -> None:
    dark = colours(block(':root[data-theme="dark"] {'))

    assert set(dark) == set(LIGHT)


def test_every_meaning_is_a_whole_family() -> None:
    names = {f"{m}{tail}" for m in MEANINGS for tail in ("", "-surface", "-border", "-text")}

    assert names | {f"on-{m}" for m in MEANINGS} <= set(LIGHT)


PHYSICAL = re.compile(
    r"(?<![\w-])(?:left|right|top|bottom|(?:margin|padding|border)-(?:left|right|top|bottom)[\w-]*"
    r"|(?:min-|max-)?(?:width|height))\s*:|text-align:\s*(?:left|right)|float:\s*(?:left|right)"
)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda p: p.stem)
def test_sheet_uses_logical_properties_only(sheet: Path) -> None:
    rules = re.sub(r"@(?:media|container|supports)[^{]*", "", plain(sheet.read_text()))

    assert PHYSICAL.findall(rules) == []


COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|lab|color)\(|:\s*(?:white|black|red|grey|gray)\b"
)


@pytest.mark.parametrize(
    "sheet", [s for s in SHEETS if s.name != "tokens.css"], ids=lambda p: p.stem
)
def test_sheet_names_no_colour_of_its_own(sheet: Path) -> None:
    assert COLOUR.findall(plain(sheet.read_text())) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda p: p.stem)
def test_sheet_uses_known_tokens_only(sheet: Path) -> None:
    local = {"--pan-x", "--pan-y", "--zoom", "--turn", "--stack"}
    known = set(re.findall(r"(--[\w-]+):", plain(TOKENS))) | local

    assert set(re.findall(r"var\((--[\w-]+)", plain(sheet.read_text()))) <= known


INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle="),
    "a style element": re.compile(r"<style\b"),
    "a script without src": re.compile(
        r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")[^>]*>"
    ),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+=\"", re.IGNORECASE),
    "a javascript address": re.compile(r"href=\"javascript:", re.IGNORECASE),
    "evaluated htmx": re.compile(r"\bhx-(?:on|vals=['\"]js)"),
}


@pytest.mark.parametrize(
    "template", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates"))
)
def test_template_obeys_the_content_policy(template: Path) -> None:
    source = template.read_text()

    assert [name for name, rule in INLINE.items() if rule.search(source)] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_script_obeys_the_content_policy(script: Path) -> None:
    source = script.read_text()

    assert (
        re.findall(r"\beval\(|new Function|setAttribute\(\"style|\.cssText|document\.write", source)
        == []
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_script_says_nothing_in_one_language_only(script: Path) -> None:
    """Words for people come from the template, through gettext, or from the browser's own `Intl`."""
    shown = re.findall(r"textContent = \"[^\"]+\"", script.read_text())

    assert shown == []
