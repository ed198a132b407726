"""`embodied plan`: trees for people, scores for planners."""

import json
from dataclasses import replace

import pytest
from small_alfred import trajectory, write

from embodied.cli import main
from embodied.core import task as tasks
from embodied.core.annotated import AnnotatedTask
from embodied.core.episode import EpisodeStatus
from embodied.core.errors import PlanningError, UnavailableError
from embodied.core.instruction import Instruction
from embodied.core.plan import Plan
from embodied.core.protocols import PlanContext
from embodied.core.task import Task
from embodied.core.task_plans import subgoals_of
from embodied.evaluation.plan_scores import plan_all, plan_and_score, score_task, sequence_of
from envs.household.skills import SKILLS
from planners.symbolic import check

MUG = Task(tasks.PICK_AND_PLACE, "Mug", parent="Shelf")


def text_for(task: Task) -> AnnotatedTask:
    said = Instruction.from_text("do it", id="a/b/0", steps=("one", "two"))
    return AnnotatedTask(said, task, subgoals_of(task), False, "train", "a/b")


class Always:
    """Plans the same, whatever is asked; remembers what it was told."""

    def __init__(self, task: Task | None) -> None:
        self.task, self.told = task, []

    def plan(self, context: PlanContext) -> Plan:
        self.told.append(context.instruction)
        if self.task is None:
            raise PlanningError("no idea")
        return Plan(context.instruction, 0, subgoals_of(self.task))

    def measures(self) -> dict[str, float]:
        return {"requests": 2.0 * len(self.told)}


def scored(planner, wanted: Task, *, text: str = "goal"):
    return plan_and_score(planner, text_for(wanted), text=text, skills=SKILLS, check=check)


def test_the_right_plan_scores_in_everything() -> None:
    record = scored(Always(MUG), MUG)
    assert record.status is EpisodeStatus.SUCCESS
    assert {record.measures[n] for n in ("exact", "exact_with_toggle", "sequence", "valid")} == {1}


def test_the_lamp_counts_for_exact_with_toggle_alone() -> None:
    desk, floor = (Task(tasks.LOOK_IN_LIGHT, "Book", toggle=t) for t in ("DeskLamp", "FloorLamp"))
    scores = score_task(desk, floor)
    assert (scores["exact"], scores["exact_with_toggle"], scores["toggle"]) == (1, 0, 0)


def test_a_wrong_vessel_counts_only_where_there_is_one() -> None:
    bowl = Task(tasks.PICK_WITH_MOVABLE, "Spoon", parent="Fridge", mrecep="Bowl")
    cup = Task(tasks.PICK_WITH_MOVABLE, "Spoon", parent="Fridge", mrecep="Cup")
    assert score_task(bowl, cup)["exact"] == 0
    assert score_task(None, cup)["exact"] == 0


def test_a_refusal_is_a_failure_with_its_reason() -> None:
    record = scored(Always(None), MUG)
    assert record.status is EpisodeStatus.FAILURE
    assert record.end_reason == "no idea"
    assert record.measures["exact"] == record.measures["valid"] == 0


def test_a_planner_that_breaks_is_an_error_and_no_gap() -> None:
    class Broken:
        def plan(self, context: PlanContext) -> Plan:
            raise RuntimeError("wires crossed")

    record = scored(Broken(), MUG)
    assert record.status is EpisodeStatus.ERROR
    assert "wires crossed" in (record.error or "")


def test_a_server_that_does_not_answer_is_nobody_s_failure() -> None:
    class Down(Always):
        def plan(self, context: PlanContext) -> Plan:
            raise UnavailableError("no answer")

    with pytest.raises(UnavailableError):
        scored(Down(MUG), MUG)


@pytest.mark.parametrize("workers", [1, 3])
def test_each_worker_has_a_planner_of_its_own_and_the_order_stays(workers: int) -> None:
    made: list[Always] = []

    def make() -> Always:
        made.append(Always(MUG))
        return made[-1]

    texts = [replace(text_for(MUG), trajectory_id=str(number)) for number in range(9)]
    settings = {"text": "goal", "skills": SKILLS, "check": check}
    records = list(plan_all(make, texts, workers=workers, **settings))
    assert [record.spec.trajectory_id for record in records] == [str(n) for n in range(9)]
    assert len(made) <= workers
    assert sum(len(planner.told) for planner in made) == 9


