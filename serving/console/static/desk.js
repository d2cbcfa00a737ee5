// Comforts of the Desk: keys, clocks, a lease that lasts while the desk is open, and word of what came in.
// Everything here can be done without it, by the forms of the page.
"use strict";

(() => {
  const strip = document.querySelector(".strip");
  const line = document.querySelector("[data-line]");
  const outcome = document.getElementById("outcome");
  const item = strip && strip.dataset.item;

  /* Clocks run on from the service's own time: the machine's may stand elsewhere. */

  const skew = strip ? Date.parse(strip.dataset.now) - Date.now() : 0;
  let until = strip ? Date.parse(strip.dataset.until) : 0;

  const left = (ms) => {
    const minutes = Math.floor(ms / 60000);
    if (minutes < 0) return "over";
    if (minutes < 1) return `${Math.floor(ms / 1000)} s left`;
    return minutes < 60 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
  };
  const shown = (when, zone) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(when);

  const tick = () => {
    const now = Date.now() + skew;
    for (const span of strip.querySelectorAll("[data-countdown]")) {
      const rest = Date.parse(span.dataset.countdown) - now;
      span.textContent = left(rest);
      span.parentElement.classList.toggle("near", rest < 15 * 60000);
    }
    const lease = strip.querySelector("[data-lease-left]");
    lease.textContent = left(until - now);
    lease.parentElement.classList.toggle("near", until - now < 3 * 60000);
    const clock = strip.querySelector("[data-clock]");
    if (clock && !clock.textContent.includes("\u2013")) clock.textContent = shown(now, clock.dataset.clock);
  };

  /* The lease lasts while the desk is open; what came in meanwhile is told and moves nothing. */

  const told = new Set([...document.querySelectorAll(".line .note")].map((note) => note.dataset.note));
  const tell = (sentence) => {
    if (told.has(sentence)) return;
    told.add(sentence);
    const note = document.createElement("p");
    note.className = "note";
    const word = document.createElement("b");
    word.textContent = "New. ";
    note.append(word, sentence);
    line.replaceChildren(note, ...line.querySelectorAll(".note"));
  };
  const extend = async () => {
    const answer = await fetch(`/v1/items/${item}/extend`, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" }).catch(() => null);
    if (!answer) return tell("The service does not answer. What you type stays here; store it when it is back.");
    if (!answer.ok) return tell("This item is no longer yours. What you store of this call is kept all the same.");
    until = Date.parse((await answer.json()).lease_until);
    const lease = strip.querySelector("[data-lease]");
    lease.textContent = shown(until, lease.dataset.lease);
  };
  const listen = async () => {
    const answer = await fetch(`/v1/items/${item}`).catch(() => null);
    if (answer && answer.ok) for (const notice of (await answer.json()).notices) tell(notice.sentence);
  };

  /* Outcomes: o, a letter, Enter. */

  const choices = outcome && outcome.querySelector(".choices");
  const enter = () => {
    const radios = [...choices.querySelectorAll("input")];
    (radios.find((radio) => radio.checked) || radios[0]).focus({ preventScroll: true });
    choices.classList.add("keyed");
    choices.scrollIntoView({ block: "nearest" });
  };
  const firstAsk = (radio) => {
    const verified = document.querySelector("[name=verified_party]:checked");
    if ("needsVerified" in radio.dataset && verified && !verified.value) return document.querySelector('[data-verified="1"]');
    const ask = [...outcome.querySelectorAll(".ask")].find((each) => each.dataset.for.split(" ").includes(radio.value));
    return ask && (ask.querySelector("input:checked") || ask.querySelector("input, select"));
  };
  const choose = (radio) => {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    radio.focus({ preventScroll: true });
    const next = firstAsk(radio);
    if (next) { next.focus(); if (next.select && next.type === "text") next.select(); }
  };
  const sum = () => {
    const place = outcome.querySelector("[data-sum]");
    const value = (name) => (outcome.elements[name] && outcome.elements[name].value) || "";
    const amount = Number(value("amount_minor").replace(/[ ,\u00a0]/g, ""));
    const count = Number(value("instalment_count"));
    const plan = value("disposition") === "plan_made" && amount > 0 && count > 1;
    place.hidden = !plan;
    if (plan) place.textContent = `${count} payments of ${amount.toLocaleString("en")}: ${(amount * count).toLocaleString("en")} in all.`;
  };

  const open = (id) => {
    const act = document.getElementById(id);
    if (!act) return;
    act.open = true;
    act.querySelector("input:not([type=hidden]):not(:disabled), button").focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target;
    if (event.key === "Escape") { if (choices) choices.classList.remove("keyed"); at.blur(); return; }
    const typing = at.closest("input:not([type=radio]):not([type=checkbox]), select, textarea");
    if (typing) return;
    if (choices && choices.contains(at)) {
      const radio = choices.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
      if (radio) { event.preventDefault(); choose(radio); }
      return;
    }
    const keys = {
      o: () => choices && enter(),
      s: () => open("skip"),
      z: () => open("snooze"),
      "/": () => { window.location.href = "/desk/lookup"; },
    };
    const verified = document.querySelector(`[data-verified="${CSS.escape(event.key)}"]`);
    if (verified) { event.preventDefault(); verified.checked = true; verified.focus({ preventScroll: true }); return; }
    const act = keys[event.key];
    if (act && !(event.key === "/" && document.querySelector("[data-find]"))) { event.preventDefault(); act(); }
  });

  if (outcome) {
    choices.addEventListener("focusout", (event) => { if (!choices.contains(event.relatedTarget)) choices.classList.remove("keyed"); });
    outcome.addEventListener("input", sum);
    outcome.addEventListener("change", sum);
    // A second press of Enter while the first is on its way must not ask twice; its key would say so anyway.
    outcome.addEventListener("submit", () => setTimeout(() => { for (const button of outcome.querySelectorAll(".send button")) button.disabled = true; }));
    const faulty = document.querySelector(".faulty:not(.ask), .ask.faulty");
    if (faulty) (faulty.querySelector("input:not([value=\"\"]), select, input") || faulty).focus();
  }
  const start = document.querySelector("[data-start]");
  if (start) start.focus({ preventScroll: true });
  if (strip && item) {
    tick();
    setInterval(tick, 1000);
    setInterval(extend, 5 * 60000);
    setInterval(listen, 15000);
  }
})();
