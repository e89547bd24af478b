"""Renders the decision guide: a form for the browser, with the reasons that it shows, and all of it without JavaScript."""

from __future__ import annotations

from urllib.parse import urlencode

from macros.base.markup import literal
from macros.model.guide import Answer, Answers, Guide, Outcome, Reason, Rule, See, When, decide, regions, told
from macros.model.key import Step, key
from macros.model.load import Data
from macros.pages.registry import macro
from macros.render import templates
from macros.render.claims import claim
from macros.render.marks import side_marks
from macros.render.pieces import anchored, block, cards, noted, unsearched
from macros.render.sources import cite, explained

CHOOSING = "/choosing/index.md"
RULES = "/choosing/rules.md"
CASES = "/choosing/cases.md"
_html = templates.of("guide.html.j2")
_markdown = templates.of("guide.md.j2")


def outcome_name(outcome: Outcome) -> str:
    """Return an outcome's name with the marks of its sides."""
    return f"{side_marks(outcome.sides)}**{literal(outcome.name)}**"


def _see(data: Data, see: See) -> str:
    if see.page:
        return f"[{literal(see.text)}]({see.page})"
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
        f"{literal(guide.questions[q].short.lower())}: {_either([short_answer(guide, q, a) for a in answers])}"
        for q, answers in when.items()
    )


def _inside(name: str) -> str:
    """Return an outcome's name as it stands inside a sentence."""
    return literal(name[0].lower() + name[1:])


def _either(words: list[str]) -> str:
    """Return alternatives in words; several are set off from each other by quotation marks."""
    return _alternatives([literal(word) for word in words])


def _alternatives(words: list[str]) -> str:
    """Return alternatives, each inline Markdown, in the same way."""
    return words[0] if len(words) == 1 else " or ".join(f"“{word}”" for word in words)


def short_answer(guide: Guide, question: str, answer: str) -> str:
    """Return an answer as it is repeated."""
    return next(a.short for a in guide.questions[question].answers if a.id == answer)


def query(answers: Answers) -> str:
    """Return the part of an address that holds these answers; the browser reads it and fills in the form."""
    return urlencode(answers)


@macro()
def guide_form(data: Data) -> str:
    """Return the questions as a form and a place for the answer; both are brought to life by the browser.

    The form is plain HTML, hidden until the script is there. The rules go along as JSON in an attribute.
    """
    guide = data.guide
    content = {
        "questions": [
            {
                "id": q.id,
                "short": q.short,
                "answers": [{"id": a.id, "short": a.short, "demands": a.demands} for a in q.answers],
            }
            for q in guide.questions.values()
        ],
        "outcomes": {o.id: {"name": o.name, "sides": o.sides, "meets": o.meets} for o in guide.outcomes.values()},
        "rules": [
            {"id": r.id, "when": r.when, "outcome": r.outcome, "runnersUp": [one.outcome for one in r.runners_up]}
            for r in guide.rules
        ],
        "advice": [{"id": a.id, "when": a.when, "outcomes": a.outcomes} for a in guide.advice],
    }
    return f"{_html('form', content=content, questions=list(guide.questions.values()))}\n{_html('answer')}"


@macro()
def guide_reasons(data: Data) -> str:
    """Return all reasons, hidden, for the browser to copy those of an answer. Readers find them on the page of the rules."""
    guide = data.guide
    rules = [
        {
            "id": rule.id,
            "because": [reason(data, one) for one in rule.because],
            "runners_up": [
                {
                    "id": one.outcome,
                    "name": outcome_name(guide.outcomes[one.outcome]),
                    "unless": reason(data, one.unless),
                }
                for one in rule.runners_up
            ],
        }
        for rule in guide.rules
    ]
    demands = [{"id": one.id, "because": reason(data, one.because)} for one in guide.demands.values()]
    advice = [{"id": one.id, "says": reason(data, one.says)} for one in guide.advice]
    return _markdown("reasons", rules=rules, demands=demands, advice=advice)


@macro()
def case_links(data: Data) -> str:
    """Return the cases as a list of links: each leads to the case with its recommendation. The browser's script makes
    it a link to the form instead, with the answers that the address holds.
    """
    items = [
        f"[{literal(case.title)}]({CASES}?{query(case.answers)}#case-{case.id})" for case in data.guide.cases.values()
    ]
    # The rows to which they lead hold the same titles: a search finds those.
    return block("\n".join(f"- {item}" for item in items), "case-links", searched=False)


@macro()
def guide_cases(data: Data) -> str:
    """Return each case with its answers, the recommendation and the reasons, without JavaScript."""
    guide = data.guide
    parts = []
    for case in guide.cases.values():
        found = decide(guide, case.answers)
        telling = [q for q in guide.questions.values() if case.answers[q.id] != q.answers[0].id]
        answers = "; ".join(
            f"{literal(q.short.lower())}: {literal(short_answer(guide, q.id, case.answers[q.id]))}" for q in telling
        )
        form = f"[in the form]({CHOOSING}?{query(case.answers)}#answer)"
        second = _inside(guide.outcomes[found.runner_up.outcome].name) if found.runner_up else "none"
        why = ", ".join(
            [
                f"[the rule]({RULES}#rule-{found.rule.id})",
                *(f"[{literal(one.name)}]({RULES}#demand-{one.id})" for one in found.also),
            ]
        )
        parts.append(
            [
                anchored(f"case-{case.id}") + noted(literal(case.title), f"{literal(case.says)} ({form})"),
                # The questions hold the same words: a search finds those.
                _html("apart", text=answers or "all the least demanding"),
                _html("recommended", name=outcome_name(guide.outcomes[found.rule.outcome]), because=case.because),
                f"{second} (why: {why})",
            ]
        )
    return cards(["Case", "Answers that matter", "Recommendation", "Runner-up"], parts, extra="cases")


