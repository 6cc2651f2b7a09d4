// What every page does with a script: errors take the focus, toasts can be closed, a link may open its dialog here.

document.querySelector("[data-focus]")?.focus();

for (const button of document.querySelectorAll("[data-dismiss]")) {
  const toast = button.closest(".toast");
  button.hidden = false;
  button.addEventListener("click", () => toast.remove());
  // It leaves by itself only where nothing is lost by missing it, and never under the pointer or the focus.
  if (!toast.querySelector("a")) {
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 3000) : toast.remove());
    setTimeout(leave, 9000);
  }
}

// <a href="/page-that-asks" data-popover="id">: the page is the way without scripts and without popovers.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-popover]");
  const dialog = link && document.getElementById(link.dataset.popover);
  if (!dialog?.showPopover || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  dialog.showPopover();
});

// Visitors see times in their own zone from the next page on; whoever is signed in chose one in the profile.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`recourse_zone=${zone}`)) {
  document.cookie = `recourse_zone=${zone}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}
