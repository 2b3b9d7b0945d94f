// Keys of the text: J and K go from clause to clause; a letter on a clause follows its link.
"use strict";
document.addEventListener("keydown", (event) => {
  const here = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || here.closest("input, textarea, select")) return;
  const clauses = [...document.querySelectorAll("article.clause")];
  const at = clauses.indexOf(here.closest("article.clause"));
  const key = event.code.replace("Key", "").toLowerCase(); // the same keys on every layout
  if (key === "j" || key === "k") {
    const next = clauses[at < 0 ? 0 : at + (key === "j" ? 1 : -1)];
    if (!next) return;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    event.preventDefault();
    return;
  }
  if (at < 0) return;
  const link = clauses[at].querySelector(key === "o" ? "a.opens" : `a[data-key="${CSS.escape(key)}"]`);
  if (link) link.click();
});