def test_what_a_planner_counts_stands_in_each_record() -> None:
    planner = Always(MUG)
    scored(planner, MUG)
    assert scored(planner, MUG).measures["planner_requests"] == 2.0


def test_steps_are_told_only_where_they_are_to_be() -> None:
    planner = Always(MUG)
    scored(planner, MUG, text="goal")
    scored(planner, MUG, text="goal+steps")
    assert [said.steps for said in planner.told] == [(), ("one", "two")]


def test_plans_are_the_same_whatever_knife_and_way() -> None:
    task = Task(tasks.PICK_HEAT, "Bread", parent="Fridge", sliced=True)
    assert sequence_of(subgoals_of(task))[:3] == (
        ("pick", "Knife"),
        ("slice", "Bread"),
        ("place", "Knife"),
    )


def test_words_are_shown_as_a_tree(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "put the mug in the sink, then open the fridge"]) == 0
    shown = capsys.readouterr().out
    assert "1. pick(Mug)" in shown
    assert "3. open(Fridge)" in shown
    assert "confidence" in shown


def test_a_refusal_is_a_sentence_and_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "put an elephant in the sink"]) == 1
    assert "elephant" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["benchmark=tabletop", "push the red block to the bowl"], "1. push(red block"),
        (["benchmark=r2r", "planner=routes", "turn left and stop at the door"], "1. turn(left"),
        (["benchmark=alfworld", "put the mug in the sinkbasin"], "1. pick(Mug"),
    ],
)
def test_a_plan_is_made_for_the_benchmark_s_body(
    words: list[str], shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", *words]) == 0
    assert shown in capsys.readouterr().out


def test_a_route_is_no_task_for_the_parser(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "benchmark=r2r", "turn left and stop at the door"]) == 1
    assert "planner=routes" in capsys.readouterr().err


def test_without_words_it_says_what_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "planner=parsed"]) == 2
    assert "Say what to plan" in capsys.readouterr().err


@pytest.fixture
def alfred(tmp_path):
    write(tmp_path, trajectory(), split="valid_seen")
    return tmp_path


def test_a_split_is_scored_and_goes_on_where_it_was(alfred, capsys) -> None:
    words = [
        "plan",
        "benchmark=alfred",
        "text=goal+steps",
        f"data_root={alfred}",
        f"output_dir={alfred / 'out'}",
    ]
    assert main(words) == 0
    summary = json.loads((alfred / "out" / "summary.json").read_text())
    assert summary["n"] == 2
    assert summary["text"] == "goal+steps"
    assert set(summary["metrics"]) >= {"exact", "exact_with_toggle", "sequence", "valid"}
    assert summary["intervals_95"]["exact"] is not None
    lines = (alfred / "out" / "episodes.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert [r["instruction"] for r in records] == ["Put the mug on the shelf.", "Mug to shelf."]
    mean = sum(record["measures"]["exact"] for record in records) / 2
    assert summary["metrics"]["exact"] == mean
    capsys.readouterr()
    assert main(words) == 0
    assert "2 of 2 texts are in" in capsys.readouterr().err


def test_a_benchmark_without_texts_says_which_have_some(capsys, tmp_path) -> None:
    assert main(["plan", "benchmark=household", f"output_dir={tmp_path}"]) == 2
    assert "alfred" in capsys.readouterr().err


def test_without_its_server_a_run_stops_at_once_and_says_how_it_goes_on(alfred, capsys) -> None:
    words = ["plan", "benchmark=alfred", "planner=asked_once", "llm=llamacpp", "llm.max_retries=0"]
    words += ["llm.base_url=http://127.0.0.1:9/v1", f"data_root={alfred}", "workers=2"]
    assert main([*words, f"output_dir={alfred / 'out'}"]) != 0
    said = capsys.readouterr().err
    assert "Is a server up" in said
    assert "0 of 2 texts are in" in said
    assert "the same command goes on" in said
    assert not (alfred / "out" / "summary.json").exists()
