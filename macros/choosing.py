"""Renders the decision guide and the capacity planner: forms for the browser, and all of it without JavaScript."""

from __future__ import annotations

import html
import json
from decimal import Decimal
from urllib.parse import urlencode

from . import guide as rules
from . import planner as plans
from .data import Data
from .figures import NARROW, quantity, rounded
from .guide import Guide, Outcome, Reason, Rule, See, Step, When
from .ledger import cite, claim, explained
from .measured import provenance
from .planner import GIB, KIB, MIB, Example, Plan, Technology
from .render import cards, escape, side_mark

CHOOSING = "/choosing/index.md"


def _attribute(content: object) -> str:
    """Return data as JSON, fit for an attribute in double quotes."""
    return html.escape(json.dumps(content, ensure_ascii=False, separators=(",", ":")), quote=True)


def _marks(sides: tuple[str, ...]) -> str:
    return "".join(side_mark(side) for side in sides)


def _named(outcome: Outcome) -> str:
    """Return an outcome's name with the marks of its sides."""
    return f"{_marks(outcome.sides)}**{escape(outcome.name)}**"


def _see(data: Data, see: See) -> str:
    if see.page:
        return f"[{escape(see.text)}]({see.page})"
    return claim(data, see.claim) if see.claim else cite(data, see.source, see.locator)


def reason(data: Data, given: Reason) -> str:
    """Return a reason with what it rests on, as Markdown."""
    links = [see for see in given.see if see.page or see.claim]
    cites = [see for see in given.see if see.source]
    more = f" ({', '.join(_see(data, see) for see in links)})" if links else ""
    return f"{explained(data, given.text)}{more}{''.join(f' {_see(data, see)}' for see in cites)}"


def _said(guide: Guide, when: When) -> str:
    """Return the conditions of a rule in words."""
    if not when:
        return "in every other case"
    return "; ".join(
        f"{escape(guide.questions[q].short.lower())}: {_either([_short(guide, q, a) for a in answers])}"
        for q, answers in when.items()
    )


def _inside(name: str) -> str:
    """Return an outcome's name as it stands inside a sentence."""
    return escape(name[0].lower() + name[1:])


def _either(words: list[str]) -> str:
    """Return alternatives in words; several are set off from each other by quotation marks."""
    return escape(words[0]) if len(words) == 1 else " or ".join(f"“{escape(word)}”" for word in words)


def _short(guide: Guide, question: str, answer: str) -> str:
    return next(a.short for a in guide.questions[question].answers if a.id == answer)


def query(answers: rules.Answers) -> str:
    """Return the part of an address that holds these answers; the browser reads it and fills in the form."""
    return urlencode(answers)


# -- the guide -------------------------------------------------------------------------------------


def guide_form(data: Data) -> str:
    """Return the questions as a form and a place for the answer; both are brought to life by the browser.

    The form is plain HTML, hidden until the script is there. The rules go along as JSON in an attribute.
    """
    guide = data.guide
    content = {
        "questions": [
            {"id": q.id, "short": q.short, "answers": [{"id": a.id, "short": a.short} for a in q.answers]}
            for q in guide.questions.values()
        ],
        "outcomes": {o.id: {"name": o.name, "sides": o.sides} for o in guide.outcomes.values()},
        "rules": [{"id": r.id, "when": r.when, "outcome": r.outcome, "runnerUp": r.runner_up} for r in guide.rules],
        "advice": [{"id": a.id, "when": a.when, "outcomes": a.outcomes} for a in guide.advice],
    }
    fields = []
    for number, question in enumerate(guide.questions.values(), 1):
        choices = "".join(
            f'<label><input type="radio" name="{question.id}" value="{answer.id}"> {html.escape(answer.text)}</label>'
            for answer in question.answers
        )
        fields.append(
            f'<fieldset><legend>{number}. {html.escape(question.ask)} <a href="#question-{question.id}"'
            f' aria-label="Why question {number} matters">why?</a></legend>{choices}</fieldset>'
        )
    return (
        f'<div class="choose" data-search-exclude><div class="guide" data-guide="{_attribute(content)}" hidden>{"".join(fields)}'
        '<p class="guide__buttons"><button type="button" class="guide__reset">Start over</button></p></div>'
        '<div class="choose__bar"><p class="answer__status" role="status">'
        'Without JavaScript, take a <a href="#cases">case</a> or walk through the <a href="#key">key</a>:'
        ' both hold the same rules.</p><a class="choose__more" href="#answer" hidden>Reasons</a></div></div>\n'
        '<div class="answer" id="answer"></div>'
    )


