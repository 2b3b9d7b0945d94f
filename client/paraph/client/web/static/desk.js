// Hints of the server make the page look again; what they mean stands in the page that is fetched.
// A page carries the number of the hint at which it was made, so it knows when it is behind.
"use strict";
(() => {
  const body = document.body;
  const said = document.getElementById("said");
  const later = document.getElementById("later");

  // Where the views stand in one line that scrolls, the one that is open is in sight.
  const open = document.querySelector(".views [aria-current]");
  const line = open?.closest("ul");
  if (line) line.scrollLeft += open.getBoundingClientRect().left - line.getBoundingClientRect().left - (line.clientWidth - open.offsetWidth) / 2;
  if (!said) return;

  let seen = Number(body.dataset.hint);  // the page shows what was known at this hint
  let told = seen;                       // what came up to this hint was announced
  let newest = seen;
  let asked = false;                     // by the button that shows it now
  let moved = 0;
  for (const kind of ["pointermove", "pointerdown"]) document.addEventListener(kind, () => { moved = Date.now(); }, { passive: true });

  // Nothing moves under somebody who writes, chooses, selects, or is about to press something.
  // Where a form is shown again, what was typed before stands in it from the beginning.
  const again = "again" in body.dataset;
  const isTyped = (one) => one.matches("textarea, input:is([type=text], [type=search], :not([type]))") && (again ? one.value !== "" : one.value !== one.defaultValue);
  const isChosen = (one) => one.matches("select") ? one.selectedOptions[0] !== ([...one.options].find((each) => each.defaultSelected) ?? one.options[0])
    : one.matches("[type=checkbox], [type=radio]") && one.checked !== one.defaultChecked;
  const writes = () => Boolean(document.activeElement?.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], main button")) ||
    !getSelection().isCollapsed ||
    [...document.querySelectorAll("#main :is(input, textarea, select)")].some((one) => isTyped(one) || isChosen(one));
  const aims = () => document.querySelector(":is(main, .views) :active") !== null || Date.now() - moved < 1500 &&
    document.querySelector(":is(main, .views) :is(a, button, summary, label, input, select):hover") !== null;

  const announce = async () => {
    const from = told;
    told = newest;
    const room = document.querySelector("[data-room]");
    const answer = await fetch("/news?after=" + from + (room ? "&n=" + room.dataset.room : ""), { headers: { "Paraph-Live": "1" } })
      .catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const words = await answer.text();
    if (words) said.textContent = said.dataset.came + " " + words;
  };
  const lookAgain = (anyway = false) => {
    if (newest <= seen || !document.querySelector("[hx-trigger^='doc-changed']")) return;
    if (!anyway && aims()) { setTimeout(lookAgain, 500); return; }
    const waits = !anyway && writes();
    later.hidden = !waits;
    if (waits) return;
    seen = newest;
    asked = anyway;
    body.dispatchEvent(new CustomEvent("doc-changed"));
  };
  // What was asked for before they began, and comes only now, waits as well.
  document.addEventListener("htmx:before:swap", (event) => {
    const { request, sourceEvent } = event.detail.ctx;
    if (!request.headers["Paraph-Live"]) return;
    const isPage = sourceEvent.type === "doc-changed";
    const isLink = sourceEvent.type === "link-changed";
    if (isPage && asked || !aims() && (isLink || !writes())) {
      // A page that looks again takes the focus from nobody.
      for (const { fragment } of event.detail.tasks) fragment.querySelector("[autofocus]")?.removeAttribute("autofocus");
      return;
    }
    event.preventDefault();
    if (isLink) setTimeout(() => body.dispatchEvent(new CustomEvent("link-changed")), 500);
    if (isPage) { seen = -1; lookAgain(); }
  });
  // A desk that is locked shows nothing, and loses nothing: what was typed goes before the page does.
  const keepTyped = (form) => {
    const fields = new URLSearchParams(new FormData(form));
    const where = new URL(form.getAttribute("action") ?? "", location);
    fields.append("typed-for", where.pathname + where.search);
    return fetch("/typed/before-locking", { method: "POST", body: fields }).then((answer) => answer.status === 204, () => false);
  };
  const lockedOut = async () => {
    const forms = [...document.querySelectorAll("main form[method=post]")].filter((form) => [...form.elements].some(isTyped));
    const kept = await Promise.all(forms.map(keepTyped));
    if (kept.every(Boolean)) body.dispatchEvent(new CustomEvent("desk-locked"));
    location.assign("/unlock?back=" + encodeURIComponent(kept.includes(true) ? "/typed" : location.pathname + location.search));
  };
  // Whoever writes is there, though no page is asked for.
  let here = Date.now();
  document.addEventListener("input", () => {
    if (Date.now() - here < 30000) return;
    here = Date.now();
    fetch("/here", { method: "POST" }).catch(() => null);
  });

  const hear = (kind, number) => {
    if (kind === "locked") {
      lockedOut();
      return;
    }
    if (kind === "link" || (kind === "hello" && number > newest)) body.dispatchEvent(new CustomEvent("link-changed"));
    newest = Math.max(newest, number);
    if (newest > told) announce();
    lookAgain();
  };
  document.addEventListener("focusout", () => setTimeout(lookAgain));
  document.addEventListener("selectionchange", () => { if (!later.hidden) lookAgain(); });
  later.querySelector("button").addEventListener("click", () => lookAgain(true));

  // One window listens for all windows: a browser keeps few connections to one host, and every
  // page would hold one. Where a browser has no locks, each page listens for itself.
  const others = new BroadcastChannel("paraph-hints");
  others.onmessage = (event) => hear(event.data.kind, event.data.number);
  const listen = () => new Promise(() => {
    const source = new EventSource("/hints");
    for (const kind of ["hello", "changed", "link", "locked"]) {
      source.addEventListener(kind, (event) => {
        const number = Number(event.data);
        others.postMessage({ kind, number });
        hear(kind, number);
      });
    }
  });
  if (navigator.locks) navigator.locks.request("paraph-hints", listen);
  else listen();
})();
