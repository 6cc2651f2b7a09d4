// Files go one by one, two at a time, with a bar each; a broken line is tried again by itself with the same key, so that
// the server counts a file once. Without a script the same form sends them all in one go. Markup: templates/ui/upload_form.html.

const AT_ONCE = 2, TRIES = 4, WAIT = 1500;

const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
const language = document.documentElement.lang || "en";
const size = (bytes) => new Intl.NumberFormat(language, { style: "unit", unit: "megabyte", unitDisplay: "short", maximumFractionDigits: 1 }).format(bytes / 1048576);
const percent = new Intl.NumberFormat(language, { style: "percent" });

const start = (form) => {
  const input = form.querySelector("[data-drop] input[type=file]:not([capture])"), drop = form.querySelector("[data-drop]");
  const list = form.querySelector("[data-uploads]"), template = form.querySelector("template[data-upload-row]"), words = form.dataset;
  const card = form.querySelector("[data-upload-card]"), news = form.querySelector("[data-upload-news]"), camera = form.querySelector("[data-camera]");
  if (!input || !list || !template) return;
  form.querySelector("[data-upload-submit]")?.setAttribute("hidden", "");
  const jobs = [];

  const tell = () => {
    const n = (...states) => jobs.filter((job) => states.includes(job.state)).length;
    const going = n("waiting", "sending");
    if (news) news.textContent = words.news.replace("{done}", n("done")).replace("{going}", going).replace("{failed}", n("failed"));
    onbeforeunload = going ? (event) => event.preventDefault() : null;
  };

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
  };

  const finish = (job, html) => {
    job.state = "done";
    const box = document.createElement("template");
    box.innerHTML = html ?? "";
    const row = box.content.firstElementChild;
    if (row) { job.row.replaceWith(row); job.row = row; }
    else { part(job, "bar").hidden = part(job, "cancel").hidden = true; part(job, "percent").textContent = ""; part(job, "state-words").textContent = words.checking; }
    form.dispatchEvent(new CustomEvent("upload:done", { bubbles: true }));
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
      else if (answer?.error) fail(job, answer.error, false);
      else if (request.status >= 500 || request.status === 429) return broken();
      else if (request.status === 413) fail(job, words.large, false);
      else fail(job, request.status === 404 ? words.failed : words.signedOut, true);
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
    card?.removeAttribute("hidden");
    next();
  };

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
