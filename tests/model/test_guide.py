"""The decision guide and the capacity planner: every combination of answers, every case, and the data behind the plan."""

from __future__ import annotations

import itertools
import json
import math
import random
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from macros.base import statistics
from macros.base.problems import ProblemError
from macros.base.units import NARROW, in_ours
from macros.model import planner
from macros.model.guide import Answer, Rule, combinations, decide, demanded, first_rule, fits, regions, runner_up
from macros.model.key import key, walked
from macros.model.load import Data
from macros.model.planner import GIB, MIB, Cost, Host, Work, plan
from macros.render.guide import case_links, guide_form, guide_key, guide_reasons, guide_rules
from macros.render.planner import how_many, planner_costs, planner_examples, whether_wanted_fit
from snippets.runner.paths import ROOT
from tests.site import smallsite

# What may be recommended, as first or as second, to somebody who gives an answer. Written by hand and apart from the data of
# the guide, by what each technology is: a test holds every combination of answers against it.
WITH_A_KERNEL = {"both", "vm"}
ALLOWED = {
    ("system", "other"): {"vm"},
    ("system", "several"): {"vm"},
    ("kernel", "host"): {"host", "container", "hardened", "system", *WITH_A_KERNEL},
    ("kernel", "own"): WITH_A_KERNEL,
    ("trust", "teams"): {"hardened", "system", "sandbox", "microvm", *WITH_A_KERNEL},
    ("trust", "rule"): {"microvm", *WITH_A_KERNEL},
    ("trust", "hostile"): {"sandbox", "microvm", *WITH_A_KERNEL},
    ("hardware", "driver"): {"host", "container", "hardened", "system", *WITH_A_KERNEL},
    ("hardware", "device"): WITH_A_KERNEL,
    ("state", "live"): WITH_A_KERNEL,
    ("licence", "cores"): {"host", *WITH_A_KERNEL},
    ("hosts", "rented"): {"host", "container", "hardened", "system", "sandbox", *WITH_A_KERNEL},
    ("hosts", "theirs"): WITH_A_KERNEL,
}
GUIDE, CASE, PLANNER, SOURCES = (f"docs/data/{name}.yml" for name in ("guide", "cases", "planner", "sources"))


Decided = list[tuple[dict[str, str], Rule]]


# -- the guide -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def decided(data: Data) -> Decided:
    """Return every combination of answers, each with its rule."""
    return [(answers, first_rule(data.guide, answers)) for answers in combinations(data.guide)]


def test_every_combination_of_answers_ends_in_a_recommendation(data: Data, decided: Decided) -> None:
    """There are tens of thousands; each is decided, and every rule and every piece of advice applies to some."""
    guide = data.guide
    assert len(decided) == math.prod(len(question.answers) for question in guide.questions.values())
    assert len({tuple(answers.items()) for answers, _ in decided}) == len(decided)
    assert {rule.id for _, rule in decided} == {rule.id for rule in guide.rules}
    assert {rule.outcome for _, rule in decided} == set(guide.outcomes)
    left = {one.id: one for one in guide.advice}
    for answers, rule in decided:
        for one in list(left.values()):
            if rule.outcome in one.outcomes and fits(one.when, answers):
                del left[one.id]
    assert not left


def test_no_recommendation_and_no_runner_up_breaks_an_answer(data: Data, decided: Decided) -> None:
    """For every combination: what comes first and what comes second is among what each of its answers allows."""
    seconds = {False: 0, True: 0}
    for answers, rule in decided:
        second = runner_up(data.guide, rule, demanded(data.guide, answers))
        seconds[second is not None] += 1
        given = {rule.outcome, second.outcome} if second else {rule.outcome}
        assert second is None or second.outcome != rule.outcome
        for answer in answers.items():
            assert given <= ALLOWED.get(answer, set(data.guide.outcomes)), (rule.id, given, answers)
    assert min(seconds.values()) > 1000, "both with and without a runner-up"


def test_strangers_get_a_sandbox_first_only_where_no_vm_can_be_started(decided: Decided) -> None:
    found = [answers for answers, rule in decided if rule.outcome == "sandbox"]
    assert found
    assert all((answers["trust"], answers["hosts"]) == ("hostile", "rented") for answers in found)


def test_reasons_of_all_constraints_stand_in_an_answer(data: Data, decided: Decided) -> None:
    """Each answer that limits what may be recommended is spoken of: by the rule, which asks for it, or by a reason beside."""
    several = 0
    for answers, rule in decided[::31]:
        found = decide(data.guide, answers)
        limiting = [(question, answer) for question, answer in answers.items() if (question, answer) in ALLOWED]
        by_rule = {question for question, _ in limiting if question in rule.when}
        beside = [d for q, a in limiting for d in _answer(data, q, a).demands if q not in by_rule]
        assert set(beside) <= {one.id for one in found.also}, answers
        assert {one.id for one in found.also} <= set(demanded(data.guide, answers))
        several += len(limiting) > 1 and bool(beside)
    assert several > 100
    malware = decide(data.guide, data.guide.cases["malware-laboratory"].answers)
    assert ([one.id for one in malware.also], malware.runner_up) == (["hostile"], None)


