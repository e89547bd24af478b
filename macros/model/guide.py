"""The decision guide: questions, demands, outcomes, rules and advice as data, and what follows from a set of answers.

Pure functions; docs/assets/js/choosing.js decides in the browser by the same rules, and a test holds the two together.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from macros.base.schemas import Where

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
    """One answer to a question: `text` in the form, with examples in `eg`, `short` where it is repeated.

    `demands` holds the ids of what a recommendation must meet for this answer.
    """

    id: str
    text: str
    short: str
    eg: str = ""
    demands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question with its answers, the least demanding first, and why it matters."""

    id: str
    ask: str
    short: str
    why: Reason
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Demand:
    """Something that an answer demands of every recommendation: what that rules out, and why."""

    id: str
    name: str
    because: Reason


@dataclass(frozen=True)
class Outcome:
    """Something that can be recommended: the demands that it meets, when to take it, what it is and what it costs."""

    id: str
    name: str
    sides: tuple[str, ...]
    meets: tuple[str, ...]
    take: str
    is_: Reason
    costs: Reason


@dataclass(frozen=True)
class RunnerUp:
    """An outcome that may come second, and when it would be the better choice."""

    outcome: str
    unless: Reason


@dataclass(frozen=True)
class Rule:
    """Recommends an outcome where the answers fit `when`, with reasons, and what may come second, the preferred first."""

    id: str
    when: When
    outcome: str
    because: tuple[Reason, ...]
    runners_up: tuple[RunnerUp, ...]


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
    demands: dict[str, Demand]
    outcomes: dict[str, Outcome]
    rules: tuple[Rule, ...]
    advice: tuple[Advice, ...]
    cases: dict[str, Case]

    def reasons(self) -> Iterator[Reason]:
        """Yield every reason in it."""
        yield from (question.why for question in self.questions.values())
        yield from (demand.because for demand in self.demands.values())
        for outcome in self.outcomes.values():
            yield from (outcome.is_, outcome.costs)
        for rule in self.rules:
            yield from (*rule.because, *(one.unless for one in rule.runners_up))
        yield from (advice.says for advice in self.advice)


@dataclass(frozen=True)
class Decision:
    """What the guide says to a set of answers.

    `also` holds the demands whose reasons stand beside the rule's, since the rule does not speak of them. There is no
    runner-up where nothing that may come second meets all that the answers demand. `changes` holds, in the order of the
    questions, each single other answer that would lead to another outcome.
    """

    rule: Rule
    also: tuple[Demand, ...]
    runner_up: RunnerUp | None
    advice: tuple[Advice, ...]
    changes: tuple[tuple[str, str, str], ...]  # question, answer, outcome


def fits(when: When, answers: Answers) -> bool:
    """Return whether every question of `when` has one of its answers."""
    return all(answers[question] in allowed for question, allowed in when.items())


def first_rule(guide: Guide, answers: Answers) -> Rule:
    """Return the rule that decides. `answers` has an answer to every question."""
    return next(rule for rule in guide.rules if fits(rule.when, answers))


def demanded(guide: Guide, answers: Answers) -> tuple[str, ...]:
    """Return what `answers` demand, in the order of the questions."""
    chosen = (a for q in guide.questions.values() for a in q.answers if a.id == answers[q.id])
    return tuple(demand for answer in chosen for demand in answer.demands)


def told(guide: Guide, rule: Rule) -> frozenset[str]:
    """Return the demands of which the rule's own reasons speak: those of all answers for which it asks."""
    found: set[str] = set()
    for question, allowed in rule.when.items():
        each = [set(a.demands) for a in guide.questions[question].answers if a.id in allowed]
        found |= set.intersection(*each)
    return frozenset(found)


def runner_up(guide: Guide, rule: Rule, demands: tuple[str, ...] | frozenset[str]) -> RunnerUp | None:
    """Return what comes second: the first of the rule's that meets all of `demands`, if any does."""
    return next((one for one in rule.runners_up if set(demands) <= set(guide.outcomes[one.outcome].meets)), None)


def decide(guide: Guide, answers: Answers) -> Decision:
    """Return what the guide says to `answers`, which has an answer to every question."""
    rule = first_rule(guide, answers)
    demands = demanded(guide, answers)
    known = told(guide, rule)
    advice = tuple(a for a in guide.advice if rule.outcome in a.outcomes and fits(a.when, answers))
    changes = []
    for question in guide.questions.values():
        for answer in question.answers:
            other = first_rule(guide, {**answers, question.id: answer.id}).outcome
            if other != rule.outcome:
                changes.append((question.id, answer.id, other))
    also = tuple(guide.demands[demand] for demand in demands if demand not in known)
    return Decision(rule, also, runner_up(guide, rule, demands), advice, tuple(changes))


def combinations(guide: Guide) -> Iterator[dict[str, str]]:
    """Yield every combination of answers, the last question's changing fastest."""
    choices = [[answer.id for answer in question.answers] for question in guide.questions.values()]
    for chosen in itertools.product(*choices):
        yield dict(zip(guide.questions, chosen, strict=True))


def regions(guide: Guide) -> Iterator[tuple[When, Rule | None]]:
    """Yield parts of all combinations, which together are all and of which no two share one, each with the rule that
    decides in it, or None. A part holds, for each question, the answers that are still possible.
    """

    def walk(left: When, first: int) -> Iterator[tuple[When, Rule | None]]:
        for position in range(first, len(guide.rules)):
            rule = guide.rules[position]
            if not all(set(allowed) & set(left[question]) for question, allowed in rule.when.items()):
                continue
            for question, allowed in rule.when.items():
                outside = tuple(a for a in left[question] if a not in allowed)
                if outside:
                    inside = tuple(a for a in left[question] if a in allowed)
                    yield from walk({**left, question: inside}, position)
                    yield from walk({**left, question: outside}, position + 1)
                    return
            yield left, rule
            return
        yield left, None

    yield from walk({q.id: tuple(a.id for a in q.answers) for q in guide.questions.values()}, 0)
