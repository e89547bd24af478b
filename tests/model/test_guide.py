"""The decision guide and the capacity planner: every combination of answers, every case, and the data behind the plan."""

from __future__ import annotations

import itertools
import json
import math
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from macros.base import statistics
from macros.base.problems import ProblemError
from macros.base.units import NARROW
from macros.model import planner
from macros.model.guide import combinations, decide, first_rule, fits
from macros.model.key import key, walked
from macros.model.load import Data
from macros.model.planner import GIB, MIB, Cost, Host, Work, plan
from macros.render.guide import case_links, guide_form
from macros.render.planner import planner_examples, whether_wanted_fit, whole
from snippets.runner.paths import ROOT
from tests.site import smallsite

GUIDE, CASE, PLANNER = (f"docs/data/{name}.yml" for name in ("guide", "cases", "planner"))


# -- the guide -------------------------------------------------------------------------------------


def test_every_combination_of_answers_ends_in_a_recommendation(data: Data) -> None:
    """Each is decided, and every rule and every piece of advice applies to some."""
    guide = data.guide
    every = list(combinations(guide))
    assert len(every) == math.prod(len(question.answers) for question in guide.questions.values())
    assert len({tuple(answers.items()) for answers in every}) == len(every)
    rules, advice, outcomes = set(), set(), set()
    for answers in every:
        found = decide(guide, answers)
        rules.add(found.rule.id)
        outcomes.add(found.rule.outcome)
        advice |= {one.id for one in found.advice}
        assert found.rule.runner_up != found.rule.outcome
    assert rules == {rule.id for rule in guide.rules}
    assert advice == {one.id for one in guide.advice}
    assert outcomes == set(guide.outcomes)


def test_the_key_leads_every_combination_to_the_same_rule(data: Data) -> None:
    steps = key(data.guide)
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    for answers in combinations(data.guide):
        assert walked(steps, answers) is first_rule(data.guide, answers)


def test_the_key_only_goes_forward(data: Data) -> None:
    """A reader never comes back to a step: the key ends."""

    def depth(number: int, above: tuple[int, ...] = ()) -> int:
        assert number not in above
        ways = [to for _, to in key(data.guide)[number - 1].ways if isinstance(to, int)]
        return 1 + max((depth(to, (*above, number)) for to in ways), default=0)

    assert depth(1) <= 16


def test_every_answer_matters(data: Data) -> None:
    """For each two answers to a question there is a combination in which they differ, by rule or by advice."""
    guide = data.guide
    for question in guide.questions.values():
        pairs = {frozenset(pair) for pair in itertools.combinations([a.id for a in question.answers], 2)}
        for answers in combinations(guide):
            if answers[question.id] != question.answers[0].id:
                continue
            found = {a.id: decide(guide, {**answers, question.id: a.id}) for a in question.answers}
            told = {answer: (one.rule.id, *(a.id for a in one.advice)) for answer, one in found.items()}
            pairs -= {pair for pair in pairs if len({told[answer] for answer in pair}) == 2}
            if not pairs:
                break
        assert not pairs, question.id


def test_what_would_change_the_answer_does(data: Data) -> None:
    """Each change is one other answer, leads to the outcome that it names, and none is left out."""
    guide = data.guide
    for answers in itertools.islice(combinations(guide), 0, None, 7):
        found = decide(guide, answers)
        named = {(question, answer): outcome for question, answer, outcome in found.changes}
        for question in guide.questions.values():
            for answer in question.answers:
                outcome = first_rule(guide, {**answers, question.id: answer.id}).outcome
                assert named.get((question.id, answer.id), found.rule.outcome) == outcome


def test_each_case_gets_what_an_engineer_would_recommend(data: Data) -> None:
    """The cases cover both sides and both together."""
    cases = data.guide.cases.values()
    for case in cases:
        assert decide(data.guide, case.answers).rule.outcome == case.expects, case.id
    sides = {frozenset(data.guide.outcomes[case.expects].sides) for case in cases}
    assert sides == {frozenset(outcome.sides) for outcome in data.guide.outcomes.values()}