def _answer(data: Data, question: str, answer: str) -> Answer:
    return next(one for one in data.guide.questions[question].answers if one.id == answer)


def test_parts_hold_every_combination_once(data: Data, decided: Decided) -> None:
    """What the reader checks by parts is all there is: the parts share no combination, and have the same rules."""
    parts = list(regions(data.guide))
    assert sum(math.prod(len(answers) for answers in part.values()) for part, _ in parts) == len(decided)
    for answers, rule in decided[::11]:
        (mine,) = [found for part, found in parts if all(answers[question] in part[question] for question in part)]
        assert mine is rule


def test_the_key_leads_every_combination_to_the_same_rule(data: Data, decided: Decided) -> None:
    steps = key(data.guide)
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    for answers, rule in decided:
        assert walked(steps, answers) is rule


def test_the_key_only_goes_forward(data: Data) -> None:
    """A reader never comes back to a step: the key ends, after no more than two steps for each question."""

    def depth(number: int, above: tuple[int, ...] = ()) -> int:
        assert number not in above
        ways = [to for _, to in key(data.guide)[number - 1].ways if isinstance(to, int)]
        return 1 + max((depth(to, (*above, number)) for to in ways), default=0)

    assert depth(1) <= 2 * len(data.guide.questions)


def test_every_answer_matters(data: Data) -> None:
    """For each two answers to a question there is a combination in which they differ, by rule or by advice."""
    guide = data.guide
    every = list(combinations(guide))
    random.Random(1).shuffle(every)
    for question in guide.questions.values():
        pairs = {frozenset(pair) for pair in itertools.combinations([a.id for a in question.answers], 2)}
        for answers in every:
            told = {}
            for answer in question.answers:
                mine = {**answers, question.id: answer.id}
                rule = first_rule(guide, mine)
                advice = tuple(a.id for a in guide.advice if rule.outcome in a.outcomes and fits(a.when, mine))
                told[answer.id] = (rule.id, advice)
            pairs -= {pair for pair in pairs if len({told[answer] for answer in pair}) == 2}
            if not pairs:
                break
        assert not pairs, question.id


def test_what_would_change_the_answer_does(data: Data) -> None:
    """Each change is one other answer, leads to the outcome that it names, and none is left out."""
    guide = data.guide
    for answers in itertools.islice(combinations(guide), 0, None, 101):
        found = decide(guide, answers)
        named = {(question, answer): outcome for question, answer, outcome in found.changes}
        for question in guide.questions.values():
            for answer in question.answers:
                outcome = first_rule(guide, {**answers, question.id: answer.id}).outcome
                assert named.get((question.id, answer.id), found.rule.outcome) == outcome


def test_the_cases_get_what_an_engineer_would_recommend(data: Data) -> None:
    cases = data.guide.cases
    assert cases
    for case in cases.values():
        assert decide(data.guide, case.answers).rule.outcome == case.expects, case.id
    assert {case.expects for case in cases.values()} == set(data.guide.outcomes)
    seconds = {decide(data.guide, case.answers).runner_up for case in cases.values()}
    assert "host" in {second.outcome for second in seconds if second}


def test_each_rule_decides_a_case_and_each_answer_is_given_in_one(data: Data) -> None:
    """The reader refuses a guide without; this asks the real one again, and apart from the reader."""
    cases = [case.answers for case in data.guide.cases.values()]
    decided = [next(r.id for r in data.guide.rules if fits(r.when, answers)) for answers in cases]
    assert set(decided) == {rule.id for rule in data.guide.rules}
    given = {one for answers in cases for one in answers.items()}
    assert given == {(q.id, a.id) for q in data.guide.questions.values() for a in q.answers}


def test_containers_are_recommended_for_starts_density_and_services_on_a_shared_kernel(
    data: Data, decided: Decided
) -> None:
    """With trusted code from images, on hosts of one's own or rented, every combination that asks for a start within a
    second or for hundreds of instances ends in a container, unless another answer rules one out."""
    asked = 0
    for answers, rule in decided:
        allowed = all("container" in ALLOWED.get(answer, {"container"}) for answer in answers.items())
        if allowed and answers["platform"] != "vms" and (answers["start"] == "second" or answers["density"] == "many"):
            asked += 1
            alone = answers["kernel"] == "host" and answers["density"] == "one"
            assert rule.outcome == "container" or (alone and rule.outcome == "host")
    assert asked >= 100


