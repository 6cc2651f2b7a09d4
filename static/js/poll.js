// <div data-poll="/fragment" data-every="3">: asks for the fragment until it comes back without data-poll. Rests while nobody looks.

const SLOWER = 1.4, SLOWEST = 30;

const watch = (element) => {
  let every = Number(element.dataset.every ?? 3), current = element;
  const ask = async () => {
    if (!current.isConnected || !current.dataset.poll) return;
    if (!document.hidden) {
      try {
        const answer = await fetch(current.dataset.poll, { headers: { "X-Requested-With": "XMLHttpRequest" }, credentials: "same-origin", redirect: "error" });
        if (answer.status === 404 || answer.status === 403) return;
        if (answer.ok) {
          const box = document.createElement("template");
          box.innerHTML = await answer.text();
          const next = box.content.firstElementChild;
          if (!next) return;
          if (next.outerHTML !== current.outerHTML && !current.contains(document.activeElement)) {
            current.replaceWith(next);
            current = next;
          } else if (!next.dataset.poll) delete current.dataset.poll;
        }
      } catch { /* the line is away: ask again, later */ }
      every = Math.min(every * SLOWER, SLOWEST);
    }
    setTimeout(ask, every * 1000);
  };
  setTimeout(ask, every * 1000);
};

document.querySelectorAll("[data-poll]").forEach(watch);