def test_containers_are_recommended_for_starts_density_and_services_on_a_shared_kernel(data: Data) -> None:
    """With trusted code, the host's kernel and images, every combination that asks for a start within a second or for
    hundreds of instances ends in a container; and none that needs another kernel does."""
    asked = 0
    for answers in combinations(data.guide):
        outcome = first_rule(data.guide, answers).outcome
        shared = answers["system"] == "linux" and answers["kernel"] == "any" and answers["hardware"] != "device"
        if not shared:
            assert outcome == "vm"
        elif answers["trust"] == "own" and answers["state"] != "live" and answers["platform"] != "vms":
            asked += answers["start"] == "second" or answers["density"] == "many"
            assert outcome == "container"
    assert asked >= 20


def test_vms_are_recommended_for_isolation_other_systems_and_rules(data: Data) -> None:
    """Strangers' code and a rule against a shared kernel never end in a container on the host's kernel alone; another
    system, kernel or driver always ends in a VM."""
    for answers in combinations(data.guide):
        found = data.guide.outcomes[first_rule(data.guide, answers).outcome]
        if answers["system"] == "other" or answers["kernel"] == "own" or answers["hardware"] == "device":
            assert found.id == "vm"
        elif answers["trust"] == "rule":
            assert "vm" in found.sides
        elif answers["trust"] == "hostile":
            assert "vm" in found.sides or found.id == "sandbox"
            assert (found.id == "sandbox") <= (answers["platform"] == "containers")


def test_a_case_is_a_link_that_holds_its_answers(data: Data) -> None:
    links = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", case_links(data))
    assert [title for title, _ in links] == [case.title.replace("'", "&#x27;") for case in data.guide.cases.values()]
    for (_, address), case in zip(links, data.guide.cases.values(), strict=True):
        parts = urlsplit(address)
        assert parts.path == "/choosing/index.md"
        assert parts.fragment == "answer"
        assert dict(parse_qsl(parts.query)) == case.answers


def test_from_home_an_answer_is_two_clicks_away() -> None:
    """The home page links to the guide and calls for the cases, whose links hold the answers."""
    home = (ROOT / "docs" / "index.md").read_text("utf-8")
    assert "](/choosing/index.md)" in home
    assert "{{ case_links() }}" in (ROOT / "docs" / "choosing" / "index.md").read_text("utf-8")


def test_each_item_of_the_checklists_has_a_reason_and_a_link() -> None:
    text = (ROOT / "docs" / "choosing" / "migration.md").read_text("utf-8")
    lists = re.findall(r'<div class="checks" markdown="1">\n(.*?)\n</div>', text, re.DOTALL)
    assert len(lists) == 2
    for items in lists:
        lines = [line for line in items.splitlines() if line.startswith("- ")]
        assert len(lines) >= 12
        for line in lines:
            told = re.fullmatch(r"- \*\*[^*]+[.,:]\*\*(?P<reason>.+)", line)
            assert told, line
            assert "](/" in told["reason"] or "{{ cite(" in told["reason"], line


def test_an_unknown_address_changes_nothing(data: Data) -> None:
    assert not fits({"system": ("other",)}, {"system": "linux"})
    assert fits({}, {})


