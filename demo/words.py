"""What people of the demo write, in their own languages. `{thing}` is what they bought, `{Thing}` begins a sentence."""

from __future__ import annotations

STORIES: dict[str, dict[str, str]] = {
    "damaged": {
        "en": "I opened the parcel yesterday and {thing} was broken. The box had a dent on the same side. "
        "I took photos before I touched anything.",
        "de": "Beim Auspacken war {thing} kaputt, obwohl der Karton von außen kaum beschädigt aussah. "
        "Ich habe alles fotografiert und die Verpackung aufgehoben.",
        "fr": "À l’ouverture, j’ai trouvé {thing} en morceaux. Le carton est enfoncé sur un côté. J’ai tout gardé.",
        "es": "Al abrir el paquete encontré {thing} en pedazos. La caja llegó golpeada por un lado. Adjunto fotos.",
        "pt": "Quando abri a encomenda, encontrei {thing} em pedaços. A caixa vinha amolgada desse lado. Junto fotos.",
        "ru": "Вскрываю посылку, а там {thing} с трещиной. Коробка вмята с этой же стороны. Прилагаю фото.",
        "zh": "收到包裹打开后发现{thing}已经破裂，外箱同一侧有明显凹陷。附上照片。",
    },
    "defective": {
        "en": "{Thing} worked for ten minutes, then nothing. Charging overnight and another cable changed nothing.",
        "pt": "No segundo dia, {thing}: nem um sinal de vida. Já tentei outro cabo e outra tomada.",
        "ru": "{Thing}: никаких признаков жизни. Другая розетка и другой кабель не помогли.",
        "es": "{Thing}: ni una luz. He probado con dos cables y en dos enchufes distintos.",
    },
    "colour": {
        "en": "The page shows another colour. What came is nothing like it, in daylight even less so. See both photos.",
        "de": "Die Farbe ist völlig anders als auf der Seite des Shops. Das Foto ist bei Tageslicht aufgenommen.",
        "fr": "La couleur ne correspond pas du tout à la photo de la boutique. Photo prise à la lumière du jour.",
    },
    "size": {
        "en": "I ordered size 42 and the label says 42, but they measure like a 40. The photo shows the tape.",
        "es": "Pedí la talla 42 y la etiqueta dice 42, pero miden como una 40.",
    },
    "style": {
        "en": "The description says leather. This is plastic with a leather print, and it smells like it."
    },
    "specification": {
        "en": "Sold as 128 GB. The settings show 64 GB. Everything else is fine, but this is not what I paid for.",
        "zh": "页面写的是128 GB，实际只有64 GB，与描述不符。",
    },
    "quantity": {
        "en": "I paid for six and four came. The weight on the label fits four.",
        "pt": "Paguei seis peças e vieram quatro. O peso na etiqueta confirma.",
    },
    "counterfeit": {
        "en": "The serial number does not exist at the maker, and the engraving on the back is printed, not cut."
    },
    "parts_missing": {
        "en": "The bag with the screws and the second shade was not in the box. I looked through all the paper twice.",
        "ru": "В коробке не хватает деталей: нет пакета с крепежом. Всё проверил дважды.",
    },
    "no_tracking": {
        "en": "The number has shown nothing since the day it was made. The carrier says it never got the parcel.",
        "es": "El número no muestra ningún movimiento desde el primer día. Correos dice que nunca lo recibió.",
        "ru": "По трек-номеру нет ни одного события. Почта говорит, что посылку им не передавали.",
    },
    "late": {
        "en": "It was promised weeks ago. The last report is old, and the shop only says “soon”.",
        "pt": "O prazo prometido já passou há muito e o rastreio não muda.",
        "fr": "La date promise est passée depuis longtemps et le suivi ne bouge plus.",
    },
    "wrong_address": {
        "en": "The carrier says “delivered”, but in another city. I was at home all day and nobody rang."
    },
    "customs": {
        "en": "Customs has held it for three weeks and asks for an invoice that the shop does not send."
    },
    "sent_back": {
        "de": "Laut Sendungsverfolgung ging das Paket ohne Zustellversuch an den Absender zurück.",
        "en": "The tracking page says it went back to the sender without anybody trying to deliver it.",
    },
}

