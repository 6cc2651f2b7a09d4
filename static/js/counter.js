// How many characters are left, counted as a person counts them: an emoji, a flag or an accented letter is one.

const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
const count = (text) => (segmenter ? [...segmenter.segment(text)].length : [...text.normalize("NFC")].length);
const number = new Intl.NumberFormat(document.documentElement.lang || "en");

for (const words of document.querySelectorAll("[data-counter-for]")) {
  const control = document.getElementById(words.dataset.counterFor);
  if (!control) continue;
  const most = Number(control.dataset.counter);
  let waiting = 0;
  const show = () => {
    const left = most - count(control.value.replaceAll("\r\n", "\n").trim());
    words.dataset.state = left < 0 ? "over" : "";
    words.textContent = (left < 0 ? words.dataset.over : words.dataset.left).replace("{n}", number.format(Math.abs(left)));
  };
  control.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
  if (control.value) show();
}
