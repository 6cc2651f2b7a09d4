// Clocks tick. The server's time counts (data-now), never this device's clock; words come from the browser's own
// unit names, so plural forms are right in every language. Screen readers hear it only at 24 h, 1 h, 10 min and the end.

const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const NEWS = [DAY, HOUR, 10 * MINUTE, 0];
const language = document.documentElement.lang || "en";
const unit = (n, name) => new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "long" }).format(n);

const words = (ms, moment) => {
  const minutes = Math.floor(ms / MINUTE), days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24, rest = minutes % 60;
  const parts = days ? [[days, "day"], [hours, "hour"]] : hours ? [[hours, "hour"], [rest, "minute"]] : [[rest, "minute"]];
  const told = parts.filter(([n], i) => n || (i === 0 && days + hours)).map(([n, name]) => unit(n, name)).join(" ");
  return told || moment;
};

const start = (clock) => {
  const { left: pattern, over, moment } = clock.dataset;
  const due = Date.parse(clock.dataset.due), ahead = Date.parse(clock.dataset.now) - Date.now();
  const text = clock.querySelector(".clock-left span"), bar = clock.querySelector("progress"), news = clock.querySelector("[data-clock-news]");
  let before = due - Date.parse(clock.dataset.now);
  const tick = () => {
    const left = due - Date.now() - ahead;
    clock.dataset.state = left <= 0 ? "overdue" : left <= DAY ? "soon" : "running";
    const now = left > 0 ? pattern.replace("{time}", words(left, moment)) : over.replace("{time}", words(-left, moment));
    if (text.textContent !== now) text.textContent = now;
    if (bar) bar.value = Math.max(0, Math.floor(left / MINUTE));
    const mark = NEWS.filter((at) => before > at && left <= at).pop(); // after a sleep several may have passed
    if (news && mark !== undefined) news.textContent = mark ? pattern.replace("{time}", words(mark, moment)) : now;
    before = left;
  };
  tick();
  setInterval(tick, Math.abs(before) < 2 * HOUR ? 1000 : 15000);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
};

document.querySelectorAll("[data-clock]").forEach(start);
document.addEventListener("htmx:load", (event) => event.target.querySelectorAll?.("[data-clock]").forEach(start));