def test_a_host_whose_kernel_can_be_changed_is_changed(data: Data, decided: Decided) -> None:
    """Trusted code that needs a certain kernel on a host of one's own ends straight on it, or in a container on it."""
    asked = 0
    for answers, rule in decided:
        mine = answers["kernel"] == "host" and answers["platform"] != "vms"
        if mine and all("container" in ALLOWED.get(answer, {"container"}) for answer in answers.items()):
            asked += 1
            assert rule.outcome in ("host", "container")
    assert asked >= 100


def test_a_case_is_a_link_to_its_row_that_holds_its_answers(data: Data) -> None:
    links = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", case_links(data))
    assert [title for title, _ in links] == [case.title.replace("'", "&#x27;") for case in data.guide.cases.values()]
    for (_, address), case in zip(links, data.guide.cases.values(), strict=True):
        parts = urlsplit(address)
        assert parts.path == "/choosing/cases.md"
        assert parts.fragment == f"case-{case.id}"
        assert dict(parse_qsl(parts.query)) == case.answers


def test_the_form_comes_first_on_its_page() -> None:
    """Title, one sentence, the form; the rules, the key and the cases are on other pages."""
    text = (ROOT / "docs" / "choosing" / "index.md").read_text("utf-8")
    before = text.split("---\n", 2)[2].split("{{ guide_form() }}")[0].strip()
    title, sentence = before.split("\n\n")
    assert title == "# Choosing"
    assert re.fullmatch(r"[^.?!]+\.", sentence), "one sentence"
    assert not re.findall(r"{{ guide_(rules|key|cases|questions|advice|outcomes)\(", text)
    rules = "".join((ROOT / "docs" / "choosing" / f"{name}.md").read_text("utf-8") for name in ("cases", "rules"))
    assert {"rules", "key", "cases", "questions", "demands", "advice", "outcomes"} == set(
        re.findall(r"{{ guide_(\w+)\(", rules)
    )


def test_what_is_printed_names_the_answers_whose_reasons_count(data: Data) -> None:
    """Each rule names the answers that add a reason; the key's answers lead to what they demand."""
    rules = guide_rules(data).split('<div class="rule"')
    for part, rule in regions(data.guide):
        assert rule
        text = next(one for one in rules if f'id="rule-{rule.id}"' in one)
        asked = {question for question, allowed in rule.when.items()}
        for question in part:
            for demand in _answer(data, question, part[question][-1]).demands if question not in asked else ():
                assert f"(#demand-{demand})" in text, (rule.id, demand)
    assert "](#demand-hostile)" in guide_key(data)


def test_the_browser_finds_every_reason_on_the_page_of_the_form(data: Data) -> None:
    text = guide_reasons(data)
    for rule in data.guide.rules:
        (part,) = re.findall(rf'<div data-rule="{rule.id}".*?</div>', text, re.DOTALL)
        assert part.count("\n- ") == len(rule.because)
        assert re.findall(r'data-runner-up="([^"]+)"', part) == [one.outcome for one in rule.runners_up]
    assert re.findall(r'data-demand="([^"]+)"', text) == list(data.guide.demands)
    assert re.findall(r'data-advice="([^"]+)"', text) == [one.id for one in data.guide.advice]


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
        (GUIDE, "meets: [kernel]", "meets: []", "the rule 'own' recommends 'vm', which does not meet 'kernel', to own: own"),
        (GUIDE, "runners_up: []", 'runners_up: [{outcome: container, unless: {text: "The host\'s kernel is the one.", see: [{claim: A1}]}}]', "'container' never applies"),
        (GUIDE, "meets: [kernel]", "meets: [kernels]", "there is no demand 'kernels'"),
        (GUIDE, "demands: [kernel]}", "demands: [kernels]}", "there is no demand 'kernels'"),
        (GUIDE, ", demands: [kernel]}", "}", "no answer makes the demand 'kernel'"),
        (GUIDE, "    when: {}\n    outcome: container", "    when: {own: [own]}\n    outcome: container", "no rule applies to own: any"),
        (GUIDE, "outcome: vm", "outcome: vn", "no outcome 'vn'"),
        (GUIDE, "[{outcome: vm", "[{outcome: vn", "no outcome 'vn'"),
        (GUIDE, "[{outcome: vm", "[{outcome: container", "the runner-up is the outcome itself"),
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


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (GUIDE, "when: {own: [own]}", "when: {}", "'plain' never applies"),
        (CASE, "own: any}\n  expects: container", "own: own}\n  expects: vm", "the rule 'plain' is the first to fit in no case"),
        (CASE, "own: any}\n  expects: container", "own: own}\n  expects: vm", "no case gives the answer 'any' to 'own'"),
    ],
    ids=["a rule behind one that always fits", "a rule without a case", "an answer without a case"],
)  # fmt: skip
def test_a_rule_or_an_answer_that_nothing_reaches_is_refused_with_its_line(
    file: str, old: str, new: str, message: str, tmp_path: Path
) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    edit(site, file, old, new)
    with pytest.raises(ProblemError) as caught:
        smallsite.load(site)
    (found,) = [one for one in caught.value.problems if message in one.what]
    assert found.file == GUIDE and found.line > 1


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
                busy = (count + more) * (work.processors + (one.cost.processors or 0))
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


