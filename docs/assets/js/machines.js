/* Where charts hold several machines, shows one at a time: the one that the reader chose, on every page.
   On a phone the table of a line chart is folded, since it is long there. */
(function () {
  "use strict";
  var KEY = "cvm-machine";
  function remembered() {
    try { return localStorage.getItem(KEY) || ""; } catch (error) { return ""; }
  }
  function remember(name) {
    try { localStorage.setItem(KEY, name); } catch (error) { /* private: the choice lasts as long as the page */ }
  }
  function show(name) {
    document.querySelectorAll("figure.chart").forEach(function (chart) {
      var chooser = chart.querySelector(".chooser");
      if (!chooser) return;
      var blocks = Array.from(chart.querySelectorAll("[data-machine]"));
      var known = blocks.some(function (block) { return block.dataset.machine === name; });
      var chosen = known ? name : blocks[0].dataset.machine;
      blocks.forEach(function (block) { block.hidden = block.dataset.machine !== chosen; });
      chooser.querySelector("select").value = chosen;
      chooser.hidden = false;
    });
  }
  function start() {
    if (matchMedia("(max-width: 44.9375em)").matches) {
      document.querySelectorAll(".chart__values").forEach(function (values) { values.open = false; });
    }
    show(remembered());
    document.querySelectorAll(".chooser select").forEach(function (select) {
      select.addEventListener("change", function () {
        var before = select.getBoundingClientRect().top;
        remember(select.value);
        show(select.value);
        scrollBy(0, select.getBoundingClientRect().top - before); /* charts above may have changed their height */
      });
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
