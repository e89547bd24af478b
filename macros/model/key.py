"""The decision guide as a printed key: a tree of questions to be walked by hand, which leads to the same rules."""

from __future__ import annotations

from dataclasses import dataclass

from macros.model.guide import Answers, Guide, Rule, When


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
