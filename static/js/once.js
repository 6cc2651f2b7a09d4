// A form is sent once: a second click while the first is on its way does nothing. The server's form key is the real guard.

const RELEASE_AFTER = 20000; // a download answers without a new page

const release = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll('[aria-busy="true"]')) button.removeAttribute("aria-busy");
  for (const button of document.querySelectorAll(`[form="${CSS.escape(form.id)}"][aria-busy="true"]`)) button.removeAttribute("aria-busy");
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "twice" in form.dataset) return;
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(release, RELEASE_AFTER, form);
});

// The way back may show this very page again, out of the browser's memory.
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
