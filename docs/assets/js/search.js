/* Loads the search's index and worker when somebody first uses the search: together they weigh more than any page.
   The theme loads both with every page. It asks for the index if it finds a form named "search", and makes a worker of the
   address in its configuration. This script runs before it: it takes the form's name away, and hands it a worker that waits for
   the first focus (a click, a key, ?q=). The theme's messages: 0 begins with the index, 2 asks. */
(function () {
  "use strict";
  var SETUP = 0;
  var QUERY = 2;
  /* The index has no such words, and the theme would take "in" for the beginning of "Incus". The last word may be unfinished. */
  var EMPTY = /(^|\s)(?:an?|and|are|be|can|do|does|for|from|how|i|if|in|is|it|my|of|on|or|should|than|the|to|what|when|which|why|with)(?=\s+\S)/gi;
  var form = document.forms.namedItem("search");
  var query = form && form.elements.namedItem("query");
  var holder = document.getElementById("__config");
  var config = holder && JSON.parse(holder.textContent);
  /* From a file, no script may fetch: the theme has a way of its own for that. */
  if (!query || !config || !config.search || location.protocol === "file:") return;
  var Theirs = window.Worker;
  var base = new URL(config.base, location.href);
  var waiting = new EventTarget();
  var messages = [];
  var started = false;
  var worker;
  function say(text) {
    var meta = document.querySelector(".md-search-result__meta");
    if (meta) meta.textContent = text;
  }
  function failed() {
    started = false;
    say("The search could not be loaded. Close it and open it again to try once more.");
  }
  function start() {
    if (started) return;
    started = true;
    fetch(new URL("search/search_index.json", base)).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    }).then(function (index) {
      worker = new Theirs(config.search);
      worker.addEventListener("message", function (event) {
        waiting.dispatchEvent(new MessageEvent("message", { data: event.data }));
      });
      worker.addEventListener("error", failed);
      var options = { suggest: config.features.includes("search.suggest") };
      worker.postMessage({ type: SETUP, data: { config: index.config, docs: index.docs, options: options } });
      messages.splice(0).forEach(function (message) { worker.postMessage(message); });
    }).catch(failed);
  }
  waiting.postMessage = function (message) {
    if (message.type === QUERY) message = { type: QUERY, data: message.data.replace(EMPTY, "$1").trim() };
    if (worker) worker.postMessage(message); else messages.push(message);
  };
  window.Worker = function (address, options) {
    if (address !== config.search) return new Theirs(address, options);
    window.Worker = Theirs;
    return waiting;
  };
  form.removeAttribute("name");
  query.addEventListener("focus", start);
  if (document.activeElement === query) start();
})();