def case_links(data: Data) -> str:
    """Return the cases as a list of links that fill in the form."""
    items = [f"[{escape(case.title)}]({CHOOSING}?{query(case.answers)}#answer)" for case in data.guide.cases.values()]
    return "\n".join(['<div class="case-links" markdown="1">', "", *(f"- {item}" for item in items), "", "</div>"])


def guide_cases(data: Data) -> str:
    """Return each case with its answers, the recommendation and the reasons, without JavaScript."""
    guide = data.guide
    parts = []
    for case in guide.cases.values():
        found = rules.decide(guide, case.answers)
        telling = [q for q in guide.questions.values() if case.answers[q.id] != q.answers[0].id]
        answers = "; ".join(
            f"{escape(q.short.lower())}: {escape(_short(guide, q.id, case.answers[q.id]))}" for q in telling
        )
        name = f"[{escape(case.title)}]({CHOOSING}?{query(case.answers)}#answer)"
        runner_up = _inside(guide.outcomes[found.rule.runner_up].name)
        parts.append(
            [
                f'<span id="case-{case.id}"></span>{name}<br><small>{escape(case.says)}</small>',
                # The questions hold the same words: a search finds those.
                f"<span data-search-exclude>{answers or 'all the least demanding'}</span>",
                f"{_named(guide.outcomes[found.rule.outcome])}<br><span data-search-exclude>{escape(case.because)}</span>",
                f"{runner_up} ([the rule](#rule-{found.rule.id}))",
            ]
        )
    return cards(["Case", "Answers that matter", "Recommendation", "Runner-up"], parts, extra="cases")


def guide_questions(data: Data) -> str:
    """Return the questions with their answers and why each matters."""
    rows = []
    for number, question in enumerate(data.guide.questions.values(), 1):
        answers = " · ".join(escape(answer.text) for answer in question.answers)
        rows.append(
            [
                f'<span id="question-{question.id}"></span>{number}. {escape(question.ask)}',
                answers,
                reason(data, question.why),
            ]
        )
    return cards(["Question", "Answers", "Why it matters"], rows)


