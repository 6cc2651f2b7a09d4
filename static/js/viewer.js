// The viewer: two panes, each with its own picture, turn, zoom and place. Pictures are shown whole and never filtered.
// Transforms are custom properties set through the object model, which a strict content policy allows.

const MOST = 8, STEP = 1.4, TURN = 90, STROKE = 48;

// Which way "right" leads in the reader's direction of reading.
const forward = (right) => ((document.dir === "rtl") === right ? -1 : 1);

// How much a picture that lies on its side has to grow or shrink to be shown whole.
const turned = ({ naturalWidth: width, naturalHeight: height }, { clientWidth: across, clientHeight: down }) =>
  width && height ? Math.min(across / height, down / width) / Math.min(across / width, down / height) : Math.min(down / across, across / down);

const Pane = (figure, words) => {
  const stage = figure.querySelector(".stage");
  let zoom = 1, turn = 0, x = 0, y = 0;
  const image = () => stage.querySelector(":scope > img");
  const draw = () => {
    const picture = image();
    if (!picture) return;
    const bound = (n, size) => Math.min(Math.max(n, (-size * (zoom - 1)) / 2 - 1), (size * (zoom - 1)) / 2 + 1);
    x = bound(x, stage.clientWidth); y = bound(y, stage.clientHeight);
    const fit = turn % 180 ? turned(picture, stage) : 1;
    picture.style.setProperty("--zoom", String(zoom * fit));
    picture.style.setProperty("--turn", `${turn}deg`);
    picture.style.setProperty("--pan-x", `${x}px`);
    picture.style.setProperty("--pan-y", `${y}px`);
    picture.toggleAttribute("data-zoomed", zoom > 1);
    stage.toggleAttribute("data-zoomed", zoom > 1);
  };
  const scale = (by, at) => {
    const next = Math.min(Math.max(zoom * by, 1), MOST);
    if (at) { x = at.x - ((at.x - x) * next) / zoom; y = at.y - ((at.y - y) * next) / zoom; }
    zoom = next;
    draw();
  };
  const point = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.x - box.width / 2, y: event.clientY - box.y - box.height / 2 };
  };
  const acts = {
    in: () => scale(STEP), out: () => scale(1 / STEP),
    turn: () => { turn = (turn + TURN) % 360; x = y = 0; draw(); },
    reset: () => { zoom = 1; turn = x = y = 0; draw(); },
  };
  const view = ({ full, video, sheet, alt, file, caption }) => {
    const make = (name, values) => Object.assign(document.createElement(name), values);
    if (video) return make("video", { controls: true, preload: "metadata", src: video, poster: full });
    if (full) return make("img", { alt, draggable: false, src: full });
    const link = make("a", { href: file, textContent: sheet ? words.openPdf : caption });
    if (!sheet) return link;
    const paper = make("div", { className: "stage-document" });
    link.className = "btn";
    paper.append(make("img", { alt: "", src: sheet }), link);
    return paper;
  };
  const show = (film) => {
    const { number, by, caption, at, file } = film.dataset, part = (name) => figure.querySelector(`[data-${name}]`);
    const id = document.createElement("span");
    id.className = "id"; id.textContent = number;
    stage.replaceChildren(view(film.dataset), id);
    stage.setAttribute("aria-label", number);
    for (const [name, text] of [["who", by], ["words", caption], ["at", at]]) if (part(name)) part(name).textContent = text;
    for (const name of figure.querySelectorAll("[data-of]")) name.textContent = ` ${number}`;
    if (part("open")) { part("open").href = file; part("open").hidden = Boolean(film.dataset.sheet); }
    if (part("save")) part("save").href = `${file}?download=1`;
    figure.dataset.number = number;
    acts.reset();
  };
  const fingers = new Map();
  let span = 0, from = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.target.closest("a, video")) return;
    from = event.pointerType !== "mouse" && zoom === 1 && !fingers.size ? { x: event.clientX, y: event.clientY } : null;
    fingers.set(event.pointerId, event);
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    fingers.set(event.pointerId, event);
    if (fingers.size === 2) {
      const [a, b] = [...fingers.values()], now = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
      if (span) scale(now / span, point(event));
      span = now;
    } else if (zoom > 1) { x += event.clientX - last.clientX; y += event.clientY - last.clientY; draw(); }
  });
  // A finger that strokes across a whole picture turns to the next one; up and down it scrolls the page.
  stage.addEventListener("pointerup", (event) => {
    if (!from || fingers.size !== 1 || zoom > 1) return;
    const dx = event.clientX - from.x, dy = event.clientY - from.y;
    if (Math.abs(dx) > STROKE && Math.abs(dx) > 1.5 * Math.abs(dy)) stage.dispatchEvent(new CustomEvent("stroke", { bubbles: true, detail: forward(dx < 0) }));
  });
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => { fingers.delete(event.pointerId); span = 0; });
  stage.addEventListener("dblclick", (event) => { if (event.target.closest("img")) zoom > 1 ? acts.reset() : scale(2.5, point(event)); });
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && zoom === 1) return;
    event.preventDefault();
    scale(event.deltaY < 0 ? 1.15 : 1 / 1.15, point(event));
  }, { passive: false });
  const push = (dx, dy) => { if (zoom === 1) return false; x += dx; y += dy; draw(); return true; };
  new ResizeObserver(draw).observe(stage);
  return { figure, stage, acts, show, push, number: () => figure.dataset.number ?? stage.getAttribute("aria-label") };
};

