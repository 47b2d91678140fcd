from dataclasses import replace
from typing import Any

from consumer.emulator.choosing import choose

OPTIONS = range(1_000_000_000)


def test_the_same_prompt_chooses_the_same(asked: Any) -> None:
    assert choose(OPTIONS, asked("arc"), "x") == choose(OPTIONS, asked("arc"), "x")


def test_another_place_and_a_repair_draw_anew(asked: Any) -> None:
    first = asked("arc")
    repaired = replace(first, prompt=first.prompt + "\n\nAn earlier answer had faults.")
    drawn = {choose(OPTIONS, first, "x"), choose(OPTIONS, first, "y")}
    drawn.add(choose(OPTIONS, repaired, "x"))
    assert len(drawn) == 3
