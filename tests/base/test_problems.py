"""What a run says of problems before it ends: every line of use, and no more than a screen shows."""

from __future__ import annotations

from macros.base.problems import LINES, LONG, Problem, told


def test_a_problem_is_told_in_two_lines() -> None:
    assert told([Problem("docs/x.md", 3, "what is wrong", "what would be right")]) == (
        "1 problem:\ndocs/x.md:3: what is wrong\n    remedy: what would be right"
    )


def test_many_problems_fit_a_screen_and_are_counted() -> None:
    lines = told(Problem("docs/x.md", n, "what\nover lines", "right " * 500) for n in range(100)).split("\n")
    assert len(lines) <= LINES
    assert lines[0] == "100 problems:"
    shown = (len(lines) - 2) // 2
    assert lines[-1] == f"and {100 - shown} more: correct these first"
    assert all(len(line) <= LONG + len("    remedy: ") for line in lines)


def test_a_cause_is_told_without_what_follows_from_it() -> None:
    cause = Problem("docs/data/results/m/a.b.json", 0, "changed since it was recorded", "restore it", cause=True)
    assert told([Problem("docs/data/claims.yml", 7, "a claim that it contradicts", "correct it"), cause]).split("\n")[
        :2
    ] == [
        "1 problem:",
        str(cause).split("\n")[0],
    ]
