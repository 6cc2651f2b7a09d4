// Files go one by one, two at a time, with a bar each; a broken line is tried again by itself with the same key, so that
// the server counts a file once. While the server checks one, its rows are asked for again: what the list says is counted
// from the list itself. Without a script the same form sends them all in one go. Markup: templates/ui/upload_form.html.

const AT_ONCE = 2, TRIES = 4, WAIT = 1500;
const LOOK = 1000, SLOWER = 1.3, SLOWEST = 10000;

const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
const language = document.documentElement.lang || "en";
const size = (bytes) => new Intl.NumberFormat(language, { style: "unit", unit: "megabyte", unitDisplay: "short", maximumFractionDigits: 1 }).format(bytes / 1048576);
const percent = new Intl.NumberFormat(language, { style: "percent" });

const start = (form) => {
  const input = form.querySelector("[data-drop] input[type=file]:not([capture])"), drop = form.querySelector("[data-drop]");
  const list = form.querySelector("[data-uploads]"), template = form.querySelector("template[data-upload-row]"), words = form.dataset;
  const card = form.querySelector("[data-upload-card]"), news = form.querySelector("[data-upload-news]"), camera = form.querySelector("[data-camera]");
  if (!input || !list || !template) return;
  form.querySelector("[data-upload-submit]")?.remove();
  const jobs = [];

  const rows = (...states) => [...list.querySelectorAll("[data-upload-item]")].filter((row) => !states.length || states.includes(row.dataset.state));
  const tell = () => {
    const count = (...states) => rows(...states).length;
    card?.toggleAttribute("hidden", !count());
    if (news) news.textContent = count() ? words.news.replace("{done}", count("clean")).replace("{going}", count("sending", "quarantined")).replace("{failed}", count("refused")) : "";
    onbeforeunload = jobs.some((job) => ["waiting", "sending"].includes(job.state)) ? (event) => event.preventDefault() : null;
  };

  // The rows as the server has them: in place of those that were being checked when it was asked, and another tab's too.
  const gone = new Set();
  const renew = (html, held) => {
    const box = document.createElement("template"), sending = jobs.some((job) => job.state === "sending");
    box.innerHTML = html;
    for (const fresh of box.content.querySelectorAll("[data-upload-item]")) {
      const shown = document.getElementById(fresh.id);
      if (!shown) {
        if (!sending && !gone.has(fresh.id)) list.append(fresh);
      } else if (shown.dataset.state === "quarantined" && fresh.dataset.state !== "quarantined") {
        const focused = shown.contains(document.activeElement) ? document.activeElement.tagName : "";
        const typed = shown.querySelector("input[name]"), field = fresh.querySelector("input[name]");
        if (typed && field) field.value = typed.value;
        shown.replaceWith(fresh);
        if (focused) fresh.querySelector(focused)?.focus();
      }
    }
    for (const row of held) if (row.isConnected && !(row.id ? box.content.getElementById(row.id) : sending)) row.remove();
    tell();
  };
  let asking = 0, pause = LOOK;
  const look = async () => {
    const held = rows("quarantined");
    let on = true;
    if (!document.hidden) {
      try {
        const answer = await fetch(words.refresh, { headers: { "X-Requested-With": "XMLHttpRequest" }, credentials: "same-origin", redirect: "error" });
        on = answer.status !== 404 && answer.status !== 403;
        if (answer.ok) renew(await answer.text(), held);
      } catch { /* the line is away: ask again, later */ }
    }
    asking = 0;
    pause = Math.min(pause * SLOWER, SLOWEST);
    if (on) watch();
  };
  const watch = () => { if (words.refresh && !asking && rows("quarantined").length) asking = setTimeout(look, pause); };

  const part = (job, name) => job.row.querySelector(`[data-${name}]`);
  const fail = (job, why, again) => {
    job.state = "failed";
    job.row.dataset.state = "refused";
    const error = part(job, "error");
    error.hidden = false;
    error.querySelector("span").textContent = why;
    part(job, "bar").hidden = true;
    part(job, "state-words").textContent = "";
    part(job, "percent").textContent = "";
    part(job, "retry").hidden = !again;
    if (words.clear) part(job, "cancel").textContent = words.clear;
  };

  const finish = (job, html) => {
    job.state = "done";
    const box = document.createElement("template");
    box.innerHTML = html ?? "";
    const row = box.content.firstElementChild;
    if (row && document.getElementById(row.id)) job.row.remove();
    else if (row) job.row.replaceWith(row);
    else { // it had arrived already, and the answer was lost: the next look brings its own row
      job.row.dataset.state = "quarantined";
      part(job, "bar").hidden = part(job, "cancel").hidden = true;
      part(job, "percent").textContent = "";
      part(job, "state-words").textContent = words.checking;
    }
    jobs.splice(jobs.indexOf(job), 1);
    pause = LOOK;
    watch();
  };

  const send = (job) => {
    job.state = "sending";
    job.tries += 1;
    const body = new FormData(form), request = (job.request = new XMLHttpRequest());
    body.delete(input.name);
    body.set("form_key", job.key);
    body.append(input.name, job.file, job.file.name);
    request.open("POST", words.url || form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      const done = event.total ? event.loaded / event.total : 0;
      part(job, "bar").value = 100 * done;
      part(job, "percent").textContent = percent.format(done);
      part(job, "state-words").textContent = done >= 1 ? words.checking : words.sending.replace("{done}", size(event.loaded)).replace("{all}", size(event.total));
    };
    const broken = () => {
      if (job.tries < TRIES) {
        job.state = "waiting";
        part(job, "state-words").textContent = words.again;
        setTimeout(() => { job.ready = true; next(); }, WAIT * 2 ** (job.tries - 1));
        job.ready = false;
      } else fail(job, words.failed, true);
      next();
    };
    request.onerror = request.ontimeout = broken;
    request.onload = () => {
      let answer = null;
      try { answer = JSON.parse(request.responseText); } catch { /* a page, not our answer */ }
      if (answer?.ok) finish(job, answer.html);
      else if (answer?.error) fail(job, answer.error, answer.again === true);
      else if (request.status >= 500 || request.status === 429) return broken();
      else if (request.status === 413) fail(job, words.large, false);
      else fail(job, request.status === 403 || request.responseURL.includes("/account/") ? words.signedOut : words.failed, true);
      next();
    };
    request.send(body);
  };

  const next = () => {
    tell();
    while (jobs.filter((job) => job.state === "sending").length < AT_ONCE) {
      const job = jobs.find((one) => one.state === "waiting" && one.ready);
      if (!job) break;
      send(job);
    }
    tell();
  };

  const add = (files) => {
    for (const file of files) {
      const row = template.content.firstElementChild.cloneNode(true), job = { file, row, key: uuid(), tries: 0, state: "waiting", ready: true };
      part(job, "name").textContent = file.name;
      part(job, "bar").setAttribute("aria-label", file.name);
      part(job, "state-words").textContent = words.waiting;
      part(job, "retry").addEventListener("click", () => {
        part(job, "error").hidden = part(job, "retry").hidden = true;
        part(job, "bar").hidden = false;
        Object.assign(job, { tries: 0, state: "waiting", ready: true });
        row.dataset.state = "sending";
        next();
      });
      part(job, "cancel").addEventListener("click", () => {
        job.request?.abort();
        jobs.splice(jobs.indexOf(job), 1);
        row.remove();
        next();
        input.focus();
      });
      if (file.type.startsWith("image/") && file.size < 30e6) {
        const picture = new Image(), thumb = row.querySelector(".thumb");
        picture.alt = "";
        picture.onload = () => { URL.revokeObjectURL(picture.src); thumb.replaceChildren(picture); };
        picture.src = URL.createObjectURL(file);
      }
      list.append(row);
      jobs.push(job);
    }
    next();
  };

  // A file is taken out again without a new page, so that nothing that stands beside the others is lost.
  list.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-remove]");
    if (!button || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    button.setAttribute("aria-busy", "true");
    const row = button.closest("[data-upload-item]"), body = new FormData(form), after = row.nextElementSibling ?? row.previousElementSibling;
    body.delete(input.name);
    try {
      const answer = await fetch(button.formAction, { method: "POST", body, credentials: "same-origin", redirect: "error", headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      gone.add(row.id);
      row.remove();
      tell();
      (after?.querySelector("[data-remove]") ?? input).focus();
    } catch { button.removeAttribute("data-remove"); button.click(); } // the way without a script says what is wrong
  });

  tell();
  watch();
  const take = () => { add(input.files); input.value = ""; };
  input.addEventListener("change", take);
  if (input.files.length) take(); // chosen while the page was still loading
  if (camera && matchMedia("(pointer: coarse)").matches) {
    const shot = camera.querySelector("input");
    camera.hidden = false;
    shot.addEventListener("change", () => { add(shot.files); shot.value = ""; });
  }
  let depth = 0;
  drop.addEventListener("dragenter", () => { depth += 1; drop.dataset.over = ""; });
  drop.addEventListener("dragleave", () => { depth -= 1; if (!depth) delete drop.dataset.over; });
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => { event.preventDefault(); depth = 0; delete drop.dataset.over; add(event.dataTransfer.files); });
  addEventListener("online", () => { for (const job of jobs) if (job.state === "waiting") job.ready = true; next(); });
};

document.querySelectorAll("form[data-upload]").forEach(start);
