// A draft in an editor. Saving is htmx's: here it is only kept in order, told, and never lost.
"use strict";
(() => {
  const draft = document.querySelector(".draft");
  if (!draft) return;
  const formOf = (node) => node instanceof Element ? node.closest("form.clause-form") : null;
  const forms = () => [...draft.querySelectorAll("form.clause-form")];
  const written = new WeakMap();  // how often something was typed into a form
  const saved = new WeakMap();    // and how often of it is saved
  const flying = new Map();       // forms that are being saved: what was typed when that began
  const typed = (form) => written.get(form) || 0;
  const isDirty = (form) => typed(form) !== (saved.get(form) || 0);
  const tell = (form, words) => { form.querySelector(".saved").textContent = words; };
  let leaving = false;
  let waiting = null;             // what is done once nothing is being saved any more

  draft.addEventListener("input", (event) => {
    const form = formOf(event.target);
    if (!form || event.target.name === "after") return;  // what a button takes, nothing keeps
    written.set(form, typed(form) + 1);
    tell(form, draft.dataset.unsaved);
  });
  // What stands beside the words is saved with them.
  draft.addEventListener("change", (event) => {
    const form = formOf(event.target);
    if (form && !event.target.matches("textarea")) form.querySelector("textarea").dispatchEvent(new Event("change"));
  });

  // Nothing moves from under a press: the answer waits for its end, but not for ever.
  document.addEventListener("htmx:config:request", (event) => {
    const ctx = event.detail.ctx;
    if (!formOf(ctx.sourceElement)) return;
    ctx.fetch = async (...asked) => {
      const answer = await fetch(...asked);
      for (let left = 50; left && draft.querySelector(":active"); left--) await new Promise((go) => setTimeout(go, 20));
      return answer;
    };
  });
  document.addEventListener("htmx:before:request", (event) => {
    const ctx = event.detail.ctx;
    const form = formOf(ctx.sourceElement);
    if (!form) return;
    // A request may have waited for the one before: it takes the words as they are now.
    ctx.request.body = new URLSearchParams(new FormData(form));
    flying.set(form, typed(form));
  });
  document.addEventListener("htmx:after:request", (event) => {
    const ctx = event.detail.ctx;
    const form = formOf(ctx.sourceElement);
    if (!form) return;
    if (ctx.response.headers.get("Paraph-Saved")) {
      saved.set(form, flying.get(form));
      for (const area of form.querySelectorAll("textarea, input:not([type])")) {
        const kept = ctx.request.body.get(area.name);
        // In a field that nobody typed into, even the same words once more take away the selection.
        if (kept !== null && kept !== area.defaultValue) area.defaultValue = kept;
      }
    }
    else if (ctx.response.raw.redirected) tell(form, draft.dataset.locked);
    else if (ctx.response.status >= 400) tell(form, draft.dataset.gone);
  });
  document.addEventListener("htmx:error", (event) => {
    const form = event.detail.ctx && formOf(event.detail.ctx.sourceElement);
    if (form) tell(form, draft.dataset.gone);
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const form = formOf(event.detail.ctx.sourceElement);
    if (!form) return;
    flying.delete(form);
    if (isDirty(form)) tell(form, form.querySelector(".saved").textContent || draft.dataset.unsaved);
    if (!flying.size && waiting) {
      const go = waiting;
      waiting = null;
      go();
    }
  });

  let went = 0;

  // Whoever goes on while something is being saved waits for it, a blink; two clicks are one step.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    if (flying.size) {
      event.preventDefault();
      const pressed = event.submitter;
      // What was saved meanwhile may have put another button of the same name in its place.
      waiting = () => form.requestSubmit(!pressed || pressed.isConnected ? pressed
        : form.querySelector("button[value='" + CSS.escape(pressed.value) + "']"));
      return;
    }
    if (Date.now() - went < 1000) { event.preventDefault(); return; }
    went = Date.now();
    if (formOf(form)) cut(form);
    leaving = !forms().some((each) => each !== form && isDirty(each));
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!link || !flying.size || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    waiting = () => link.click();
  });
  document.body.addEventListener("desk-locked", () => { leaving = true; });  // all of it was kept
  addEventListener("beforeunload", (event) => {
    if (!leaving && forms().some(isDirty)) event.preventDefault();
  });

  // ---------------------------------------------------------------- the cursor

  const areas = new WeakMap();    // the field of each form that had the cursor last
  const touched = new WeakSet();
  draft.addEventListener("focusin", (event) => {
    if (!event.target.matches("textarea")) return;
    areas.set(formOf(event.target), event.target);
    touched.add(event.target);
  });
  const cut = (form) => {
    for (const area of form.querySelectorAll("textarea[name^='words-']")) {
      const place = form.elements[area.name.replace("words-", "cut-")];
      // Characters as the desk counts them: a pair of surrogates is one.
      place.value = touched.has(area) ? String([...area.value.slice(0, area.selectionStart)].length) : "";
    }
  };
  const insert = (form, before, after) => {
    const area = areas.get(form) || form.querySelector("textarea[name^='words-']");
    area.focus();
    const from = area.selectionStart;
    const chosen = area.value.slice(from, area.selectionEnd);
    // As if typed: the browser's own undo takes it back.
    if (!document.execCommand("insertText", false, before + chosen + after)) {
      area.setRangeText(before + chosen + after);
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const at = from + before.length + chosen.length;
    area.setSelectionRange(at, at);
  };
  const dialog = document.getElementById("reference");
  let asking = null;
  const answered = (inserts) => {
    const field = document.getElementById("reference-cid");
    const cid = field.value.trim();
    field.value = "";
    const form = asking;
    asking = null;
    if (form && inserts && cid) insert(form, "{ref:" + cid + "}", "");
    else if (form) (areas.get(form) || form.querySelector("textarea")).focus();
  };
  // Within the key that answers: a close is told later, when the next key has met the wrong field.
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    answered(event.submitter.value === "insert");
  });
  dialog.addEventListener("close", () => answered(false));  // by Escape; else it was answered
  for (const bar of draft.querySelectorAll(".insert")) bar.hidden = false;
  draft.addEventListener("click", (event) => {
    const button = event.target.closest(".insert button");
    if (!button) return;
    const form = formOf(button);
    if ("reference" in button.dataset) {
      asking = form;
      dialog.showModal();
    } else insert(form, button.dataset.before, button.dataset.after);
  });

  // ---------------------------------------------------------------- keys (web/keymap.py)

  draft.addEventListener("keydown", (event) => {
    const form = formOf(event.target);
    if (!form) return;
    const plain = !event.altKey && !event.shiftKey && !event.ctrlKey && !event.metaKey;
    const bar = event.target.closest(".insert");
    if (event.key === "F2" && plain && event.target.matches("textarea")) {
      form.querySelector(".insert button").focus();
    } else if (bar && plain && event.key === "Escape") {
      (areas.get(form) || form.querySelector("textarea")).focus();
    } else if (bar && plain && bar.querySelector("[data-key='" + event.code + "']")) {
      bar.querySelector("[data-key='" + event.code + "']").click();
    } else if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") {
      if (event.target.matches("textarea")) event.target.dispatchEvent(new Event("change", { bubbles: true }));
    } else if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      form.requestSubmit(form.querySelector("button[value='close']"));
    } else return;
    event.preventDefault();
  });

  // What was typed before everything here listened is saved as well.
  const early = (area) => {
    const form = formOf(area);
    if (!form || !area.matches("textarea[hx-post]") || area.value === area.defaultValue) return;
    if (!typed(form)) area.dispatchEvent(new Event("input", { bubbles: true }));
    area.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("htmx:after:init", (event) => early(event.target));
  for (const area of draft.querySelectorAll("[data-htmx-powered]")) early(area);
})();
