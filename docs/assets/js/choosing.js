/* The decision guide and the capacity planner. Both decide by data that stands in the page, as macros/model/guide.py and
   macros/model/planner.py do in Python; tests hold each pair together. Without this script the page's tables say the same. */
(function () {
  "use strict";

  /* From a disk, a directory's page has to be named: macros/pages/offline.py does so for the links that pages hold. */
  var PAGE = location.protocol === "file:" ? "index.html" : "";

  /* -- the guide: the same as macros/model/guide.py -- */
  function fits(when, answers) {
    return Object.keys(when).every(function (question) { return when[question].indexOf(answers[question]) >= 0; });
  }
  function firstRule(guide, answers) {
    return guide.rules.find(function (rule) { return fits(rule.when, answers); });
  }
  function within(some, all) { return some.every(function (one) { return all.indexOf(one) >= 0; }); }
  function demanded(guide, answers) {
    var found = [];
    guide.questions.forEach(function (question) {
      var answer = question.answers.find(function (one) { return one.id === answers[question.id]; });
      found = found.concat(answer.demands);
    });
    return found;
  }
  function told(guide, rule, demand) { /* whether the rule asks for answers of which each makes this demand */
    return guide.questions.some(function (question) {
      return question.id in rule.when && question.answers.every(function (answer) {
        return rule.when[question.id].indexOf(answer.id) < 0 || answer.demands.indexOf(demand) >= 0;
      });
    });
  }
  function first(guide, answers) { /* the rule that decides, what comes second, and whose reasons are added */
    var rule = firstRule(guide, answers);
    var demands = demanded(guide, answers);
    return {
      rule: rule,
      runnerUp: rule.runnersUp.find(function (one) { return within(demands, guide.outcomes[one].meets); }) || null,
      also: demands.filter(function (one) { return !told(guide, rule, one); })
    };
  }
  function decide(guide, answers) {
    var found = first(guide, answers);
    var rule = found.rule;
    var changes = [];
    guide.questions.forEach(function (question) {
      question.answers.forEach(function (answer) {
        var other = Object.assign({}, answers);
        other[question.id] = answer.id;
        var outcome = firstRule(guide, other).outcome;
        if (outcome !== rule.outcome) changes.push([question.id, answer.id, outcome]);
      });
    });
    var advice = guide.advice.filter(function (one) {
      return one.outcomes.indexOf(rule.outcome) >= 0 && fits(one.when, answers);
    });
    return {
      rule: rule.id, outcome: rule.outcome, runnerUp: found.runnerUp, also: found.also, changes: changes,
      advice: advice.map(function (one) { return one.id; })
    };
  }

  /* -- the planner: the same as macros/model/planner.py -- */
  function count(room, each) { return Math.max(0, Math.floor(room / each)); }
  function plan(host, work, cost) {
    var room = host.memory - host.kept;
    var eachLeast = cost.least + cost.growth * work.memory;
    var eachMost = cost.most + cost.growth * work.memory;
    var byProcessors = count(host.processors, work.processors + (cost.processors || 0));
    var byMemory = count(room - cost.onceMost, work.memory + eachMost);
    var lostLeast = cost.onceLeast + work.wanted * eachLeast;
    var lostMost = cost.onceMost + work.wanted * eachMost;
    var needed = work.wanted * work.memory;
    return {
      fitLeast: Math.min(byMemory, byProcessors),
      fitMost: Math.min(count(room - cost.onceLeast, work.memory + eachLeast), byProcessors),
      bare: Math.min(count(room, work.memory), count(host.processors, work.processors)),
      limit: byMemory <= byProcessors ? "memory" : "processors",
      open: cost.processors === null, /* unknown, which is not nothing */
      eachLeast: eachLeast, eachMost: eachMost,
      neededLeast: needed + lostLeast, neededMost: needed + lostMost,
      lostLeast: lostLeast, lostMost: lostMost
    };
  }
  window.cvmChoosing = { first: first, decide: decide, plan: plan, howMany: howMany, whetherWantedFit: whetherWantedFit, bytes: function (value) { return bytes(value); } };

  /* -- pieces of the page -- */
  function element(name, text, inside) {
    var made = document.createElement(name);
    if (text) made.textContent = text;
    (inside || []).forEach(function (one) { made.appendChild(one); });
    return made;
  }
  function copy(of) { /* without ids, which would be duplicates */
    var made = of.cloneNode(true);
    [made].concat(Array.from(made.querySelectorAll("[id]"))).forEach(function (one) { one.removeAttribute("id"); });
    return made;
  }
  function kept(kind, id, inside) { return inside.querySelector("[data-" + kind + "=" + JSON.stringify(id) + "]"); }
  function contents(of) { return Array.from(copy(of).childNodes); }
  function marked(guide, outcome) { return named("strong", guide.outcomes[outcome]); }
  function named(tag, one) { /* a name with the marks of its sides */
    var made = element(tag);
    one.sides.forEach(function (side) {
      var mark = element("span");
      mark.className = "side-mark side-mark--" + side;
      mark.setAttribute("aria-hidden", "true");
      made.appendChild(mark);
    });
    made.appendChild(document.createTextNode(one.name));
    return made;
  }
  function address(given) {
    var words = new URLSearchParams(given).toString();
    return location.pathname + (words ? "?" + words : "");
  }
  function keep(given, anchor) {
    try { history.replaceState(null, "", address(given) + anchor); } catch (error) { /* a file on disk, in some browsers */ }
  }

  function startGuide(root) {
    var guide = JSON.parse(root.dataset.guide);
    var text = document.getElementById("answer");
    var reasons = document.querySelector(".guide-reasons");
    var status = root.parentNode.querySelector(".answer__status");
    var more = root.parentNode.querySelector(".choose__more");
    var question = {};
    guide.questions.forEach(function (one) { question[one.id] = one; });
    function short(id, answerId) {
      return question[id].short.toLowerCase() + ": " +
        question[id].answers.find(function (one) { return one.id === answerId; }).short;
    }
    function given() {
      var found = {};
      root.querySelectorAll("input:checked").forEach(function (input) { found[input.name] = input.value; });
      return found;
    }
    function show() {
      var mine = given();
      var open = guide.questions.filter(function (one) { return !(one.id in mine); });
      text.textContent = "";
      more.hidden = open.length === guide.questions.length;
      if (more.hidden) {
        status.textContent = "Answer a question, or take a case below: the recommendation appears here.";
        return;
      }
      var answers = {};
      guide.questions.forEach(function (one) { answers[one.id] = mine[one.id] || one.answers[0].id; });
      var found = decide(guide, answers);
      status.textContent = "Recommendation: " + guide.outcomes[found.outcome].name + ".";
      var head = element("p", "", [marked(guide, found.outcome)]);
      head.className = "answer__name";
      text.appendChild(head);
      if (open.length) {
        text.appendChild(element("p", "Not answered, and taken as undemanding: " + open.map(function (one) {
          return short(one.id, one.answers[0].id);
        }).join("; ") + "."));
      }
      var rule = kept("rule", found.rule, reasons);
      text.appendChild(element("h2", "Because"));
      var because = copy(rule.querySelector("ul"));
      found.also.forEach(function (id) { because.appendChild(element("li", "", contents(kept("demand", id, reasons)))); });
      text.appendChild(because);
      text.appendChild(found.runnerUp ? copy(kept("runner-up", found.runnerUp, rule))
        : element("p", "Runner-up: none. No other recommendation meets all of these answers."));
      if (found.advice.length) {
        text.appendChild(element("h2", "Mind as well"));
        text.appendChild(element("ul", "", found.advice.map(function (id) {
          return element("li", "", contents(kept("advice", id, reasons)));
        })));
      }
      text.appendChild(element("h2", "What would change the answer"));
      if (found.changes.length) {
        var outcomes = found.changes.map(function (one) { return one[2]; });
        outcomes = outcomes.filter(function (one, n) { return outcomes.indexOf(one) === n; });
        text.appendChild(element("ul", "", outcomes.map(function (outcome) {
          var line = element("li", "", [marked(guide, outcome)]);
          line.appendChild(document.createTextNode(", if " + found.changes.filter(function (one) {
            return one[2] === outcome;
          }).map(function (one) { return short(one[0], one[1]); }).join(", or ") + "."));
          return line;
        })));
      } else {
        text.appendChild(element("p", "No other answer to a single question does."));
      }
      var link = element("a", "Link to these answers");
      link.href = address(mine) + "#answer";
      var last = element("p", "", [link]);
      var why = element("a", "The rule that decided");
      why.href = "rules/" + PAGE + "#rule-" + found.rule;
      last.appendChild(document.createTextNode(" · "));
      last.appendChild(why);
      text.appendChild(last);
    }
    var asked = new URLSearchParams(location.search);
    root.querySelectorAll("input").forEach(function (input) {
      input.checked = asked.get(input.name) === input.value;
      input.addEventListener("change", function () { keep(given(), ""); show(); });
    });
    root.querySelector(".guide__reset").addEventListener("click", function () {
      root.querySelectorAll("input").forEach(function (input) { input.checked = false; });
      keep({}, "");
      show();
      root.querySelector("input").focus();
    });
    root.hidden = false;
    show();
    if (location.hash === "#answer") text.scrollIntoView(); /* the form has pushed it down */
  }

  var MIB = 1048576;
  var GIB = 1073741824;
  function bytes(value) {
    var scales = [["GiB", GIB], ["MiB", MIB], ["KiB", 1024], ["B", 1]];
    /* Rounded first, then scaled: the same rule as memory() in macros/base/units.py. */
    function fitting(amount) { return scales.find(function (one) { return amount >= one[1]; }) || scales[3]; }
    var first = fitting(value);
    var written = Number((value / first[1]).toPrecision(3)) * first[1];
    var scale = fitting(written);
    var rounded = written / scale[1];
    var text = rounded >= 100 || rounded === 0 ? String(rounded) : rounded.toPrecision(3);
    if (rounded >= 1000) text = text.replace(/\B(?=(\d{3})+$)/g, "\u202f");
    return text + "\u202f" + scale[0];
  }
  function range(least, most, words) {
    var one = words(least);
    var other = words(most);
    return one === other ? one : one + " to " + other;
  }

  function howMany(found) {
    var words = range(found.fitLeast, found.fitMost, String) + ", by " + found.limit;
    return found.open ? "at most " + words + "; processor use unknown" : words;
  }
  function whetherWantedFit(work, found) {
    if (work.wanted > found.fitMost) return "no";
    if (found.open) return "unknown";
    return work.wanted <= found.fitLeast ? "yes" : "perhaps";
  }
  function cell(label, words) {
    var made = element("td", words);
    made.dataset.label = label;
    return made;
  }

  function startPlanner(root) {
    var technologies = JSON.parse(root.dataset.planner);
    var text = document.getElementById("plan");
    var status = text.previousElementSibling;
    var fields = Array.from(root.querySelectorAll("input"));
    function values() {
      var found = {};
      fields.forEach(function (field) { found[field.name] = field.value; });
      return found;
    }
    function show() {
      var mine = values();
      var n = {};
      ["host", "kept", "cores", "work", "busy", "wanted"].forEach(function (name) { n[name] = Number(mine[name]); });
      text.textContent = "";
      if (!fields.every(function (field) { return field.value !== "" && field.validity.valid; }) ||
          !(n.host > 0 && n.cores > 0 && n.work > 0 && n.busy > 0)) {
        status.textContent = "Fill in each field with a number above 0; what is kept for the host and how many are wanted may be 0.";
        return;
      }
      var host = { memory: n.host * GIB, kept: n.kept * MIB, processors: n.cores };
      var work = { memory: n.work * MIB, processors: n.busy, wanted: n.wanted };
      var verdicts = { yes: 0, perhaps: 0, unknown: 0, no: 0 };
      var rows = technologies.map(function (one) {
        var found = plan(host, work, one);
        var verdict = whetherWantedFit(work, found);
        verdicts[verdict] += 1;
        var first = named("th", one);
        first.scope = "row";
        first.appendChild(element("br"));
        first.appendChild(element("small", one.from));
        return element("tr", "", [
          first, cell("Fit", howMany(found)),
          cell("Lost on each", range(found.eachLeast, found.eachMost, bytes)),
          cell("Lost on " + n.wanted, range(found.lostLeast, found.lostMost, bytes)),
          cell(n.wanted + " fit?", verdict)
        ]);
      });
      status.textContent = n.wanted + " fit: " + Object.keys(verdicts).filter(function (one) {
        return verdicts[one];
      }).map(function (one) { return one + " with " + verdicts[one]; }).join(", ") + " of " + technologies.length + " technologies.";
      var head = ["Technology", "Fit", "Lost on each", "Lost on " + n.wanted, n.wanted + " fit?"].map(function (one) {
        var made = element("th", one);
        made.scope = "col";
        return made;
      });
      var table = element("table", "", [
        element("thead", "", [element("tr", "", head)]), element("tbody", "", rows)
      ]);
      table.className = "cards";
      text.appendChild(table);
      var bare = plan(host, work, { least: 0, most: 0, growth: 0, onceLeast: 0, onceMost: 0, processors: null }).bare;
      text.appendChild(element("p", "If an instance cost nothing, " + bare + " would fit. Plan with the lower end of a range. Where the processor use of an idle instance is unknown, no more than the number fit, and how many fewer is not known."));
      var link = element("a", "Link to this plan");
      link.href = address(mine) + "#plan";
      text.appendChild(element("p", "", [link]));
    }
    var asked = new URLSearchParams(location.search);
    fields.forEach(function (field) {
      var before = field.value;
      if (asked.has(field.name)) field.value = asked.get(field.name);
      if (field.value === "") field.value = before; /* a value that the field does not accept */
      field.addEventListener("input", function () { keep(values(), ""); show(); });
    });
    root.hidden = false;
    show();
    if (location.hash === "#plan") status.scrollIntoView();
  }

  /* Without this script a case's link leads to its row; with it, to the form with its answers. */
  function fillCases() {
    document.querySelectorAll(".case-links a").forEach(function (link) {
      var form = new URL("../" + PAGE, link.href);
      form.search = link.search;
      form.hash = "answer";
      link.href = form.href;
    });
  }
  /* The rules, the key and the cases once stood on the form's page: an address that names one of them leads on. */
  function lead() {
    var id = location.hash.slice(1);
    var moved = /^(rule|case|question|outcome|advice|step|demand)-|^(cases|key|the-rules|what-can-be-recommended|the-questions-and-why-they-are-asked|what-to-mind-as-well|what-else-to-consider|how-it-works|without-the-form)$/;
    if (!moved.test(id) || document.getElementById(id)) return;
    var page = /^(case|outcome)-|^(cases|what-can-be-recommended|without-the-form)$/.test(id) ? "cases/" : "rules/";
    location.replace(page + PAGE + location.hash);
  }

  function start() {
    fillCases();
    var guide = document.querySelector("[data-guide]");
    var planner = document.querySelector("[data-planner]");
    if (guide) {
      lead();
      addEventListener("hashchange", lead);
      startGuide(guide);
    }
    if (planner) startPlanner(planner);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
