// The viewer: two panes, each with its own picture, turn, zoom and place. Pictures are shown whole and never filtered.
// Transforms are custom properties set through the object model, which a strict content policy allows.

const MOST = 8, STEP = 1.4, TURN = 90;

const Pane = (figure) => {
  const stage = figure.querySelector(".stage");
  let zoom = 1, turn = 0, x = 0, y = 0;
  const image = () => stage.querySelector("img");
  const draw = () => {
    const picture = image();
    if (!picture) return;
    const bound = (n, size) => Math.min(Math.max(n, (-size * (zoom - 1)) / 2 - 1), (size * (zoom - 1)) / 2 + 1);
    x = bound(x, stage.clientWidth); y = bound(y, stage.clientHeight);
    const quarter = turn % 180 !== 0, fit = quarter ? Math.min(stage.clientHeight / stage.clientWidth, stage.clientWidth / stage.clientHeight) : 1;
    picture.style.setProperty("--zoom", String(zoom * fit));
    picture.style.setProperty("--turn", `${turn}deg`);
    picture.style.setProperty("--pan-x", `${x}px`);
    picture.style.setProperty("--pan-y", `${y}px`);
    picture.toggleAttribute("data-zoomed", zoom > 1);
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
  const show = (film) => {
    const { full, video, number, by, caption, alt } = film.dataset;
    const id = document.createElement("span");
    id.className = "id"; id.textContent = number;
    let view;
    if (video) { view = document.createElement("video"); view.controls = true; view.preload = "metadata"; view.src = video; }
    else if (full) { view = document.createElement("img"); view.alt = alt; view.draggable = false; view.src = full; }
    else { view = document.createElement("a"); view.href = film.href; view.textContent = caption; }
    stage.replaceChildren(view, id);
    stage.setAttribute("aria-label", number);
    const words = figure.querySelector("figcaption"), who = document.createElement("strong"), open = document.createElement("a");
    who.textContent = `${by}: `; open.href = film.href; open.textContent = number;
    words.replaceChildren(who, `${caption} `, open);
    figure.dataset.number = number;
    acts.reset();
  };
  const fingers = new Map();
  let span = 0;
  stage.addEventListener("pointerdown", (event) => {
    if (!event.target.closest("img")) return;
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

const start = (root) => {
  const viewer = root.querySelector("[data-viewer]"), film = [...root.querySelectorAll("[data-film]")];
  const panes = [...root.querySelectorAll("[data-pane]")].map(Pane), tools = root.querySelector("[data-viewer-tools]");
  if (!panes.length) return;
  let current = panes[0];
  const mark = () => {
    const shown = new Set(panes.slice(0, Number(viewer.dataset.panes)).map((pane) => pane.number()));
    for (const frame of film) frame.toggleAttribute("aria-current", shown.has(frame.dataset.number));
    for (const frame of film) if (shown.has(frame.dataset.number)) frame.setAttribute("aria-current", "true");
    for (const pane of panes) pane.figure.toggleAttribute("data-current", panes.length > 1 && viewer.dataset.panes === "2" && pane === current);
  };
  const choose = (pane) => { current = pane; mark(); };
  const move = (pane, by) => {
    const at = film.findIndex((frame) => frame.dataset.number === pane.number());
    const next = film[(at + by + film.length) % film.length];
    if (next) { pane.show(next); mark(); }
  };
  for (const pane of panes) for (const event of ["focusin", "pointerdown"]) pane.figure.addEventListener(event, () => choose(pane));
  for (const frame of film) frame.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    current.show(frame);
    mark();
  });
  if (tools) {
    tools.hidden = false;
    const split = tools.querySelector('[data-do="split"]');
    split.hidden = panes.length < 2;
    split.setAttribute("aria-pressed", String(viewer.dataset.panes === "2"));
    tools.addEventListener("click", (event) => {
      const act = event.target.closest("[data-do]")?.dataset.do;
      if (act === "split") {
        viewer.dataset.panes = viewer.dataset.panes === "2" ? "1" : "2";
        split.setAttribute("aria-pressed", String(viewer.dataset.panes === "2"));
        choose(panes[0]);
      } else if (act === "full") document.fullscreenElement ? document.exitFullscreen() : viewer.requestFullscreen?.();
      else if (act) current.acts[act]();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select, video, [contenteditable]")) return;
    if (document.documentElement.dataset.keys === "off" && !viewer.contains(event.target)) return;
    const far = panes[1] ?? panes[0];
    if (event.key === "[" || event.key === "]") move(current, event.key === "[" ? -1 : 1);
    else if (event.key === "{" || event.key === "}") move(far, event.key === "{" ? -1 : 1);
    else if (event.key in PUSH && viewer.contains(event.target)) { if (!current.push(...PUSH[event.key])) return; }
    else if (KEYS[event.key.toLowerCase()]) current.acts[KEYS[event.key.toLowerCase()]]();
    else return;
    event.preventDefault();
  });
  mark();
};

document.querySelectorAll("[data-viewer-root]").forEach(start);
