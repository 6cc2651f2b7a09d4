"""What people write: cleaned without changing what they said, counted as they would count it,
and looked over for deals outside the portal."""

import re
import unicodedata

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.errors import Refused

MARKS_PER_CHARACTER = 8
_ZWJ = "\N{ZERO WIDTH JOINER}"
_JOINERS = {_ZWJ, "\N{ZERO WIDTH NON-JOINER}", "\N{LEFT-TO-RIGHT MARK}", "\N{RIGHT-TO-LEFT MARK}"}
_DIRECTIONS = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_INVISIBLE = {"\N{ZERO WIDTH SPACE}", "\N{ZERO WIDTH NO-BREAK SPACE}", "\N{SOFT HYPHEN}"}
_NEWLINES = re.compile("\r\n|[\r\x85\u2028\u2029\x0b\x0c]")
_BLANKS = re.compile(r"\n{4,}")


def clean_text(text: str, max_chars: int) -> str:
    """The text as it will be stored and shown. An empty result is the caller's to judge.

    Gone: NUL and other control characters, lone surrogates, and the direction overrides with which
    a text can pretend to be another (right-to-left writing needs none of them and stays as it is).
    Line ends become one kind, characters their composed form (NFC), outer blanks are trimmed.
    Raises Refused with the number of characters too many; `max_chars` counts as people do.
    """
    if len(text) > 20 * max_chars + 1_000:
        raise _too_long(len(text) - max_chars, max_chars)
    plain = _NEWLINES.sub("\n", text)
    plain = unicodedata.normalize("NFC", "".join(c for c in plain if _keeps(c)))
    plain = "\n".join(line.rstrip() for line in plain.split("\n"))
    plain = _BLANKS.sub("\n\n\n", plain).strip()
    if not plain.strip("".join(_JOINERS) + " \n\t"):
        return ""
    if (length := count_chars(plain)) > max_chars:
        raise _too_long(length - max_chars, max_chars)
    return plain


def _keeps(c: str) -> bool:
    if c in "\n\t":
        return True
    kind = unicodedata.category(c)
    noncharacter = kind == "Cn" and (ord(c) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(c) <= 0xFDEF)
    return not (kind in ("Cc", "Cs") or noncharacter or c in _DIRECTIONS or c in _INVISIBLE)


def _too_long(over: int, allowed: int) -> Refused:
    sentence = ngettext(
        "The text is %(over)d character too long; %(allowed)d are allowed.",
        "The text is %(over)d characters too long; %(allowed)d are allowed.",
        over,
    )
    return Refused(sentence % {"over": over, "allowed": allowed}, "too_long")


def count_chars(text: str) -> int:
    """Characters as people count them: an emoji family, a flag or a letter with its accents is one.

    Close to Unicode's grapheme clusters without its tables. More than eight marks on one letter
    count, so that nobody hides a book in a full stop.
    """
    count = marks = flags = 0
    joined = False
    for c in text:
        if c == _ZWJ:
            joined = count > 0
            continue
        if _extends(c) and count:
            marks += 1
            count += marks > MARKS_PER_CHARACTER
            continue
        flags = flags + 1 if "\U0001f1e6" <= c <= "\U0001f1ff" else 0
        pair = flags == 2
        flags = 0 if pair else flags
        if not ((joined and ord(c) > 0x2000) or pair):
            count += 1
            marks = 0
        joined = False
    return count


def _extends(c: str) -> bool:
    code = ord(c)
    return (
        unicodedata.category(c) in ("Mn", "Me", "Mc")
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
        or c in _JOINERS
    )


