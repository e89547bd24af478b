/* Shows what `make record` wrote on a reader's machine beside the published medians. The files are read here and go nowhere.
   They are checked against the schemas that `make check` uses, which are published with the data; medians and intervals are
   computed as macros/base/statistics.py does, and written as macros/base/units.py does: tests hold each pair together. */
(function () {
  "use strict";
  var NARROW = "\u202f";
  var POWERS = { G: 9, M: 6, k: 3, "": 0, m: -3, "µ": -6, n: -9 };
  var SCALES = { B: ["G", "M", "k", ""], "B/s": ["G", "M", "k", ""], "bit/s": ["G", "M", "k", ""], s: ["", "m", "µ", "n"] };
  var DEPENDS = { cgroups: "cgroup version", docker_storage: "storage driver" };

  /* -- the schemas: of JSON Schema, the words that these use; another word is a mistake here, and not passed over -- */
  var SILENT = ["$schema", "title", "description"];
  var TYPES = {
    object: function (one) { return typeof one === "object" && one !== null && !Array.isArray(one); },
    array: Array.isArray,
    string: function (one) { return typeof one === "string"; },
    number: function (one) { return typeof one === "number" && isFinite(one); },
    integer: Number.isInteger
  };
  function isDate(text) {
    var found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
    var date = found && new Date(Date.UTC(found[1], found[2] - 1, found[3]));
    return Boolean(date) && date.toISOString().slice(0, 10) === text;
  }
  function misfits(rules, value, where, told) {
    var found = [];
    var said = rules.description || told || "";
    var object = TYPES.object(value);
    var keys = object ? Object.keys(value) : [];
    function bad(what, at) { found.push({ where: at || where || "the file", what: what, remedy: said }); }
    function into(more) { found = found.concat(more); }
    function below(key) { return where ? where + "." + key : key; }
    var words = {
      type: function (type) { if (!TYPES[type](value)) bad("is not of the type " + type); },
      "enum": function (all) { if (all.indexOf(value) < 0) bad("is none of: " + all.join(", ")); },
      pattern: function (pattern) { if (typeof value === "string" && !new RegExp(pattern, "u").test(value)) bad("does not match " + pattern); },
      format: function (format) {
        if (format !== "date") throw new Error("the format " + format);
        if (typeof value === "string" && !isDate(value)) bad("is not a date");
      },
      minLength: function (least) { if (typeof value === "string" && Array.from(value).length < least) bad("is too short"); },
      minimum: function (least) { if (typeof value === "number" && value < least) bad("is less than " + least); },
      minItems: function (least) { if (Array.isArray(value) && value.length < least) bad("has too few entries"); },
      items: function (of) { if (Array.isArray(value)) value.forEach(function (one, n) { into(misfits(of, one, below(n), said)); }); },
      minProperties: function (least) { if (object && keys.length < least) bad("has too few entries"); },
      maxProperties: function (most) { if (object && keys.length > most) bad("has too many entries"); },
      required: function (all) { if (object) all.forEach(function (key) { if (keys.indexOf(key) < 0) bad("lacks '" + key + "'"); }); },
      properties: function (known) { if (object) keys.forEach(function (key) { if (key in known) into(misfits(known[key], value[key], below(key), said)); }); },
      propertyNames: function (of) { keys.forEach(function (key) { into(misfits(of, key, below(key), said)); }); },
      additionalProperties: function (of) {
        keys.forEach(function (key) {
          if (key in (rules.properties || {})) return;
          if (of === false) bad("unknown key '" + key + "'"); else into(misfits(of, value[key], below(key), said));
        });
      },
      "if": function (of) {
        var other = misfits(of, value, where, said).length ? rules["else"] : rules.then;
        if (other) into(misfits(other, value, where, said));
      },
      then: function () {}, "else": function () {}
    };
    Object.keys(rules).forEach(function (word) {
      if (SILENT.indexOf(word) >= 0) return;
      if (!words[word]) throw new Error("the schema has a word that is not known here: " + word);
      words[word](rules[word]);
    });
    return found;
  }

  /* -- statistics -- */
  function beyond(count, position) {
    var sum = 0;
    var choose = 1;
    for (var k = 0; k < position; k += 1) { sum += choose; choose = choose * (count - k) / (k + 1); }
    return sum / Math.pow(2, count);
  }
  function estimate(values) {
    var ordered = values.slice().sort(function (a, b) { return a - b; });
    var count = ordered.length;
    var place = 1;
    for (var k = 1; k <= count; k += 1) if (beyond(count, k) <= 0.025) place = k;
    var half = Math.floor(count / 2);
    var median = count % 2 ? ordered[half] : (ordered[half - 1] + ordered[half]) / 2;
    return { median: median, low: ordered[place - 1], high: ordered[count - place], count: count };
  }

  /* -- quantities: rounded as decimals, halves away from zero -- */
  function decimal(value, digits) { /* value is digits[0].digits[1]… times ten to the power */
    var found = /^(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential());
    var all = (found[1] + (found[2] || "")).padEnd(digits, "0");
    var power = Number(found[3]);
    var kept = all.slice(0, digits);
    if (all.length > digits && all[digits] >= "5") {
      kept = String(BigInt(kept) + 1n);
      if (kept.length > digits) { kept = kept.slice(0, digits); power += 1; }
    }
    return { digits: kept, power: power };
  }
  function grouped(text) {
    var parts = text.split(".");
    parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, NARROW);
    return parts.join(".");
  }
  function fixed(number, shift) { /* in a scale of ten to the power `shift` */
    var power = number.power - shift;
    var digits = number.digits;
    if (power < 0) return "0." + "0".repeat(-power - 1) + digits;
    if (power >= digits.length - 1) return grouped(digits + "0".repeat(power - digits.length + 1));
    return grouped(digits.slice(0, power + 1) + "." + digits.slice(power + 1));
  }
  function long(value) { /* minutes and hours, of which no power of ten makes a second */
    var size = value >= 3600 ? 3600 : 60;
    var rounded = decimal(value / size, 3);
    if (size === 60 && Number(fixed(rounded, 0)) >= 60) { rounded = decimal(1, 3); size = 3600; }
    return fixed(rounded, 0) + NARROW + (size === 60 ? "min" : "h");
  }
  function quantity(value, unit) {
    if (value === 0) return unit === "count" ? "0" : "0" + NARROW + (unit === "1/s" ? "a second" : unit);
    if (unit === "count" && Number.isInteger(value)) return grouped(String(value));
    if (unit === "s" && value >= 60) return long(value);
    var number = decimal(value, 3);
    if (unit === "s" && number.power === 1 && number.digits >= "600") return long(60);
    var all = SCALES[unit];
    if (!all) return fixed(number, 0) + (unit === "count" ? "" : NARROW + "a second");
    var prefix = all.find(function (one) { return number.power >= POWERS[one]; });
    if (prefix === undefined) prefix = all[all.length - 1];
    return fixed(number, POWERS[prefix]) + NARROW + prefix + unit;
  }

  /* -- the files -- */
  function entries(entry, above) { /* every file below an entry of a drop, with its path */
    if (entry.isFile) {
      return new Promise(function (done, failed) {
        entry.file(function (file) { done([{ path: above + entry.name, file: file }]); }, failed);
      });
    }
    var reader = entry.createReader();
    var found = [];
    function more() {
      return new Promise(function (done, failed) { reader.readEntries(done, failed); }).then(function (some) {
        if (!some.length) return found;
        return Promise.all(some.map(function (one) { return entries(one, above + entry.name + "/"); })).then(function (lists) {
          lists.forEach(function (list) { found = found.concat(list); });
          return more();
        });
      });
    }
    return more();
  }
  function dropped(transfer) {
    var all = Array.from(transfer.items || []).map(function (item) { return item.webkitGetAsEntry && item.webkitGetAsEntry(); });
    if (all.length && all.every(Boolean)) {
      return Promise.all(all.map(function (one) { return entries(one, ""); })).then(function (lists) { return [].concat.apply([], lists); });
    }
    return Promise.resolve(chosen(transfer.files));
  }
  function chosen(files) {
    return Array.from(files).map(function (file) { return { path: file.webkitRelativePath || file.name, file: file }; });
  }

  /* Returns what is in the files, and what is wrong with them: the rules of macros/model/results.py, as far as a file alone shows them. */
  function check(files, published, schemas) {
    var wrong = [];
    var machine = null;
    var results = [];
    function bad(path, what, remedy) { wrong.push(path + ": " + what + (remedy ? " (" + remedy + ")" : "")); }
    files.forEach(function (one) {
      var content;
      try { content = JSON.parse(one.text); } catch (error) { return bad(one.path, "not JSON: " + error.message); }
      var parts = one.path.split("/");
      var name = parts.pop();
      var kind = name === "machine.json" ? "machine" : "result";
      var found = misfits(schemas[kind], content, "", "");
      found.forEach(function (misfit) { bad(one.path, misfit.where + ": " + misfit.what, misfit.remedy); });
      if (found.length) return undefined;
      var folder = parts.pop();
      if (kind === "machine") {
        if (machine) return bad(one.path, "a second machine: take the folder of one");
        if (folder && content.slug !== folder) bad(one.path, "slug: '" + content.slug + "' lies in the folder '" + folder + "'");
        machine = content;
        return undefined;
      }
      var known = published.experiments[content.experiment];
      if (name !== content.experiment.replace("/", ".") + ".json") return bad(one.path, "a result of '" + content.experiment + "' under another name");
      if (!known) return bad(one.path, "a result of '" + content.experiment + "', which is not published here");
      Object.keys(content.sides).forEach(function (side) {
        Object.keys(content.sides[side].metrics).forEach(function (metric) {
          var declared = known.metrics[metric.split("@")[0]];
          var where = "sides." + side + ".metrics." + metric;
          if (!declared) bad(one.path, where + ": the experiment has no such metric");
          else if (declared.unit !== content.sides[side].metrics[metric].unit) bad(one.path, where + ": the unit is not " + declared.unit);
          else if (Boolean(declared.at) !== metric.indexOf("@") >= 0) bad(one.path, where + ": " + (declared.at ? "it lacks its point" : "it is sampled at no point"));
        });
      });
      results.push({ path: one.path, content: content });
      return undefined;
    });
    if (!machine) wrong.push("machine.json is not among the files: take the folder that make record wrote, docs/data/results/NAME or build/quick/NAME");
    else results.forEach(function (one) {
      if (one.content.machine !== machine.slug) bad(one.path, "machine: '" + one.content.machine + "' is not '" + machine.slug + "'");
    });
    return { machine: machine, results: results.map(function (one) { return one.content; }), wrong: wrong };
  }

  /* Returns a row for each metric of the reader's machine; `why` says why there is no ratio, or what it rests on. */
  function compare(mine, published) {
    var theirs = {};
    published.medians.forEach(function (one) { theirs[one.slice(0, 3).join(" ")] = one; });
    var rows = [];
    mine.results.forEach(function (content) {
      var about = published.experiments[content.experiment];
      if (!about) return;
      Object.keys(content.sides).forEach(function (side) {
        var part = content.sides[side];
        Object.keys(part.metrics).forEach(function (name) {
          var metric = name.split("@");
          var declared = about.metrics[metric[0]];
          if (!declared || declared.unit === "code") return;
          var row = { experiment: content.experiment, side: side, metric: name, unit: declared.unit, title: declared.title + (metric[1] ? ", " + declared.at + ": " + metric[1] : ""), here: estimate(part.metrics[name].samples), there: null, ratio: null, why: "" };
          var other = theirs[[content.experiment, side, name].join(" ")];
          if (!other) row.why = "not published";
          else {
            row.there = { median: other[4], low: other[5], high: other[6] };
            row.why = incomparable(about, mine.machine, published, part, other[3], side);
            if (!row.why && other[4] > 0) {
              row.ratio = row.here.median / other[4];
              if (row.here.count === 1) row.why = "one reading here";
              else if (other[5] !== null && row.here.median >= other[5] && row.here.median <= other[6]) row.why = "within the published interval";
            }
          }
          rows.push(row);
        });
      });
    });
    return rows;
  }
  function incomparable(about, here, published, part, accelerator, side) {
    var there = published.machine;
    if (part.accelerator !== accelerator) return "not comparable: " + published.accelerators[part.accelerator] + " here, " + published.accelerators[accelerator] + " there";
    if (part.digest !== about.digests[side]) return "not comparable: another version of the script was measured here";
    var key = about.depends.find(function (one) { return here[one] !== there[one]; });
    return key ? "not comparable: " + DEPENDS[key] + " " + (here[key] || "unknown") + " here, " + (there[key] || "unknown") + " there" : "";
  }
  window.cvmBeside = { misfits: misfits, estimate: estimate, quantity: quantity, check: check, compare: compare };

  /* -- the page -- */
  function element(name, text, inside) {
    var made = document.createElement(name);
    if (text) made.textContent = text;
    (inside || []).forEach(function (one) { made.appendChild(one); });
    return made;
  }
  function cell(label, text) { var made = element("td", text); made.dataset.label = label; return made; }
  function bar(side, share, name) {
    var made = element("span");
    made.className = "bar";
    made.style.width = (100 * share).toFixed(1) + "%";
    var row = element("span", "", [made]);
    row.className = "beside__bar row--" + side + " beside__bar--" + name;
    return row;
  }
  function bars(row) {
    var most = Math.max(row.here.median, row.there ? row.there.median : 0) || 1;
    var made = element("td", "", (row.there ? [bar(row.side, row.there.median / most, "there")] : []).concat(bar(row.side, row.here.median / most, "here")));
    made.setAttribute("aria-hidden", "true");
    return made;
  }
  function table(rows, sides) {
    var head = ["What", "Published", "Yours", "Yours ÷ published", "Above: published; below: yours"];
    var body = rows.map(function (row) {
      var first = element("th", row.title, [element("br"), element("small", sides[row.side])]);
      first.scope = "row";
      var there = "none";
      if (row.there) {
        there = quantity(row.there.median, row.unit);
        if (row.there.low !== null) there += " (" + quantity(row.there.low, row.unit) + " to " + quantity(row.there.high, row.unit) + ")";
      }
      var ratio = row.ratio === null ? row.why : row.ratio.toFixed(2) + (row.why ? ", " + row.why : "");
      return element("tr", "", [first, cell(head[1], there), cell(head[2], quantity(row.here.median, row.unit)), cell(head[3], ratio), bars(row)]);
    });
    var made = element("table", "", [element("thead", "", [element("tr", "", head.map(function (one) { var th = element("th", one); th.scope = "col"; return th; }))]), element("tbody", "", body)]);
    made.className = "cards beside__table";
    return made;
  }
  function show(out, status, mine, published) {
    var rows = mine.machine ? compare(mine, published) : [];
    var known = rows.filter(function (row) { return row.ratio !== null; }).length;
    out.textContent = "";
    if (mine.wrong.length) {
      out.appendChild(element("h2", "What is wrong with the files"));
      out.appendChild(element("ul", "", mine.wrong.slice(0, 20).map(function (one) { return element("li", one); })));
    }
    status.textContent = (mine.machine ? mine.machine.slug + ": " + rows.length + " medians, of which " + known + " can be compared with those of " + published.machine.slug + "." : "Nothing can be shown.") +
      (mine.wrong.length ? " " + mine.wrong.length + (mine.wrong.length === 1 ? " mistake was found." : " mistakes were found.") : "");
    Object.keys(published.experiments).forEach(function (id) {
      var some = rows.filter(function (row) { return row.experiment === id; });
      if (!some.length) return;
      out.appendChild(element("h2", published.experiments[id].title));
      out.appendChild(table(some, published.sides));
    });
  }
  var base = new URL("../../", document.currentScript.src);
  function get(path) {
    return fetch(new URL(path, base)).then(function (answer) {
      if (!answer.ok) throw new Error(path + ": " + answer.status);
      return answer.json();
    });
  }
  function start() {
    var root = document.querySelector("[data-beside]");
    if (!root) return;
    var input = root.querySelector("input");
    var status = document.querySelector(".beside__status");
    var out = document.getElementById("beside");
    var needed = null;
    function take(promise) {
      status.textContent = "Reading.";
      needed = needed || Promise.all([get("tables/beside.json"), get("data/schema/machine.json"), get("data/schema/result.json")]);
      return promise.then(function (files) {
        var wanted = files.filter(function (one) { return /\.json$/.test(one.path); });
        return Promise.all(wanted.map(function (one) { return one.file.text().then(function (text) { return { path: one.path, text: text }; }); }));
      }).then(function (files) {
        return needed.then(function (got) { show(out, status, check(files, got[0], { machine: got[1], result: got[2] }), got[0]); });
      }).catch(function (error) {
        needed = null;
        status.textContent = location.protocol === "file:" ? "From a disk, a browser lets no page read the published medians: run make compare, or open this page on a server." : "It could not be read: " + error.message;
      });
    }
    input.addEventListener("change", function () { take(Promise.resolve(chosen(input.files))); });
    ["dragenter", "dragover"].forEach(function (kind) {
      root.addEventListener(kind, function (event) { event.preventDefault(); root.classList.add("beside--over"); });
    });
    root.addEventListener("dragleave", function () { root.classList.remove("beside--over"); });
    root.addEventListener("drop", function (event) {
      event.preventDefault();
      root.classList.remove("beside--over");
      take(dropped(event.dataTransfer));
    });
    root.hidden = false;
    status.textContent = "";
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
