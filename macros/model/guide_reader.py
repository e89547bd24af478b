"""Reads the decision guide, and refuses one that would mislead: above all a recommendation that breaks an answer's demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from macros.base.schemas import Document, Where
from macros.model.guide import (
    Advice,
    Answer,
    Case,
    Demand,
    Guide,
    Outcome,
    Question,
    Reason,
    Rule,
    RunnerUp,
    See,
    When,
    first_rule,
    regions,
    runner_up,
)
from macros.model.sources import Source, check_figures, check_place


def _reason(entry: dict[str, Any], *where: str | int) -> Reason:
    return Reason(text=entry["text"], see=tuple(See(**see) for see in entry["see"]), where=where)


def _when(entry: dict[str, list[str]]) -> When:
    return {question: tuple(answers) for question, answers in entry.items()}


def _questions(entries: list[dict[str, Any]]) -> Iterator[Question]:
    for n, entry in enumerate(entries):
        answers = tuple(Answer(**answer | {"demands": tuple(answer.get("demands", ()))}) for answer in entry["answers"])
        why = _reason(entry["why"], "questions", n, "why")
        yield Question(id=entry["id"], ask=entry["ask"], short=entry["short"], why=why, answers=answers)


def _demands(entries: list[dict[str, Any]]) -> Iterator[Demand]:
    for n, entry in enumerate(entries):
        yield Demand(id=entry["id"], name=entry["name"], because=_reason(entry["because"], "demands", n, "because"))


def _outcomes(entries: list[dict[str, Any]]) -> Iterator[Outcome]:
    for n, entry in enumerate(entries):
        yield Outcome(
            id=entry["id"],
            name=entry["name"],
            sides=tuple(entry["sides"]),
            meets=tuple(entry["meets"]),
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
            runners_up=tuple(
                RunnerUp(one["outcome"], _reason(one["unless"], "rules", n, "runners_up", k, "unless"))
                for k, one in enumerate(entry["runners_up"])
            ),
        )


def _advice(entries: list[dict[str, Any]]) -> Iterator[Advice]:
    for n, entry in enumerate(entries):
        says = _reason(entry["says"], "advice", n, "says")
        yield Advice(id=entry["id"], when=_when(entry["when"]), outcomes=tuple(entry["outcomes"]), says=says)


def _check_ids(document: Document, cases: Document) -> None:
    """Note ids that occur twice in one list."""
    content = document.content
    lists: list[tuple[Document, Where, list[dict[str, Any]]]]
    lists = [(document, (name,), content[name]) for name in ("questions", "demands", "outcomes", "rules", "advice")]
    lists += [(document, ("questions", n, "answers"), q["answers"]) for n, q in enumerate(content["questions"])]
    for file, where, entries in [*lists, (cases, (), cases.content)]:
        seen: set[str] = set()
        for position, entry in enumerate(entries):
            if entry["id"] in seen:
                file.bad((*where, position), f"the id '{entry['id']}' occurs twice", "give each an id of its own")
            seen.add(entry["id"])


def _check_names(document: Document, guide: Guide) -> None:
    """Note each question, answer and outcome that rules or advice name and that does not exist."""
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
        if rule.outcome not in guide.outcomes:
            document.bad(("rules", position, "outcome"), f"there is no outcome '{rule.outcome}'", outcomes)
        for number, one in enumerate(rule.runners_up):
            place = ("rules", position, "runners_up", number)
            if one.outcome not in guide.outcomes:
                document.bad(place, f"there is no outcome '{one.outcome}'", outcomes)
            if rule.outcome == one.outcome:
                document.bad(place, "the runner-up is the outcome itself", "name another")
    for position, advice in enumerate(guide.advice):
        for outcome in advice.outcomes:
            if outcome not in guide.outcomes:
                document.bad(("advice", position, "outcomes"), f"there is no outcome '{outcome}'", outcomes)


def _check_demands(document: Document, guide: Guide) -> None:
    """Note demands that do not exist, and those that no answer makes."""
    demands = f"one of: {', '.join(guide.demands)}"
    made: set[str] = set()
    for position, question in enumerate(guide.questions.values()):
        for number, answer in enumerate(question.answers):
            made |= set(answer.demands)
            for demand in answer.demands:
                if demand not in guide.demands:
                    where = ("questions", position, "answers", number, "demands")
                    document.bad(where, f"there is no demand '{demand}'", demands)
    for position, outcome in enumerate(guide.outcomes.values()):
        for demand in outcome.meets:
            if demand not in guide.demands:
                document.bad(("outcomes", position, "meets"), f"there is no demand '{demand}'", demands)
    for position, demand in enumerate(guide.demands):
        if demand not in made:
            document.bad(
                ("demands", position), f"no answer makes the demand '{demand}'", "remove it, or name it in an answer"
            )


def _check_cases(cases: Document, guide: Guide) -> None:
    """Note cases with answers or outcomes that do not exist, and those that leave a question open."""
    outcomes = f"one of: {', '.join(guide.outcomes)}"
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


def _combination(part: When, question: str = "", answer: str = "") -> str:
    """Return the first combination in a part, in words; with `answer` to `question`, if one is given."""
    return ", ".join(f"{q}: {answer if q == question else answers[0]}" for q, answers in part.items())


def _demands_in(guide: Guide, part: When) -> frozenset[frozenset[str]]:
    """Return all that combinations of a part demand, each once."""
    found = {frozenset[str]()}
    for question, answers in part.items():
        each = {frozenset(a.demands) for a in guide.questions[question].answers if a.id in answers}
        found = {one | more for one in found for more in each}
    return frozenset(found)


def _check_safety(document: Document, guide: Guide, rule: Rule, part: When) -> bool:
    """Note an answer of the part that demands what the rule's outcome does not meet; return whether there is none.

    A demand is made by one answer, whatever the others are, so that each answer can be looked at alone.
    """
    meets = guide.outcomes[rule.outcome].meets
    for question, answers in part.items():
        for answer in guide.questions[question].answers:
            broken = [demand for demand in answer.demands if demand not in meets]
            if answer.id in answers and broken:
                what = (
                    f"the rule '{rule.id}' recommends '{rule.outcome}', which does not meet '{broken[0]}',"
                    f" to {_combination(part, question, answer.id)}"
                )
                where = ("rules", guide.rules.index(rule), "outcome")
                document.bad(where, what, "let another rule decide there, or correct what the outcome meets")
                return False
    return True


def _check_behaviour(document: Document, cases: Document, guide: Guide) -> None:
    """Note answers to which no rule applies or to whom something unsafe is recommended, what never applies, and cases
    whose outcome is another.
    """
    rules: set[str] = set()
    advice: set[str] = set()
    seconds: set[tuple[str, str]] = set()
    unsafe: set[str] = set()
    seen: set[tuple[str, frozenset[frozenset[str]]]] = set()
    for part, rule in regions(guide):
        if rule is None:
            what = f"no rule applies to {_combination(part)}"
            document.bad(("rules",), what, "end with a rule whose 'when' is {}")
            return
        rules.add(rule.id)
        if rule.id not in unsafe and not _check_safety(document, guide, rule, part):
            unsafe.add(rule.id)
        for one in guide.advice:
            if rule.outcome in one.outcomes and all(set(a) & set(part[q]) for q, a in one.when.items()):
                advice.add(one.id)
        demands = _demands_in(guide, part)
        if (rule.id, demands) not in seen:
            seen.add((rule.id, demands))
            chosen = (runner_up(guide, rule, each) for each in demands)
            seconds |= {(rule.id, second.outcome) for second in chosen if second}
    idle: list[tuple[Where, str]] = [
        (("rules", n), rule.id) for n, rule in enumerate(guide.rules) if rule.id not in rules
    ]
    idle += [(("advice", n), one.id) for n, one in enumerate(guide.advice) if one.id not in advice]
    for n, rule in enumerate(guide.rules):
        never = [k for k, one in enumerate(rule.runners_up) if (rule.id, one.outcome) not in seconds]
        idle += [(("rules", n, "runners_up", k), rule.runners_up[k].outcome) for k in never if rule.id in rules]
    for where, unused in idle:
        document.bad(where, f"'{unused}' never applies", "remove it, or move it up")
    for position, case in enumerate(guide.cases.values()):
        found = first_rule(guide, case.answers)
        if found.outcome != case.expects:
            what = f"case '{case.id}' expects '{case.expects}', and the rule '{found.id}' says '{found.outcome}'"
            cases.bad((position, "expects"), what, "correct the rules, or the case")


def _check_coverage(document: Document, guide: Guide) -> None:
    """Note each rule that decides no case, and each answer that no case gives: nothing holds them to account."""
    remedy = "add a case to docs/data/cases.yml that {}, with the recommendation that you expect and why"
    decided = {first_rule(guide, case.answers).id for case in guide.cases.values()}
    for position, rule in enumerate(guide.rules):
        if rule.id not in decided:
            what = f"the rule '{rule.id}' is the first to fit in no case"
            document.bad(("rules", position), what, remedy.format("it decides"))
    for position, question in enumerate(guide.questions.values()):
        given = {case.answers[question.id] for case in guide.cases.values()}
        for number, answer in enumerate(question.answers):
            if answer.id not in given:
                what = f"no case gives the answer '{answer.id}' to '{question.id}'"
                document.bad(("questions", position, "answers", number), what, remedy.format("gives it"))


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
        demands={one.id: one for one in _demands(content["demands"])},
        outcomes={one.id: one for one in _outcomes(content["outcomes"])},
        rules=tuple(_rules(content["rules"])),
        advice=tuple(_advice(content["advice"])),
        cases={one["id"]: Case(**one) for one in cases.content},
    )
    _check_names(document, guide)
    _check_demands(document, guide)
    _check_cases(cases, guide)
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
    if len(document.problems) == before:
        _check_coverage(document, guide)
    return guide if len(document.problems) == before else None
