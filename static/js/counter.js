// How many characters are left, counted as a person counts them: an emoji, a flag or an accented letter is one.

const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
const count = (text) => (segmenter ? [...segmenter.segment(text)].length : [...text.normalize("NFC")].length);
const language = document.documentElement.lang || "en";
const number = new Intl.NumberFormat(language), plural = new Intl.PluralRules(language);
// The sentence for so many, from its forms by plural category.
const say = (forms, n) => (forms[plural.select(n)] ?? forms.other).replace("{n}", number.format(n));

for (const words of document.querySelectorAll("[data-counter-for]")) {
  const control = document.getElementById(words.dataset.counterFor);
  if (!control) continue;
  const most = Number(control.dataset.counter), forms = { left: JSON.parse(words.dataset.left), over: JSON.parse(words.dataset.over) };
  let waiting = 0;
  const show = () => {
    const left = most - count(control.value.replaceAll("\r\n", "\n").trim());
    words.dataset.state = left < 0 ? "over" : "";
    words.textContent = say(left < 0 ? forms.over : forms.left, Math.abs(left));
  };
  control.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
  if (control.value) show();
}
