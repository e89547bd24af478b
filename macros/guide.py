"""The decision guide: questions, outcomes, rules and advice as data, and what follows from a set of answers.

Pure functions; docs/assets/js/guide.js decides in the browser by the same rules, and a test holds the two together.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .data import Source

Answers = Mapping[str, str]
When = dict[str, tuple[str, ...]]
Complaint = tuple[str, tuple[str | int, ...], str, str]
"""A file of docs/data without its suffix, a path of keys in it, what is wrong there, and what would be right."""


@dataclass(frozen=True)
class See:
    """What a reason rests on: a page (with the link's text), a claim, or a place in a source."""

    page: str = ""
    text: str = ""
    claim: str = ""
    source: str = ""
    locator: str = ""


@dataclass(frozen=True)
class Reason:
    """A sentence or two, and what it rests on."""

    text: str
    see: tuple[See, ...]


@dataclass(frozen=True)
class Answer:
    """One answer to a question: `text` in the form, `short` where it is repeated."""

    id: str
    text: str
    short: str


@dataclass(frozen=True)
class Question:
    """A question with its answers, the least demanding first, and why it matters."""

    id: str
    ask: str
    short: str
    why: Reason
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Outcome:
    """Something that can be recommended: when to take it, in a sentence, what it is and what it costs."""

    id: str
    name: str
    sides: tuple[str, ...]
    take: str
    is_: Reason
    costs: Reason


@dataclass(frozen=True)
class Rule:
    """Recommends an outcome where the answers fit `when`, with reasons; `unless` says when the runner-up is better."""

    id: str
    when: When
    outcome: str
    because: tuple[Reason, ...]
    runner_up: str
    unless: Reason


@dataclass(frozen=True)
class Advice:
    """What to mind as well, with any of these outcomes, where the answers fit `when`."""

    id: str
    when: When
    outcomes: tuple[str, ...]
    says: Reason


@dataclass(frozen=True)
class Case:
    """A concrete case with its answers, and the outcome that an engineer expects."""

    id: str
    title: str
    says: str
    answers: dict[str, str]
    expects: str
    because: str


@dataclass(frozen=True)
class Guide:
    """The whole guide, and the cases that hold it to account."""

    questions: dict[str, Question]
    outcomes: dict[str, Outcome]
    rules: tuple[Rule, ...]
    advice: tuple[Advice, ...]
    cases: dict[str, Case]

    def reasons(self) -> Iterator[Reason]:
        """Yield every reason in it."""
        yield from (question.why for question in self.questions.values())
        for outcome in self.outcomes.values():
            yield from (outcome.is_, outcome.costs)
        for rule in self.rules:
            yield from (*rule.because, rule.unless)
        yield from (advice.says for advice in self.advice)


# -- what follows from answers ---------------------------------------------------------------------


@dataclass(frozen=True)
class Decision:
    """What the guide says to a set of answers.

    `changes` holds, in the order of the questions, each single other answer that would lead to another outcome.
    """

    rule: Rule
    advice: tuple[Advice, ...]
    changes: tuple[tuple[str, str, str], ...]  # question, answer, outcome


def fits(when: When, answers: Answers) -> bool:
    """Return whether every question of `when` has one of its answers."""
    return all(answers[question] in allowed for question, allowed in when.items())


def first_rule(guide: Guide, answers: Answers) -> Rule:
    """Return the rule that decides. `answers` has an answer to every question."""
    return next(rule for rule in guide.rules if fits(rule.when, answers))


def decide(guide: Guide, answers: Answers) -> Decision:
    """Return what the guide says to `answers`, which has an answer to every question."""
    rule = first_rule(guide, answers)
    advice = tuple(a for a in guide.advice if rule.outcome in a.outcomes and fits(a.when, answers))
    changes = []
    for question in guide.questions.values():
        for answer in question.answers:
            other = first_rule(guide, {**answers, question.id: answer.id}).outcome
            if other != rule.outcome:
                changes.append((question.id, answer.id, other))
    return Decision(rule, advice, tuple(changes))


def combinations(guide: Guide) -> Iterator[dict[str, str]]:
    """Yield every combination of answers, the last question's changing fastest."""
    choices = [[answer.id for answer in question.answers] for question in guide.questions.values()]
    for chosen in itertools.product(*choices):
        yield dict(zip(guide.questions, chosen, strict=True))


# -- the same as a key -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A step of the printed key: a question, and for each group of its answers the next step's number, or a rule."""

    number: int
    question: str
    ways: tuple[tuple[tuple[str, ...], int | Rule], ...]


def key(guide: Guide) -> tuple[Step, ...]:
    """Return the rules as a key, a tree of questions to be walked by hand, whose first step is number 1.

    At each step the question is the first that the first rule still possible asks; its answers are parted into those that
    the rule accepts and the others. Steps that lead to the same are one.
    """
    steps: dict[tuple[str, tuple[tuple[tuple[str, ...], object], ...]], int] = {}
    made: list[tuple[str, tuple[tuple[tuple[str, ...], int | Rule], ...]]] = []

    def walk(left: When, rules: tuple[Rule, ...]) -> int | Rule:
        rule = next(r for r in rules if all(set(allowed) & set(left[q]) for q, allowed in r.when.items()))
        rest = rules[rules.index(rule) :]
        for question, allowed in rule.when.items():
            inside = tuple(a for a in left[question] if a in allowed)
            outside = tuple(a for a in left[question] if a not in allowed)
            if outside:
                ways = (
                    (inside, walk({**left, question: inside}, rest)),
                    (outside, walk({**left, question: outside}, rest)),
                )
                same = (question, tuple((a, to.id if isinstance(to, Rule) else to) for a, to in ways))
                if same not in steps:
                    steps[same] = len(made)
                    made.append((question, ways))
                return steps[same]
        return rule

    start = walk({q.id: tuple(a.id for a in q.answers) for q in guide.questions.values()}, guide.rules)
    if isinstance(start, Rule):
        return ()
    # Numbered as they are met from the start, so that a reader goes down the page.
    order: list[int] = []
    waiting: list[int] = [start]
    while waiting:
        place = waiting.pop(0)
        if place not in order:
            order.append(place)
            waiting = [to for _, to in made[place][1] if isinstance(to, int)] + waiting
    number = {place: n for n, place in enumerate(order, 1)}
    return tuple(
        Step(
            number[place],
            made[place][0],
            tuple((answers, to if isinstance(to, Rule) else number[to]) for answers, to in made[place][1]),
        )
        for place in order
    )


def walked(steps: tuple[Step, ...], answers: Answers) -> Rule:
    """Return the rule to which `answers` lead through the key."""
    at: int | Rule = 1
    while not isinstance(at, Rule):
        step = steps[at - 1]
        at = next(to for group, to in step.ways if answers[step.question] in group)
    return at


# -- reading ---------------------------------------------------------------------------------------


def _reason(entry: dict[str, Any]) -> Reason:
    return Reason(entry["text"], tuple(See(**see) for see in entry["see"]))


def _when(entry: dict[str, list[str]]) -> When:
    return {question: tuple(answers) for question, answers in entry.items()}


def _parsed(content: dict[str, Any], cases: list[dict[str, Any]]) -> Guide:
    questions = [
        Question(q["id"], q["ask"], q["short"], _reason(q["why"]), tuple(Answer(**a) for a in q["answers"]))
        for q in content["questions"]
    ]
    outcomes = [
        Outcome(o["id"], o["name"], tuple(o["sides"]), o["take"], _reason(o["is"]), _reason(o["costs"]))
        for o in content["outcomes"]
    ]
    rules = tuple(
        Rule(
            r["id"],
            _when(r["when"]),
            r["outcome"],
            tuple(map(_reason, r["because"])),
            r["runner_up"],
            _reason(r["unless"]),
        )
        for r in content["rules"]
    )
    advice = tuple(
        Advice(a["id"], _when(a["when"]), tuple(a["outcomes"]), _reason(a["says"])) for a in content["advice"]
    )
    return Guide(
        {q.id: q for q in questions}, {o.id: o for o in outcomes}, rules, advice, {c["id"]: Case(**c) for c in cases}
    )


def _twice(content: dict[str, Any], cases: list[dict[str, Any]]) -> Iterator[Complaint]:
    lists: list[tuple[str, tuple[str | int, ...], list[dict[str, Any]]]]
    lists = [("guide", (name,), content[name]) for name in ("questions", "outcomes", "rules", "advice")]
    lists += [("guide", ("questions", n, "answers"), q["answers"]) for n, q in enumerate(content["questions"])]
    for file, path, entries in [*lists, ("cases", (), cases)]:
        seen: set[str] = set()
        for position, entry in enumerate(entries):
            if entry["id"] in seen:
                yield file, (*path, position), f"the id '{entry['id']}' stands twice", "give each an id of its own"
            seen.add(entry["id"])


def _unknown(guide: Guide) -> Iterator[Complaint]:
    """Yield what names a question, an answer or an outcome that does not exist."""
    outcomes = f"one of: {', '.join(guide.outcomes)}"
    named: tuple[tuple[str, tuple[Rule | Advice, ...]], ...] = (("rules", guide.rules), ("advice", guide.advice))
    for name, entries in named:
        for position, entry in enumerate(entries):
            for question, answers in entry.when.items():
                where = (name, position, "when", question)
                if question not in guide.questions:
                    yield "guide", where, f"no question '{question}'", f"one of: {', '.join(guide.questions)}"
                    continue
                known = [answer.id for answer in guide.questions[question].answers]
                for answer in answers:
                    if answer not in known:
                        yield "guide", where, f"no answer '{answer}' to '{question}'", f"one of: {', '.join(known)}"
    for position, rule in enumerate(guide.rules):
        for field, outcome in (("outcome", rule.outcome), ("runner_up", rule.runner_up)):
            if outcome not in guide.outcomes:
                yield "guide", ("rules", position, field), f"no outcome '{outcome}'", outcomes
        if rule.outcome == rule.runner_up:
            yield "guide", ("rules", position, "runner_up"), "the runner-up is the outcome itself", "name another"
    for position, advice in enumerate(guide.advice):
        for outcome in advice.outcomes:
            if outcome not in guide.outcomes:
                yield "guide", ("advice", position, "outcomes"), f"no outcome '{outcome}'", outcomes
    for position, case in enumerate(guide.cases.values()):
        for question, answer in case.answers.items():
            known = [a.id for a in guide.questions[question].answers] if question in guide.questions else []
            if answer not in known:
                what = f"no answer '{answer}' to a question '{question}'"
                yield "cases", (position, "answers"), what, f"questions: {', '.join(guide.questions)}"
        if lacking := [question for question in guide.questions if question not in case.answers]:
            what = f"case '{case.id}' leaves open: {', '.join(lacking)}"
            yield "cases", (position, "answers"), what, "answer every question"
        if case.expects not in guide.outcomes:
            yield "cases", (position, "expects"), f"no outcome '{case.expects}'", outcomes


def _behaviour(guide: Guide) -> Iterator[Complaint]:
    """Yield what is wrong with what the rules do: answers without a rule, rules and advice that never fire, cases missed."""
    rules: set[str] = set()
    advice: set[str] = set()
    for answers in combinations(guide):
        rule = next((rule for rule in guide.rules if fits(rule.when, answers)), None)
        if rule is None:
            what = f"no rule fits {', '.join(f'{q}: {a}' for q, a in answers.items())}"
            yield "guide", ("rules",), what, "end with a rule whose 'when' is {}"
            return
        rules.add(rule.id)
        advice |= {a.id for a in guide.advice if rule.outcome in a.outcomes and fits(a.when, answers)}
    idle = [("rules", n, rule.id) for n, rule in enumerate(guide.rules) if rule.id not in rules]
    idle += [("advice", n, one.id) for n, one in enumerate(guide.advice) if one.id not in advice]
    for name, position, unused in idle:
        yield "guide", (name, position), f"'{unused}' never applies", "remove it, or move it up"
    for position, case in enumerate(guide.cases.values()):
        found = first_rule(guide, case.answers)
        if found.outcome != case.expects:
            what = f"case '{case.id}' expects '{case.expects}', and the rule '{found.id}' says '{found.outcome}'"
            yield "cases", (position, "expects"), what, "mend the rules, or the case"


def read_guide(
    content: dict[str, Any],
    cases: list[dict[str, Any]],
    sources: Mapping[str, Source],
    known: Callable[[str], str],
) -> tuple[Guide | None, list[Complaint]]:
    """Return the guide that fits its schemas, and what is wrong with it; None where that keeps it from being used.

    `known` returns, for the id of a claim or the path of a page, "" if there is one, else what is wrong with it.
    """
    if bad := list(_twice(content, cases)):
        return None, bad
    guide = _parsed(content, cases)
    bad = list(_unknown(guide))
    for reason in guide.reasons():
        for see in reason.see:
            if see.source and (see.source not in sources or see.locator not in sources[see.source].locators):
                what = f"no source '{see.source}' with a locator '{see.locator}'"
                bad.append(("guide", (), what, "declare it in docs/data/sources.yml, with what stands there"))
            elif wrong := known(see.claim or see.page) if see.claim or see.page else "":
                bad.append(("guide", (), wrong, f"mend it where the text is: {reason.text[:60]}"))
    if not bad:
        bad = list(_behaviour(guide))
    return (None if bad else guide), bad
