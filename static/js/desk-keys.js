// The desk by keyboard: J and K walk the queue, / searches, ? lists the keys. Silent inside fields and beside Ctrl, Alt
// and Meta; can be switched off, which this device remembers.

const MEMORY = "desk-keys";
const read = () => { try { return localStorage.getItem(MEMORY) !== "off"; } catch { return true; } };
let on = read();

const show = () => {
  document.documentElement.dataset.keys = on ? "on" : "off";
  for (const box of document.querySelectorAll("[data-keys-switch]")) box.checked = on;
};
show();
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-switch]")) return;
  on = event.target.checked;
  try { localStorage.setItem(MEMORY, on ? "on" : "off"); } catch { /* forgotten at the next page */ }
  show();
});

const rows = () => [...document.querySelectorAll("[data-queue] a, .queue a")];
const walk = (by) => {
  const list = rows();
  if (!list.length) return;
  const at = list.indexOf(document.activeElement), here = at >= 0 ? at : list.findIndex((row) => row.hasAttribute("aria-current"));
  const next = list[Math.min(Math.max(here + by, 0), list.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
};
const acts = {
  j: () => walk(1),
  k: () => walk(-1),
  "/": () => document.querySelector("[data-search], input[type=search]")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "?") { document.getElementById("keys-help")?.togglePopover?.(); event.preventDefault(); return; }
  const act = on && acts[event.key.toLowerCase()];
  if (act) { event.preventDefault(); act(); }
});

// The open case stays in sight in the queue.
document.querySelector(".queue [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
