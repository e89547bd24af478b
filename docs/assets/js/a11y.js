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
    /* The label of a section with a page of its own is empty: its list is named after its title. */
    document.querySelectorAll("nav.md-nav[aria-labelledby]").forEach(function (nav) {
      var label = document.getElementById(nav.getAttribute("aria-labelledby"));
      var title = nav.querySelector(":scope > .md-nav__title");
      if (title && !(label && label.textContent.trim())) {
        nav.removeAttribute("aria-labelledby");
        nav.setAttribute("aria-label", "Pages of " + title.textContent.trim());
      }
    });
    /* What scrolls sideways must be reachable by keyboard. */
    document.querySelectorAll("table.observed:not([tabindex])").forEach(function (table) {
      if (table.scrollWidth > table.clientWidth) table.setAttribute("tabindex", "0");
    });
    document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex]), .diagram__panel:not([tabindex]), .plot:not([tabindex])").forEach(function (wrap) {
      if (wrap.scrollWidth > wrap.clientWidth) {
        wrap.setAttribute("tabindex", "0");
        wrap.setAttribute("role", "region");
        tables += 1;
        wrap.setAttribute("aria-label", (wrap.matches(".md-typeset__scrollwrap") ? "Table " : "Picture ") + tables + ", scrolls sideways");
      }
    });
  }
  /* Once a frame at most: the theme adds its buttons one by one, and each reading of a width makes the browser lay the page out again. */
  var waiting = false;
  function soon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(function () { waiting = false; name(); });
  }
  /* The meaning of a term goes when Escape is pressed, and can come again once pointer and focus have left it. */
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll(".term:is(:hover, :focus-within), .chip:is(:hover, :focus)").forEach(function (term) { term.classList.add("term--closed"); });
  });
  ["mouseout", "focusout"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      var term = event.target.closest && event.target.closest(".term, .chip");
      if (term && !term.contains(event.relatedTarget)) term.classList.remove("term--closed");
    });
  });
  /* What has moved to another page is named on the link that leads there: an old address leads on. */
  function lead() {
    var id = location.hash.slice(1);
    if (!id || document.getElementById(id)) return;
    var moved = document.querySelector('[data-moved~="' + CSS.escape(id) + '"]');
    if (moved) location.replace(moved.href.split("#")[0] + location.hash);
  }
  document.addEventListener("DOMContentLoaded", lead);
  addEventListener("hashchange", lead);
  new MutationObserver(soon).observe(document.documentElement, { childList: true, subtree: true });
  addEventListener("resize", soon); /* a phone that is turned */
  document.addEventListener("DOMContentLoaded", name);
  name();
})();
