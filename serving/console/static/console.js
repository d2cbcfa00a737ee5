// Comforts only; every page works without this file.
// "/" goes to the search field; j and k walk the rows of a queue; a page that is still worked out looks again by itself.
"use strict";

const again = document.querySelector('meta[name="look-again"]');
if (again) setTimeout(() => location.reload(), 1000 * Number(again.content));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  if (event.key === "/") {
    const field = document.querySelector("[data-find]");
    if (field) { event.preventDefault(); field.focus(); field.select(); }
  }
  if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".queue .who a")];
    const next = links.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
    const link = links[Math.max(0, Math.min(links.length - 1, next))];
    if (link) { link.focus(); link.closest("tr").scrollIntoView({ block: "nearest" }); }
  }
});