const KEYS = { r: "turn", "+": "in", "=": "in", "-": "out", 0: "reset" };
const PUSH = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };

const SIDEWAYS = new Set(["ArrowLeft", "ArrowRight"]);

const start = (root) => {
  const viewer = root.querySelector("[data-viewer]"), film = [...root.querySelectorAll("[data-film]")];
  const panes = [...root.querySelectorAll("[data-pane]")].map((figure) => Pane(figure, root.dataset)), tools = root.querySelector("[data-viewer-tools]");
  if (!panes.length) return;
  let current = panes[0];
  const place = root.querySelector("[data-viewer-place]"), beside = root.querySelector("[data-viewer-with]");
  const mark = () => {
    const shown = new Set(panes.slice(0, Number(viewer.dataset.panes)).map((pane) => pane.number()));
    for (const frame of film) frame.toggleAttribute("aria-current", shown.has(frame.dataset.number));
    for (const frame of film) if (shown.has(frame.dataset.number)) frame.setAttribute("aria-current", "true");
    const here = film.find((frame) => frame.dataset.number === current.number()), strip = here?.parentElement;
    strip?.scrollTo({ left: here.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2, top: here.offsetTop - (strip.clientHeight - here.offsetHeight) / 2 });
    for (const pane of panes) pane.figure.toggleAttribute("data-current", panes.length > 1 && viewer.dataset.panes === "2" && pane === current);
    if (place) place.textContent = root.dataset.place.replace("{n}", film.indexOf(here) + 1).replace("{all}", film.length);
    const first = film.find((frame) => frame.dataset.number === panes[0].number()), second = viewer.dataset.panes === "2" ? panes[1]?.number() : "";
    if (!beside || !first) return;
    beside.elements.with.value = second;
    beside.action = first.dataset.page;
    const page = first.dataset.page + (second ? `?with=${second}` : "");
    if (page !== location.pathname + location.search) history.replaceState(history.state, "", page);
  };
  // The page is about its first picture: heading, title and address follow it.
  const put = (pane, frame) => {
    pane.show(frame);
    mark();
    if (pane !== panes[0]) return;
    const { number, caption } = frame.dataset, { title } = root.dataset;
    for (const heading of document.querySelectorAll("[data-viewer-number]")) heading.textContent = number;
    if (title) document.title = title.replace("{number}", number).replace("{caption}", () => caption);
  };
  const choose = (pane) => { current = pane; mark(); };
  const move = (pane, by) => {
    const at = film.findIndex((frame) => frame.dataset.number === pane.number());
    const next = film[(at + by + film.length) % film.length];
    if (next) put(pane, next);
  };
  for (const pane of panes) for (const event of ["focusin", "pointerdown"]) pane.figure.addEventListener(event, () => choose(pane));
  for (const frame of film) frame.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    put(current, frame);
  });
  root.addEventListener("stroke", (event) => move(panes.find((pane) => pane.stage === event.target) ?? current, event.detail));
  if (beside) {
    beside.querySelector("button").hidden = true;
    beside.addEventListener("change", () => {
      const frame = film.find((one) => one.dataset.number === beside.elements.with.value);
      viewer.dataset.panes = frame && panes[1] ? "2" : "1";
      current = panes[0];
      if (frame && panes[1]) put(panes[1], frame); else mark();
    });
  }
  if (tools) {
    tools.hidden = false;
    const split = tools.querySelector('[data-do="split"]');
    if (split) { split.hidden = panes.length < 2; split.setAttribute("aria-pressed", String(viewer.dataset.panes === "2")); }
    const [small, full] = ["small", "full"].map((when) => tools.querySelector(`[data-when="${when}"]`));
    const screen = () => {
      const on = document.fullscreenElement === root, had = document.activeElement === (on ? small : full);
      small.hidden = on || !document.fullscreenEnabled;
      full.hidden = !on;
      if (had) (on ? full : small).focus();
    };
    document.addEventListener("fullscreenchange", screen);
    screen();
    for (const step of tools.querySelectorAll('[data-do="previous"], [data-do="next"]')) step.hidden = film.length < 2;
    tools.parentElement.addEventListener("click", (event) => {
      const act = event.target.closest("[data-do]")?.dataset.do;
      if (!act || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (act === "split") {
        viewer.dataset.panes = viewer.dataset.panes === "2" ? "1" : "2";
        split.setAttribute("aria-pressed", String(viewer.dataset.panes === "2"));
        choose(panes[0]);
      } else if (act === "full") document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen();
      else if (act === "previous" || act === "next") move(current, act === "next" ? 1 : -1);
      else current.acts[act]();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select, video, [contenteditable]")) return;
    if (document.documentElement.dataset.keys === "off" && !viewer.contains(event.target)) return;
    const far = panes[1] ?? panes[0];
    if (event.key === "[" || event.key === "]") move(current, event.key === "[" ? -1 : 1);
    else if (event.key === "{" || event.key === "}") move(far, event.key === "{" ? -1 : 1);
    else if (event.key in PUSH && viewer.contains(event.target) && current.push(...PUSH[event.key])) { /* moved within the picture */ }
    else if (SIDEWAYS.has(event.key) && (place || viewer.contains(event.target))) move(current, forward(event.key === "ArrowRight"));
    else if (KEYS[event.key.toLowerCase()]) current.acts[KEYS[event.key.toLowerCase()]]();
    else return;
    event.preventDefault();
  });
  mark();
};

document.querySelectorAll("[data-viewer-root]").forEach(start);
