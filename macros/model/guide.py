"""The decision guide: questions, outcomes, rules and advice as data, and what follows from a set of answers.

Pure functions; docs/assets/js/choosing.js decides in the browser by the same rules, and a test holds the two together.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from macros.base.schemas import Document, Where
from macros.model.sources import Source, check_figures, check_place

Answers = Mapping[str, str]
When = dict[str, tuple[str, ...]]


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
    """A sentence or two, and what it rests on; `where` is its place in guide.yml."""

    text: str
    see: tuple[See, ...]
    where: Where = field(default=(), compare=False)


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


# -- reading ---------------------------------------------------------------------------------------


def _reason(entry: dict[str, Any], *where: str | int) -> Reason:
    return Reason(text=entry["text"], see=tuple(See(**see) for see in entry["see"]), where=where)


def _when(entry: dict[str, list[str]]) -> When:
    return {question: tuple(answers) for question, answers in entry.items()}


def _questions(entries: list[dict[str, Any]]) -> Iterator[Question]:
    for n, entry in enumerate(entries):
        answers = tuple(Answer(**answer) for answer in entry["answers"])
        why = _reason(entry["why"], "questions", n, "why")
        yield Question(id=entry["id"], ask=entry["ask"], short=entry["short"], why=why, answers=answers)


def _outcomes(entries: list[dict[str, Any]]) -> Iterator[Outcome]:
    for n, entry in enumerate(entries):
        yield Outcome(
            id=entry["id"],
            name=entry["name"],
            sides=tuple(entry["sides"]),
            take=entry["take"],
            is_=_reason(entry["is"], "outcomes", n, "is"),
            costs=_reason(entry["costs"], "outcomes", n, "costs"),
        )


def _rules(entries: list[dict[str, Any]]) -> Iterator[Rule]:
    for n, entry in enumerate(entries):
        because = (_reason(one, "rules", n, "because", k) for k, one in enumerate(entry["because"]))
        yield Rule(
            id=entry["id"],
            when=_when(entry["when"]),
            outcome=entry["outcome"],
            because=tuple(because),
            runner_up=entry["runner_up"],
            unless=_reason(entry["unless"], "rules", n, "unless"),
        )


def _advice(entries: list[dict[str, Any]]) -> Iterator[Advice]:
    for n, entry in enumerate(entries):
        says = _reason(entry["says"], "advice", n, "says")
        yield Advice(id=entry["id"], when=_when(entry["when"]), outcomes=tuple(entry["outcomes"]), says=says)


def _check_ids(document: Document, cases: Document) -> None:
    """Note ids that occur twice in one list."""
    content = document.content
    lists: list[tuple[Document, Where, list[dict[str, Any]]]]
    lists = [(document, (name,), content[name]) for name in ("questions", "outcomes", "rules", "advice")]
    lists += [(document, ("questions", n, "answers"), q["answers"]) for n, q in enumerate(content["questions"])]
    for file, where, entries in [*lists, (cases, (), cases.content)]:
        seen: set[str] = set()
        for position, entry in enumerate(entries):
            if entry["id"] in seen:
                file.bad((*where, position), f"the id '{entry['id']}' occurs twice", "give each an id of its own")
            seen.add(entry["id"])


def _check_names(document: Document, cases: Document, guide: Guide) -> None:
    """Note each question, answer and outcome that is named and does not exist."""
    outcomes = f"one of: {', '.join(guide.outcomes)}"
    named: tuple[tuple[str, tuple[Rule | Advice, ...]], ...] = (("rules", guide.rules), ("advice", guide.advice))
    for name, entries in named:
        for position, entry in enumerate(entries):
            for question, answers in entry.when.items():
                where = (name, position, "when", question)
                if question not in guide.questions:
                    document.bad(where, f"there is no question '{question}'", f"one of: {', '.join(guide.questions)}")
                    continue
                known = [answer.id for answer in guide.questions[question].answers]
                for answer in answers:
                    if answer not in known:
                        what = f"there is no answer '{answer}' to '{question}'"
                        document.bad(where, what, f"one of: {', '.join(known)}")
    for position, rule in enumerate(guide.rules):
        for key, outcome in (("outcome", rule.outcome), ("runner_up", rule.runner_up)):
            if outcome not in guide.outcomes:
                document.bad(("rules", position, key), f"there is no outcome '{outcome}'", outcomes)
        if rule.outcome == rule.runner_up:
            document.bad(("rules", position, "runner_up"), "the runner-up is the outcome itself", "name another")
    for position, advice in enumerate(guide.advice):
        for outcome in advice.outcomes:
            if outcome not in guide.outcomes:
                document.bad(("advice", position, "outcomes"), f"there is no outcome '{outcome}'", outcomes)
    for position, case in enumerate(guide.cases.values()):
        for question, answer in case.answers.items():
            known = [a.id for a in guide.questions[question].answers] if question in guide.questions else []
            if answer not in known:
                what = f"there is no answer '{answer}' to a question '{question}'"
                cases.bad((position, "answers"), what, f"questions: {', '.join(guide.questions)}")
        if lacking := [question for question in guide.questions if question not in case.answers]:
            what = f"case '{case.id}' has no answer to: {', '.join(lacking)}"
            cases.bad((position, "answers"), what, "answer every question")
        if case.expects not in guide.outcomes:
            cases.bad((position, "expects"), f"there is no outcome '{case.expects}'", outcomes)


def _check_behaviour(document: Document, cases: Document, guide: Guide) -> None:
    """Note answers to which no rule applies, rules and advice that never apply, and cases whose outcome is another."""
    rules: set[str] = set()
    advice: set[str] = set()
    for answers in combinations(guide):
        rule = next((rule for rule in guide.rules if fits(rule.when, answers)), None)
        if rule is None:
            what = f"no rule applies to {', '.join(f'{q}: {a}' for q, a in answers.items())}"
            document.bad(("rules",), what, "end with a rule whose 'when' is {}")
            return
        rules.add(rule.id)
        advice |= {a.id for a in guide.advice if rule.outcome in a.outcomes and fits(a.when, answers)}
    idle = [("rules", n, rule.id) for n, rule in enumerate(guide.rules) if rule.id not in rules]
    idle += [("advice", n, one.id) for n, one in enumerate(guide.advice) if one.id not in advice]
    for name, position, unused in idle:
        document.bad((name, position), f"'{unused}' never applies", "remove it, or move it up")
    for position, case in enumerate(guide.cases.values()):
        found = first_rule(guide, case.answers)
        if found.outcome != case.expects:
            what = f"case '{case.id}' expects '{case.expects}', and the rule '{found.id}' says '{found.outcome}'"
            cases.bad((position, "expects"), what, "correct the rules, or the case")


def read_guide(
    document: Document, cases: Document, sources: Mapping[str, Source], known: Callable[[str], str]
) -> Guide | None:
    """Return the guide, and note what is wrong with it; None where that keeps it from being used.

    `known` returns, for the id of a claim or the path of a page, "" if there is one, else what is wrong with it.
    """
    before = len(document.problems)
    _check_ids(document, cases)
    if len(document.problems) > before:
        return None
    content = document.content
    guide = Guide(
        questions={one.id: one for one in _questions(content["questions"])},
        outcomes={one.id: one for one in _outcomes(content["outcomes"])},
        rules=tuple(_rules(content["rules"])),
        advice=tuple(_advice(content["advice"])),
        cases={one["id"]: Case(**one) for one in cases.content},
    )
    _check_names(document, cases, guide)
    for reason in guide.reasons():
        check_figures(document, reason.where, "a reason", sources, reason.text)
        for see in reason.see:
            if see.source:
                check_place(document, reason.where, "a reason", sources, see.source, see.locator)
            elif wrong := known(see.claim or see.page) if see.claim or see.page else "":
                document.bad(reason.where, wrong, "name a claim or a page that exists")
    if len(document.problems) > before:
        return None
    _check_behaviour(document, cases, guide)
    return guide if len(document.problems) == before else None
