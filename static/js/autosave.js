// A draft is kept as it is written: on the server, and on this device until the server has it. When the session ends in
// the middle, or the line breaks, the next visit to the form puts back what was typed.
//   <form data-autosave="/address" data-autosave-key="user and draft" data-autosave-version="server's last change"
//         data-saved="Saved at {time}" data-kept="…" data-back="…"> … <p role="status" data-autosave-status></p>
// The answer is {"version": "…", "time": "22:27"}: the server's moment in the reader's own zone, never this device's clock.

const SKIP = new Set(["csrfmiddlewaretoken", "form_key"]);
const PAUSE = 1200, LOCAL_PAUSE = 250, LONGEST = 14 * 24 * 3600 * 1000;
const same = (one, other) => one === other || Date.parse(one) === Date.parse(other); // a moment may be written in two zones

const typed = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !SKIP.has(name));

const store = {
  get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden: the server still saves */ } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { /* forbidden */ } },
};

// Puts values back into the fields that the server shows as they were; true if anything changed.
const putBack = (form, pairs) => {
  let changed = false;
  for (const field of form.elements) {
    if (!field.name || SKIP.has(field.name) || field.type === "file" || field.type === "hidden" || field.type === "submit") continue;
    const values = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") {
      const on = values.includes(field.value);
      changed ||= on !== field.checked;
      field.checked = on;
    } else if (values.length && field.value !== values[0]) {
      field.value = values[0];
      changed = true;
    }
    if (changed) field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return changed;
};

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const status = form.querySelector("[data-autosave-status]") ?? document.createElement("p");
  const key = `draft ${form.dataset.autosaveKey ?? location.pathname}`, version = form.dataset.autosaveVersion ?? "";
  const kept = store.get(key);
  if (kept && same(kept.version, version) && Date.now() - kept.at < LONGEST) {
    if (putBack(form, kept.pairs)) status.textContent = form.dataset.back ?? "";
  } else store.drop(key);

  let current = version, sending = null, later = 0, local = 0;
  const keep = () => store.set(key, { version: current, at: Date.now(), pairs: typed(form) });
  const save = async () => {
    if (sending) { later = setTimeout(save, PAUSE); return; }
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (typeof value !== "string") body.delete(name);
    sending = fetch(form.dataset.autosave, { method: "POST", body, credentials: "same-origin", redirect: "manual", headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" } });
    try {
      const answer = await sending;
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json().catch(() => ({}));
      current = told.version ?? current;
      store.drop(key);
      status.textContent = (form.dataset.saved ?? "").replace("{time}", told.time ?? "");
    } catch {
      keep();
      status.textContent = form.dataset.kept ?? "";
    } finally { sending = null; }
  };
  form.addEventListener("input", () => {
    clearTimeout(local); clearTimeout(later);
    local = setTimeout(keep, LOCAL_PAUSE);
    later = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => { clearTimeout(later); keep(); });
  addEventListener("online", () => store.get(key) && save());
}