def edit(site: Path, file: str, old: str, new: str) -> None:
    path = site / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (GUIDE, "when: {own: [own]}", "when: {owns: [own]}", "no question 'owns'"),
        (GUIDE, "when: {own: [own]}", "when: {own: [3]}", "3 is not of type 'string'"),
        (GUIDE, "when: {own: [own]}", "when: {own: [never]}", "no answer 'never' to 'own'"),
        (GUIDE, "when: {own: [own]}", "when: {}", "'plain' never applies"),
        (GUIDE, "    when: {}\n    outcome: container", "    when: {own: [own]}\n    outcome: container", "no rule applies to own: any"),
        (GUIDE, "outcome: vm", "outcome: vn", "no outcome 'vn'"),
        (GUIDE, "runner_up: container", "runner_up: vm", "the runner-up is the outcome itself"),
        (GUIDE, "outcomes: [vm]", "outcomes: [vms]", "no outcome 'vms'"),
        (GUIDE, "  - id: plain", "  - id: own", "the id 'own' occurs twice"),
        (GUIDE, "claim: A1", "claim: A9", "no claim 'A9'"),
        (GUIDE, "page: /kernels.md", "page: /kernel.md", "no page /kernel.md"),
        (GUIDE, "Part 1", "Part 9", "source 'manual' declares no locator 'Part 9'"),
        (GUIDE, "{manual:pages}", "{manual:leaves}", "no figure {manual:leaves}"),
        (GUIDE, 'short: "Kernel"', 'shorts: "Kernel"', "unknown key 'shorts'"),
        (CASE, "answers: {own: own}", "answers: {own: never}", "no answer 'never' to a question 'own'"),
        (CASE, "answers: {own: own}", "answers: {}", "case 'module' has no answer to: own"),
        (CASE, "expects: vm", "expects: container", "case 'module' expects 'container', and the rule 'own' says 'vm'"),
        (CASE, "expects: vm", "expects: both", "no outcome 'both'"),
        (PLANNER, "figure: own", "figure: owns", "there is no owns"),
        (PLANNER, "source: manual", "source: manuals", "no source 'manuals'"),
        (PLANNER, "most: {figure: own}", "most: {figure: own, less: own}", "the cost is negative, or its lower end is above its upper end"),
        (PLANNER, '"0.5"', "0.5", "0.5 is read as a number with a fraction"),
    ],
)  # fmt: skip
def test_data_that_would_mislead_is_refused(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    edit(site, file, old, new)
    with pytest.raises(ProblemError) as caught:
        smallsite.load(site)
    assert message in str(caught.value)
    assert all(problem.file == file for problem in caught.value.problems)


def test_the_form_holds_the_rules_and_no_other_text_than_the_data(data: Data) -> None:
    form = guide_form(data)
    held = re.search(r'data-guide="([^"]*)"', form)
    assert held
    content = json.loads(held[1].replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&"))
    assert [rule["id"] for rule in content["rules"]] == [rule.id for rule in data.guide.rules]
    assert form.count('type="radio"') == sum(len(q.answers) for q in data.guide.questions.values())


# -- the planner -----------------------------------------------------------------------------------

HOSTS = [Host(memory * GIB, kept * MIB, cores) for memory in (1, 16, 256) for kept in (0, 1024) for cores in (1, 8)]
WORKS = [
    Work(memory * MIB, busy, wanted) for memory in (1, 64, 4096) for busy in (0.001, 0.5, 2.0) for wanted in (0, 9)
]


def test_one_more_than_what_fits_does_not_fit(data: Data) -> None:
    """The number is the largest for which memory and processors suffice; the range is in order and no more than bare."""
    for host, work, one in itertools.product(HOSTS, WORKS, data.planner.options):
        found = plan(host, work, one.cost)
        assert 0 <= found.fit_least <= found.fit_most <= found.bare

        for count, each, once in (
            (found.fit_least, found.each_most, one.cost.once_most),
            (found.fit_most, found.each_least, one.cost.once_least),
        ):
            for more, fit in ((0, True), (1, False)):
                memory = host.kept + once + (count + more) * (work.memory + each)
                busy = (count + more) * (work.processors + one.cost.processors)
                room = memory <= host.memory * (1 + 1e-12) and busy <= host.processors * (1 + 1e-12)
                assert room == fit or (count, fit) == (0, True)
        assert found.needed_least == pytest.approx(work.wanted * work.memory + found.lost_least)
        assert found.lost_most >= found.lost_least >= one.cost.once_least


def test_nothing_fits_where_the_host_keeps_all(data: Data) -> None:
    for one in data.planner.options:
        found = plan(Host(GIB, 2 * GIB, 4), Work(MIB, 0.1, 1), one.cost)
        assert (found.fit_least, found.fit_most, found.limit) == (0, 0, "memory")


def test_the_plan_reproduces_the_memory_measured_at_64_containers(data: Data) -> None:
    """What the planner says 64 idle containers take agrees with what the host's available memory fell by, interval
    against interval; and it is no less than the parts that were counted one by one."""
    container = next(one for one in data.planner.options if one.id == "container")

    def read(name: str) -> tuple[float, ...]:
        return data.results[("resources/memory", "container", name)].values

    fell = statistics.difference(read("available@0"), read("available@64"))
    daemons = statistics.estimate(read("daemons@0"))  # there at the first reading, so no part of the fall
    found = plan(Host(100 * GIB, 0, 64), Work(1, 0.001, 64), container.cost)
    least, most = found.lost_least - daemons.low, found.lost_most - daemons.high
    assert least <= fell.high
    assert most >= fell.low
    assert (least + most) / 2 == pytest.approx(fell.median, rel=0.15)
    parts = sum(statistics.estimate(read(f"{part}@64")).median for part in ("cgroups", "shims", "proxies"))
    assert most > parts


def test_published_guests_are_planned_as_their_data_say(data: Data) -> None:
    """An idle guest of 8 GiB, by the planner's sum, has resident what the same data have for it, within two hundredths."""
    figures = data.sources["firecracker-nsdi-data"].figures
    for name in ("firecracker", "qemu"):
        cost = next(one.cost for one in data.planner.options if one.id == name)
        said = cost.most + cost.growth * 7 * GIB  # `most` is a guest of 1 GiB
        assert said == pytest.approx(float(figures[f"rss-8192-{name}"].value) * MIB, rel=0.02)
        assert cost.least < cost.most


MEASURED = "{{experiment: section/measured, side: vm, falls: memory, fixed: memory@1, busy: {{experiment: section/measured, side: vm, metric: bare, over: {over}}}}}"


def measured(where: Path, accelerator: str, over: str = "start") -> Path:
    """Return a small site whose planner plans with a VM measured under `accelerator`."""
    site = smallsite.measure(smallsite.make(where, lean=True), small=accelerator)
    result = site / "docs" / "data" / "results" / "small" / "section.measured.json"
    content = json.loads(result.read_text("utf-8"))
    for point, falls in ((0, 9e8), (1, 8e8), (2, 7e8), (4, 5e8)):
        content["sides"]["vm"]["metrics"][f"memory@{point}"] = {"unit": "B", "samples": [falls + n for n in range(5)]}
    result.write_text(json.dumps(content), "utf-8")
    published = "published: {source: manual, least: {figure: own}, most: {figure: own}}"
    edit(site, PLANNER, published, f"measured: {MEASURED.format(over=over)}")
    return site


def test_no_plan_rests_on_software_emulation(data: Data, tmp_path: Path) -> None:
    """None of the site's plans does, and the reader of the data refuses one that would."""
    for one in data.planner.options:
        for run in one.measured:
            assert data.recorded.runs[(data.machine, *run)].accelerator == "none"
    with pytest.raises(ProblemError, match="a figure under software emulation cannot be the basis of a plan"):
        smallsite.load(measured(tmp_path / "tcg", "tcg"))
    (one,) = smallsite.load(measured(tmp_path / "kvm", "kvm")).planner.options
    assert (one.cost.least, one.cost.most) == pytest.approx((1e8, 1e8))
    assert one.cost.once_least == pytest.approx(8e8)  # what stands for the daemons here; nothing comes with the first


def test_a_result_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="there is no section/measured vm nothing"):
        smallsite.load(measured(tmp_path / "site", "kvm", over="nothing"))


def test_the_examples_are_what_the_formula_gives(data: Data) -> None:
    text = planner_examples(data).replace(NARROW, " ")
    for example in data.planner.examples:
        for one in data.planner.options:
            found = plan(example.host, example.work, one.cost)
            assert f"{whole(found.fit_least, found.fit_most)}, by {found.limit}".replace(NARROW, " ") in text
    assert text.count("<tbody") == len(data.planner.examples)


def test_a_verdict_says_when_it_depends(data: Data) -> None:
    example = planner.WorkedExample(Host(10, 0, 100), Work(1, 0.1, 3))
    said = [
        whether_wanted_fit(example, plan(example.host, example.work, Cost(*ends, 0, 0, 0, 0)))
        for ends in ((1, 2), (1, 9), (9, 9))
    ]
    assert said == ["yes", "perhaps", "no"]
