// Comforts of the form in which a test is planned; the page works without this file.
"use strict";

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    const asked = event.submitter;
    if (asked && asked.value === "file") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
}

// Whoever comes back by the browser's own button may send again.
addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent; });

const first = document.querySelector("[aria-invalid=true]");
if (first) { first.closest("details")?.setAttribute("open", ""); first.focus({ preventScroll: true }); first.scrollIntoView({ block: "center" }); }
