// Hints of the server make the page look again; what they mean stands in the page that is fetched.
"use strict";
(() => {
  const body = document.body;
  if (!document.getElementById("said")) return;

  const typing = () => {
    const here = document.activeElement;
    return (here && here.matches("input, textarea, select, [contenteditable]")) ||
      !getSelection().isCollapsed;
  };
  const lookAgain = () => {
    document.getElementById("said").textContent = document.getElementById("said").dataset.came;
    // Nothing moves under somebody who writes or selects: the news waits until they are done.
    if (typing()) document.addEventListener("focusout", () => setTimeout(lookAgain), { once: true });
    else body.dispatchEvent(new CustomEvent("doc-changed"));
  };
  const source = new EventSource("/hints");
  source.addEventListener("changed", lookAgain);
  source.addEventListener("link", lookAgain);
  source.addEventListener("locked", () => location.assign("/unlock?back=" + encodeURIComponent(location.pathname)));
  let wasOpen = false;
  source.addEventListener("open", () => { if (wasOpen) lookAgain(); wasOpen = true; });
})();
