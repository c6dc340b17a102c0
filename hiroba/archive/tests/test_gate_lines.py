"""The gate's figures are kept: the labelled lines of our own, and real papers that hold no personal number."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.gate import DATA, answers, look_at, read_lines


def test_the_labelled_lines_are_many_and_a_third_of_them_are_hard() -> None:
    labels = Counter(line.label for line in read_lines())
    assert labels.total() >= 400
    assert labels["my_number"] >= 250
    assert labels["other"] + labels["plain"] >= 200


def test_at_most_one_personal_number_in_a_hundred_slips_through_and_few_others_are_stopped() -> None:
    asked: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for answer in answers(rounds=2, seed=7):
        asked[answer.line.label] += 1
        wrong[answer.line.label] += not answer.is_right
    assert wrong["my_number"] <= 0.01 * asked["my_number"]
    assert wrong["other"] <= 0.02 * asked["other"]
    assert wrong["personal"] <= 0.05 * asked["personal"]
    assert wrong["plain"] == 0


@pytest.mark.parametrize("folder", ["minutes", "municipal_text"])
def test_real_papers_raise_at_most_one_false_alarm_in_a_thousand_lines(folder: str) -> None:
    if not (DATA / folder).is_dir():
        pytest.skip("the papers of ../shared/data are not here")
    real = look_at(DATA / folder)
    assert real.lines > 1_000
    assert real.alarms <= real.lines / 1_000