def test_a_coefficient_is_a_result_or_a_figure_and_no_number(data: Data) -> None:
    """No option types a number, and each end of each cost is what its result or its figures give."""
    content = yaml.safe_load((ROOT / PLANNER).read_text("utf-8"))
    words = [*content["technologies"]]
    while words:
        one = words.pop()
        assert not isinstance(one, (int, float)), one
        words += one.values() if isinstance(one, dict) else one if isinstance(one, list) else []
    for entry, option in zip(content["technologies"], data.planner.options, strict=True):
        assert bool(option.measured) != bool(option.source)
        if option.source:
            of, figures = entry["published"], data.sources[option.source].figures
            for end, found in (("least", option.cost.least), ("most", option.cost.most)):
                given = [in_ours(figures[name].value, figures[name].unit)[0] for name in of[end].values()]
                assert found == given[0] - sum(given[1:])
            assert set(option.locators) <= set(data.sources[option.source].locators)


def test_the_browser_plans_with_the_coefficients_of_the_data_alone() -> None:
    """The script's formula holds no number but 0, so that none can differ from the data."""
    text = (ROOT / "docs" / "assets" / "js" / "choosing.js").read_text("utf-8")
    formula = text[text.index("function count(") : text.index("window.cvmChoosing")]
    assert set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?", formula)) == {"0"}


MISFITS = {
    "a figure in another unit": ('unit: "MiB"', 'unit: "ms"', SOURCES, "the figure 'own' in the unit 'ms', where 'B' is planned with"),
    "a figure of another technology": ("figure: own", "figure: own-qemu", PLANNER, "is planned with the figure 'own-qemu', which is of QEMU"),
    "a number": ("{figure: own}", "5242880", PLANNER, "5242880 is not of type 'object'"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISFITS)
def test_a_coefficient_that_is_of_something_else_is_refused(name: str, tmp_path: Path) -> None:
    old, new, file, message = MISFITS[name]
    site = smallsite.make(tmp_path / "site", lean=True)
    edit(
        site,
        SOURCES,
        "    own: {",
        '    own-qemu: {value: "4", unit: "MiB", locator: "Part 1", says: "What QEMU takes."}\n    own: {',
    )
    if file == SOURCES:
        old, new = f'own: {{value: "5", {old}', f'own: {{value: "5", {new}'
    edit(site, file, old, new)
    with pytest.raises(ProblemError) as caught:
        smallsite.load(site)
    (found,) = [one for one in caught.value.problems if message in one.what]
    assert found.file == PLANNER and found.line


def test_a_result_in_another_unit_is_no_coefficient(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="'memory@1' in the unit 'B', where 's' is planned with"):
        smallsite.load(measured(tmp_path / "site", "kvm", over="memory@1"))


def test_the_examples_are_what_the_formula_gives(data: Data) -> None:
    text = planner_examples(data).replace(NARROW, " ")
    for example in data.planner.examples:
        for one in data.planner.options:
            found = plan(example.host, example.work, one.cost)
            assert how_many(found).replace(NARROW, " ") in text
    assert text.count("<tbody") == len(data.planner.examples)


def test_a_verdict_says_when_it_depends(data: Data) -> None:
    example = planner.WorkedExample(Host(10, 0, 100), Work(1, 0.1, 3))
    said = [
        whether_wanted_fit(example, plan(example.host, example.work, Cost(*ends, 0, 0, 0, busy)))
        for busy in (0.0, None)
        for ends in ((1, 2), (1, 9), (9, 9))
    ]
    assert said == ["yes", "perhaps", "no", "unknown", "unknown", "no"]


def test_an_unknown_use_of_processors_is_never_nothing(data: Data) -> None:
    """It is shown as unknown, what fits is said to be a maximum, and nobody is told that the wanted number fits."""
    unknown = [one for one in data.planner.options if one.cost.processors is None]
    known = [one for one in data.planner.options if one.cost.processors is not None]
    assert {one.id for one in known} == {"container", "kata", "kata-qemu"}
    assert planner_costs(data).count(">unknown<") == len(unknown) > 0
    example = planner.WorkedExample(Host(256 * GIB, 0, 64), Work(64 * MIB, 0.001, 1))
    for one in data.planner.options:
        found = plan(example.host, example.work, one.cost)
        assert found.open == (one in unknown)
        assert how_many(found).startswith("at most ") == found.open
        assert whether_wanted_fit(example, found) == ("unknown" if found.open else "yes")
