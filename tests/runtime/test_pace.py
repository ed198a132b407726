"""Real time: a step is over when its time is, and what was lost is lost."""

from embodied.core.action import STOP
from embodied.core.episode import EpisodeSpec
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.protocols import Step
from embodied.runtime.pace import Pacer


def test_steps_take_their_time_and_lost_time_is_not_made_up_for() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))
        now[0] += seconds

    pacer = Pacer(20.0, clock=lambda: now[0], sleep=sleep)
    pacer.on_begin(EpisodeSpec("a", "a", "test"), Instruction.from_text("go"))
    for taken_s in (0.01, 0.2, 0.0, 0.03):
        now[0] += taken_s
        pacer.on_step(Step(Observation(), STOP, {}, {}))
    assert slept == [0.04, 0.05, 0.02]