def _answer(answer: Answer) -> str:
    """Return an answer with its examples, and a link to what it demands."""
    examples = f" (for example {literal(answer.eg)})" if answer.eg else ""
    return f"{_demanding(answer, answer.text)}{examples}"


def _demanding(answer: Answer, words: str) -> str:
    """Return an answer's words, which lead to what it demands, if it demands something."""
    return f"[{literal(words)}](#demand-{answer.demands[0]})" if answer.demands else literal(words)


@macro()
def guide_questions(data: Data) -> str:
    """Return the questions with their answers and why each matters."""
    rows = []
    for number, question in enumerate(data.guide.questions.values(), 1):
        answers = " · ".join(_answer(answer) for answer in question.answers)
        rows.append(
            [
                f"{anchored(f'question-{question.id}')}{number}. {literal(question.ask)}",
                answers,
                reason(data, question.why),
            ]
        )
    # Cases and recommendations hold the same words: a search finds those.
    return unsearched(cards(["Question", "Answers", "Why it matters"], rows))


@macro()
def guide_rules(data: Data) -> str:
    """Return every rule as a block, in the order in which they are tried, with the answers whose reasons are added."""
    guide = data.guide
    parts = []
    added = _added(guide)
    for number, rule in enumerate(guide.rules, 1):
        parts.append(
            _markdown(
                "rule",
                id=rule.id,
                number=number,
                when=_said(guide, rule.when),
                outcome=outcome_name(guide.outcomes[rule.outcome]),
                reasons=[reason(data, one) for one in rule.because],
                runners_up=[
                    (outcome_name(guide.outcomes[one.outcome]), reason(data, one.unless)) for one in rule.runners_up
                ],
                added=", ".join(_demanding(answer, answer.short) for answer in added[rule.id]),
            )
        )
    return "\n\n".join(parts)


def _added(guide: Guide) -> dict[str, list[Answer]]:
    """Return, for each rule, the answers with which it may decide and whose reasons it does not give itself."""
    found: dict[str, dict[str, Answer]] = {rule.id: {} for rule in guide.rules}
    for part, rule in regions(guide):
        known = told(guide, rule) if rule else frozenset()
        for question, answers in part.items():
            for answer in guide.questions[question].answers:
                if rule and answer.id in answers and not set(answer.demands) <= known:
                    found[rule.id][f"{question} {answer.id}"] = answer
    return {rule: list(answers.values()) for rule, answers in found.items()}


@macro()
def guide_demands(data: Data) -> str:
    """Return what answers demand: of which recommendations, and why."""
    guide = data.guide
    rows = []
    for demand in guide.demands.values():
        by = [
            f"{literal(q.short.lower())}: {literal(a.short)}"
            for q in guide.questions.values()
            for a in q.answers
            if demand.id in a.demands
        ]
        left = [_inside(one.name) for one in guide.outcomes.values() if demand.id in one.meets]
        name = f"{literal(demand.name[0].upper())}{literal(demand.name[1:])}"
        rows.append(
            [f"{anchored(f'demand-{demand.id}')}{name}", "; ".join(by), ", ".join(left), reason(data, demand.because)]
        )
    # The rules give the same reasons in the words of their cases.
    return unsearched(cards(["Demand", "Made by the answer", "Met by", "Why"], rows))


@macro()
def guide_advice(data: Data) -> str:
    """Return all advice as a table."""
    guide = data.guide
    rows = []
    for one in guide.advice:
        when = f"{_said(guide, one.when)}" if one.when else "whatever you answered"
        names = ", ".join(_inside(guide.outcomes[o].name) for o in one.outcomes)
        rows.append([names, when, anchored(f"advice-{one.id}", reason(data, one.says))])
    # The pages to which each piece of advice leads say it in full: a search finds those.
    return unsearched(cards(["With", "If", "Mind"], rows))


@macro()
def guide_outcomes(data: Data) -> str:
    """Return what can be recommended: when to take each, what it is and what it costs."""
    rows = [
        [
            anchored(f"outcome-{outcome.id}") + outcome_name(outcome),
            literal(outcome.take),
            reason(data, outcome.is_),
            reason(data, outcome.costs),
        ]
        for outcome in data.guide.outcomes.values()
    ]
    return cards(["Recommendation", "Take it for", "What it is", "What it costs"], rows)


@macro()
def guide_short(data: Data) -> str:
    """Return what can be recommended and when, without more."""
    rows = [
        [f"{side_marks(o.sides)}[{literal(o.name)}]({CASES}#outcome-{o.id})", literal(o.take)]
        for o in data.guide.outcomes.values()
    ]
    return cards(["Take", "for"], rows)


def _way(guide: Guide, step: Step, answers: tuple[str, ...], to: int | Rule) -> str:
    chosen = [answer for answer in guide.questions[step.question].answers if answer.id in answers]
    words = _alternatives([_demanding(answer, answer.short) for answer in chosen])
    if isinstance(to, Rule):
        return f"{words}: {outcome_name(guide.outcomes[to.outcome])} ([why](#rule-{to.id}))"
    return f"{words}: go to [{to}](#step-{to})"


@macro()
def guide_key(data: Data) -> str:
    """Return the rules as a key to be walked by hand: numbered questions, each answer leading to another or to the end."""
    guide = data.guide
    rows = []
    for step in key(guide):
        ways = _html("ways", found=[_way(guide, step, answers, to) for answers, to in step.ways])
        asked = literal(guide.questions[step.question].ask)
        rows.append([f"{anchored(f'step-{step.number}')}{step.number}. {asked}", ways])
    # The rules say the same once more, with their reasons: a search finds those.
    return unsearched(cards(["Step", "Answers"], rows, extra="key"))