def guide_rules(data: Data) -> str:
    """Return every rule as a block, in the order in which they are tried; the browser copies its reasons from here."""
    guide = data.guide
    parts = []
    for number, rule in enumerate(guide.rules, 1):
        lines = [
            f'<div class="rule" id="rule-{rule.id}" markdown="1">',
            "",
            f"**{number}.** If {_said(guide, rule.when)}: {_named(guide.outcomes[rule.outcome])}.",
            "{: .rule__when }",
            "",
            *(f"- {reason(data, one)}" for one in rule.because),
            "",
            f"Runner-up: {_named(guide.outcomes[rule.runner_up])}. Take it if: {reason(data, rule.unless)}",
            "{: .rule__runner-up data-search-exclude }",
            "",
            "</div>",
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def guide_advice(data: Data) -> str:
    """Return all advice as a list; the browser copies from here what fits."""
    guide = data.guide
    rows = []
    for one in guide.advice:
        when = f"{_said(guide, one.when)}" if one.when else "whatever you answered"
        names = ", ".join(_inside(guide.outcomes[o].name) for o in one.outcomes)
        says = f'<span id="advice-{one.id}">{reason(data, one.says)}</span>'
        rows.append([names, when, says])
    return cards(["With", "If", "Mind"], rows)


def guide_outcomes(data: Data) -> str:
    """Return what can be recommended: when to take each, what it is and what it costs."""
    rows = [
        [
            f'<span id="outcome-{outcome.id}"></span>{_named(outcome)}',
            escape(outcome.take),
            reason(data, outcome.is_),
            reason(data, outcome.costs),
        ]
        for outcome in data.guide.outcomes.values()
    ]
    return cards(["Recommendation", "Take it for", "What it is", "What it costs"], rows)


def guide_short(data: Data) -> str:
    """Return what can be recommended and when, without more."""
    rows = [
        [f"{_marks(o.sides)}[{escape(o.name)}]({CHOOSING}#outcome-{o.id})", escape(o.take)]
        for o in data.guide.outcomes.values()
    ]
    return cards(["Take", "for"], rows)


def _way(guide: Guide, step: Step, answers: tuple[str, ...], to: int | Rule) -> str:
    words = _either([_short(guide, step.question, answer) for answer in answers])
    if isinstance(to, Rule):
        return f"{words}: {_named(guide.outcomes[to.outcome])} ([why](#rule-{to.id}))"
    return f"{words}: go to [{to}](#step-{to})"


def guide_key(data: Data) -> str:
    """Return the rules as a key to be walked by hand: numbered questions, each answer leading to another or to the end."""
    guide = data.guide
    rows = []
    for step in rules.key(guide):
        ways = "<br>".join(_way(guide, step, answers, to) for answers, to in step.ways)
        rows.append(
            [f'<span id="step-{step.number}"></span>{step.number}. {escape(guide.questions[step.question].ask)}', ways]
        )
    # The rules say the same once more, with their reasons: a search finds those.
    table = cards(["Step", "Answers"], rows, extra="key")
    return f'<div data-search-exclude markdown="1">\n\n{table}\n\n</div>'


# -- the planner -----------------------------------------------------------------------------------


def binary(value: float) -> str:
    """Return an amount of memory in the units in which hosts and guests are sized, to three digits."""
    name, size = next(((n, s) for n, s in (("GiB", GIB), ("MiB", MIB), ("KiB", KIB)) if value >= s), ("B", 1))
    return f"{rounded(Decimal(repr(value)) / size, 3)}{NARROW}{name}"


def _bytes(least: float, most: float) -> str:
    """Return a range of memory in words; one figure where both ends are the same in words."""
    one, other = binary(least), binary(most)
    return one if one == other else f"{one} to {other}"


def whole(least: int, most: int) -> str:
    """Return a range of whole numbers in words."""
    one, other = (quantity(n, "count") for n in (least, most))
    return one if one == other else f"{one} to {other}"


def _origin(data: Data, one: Technology) -> str:
    """Return where a technology's cost comes from."""
    if one.source:
        source = data.sources[one.source]
        return f"published {source.year}{''.join(f' {cite(data, one.source, locator)}' for locator in one.locators)}"
    experiment, side = one.measured[0]
    run = data.recorded.runs[(data.machine, experiment, side)]
    name = data.machine
    links = ", ".join(f"[{e}](/{data.recorded.runs[(name, e, s)].file.removeprefix('docs/')})" for e, s in one.measured)
    return f"measured on [{name}](/checking.md#machine-{name}), {run.date}, with no accelerator, since no VM is started: {links}"


def origin(data: Data, one: Technology) -> str:
    """Return where a technology's cost comes from, as plain text."""
    if one.source:
        source = data.sources[one.source]
        return f"published {source.year}: {source.short or source.title}"
    run = data.recorded.runs[(data.machine, *one.measured[0])]
    return f"measured on {data.machine}, {run.date}; no VM is started, so no accelerator plays a part"


def planner_costs(data: Data) -> str:
    """Return what each technology costs per instance, and where that comes from."""
    rows = []
    for one in data.planner.technologies:
        cost = one.cost
        grows = f"{binary(cost.growth * GIB)} for each GiB of the workload" if cost.growth else "nothing"
        processors = rounded_share(cost.processors)
        once = _bytes(cost.once_least, cost.once_most) if cost.once_most else "nothing"
        rows.append(
            [
                f"{_marks(one.sides)}{escape(one.name)}<br><small>{escape(one.says)}</small>",
                _bytes(cost.least, cost.most),
                grows,
                once,
                processors,
                _origin(data, one),
            ]
        )
    head = ["Technology", "Each instance (c)", "More with the workload (g)", "Once (F)", "Processor, idle (q)", "From"]
    return cards(head, rows)


def rounded_share(share: float) -> str:
    """Return a number of processors in words, or that none is known."""
    if not share:
        return "none known"
    return rounded(Decimal(repr(share)), 2)


def planner_form(data: Data) -> str:
    """Return the planner as a form and a place for its answer, hidden until the script is there."""
    planner = data.planner
    content = [
        {
            "id": one.id,
            "name": one.name,
            "from": origin(data, one),
            "least": one.cost.least,
            "most": one.cost.most,
            "growth": one.cost.growth,
            "onceLeast": one.cost.once_least,
            "onceMost": one.cost.once_most,
            "processors": one.cost.processors,
        }
        for one in planner.technologies
    ]
    first = planner.examples[min(1, len(planner.examples) - 1)]
    fields = (
        ("host", "Memory of the host, GiB", first.host.memory / GIB, "1"),
        ("kept", "of which kept for the host itself, MiB", planner.kept / MIB, "1"),
        ("cores", "Processors of the host", first.host.processors, "1"),
        ("work", "Memory of one workload, MiB", first.work.memory / MIB, "any"),
        ("busy", "Processors that one workload uses on average", first.work.processors, "any"),
        ("wanted", "Instances wanted", first.work.wanted, "1"),
    )
    inputs = "".join(
        f'<label>{html.escape(label)} <input type="number" name="{name}" min="0" step="{step}" value="{value:g}" inputmode="decimal"></label>'
        for name, label, value, step in fields
    )
    options = "".join(f'<option value="{one.id}">{html.escape(one.name)}</option>' for one in planner.technologies)
    return (
        f'<div class="planner" data-planner="{_attribute(content)}" hidden>{inputs}'
        f'<label>Technology <select name="technology">{options}</select></label></div>\n'
        '<p class="answer__status" role="status">Without JavaScript, see the '
        '<a href="#worked-examples">worked examples</a>, which the same formula gives.</p>\n'
        '<div class="answer" id="plan"></div>'
    )


def _example_rows(data: Data, example: Example) -> list[list[str]]:
    rows = []
    for one in data.planner.technologies:
        found = plans.plan(example.host, example.work, one.cost)
        rows.append(
            [
                f"{_marks(one.sides)}{escape(one.name)}",
                f"{whole(found.fit_least, found.fit_most)}, by {found.limit}",
                _bytes(found.each_least, found.each_most),
                _bytes(found.lost_least, found.lost_most),
                verdict(example, found),
            ]
        )
    return rows


def verdict(example: Example, found: Plan) -> str:
    """Return whether the wanted number fits: at the lower number, at the higher one only, or not."""
    if example.work.wanted <= found.fit_least:
        return "yes"
    return "perhaps" if example.work.wanted <= found.fit_most else "no"


def planner_examples(data: Data) -> str:
    """Return the worked examples, a table each."""
    parts = []
    for example in data.planner.examples:
        host, work = example.host, example.work
        bare = plans.plan(host, work, plans.Cost(0, 0, 0, 0, 0, 0)).bare
        title = (
            f"{host.memory / GIB:g}{NARROW}GiB and {host.processors:g} processors; each workload"
            f" {work.memory / MIB:g}{NARROW}MiB and {work.processors:g} of a processor; {work.wanted} wanted"
        )
        head = ["Technology", "Fit", "Lost on each", f"Lost on {work.wanted}", f"{work.wanted} fit?"]
        parts += [
            f"**{title}.** If an instance cost nothing, {quantity(bare, 'count')} would fit.",
            "",
            cards(head, _example_rows(data, example)),
            "",
        ]
    kept = f"{data.planner.kept / MIB:g}{NARROW}MiB"
    used = [one.measured for one in data.planner.technologies if one.measured]
    note = provenance(data, data.machine, [run for runs in used for run in runs])
    parts = ['<div data-search-exclude markdown="1">', "", *parts, "</div>", ""]
    return "\n".join([*parts, f"In all of them {kept} are kept for the host itself.", "", note])
