/* Gives names to what the theme leaves without one, whenever it adds such an element. */
(function () {
  "use strict";
  var blocks = 0;
  var tables = 0;
  function name() {
    document.querySelectorAll(".md-search[role=dialog]:not([aria-label])").forEach(function (dialog) {
      dialog.setAttribute("aria-label", "Search");
    });
    document.querySelectorAll(".md-code__nav:not([data-named])").forEach(function (nav) {
      blocks += 1;
      nav.setAttribute("data-named", "");
      nav.setAttribute("aria-label", "Actions of code block " + blocks);
    });
    /* What scrolls sideways must be reachable by keyboard. */
    document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])").forEach(function (wrap) {
      if (wrap.scrollWidth > wrap.clientWidth) {
        wrap.setAttribute("tabindex", "0");
        wrap.setAttribute("role", "region");
        tables += 1;
        wrap.setAttribute("aria-label", "Table " + tables + ", scrolls sideways");
      }
    });
  }
  /* Once a frame at most: the theme adds its buttons one by one, and each look at a width lays the page out anew. */
  var waiting = false;
  function soon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(function () { waiting = false; name(); });
  }
  new MutationObserver(soon).observe(document.documentElement, { childList: true, subtree: true });
  addEventListener("resize", soon); /* a phone that is turned */
  document.addEventListener("DOMContentLoaded", name);
  name();
})();
