/* Loads the search's index and worker when somebody first uses the search: together they weigh more than any page.
   The theme loads both with every page. It asks for the index if it finds a form named "search", and makes a worker of the
   address in its configuration. This script runs before it: it takes the form's name away, and hands it a worker that waits for
   the first focus (a click, a key, ?q=). The theme's messages: 0 begins with the index, 2 asks.
   From a file no script may fetch, and no worker starts: there the index is a script, and the worker runs in a frame. */
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
  if (!query || !config || !config.search) return;
  var local = location.protocol === "file:";
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
  function script(address, target) {
    return new Promise(function (done, failed) {
      var made = target.createElement("script");
      made.src = address;
      made.onload = done;
      made.onerror = function () { failed(new Error("cannot load " + address)); };
      target.head.appendChild(made);
    });
  }
  function fetched() {
    return fetch(new URL("search/search_index.json", base)).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    });
  }
  function read() {
    return script(new URL("search/search_index.js", base), document).then(function () { return window.__index; });
  }
  /* The theme's worker in a frame: it listens to its window and calls postMessage, as it would in a worker. */
  function framed() {
    var made = new EventTarget();
    var frame = document.createElement("iframe");
    frame.hidden = true;
    document.body.appendChild(frame);
    var inside = frame.contentWindow;
    inside.postMessage = function (data) { made.dispatchEvent(new MessageEvent("message", { data: data })); };
    var ready = script(new URL(config.search, location.href), inside.document);
    ready.catch(failed);
    made.postMessage = function (data) {
      ready.then(function () { inside.dispatchEvent(new inside.MessageEvent("message", { data: data })); });
    };
    return made;
  }
  function start() {
    if (started) return;
    started = true;
    (local ? read() : fetched()).then(function (index) {
      worker = local ? framed() : new Theirs(config.search);
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