REFUSALS = {
    "en": "We pack every piece twice and photograph it before it leaves. What you show did not happen here. "
    "We are sorry, but we cannot pay for the carrier's mistake in full.",
    "es": "El artículo salió en perfecto estado y con doble embalaje. No podemos aceptar la devolución completa.",
    "pt": "A peça saiu inteira e bem embalada. Não concordamos com o reembolso total.",
    "zh": "发货前我们检查过，商品完好，请提供更多证据。",
}
OFFERS = {
    "en": "We can give back part of the price if you keep it. That is more than a repair costs.",
    "es": "Podemos devolver una parte si se queda con el artículo.",
    "pt": "Podemos devolver uma parte do valor se ficar com a peça.",
    "zh": "如果您愿意保留商品，我们可以退还部分金额。",
}
COUNTERS = {
    "en": "Thank you, but half is not enough: it cannot be used as it is.",
    "de": "Danke, aber das reicht nicht: so ist es nicht zu gebrauchen.",
    "fr": "Merci, mais cela ne suffit pas : l’objet est inutilisable.",
    "es": "Gracias, pero no es suficiente: así no se puede usar.",
    "pt": "Obrigado, mas não chega: assim não se pode usar.",
    "ru": "Спасибо, но этого мало: пользоваться этим нельзя.",
    "zh": "谢谢，但这个金额不够，商品无法使用。",
}
BUYER_SAYS = {
    "en": "I still have the box and all of the padding, if you need to see it.",
    "de": "Den Karton habe ich noch, falls er gebraucht wird.",
    "fr": "J’ai toujours le carton si vous voulez le voir.",
    "es": "Todavía tengo la caja, por si hace falta.",
    "pt": "Ainda tenho a caixa, se for preciso.",
    "ru": "Коробку я сохранил, могу прислать ещё фото.",
    "zh": "包装箱我还留着，需要的话可以再拍照片。",
}
SELLER_SAYS = {
    "en": "Could you show us the label and the padding as well? Then we can talk to the carrier.",
    "es": "¿Puede enviarnos una foto de la etiqueta y del relleno?",
    "pt": "Pode mostrar-nos também a etiqueta e o enchimento?",
    "zh": "请再拍一下面单和填充物，谢谢。",
}
OUTSIDE = "Let us settle this directly: write me on WhatsApp +46 70 123 45 67 and I send you 40 by bank transfer."
CONTEST_NEW = "The new one has the same crack along the handle. I did not use it."
CONTEST = "What came back is used: the sole is worn, and the second lace is missing. See our photos from the unpacking."
QUESTION_BUYER = "Please show the whole piece and the parcel's label in one photo, with today's date beside them."
QUESTION_SELLER = (
    "Please send the packing photo that you mention, and the carrier's receipt with the weight."
)
ANSWER = "Here it is. The date is on the newspaper."
CUSTOMS = (
    "CUSTOMS OFFICE",
    "The parcel is held until the sender",
    "presents an invoice.",
    "",
    "Parcel:",
)
COMPLAINTS = {
    "buyer": "The decision says that nobody showed the damage. My second photo shows it, beside the label.",
    "seller": "We sent the packing photo in time, and the statement does not mention it with one word.",
}
OVERLOOKED = "The second photo shows the damage beside the parcel's label, and the statement does not speak of it"
FEEDBACK = (
    "It was quick and polite, but nobody says why the carrier's scan counts more than my photos."
)
LOOK_AGAIN = (
    "The feedback is right: neither the decision nor the review weighs the scan against the photos."
)
STAFF_NOTE = (
    "Same carrier, same depot as two other cases this month. I asked the carrier for the scan."
)


def said(table: dict[str, str], language: str) -> str:
    """In this language, else in English."""
    return table.get(language, table["en"])


NOUNS: dict[str, tuple[str, ...]] = {
    "": ("de", "fr", "es", "pt", "ru", "zh"),
    "lamp": ("die Lampe", "la lampe", "la lámpara", "o candeeiro", "лампа", "台灯"),
    "vase": ("die Vase", "le vase", "el jarrón", "a jarra", "ваза", "花瓶"),
    "mug": ("die Tasse", "la tasse", "la taza", "a caneca", "кружка", "杯子"),
    "teapot": ("die Teekanne", "la théière", "la tetera", "o bule", "чайник", "茶壶"),
    "headphones": (
        "der Kopfhörer",
        "le casque",
        "el auricular",
        "o auscultador",
        "наушники",
        "耳机",
    ),
    "phone": ("das Telefon", "le téléphone", "el teléfono", "o telemóvel", "телефон", "手机"),
    "boots": ("der Stiefel", "la botte", "la bota", "a bota", "ботинки", "靴子"),
    "backpack": ("der Rucksack", "le sac à dos", "la mochila", "a mochila", "рюкзак", "背包"),
    "watch": ("die Uhr", "la montre", "el reloj", "o relógio", "часы", "手表"),
    "train": ("der Zug", "le train", "el tren", "o comboio", "поезд", "火车"),
    "blocks": ("ein Baustein", "un cube", "un bloque", "um cubo", "кубики", "积木"),
    "bikelight": ("das Licht", "la lampe de vélo", "la luz", "a luz", "фонарь", "车灯"),
}


def noun(kind: str, language: str, title: str) -> str:
    """What the article is called in a sentence: "the table lamp “Vik”", "die Lampe"."""
    if language in NOUNS[""]:
        return NOUNS[kind][NOUNS[""].index(language)]
    name = title.split(",")[0]
    return f"the {name[0].lower()}{name[1:]}"


def story(reason: str, language: str, kind: str, title: str) -> tuple[str, str]:
    """What happened, and the language that it is written in."""
    told = STORIES[reason]
    written = language if language in told else "en" if "en" in told else next(iter(told))
    thing = noun(kind, written, title)
    return told[written].format(thing=thing, Thing=thing[0].upper() + thing[1:]), written