def isolate(text: str) -> str:
    """The text between first-strong isolates: a name or number of another writing direction can
    then stand in any sentence without turning it round (for plain text; HTML has `<bdi>`)."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


# --- deals outside the portal ---------------------------------------------------------------

HINT_LABELS: dict[str, str | Promise] = {
    "email": _("an e-mail address"),
    "phone": _("a telephone number"),
    "messenger": _("another messenger"),
    "outside_payment": _("a payment outside the portal"),
    "confirm_first": _("a request to confirm receipt"),
    "withdraw": _("a request to withdraw the dispute"),
}

_CALLS = (
    r"call|phone|tel|mobile|cell|sms|text me|ring|whats\s?app|viber|celular|tel[eé]fono|telefone|"
    r"ll[aá]m\w*|lig(?:ue|a|ar)|m[oó]vil|звон\w*|позвон\w*|телефон\w*|номер телефона|тел|"
    r"电话|手机|联系|加我"
)
_NUMBERS = (
    r"order|parcel|track\w*|shipment|invoice|awb|pedido|rastre\w*|seguimiento|encomenda|"
    r"nota|заказ\w*|трек\w*|посылк\w*|накладн\w*|订单|单号|运单|快递|包裹"
)
_CONFIRM = (
    r"\bconfirm\b[^.!?\n]{0,30}\b(?:receipt|received|delivery|reception|order)\b"
    r"[^.!?\n]{0,40}\b(?:first|and (?:then )?(?:i|we)\b|then|before|so (?:that )?(?:i|we))",
    r"\b(?:first|please|before|if you|once you|after you)\b[^.!?\n]{0,30}\bconfirm\b"
    r"[^.!?\n]{0,20}\b(?:receipt|delivery|(?:as )?received|the order)\b",
    r"\bconfirm(?:a|e|ar|es|as)\b[^.!?\n]{0,30}\b(?:recepci[oó]n|recibo|recebimento|entrega|pedido)\b",
    r"подтверд\w*[^.!?\n]{0,30}(?:получени\w*|доставк\w*|заказ\w*)",
    r"确认收货|先确认|點擊確認收貨|確認收貨",
)
_WITHDRAW = (
    r"\b(?:please|kindly|first|you (?:can|must|should|need to)|could you|can you|just|if you|"
    r"after you|once you|before you)\b[^.!?\n]{0,25}"
    r"\b(?:cancel|withdraw|close|drop|remove)\b[^.!?\n]{0,15}\b(?:dispute|claim|case|complaint)\b",
    r"\b(?:cancel|withdraw|close|drop|remove)\b[^.!?\n]{0,15}\b(?:dispute|claim|case|complaint)\b"
    r"[^.!?\n]{0,25}\b(?:first|and (?:then )?(?:i|we)\b|then|so (?:that )?(?:i|we))",
    r"\b(?:cancel[ae]|cancelar?|cierr[ae]|cerrar|retir[ae]|retirar|encerr[ae]|encerrar|fech[ae]|fechar)"
    r"\b[^.!?\n]{0,15}\b(?:la|el|a|o|su|sua|tu)?\s*(?:disputa|reclamo|reclamaci[oó]n|reclamação|caso)\b",
    r"(?:отмен\w*|закр(?:о|ы)\w*|отзов\w*|отозв\w*)[^.!?\n]{0,20}(?:спор\w*|претензи\w*|жалоб\w*)",
    r"(?:取消|撤销|撤回|关闭|撤銷)[^。！？\n]{0,8}(?:纠纷|争议|投诉|糾紛|申诉)",
)
_PAYMENT = (
    r"\bpay\s?pal\b|\bvenmo\b|\bcash\s?app\b|\bzelle\b|\bwestern union\b|\bmoney\s?gram\b",
    r"\b(?:bitcoin|btc|usdt|crypto(?:currency)?|ethereum)\b|\brevolut\b|\bbizum\b|\bpix\b|\bqiwi\b",
    r"支付宝|微信(?:支付|转账|红包)|银行(?:卡|账户|账号|转账)|私下(?:转账|退款)|киви|биткоин\w*",
    r"\bbank (?:account|transfer|details|card)\b|\bwire (?:transfer|the money|you)\b",
    r"\b(?:cuenta bancaria|transferencia bancaria|conta banc[aá]ria|transfer[eê]ncia banc[aá]ria)\b",
    r"банковск\w+ (?:счет\w*|счёт\w*|перевод\w*|карт\w*)|(?:перевод|на) (?:на )?(?:вашу )?карту\b",
    r"\b(?:pay|refund|send|return)\b[^.!?\n]{0,30}\b(?:outside (?:of )?(?:the )?(?:platform|portal|"
    r"site|website|marketplace)|off[- ]platform|privately|directly to your (?:bank|card|account))",
    r"(?:fuera de|fora d[ao]|вне|мимо) (?:la |esta |este |el )?(?:plataforma|site|sitio|"
    r"платформ\w*|площадк\w*|сайта)",
)
_MESSENGER = (
    r"\bwhats\s?app\b|\btelegram\b|\bwe\s?chat\b|\bviber\b|\bskype\b|\bzalo\b|\bkakao\s?talk\b",
    r"\bwa\.me/|\bt\.me/|\bfacebook messenger\b|\binstagram\b|\bvk\.com\b|\bдискорд\b|\bdiscord\b",
    r"\b(?:add|contact|write|message|text|find)\b[^.!?\n]{0,20}\bon (?:line|signal)\b",
    r"вотсап\w*|ватсап\w*|телеграм\w*|вайбер\w*|вконтакте|微信|加v信|薇信|\bqq\s?(?:号|群|:)",
)
_EMAIL = (
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}",
    r"\b[\w.+-]{2,64}\s?(?:\(at\)|\[at\]|\{at\}|\s+at\s+|\(arroba\)|\s+arroba\s+|\s+собака\s+)\s?"
    r"[\w-]{2,63}\s?(?:\.|\(dot\)|\[dot\]|\s+dot\s+|\s+punto\s+|\s+ponto\s+|\s+точка\s+)\s?"
    r"(?:com|net|org|ru|cn|br|es|io|co|info|mail)\b",
)
_PHONE = (
    r"(?<![\w+])(?<!\d\s)(?:\+|00)\s?\d{1,3}[\s().-]{0,2}\d(?:[\s().-]{0,2}\d){6,12}(?!\w)",
    rf"(?:\b|(?<=[^\x00-\x7f]))(?:{_CALLS})[^\d\n]{{0,20}}\d(?:[\s().-]{{0,2}}\d){{6,13}}(?!\w)",
    r"(?<![\w-])\(\d{2,4}\)\s?\d{3,5}[\s-]\d{2,4}(?:[\s-]\d{2,4})?(?![\w-])",
    r"(?<![\w-])8\s?\(?9\d{2}\)?[\s-]\d{3}[\s-]\d{2}[\s-]\d{2}(?![\w-])",
    r"(?<![\w-])\d{3}-\d{3}-\d{4}(?![\w-])|(?<!\w)1[3-9]\d[\s-]\d{4}[\s-]\d{4}(?![\w-])",
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE)


_RULES = {
    "email": _any(_EMAIL),
    "messenger": _any(_MESSENGER),
    "outside_payment": _any(_PAYMENT),
    "confirm_first": _any(_CONFIRM),
    "withdraw": _any(_WITHDRAW),
}
_PHONES = _any(_PHONE)
_IS_NUMBER_OF = re.compile(rf"(?:{_NUMBERS})[^.!?\n]{{0,24}}$", re.IGNORECASE)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)", re.I)


def outside_deal_hints(text: str) -> list[str]:
    """Codes of `HINT_LABELS` that the message may contain, in their order; empty for most.

    A hint is a caution beside a message that is kept, never a verdict and never a reason to refuse:
    it looks for the words of the trade in English, Spanish, Portuguese, Russian and Chinese. Order
    and tracking numbers, dates and amounts are not telephone numbers.
    """
    plain = unicodedata.normalize("NFKC", text)[:20_000]
    found = {code for code, rule in _RULES.items() if rule.search(plain)}
    for hit in _PHONES.finditer(plain):
        if not _IS_NUMBER_OF.search(plain[max(0, hit.start() - 40) : hit.start()]):
            found.add("phone")
            break
    if any(_is_iban(hit.group()) for hit in _IBAN.finditer(plain)):
        found.add("outside_payment")
    return [code for code in HINT_LABELS if code in found]


def _is_iban(text: str) -> bool:
    """ISO 13616: the check digits are right, so a tracking number is not taken for an account."""
    joined = text.replace(" ", "").upper()
    if not 15 <= len(joined) <= 34:
        return False
    return int("".join(str(int(c, 36)) for c in joined[4:] + joined[:4])) % 97 == 1
