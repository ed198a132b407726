"""Plans of any planner: corrections folded in, what is done left out, and all of it checked."""

from dataclasses import dataclass, field, replace

import pytest

from embodied.core.correction import Correction, CorrectionKind
from embodied.core.entity import Entity
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.plan import DONE, Cause, ObjectRef, Outcome, Plan, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task import PICK_AND_PLACE, PICK_HEAT, PICK_TWO, Task
from embodied.core.task_plans import subgoals_of
from envs.household.skills import SKILLS
from planners.checked import CheckedPlanner

MUG = Task(PICK_AND_PLACE, "Mug", "Shelf")
POTATO = Task(PICK_HEAT, "Potato", "CounterTop", sliced=True)
NOT_FOUND = Outcome(Status.FAILED, Cause.NOT_FOUND, "nowhere")


@dataclass
class Knows:
    """A planner that knows a few sentences, and never reads history or corrections."""

    plans: dict[str, tuple[Subgoal, ...]] = field(default_factory=dict)
    asked: list[PlanContext] = field(default_factory=list)

    def plan(self, context: PlanContext) -> Plan:
        self.asked.append(context)
        if context.instruction.text not in self.plans:
            raise PlanningError(f"never heard of {context.instruction.text!r}")
        return Plan(context.instruction, 0, self.plans[context.instruction.text])


def close(name: str) -> tuple[Subgoal, ...]:
    return (Subgoal("close", {"object": ObjectRef(name)}),)


@dataclass
class Talk:
    """An episode: plans, what was done of them, what was said meanwhile."""

    task: Task = MUG
    others: dict[str, tuple[Subgoal, ...]] = field(default_factory=dict)
    reads: bool = False

    def __post_init__(self) -> None:
        self.inner = Knows({"do it": subgoals_of(self.task), **self.others})
        self.planner = CheckedPlanner(self.inner, reads_corrections=self.reads)
        self.context = PlanContext(Instruction.from_text("do it"), SKILLS)
        self.now = self.planner.plan(self.context)

    def done(self, count: int) -> "Talk":
        steps = tuple((step, DONE) for step in self.now.subgoals[:count])
        self.context = replace(self.context, history=(*self.context.history, *steps))
        return self

    def failed(self, outcome: Outcome = NOT_FOUND, *, seen: tuple[str, ...] = ()) -> list[str]:
        done = [step for step, how in self.context.history if how is DONE]
        ahead = [step for step in self.now.subgoals if step not in done]
        self.context = replace(
            self.context,
            history=(*self.context.history, (ahead[0], outcome)),
            entities=tuple(Entity(name) for name in seen),
        )
        return self._planned()

    def say(self, text: str, kind: CorrectionKind = CorrectionKind.AMEND) -> list[str]:
        said = Correction(text, float(len(self.context.corrections)), kind)
        self.context = replace(self.context, corrections=(*self.context.corrections, said))
        return self._planned()

    def _planned(self) -> list[str]:
        made = self.planner.plan(replace(self.context, current_plan=self.now))
        self.now = replace(made, revision=self.now.revision + 1)
        return [str(subgoal) for subgoal in self.now.subgoals]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("no, the red one", ["pick(red Mug)", "place(red Mug, Shelf)"]),
        ("not that one, the blue one", ["pick(blue Mug)", "place(blue Mug, Shelf)"]),
        ("the other one", ["pick(another Mug)", "place(another Mug, Shelf)"]),
        ("the small mug", ["pick(small Mug)", "place(small Mug, Shelf)"]),
        (
            "the one to the left of the sink",
            [
                "pick(Mug to the left of the sink)",
                "place(Mug to the left of the sink, Shelf)",
            ],
        ),
        ("no, the cup", ["pick(Cup)", "place(Cup, Shelf)"]),
        ("not the mug, the cup", ["pick(Cup)", "place(Cup, Shelf)"]),
        ("put it on the desk instead", ["pick(Mug)", "place(Mug, Desk)"]),
        ("not on the shelf, on the desk", ["pick(Mug)", "place(Mug, Desk)"]),
        ("wait, I meant the bottle", ["pick(Glassbottle)", "place(Glassbottle, Shelf)"]),
    ],
)
def test_what_is_meant_is_told_apart(said, expected):
    assert Talk().say(said) == expected


def test_the_planner_is_not_asked_again_for_what_words_alone_say():
    talk = Talk()
    talk.say("no, the red one")
    assert len(talk.inner.asked) == 1


def test_more_to_do_goes_to_the_end_and_first_things_first():
    others = {"close the fridge": close("Fridge"), "close the safe": close("Safe")}
    talk = Talk(others=others)
    assert talk.say("also close the fridge")[-1] == "close(Fridge)"
    assert talk.say("first close the safe")[0] == "close(Safe)"


@pytest.mark.parametrize("said", ["also the cup", "and the cup too", "the cup as well"])
def test_what_is_named_alone_is_done_with_likewise(said):
    assert Talk().done(1).say(said) == ["place(Mug, Shelf)", "pick(Cup)", "place(Cup, Shelf)"]
    warmed = Talk(WARM).done(1).say(said.replace("cup", "egg"))
    assert warmed[2:] == ["pick(Egg)", "heat(Egg, Microwave)", "place(Egg, CounterTop)"]


def test_another_of_its_kind_is_another_and_a_slice_is_cut():
    assert Talk().say("another mug as well")[2:] == [
        "pick(another Mug)",
        "place(another Mug, Shelf)",
    ]
    cut = Talk(WARM).say("a slice of tomato too")
    assert cut[3:7] == ["pick(Knife)", "slice(Tomato)", "place(Knife, CounterTop)",
                        "pick(sliced Tomato)"]  # fmt: skip


def test_what_is_put_elsewhere_though_no_step_is_about_it_is_put_there_as_well():
    pen = Task(PICK_AND_PLACE, "Pen", "Drawer")
    others = {"put the pen in the drawer": subgoals_of(pen)}
    said = Talk(others=others).done(1).say("put the pen in the drawer")
    assert said == ["place(Mug, Shelf)", "pick(Pen)", "place(Pen, Drawer)"]


@pytest.mark.parametrize("said", ["wrong mug", "that's the wrong one", "not that mug"])
def test_what_is_in_the_hand_and_said_to_be_wrong_is_laid_aside(said):
    assert Talk().done(1).say(said) == [
        "place(Mug, CounterTop)", "pick(another Mug)", "place(another Mug, Shelf)"
    ]  # fmt: skip


def test_what_need_not_be_done_is_left_out():
    talk = Talk(POTATO)
    assert "heat(sliced Potato, Microwave)" in [str(s) for s in talk.now.subgoals]
    assert not any(step.startswith("heat") for step in talk.say("you don't need to heat it"))


def test_a_correction_that_breaks_the_plan_is_mended_with_what_is_in_the_hand():
    talk = Talk().done(1)
    assert talk.say("no, the cup") == [
        "place(Mug, CounterTop)",
        "pick(Cup)",
        "place(Cup, Shelf)",
    ]


def test_what_was_said_holds_for_later_plans_about_the_thing_it_was_said_of():
    talk = Talk(POTATO).done(3)
    talk.say("the big one")
    assert talk.failed()[0] == "pick(sliced big Potato)"
    assert all("big Knife" not in str(step) for step in talk.now.subgoals)


def test_a_first_thing_is_done_once():
    talk = Talk(others={"close the safe": close("Safe")})
    talk.say("first close the safe")
    assert talk.done(1).failed() == ["pick(Mug)", "place(Mug, Shelf)"]


def test_a_correction_that_means_nothing_leaves_the_plan_and_says_so():
    talk = Talk()
    with pytest.raises(PlanningError, match="Not understood: 'the weather is nice'"):
        talk.say("the weather is nice")


def test_a_planner_that_reads_corrections_gets_what_no_rule_reads():
    talk = Talk(reads=True)
    talk.say("the weather is nice")
    assert [said.text for said in talk.inner.asked[-1].corrections] == ["the weather is nice"]


def test_what_would_make_nonsense_of_the_plan_was_not_meant_so():
    talk = Talk(POTATO)
    with pytest.raises(PlanningError, match="Not understood"):
        talk.say("take the other mug")


def test_what_cannot_be_cut_is_brought_whole():
    said = Talk(POTATO).say("no, the bowl")
    assert said[-3:] == ["pick(Bowl)", "heat(Bowl, Microwave)", "place(Bowl, CounterTop)"]


def test_another_object_takes_the_place_of_no_tool():
    said = Talk(POTATO).say("no, the tomato")
    assert said[:2] == ["pick(Knife)", "slice(Tomato)"]


def test_a_bare_direction_is_a_movement():
    step = (Subgoal("move", {"direction": "left", "distance_m": 0.25}),)
    talk = Talk(others={"move a bit to the left": step})
    assert talk.say("a bit to the left")[0] == "move(left, 0.25)"


def test_steps_that_change_are_said_anew():
    spoken = tuple(replace(step, text="Do that.") for step in subgoals_of(MUG))
    talk = Talk()
    talk.inner.plans["do it"] = spoken
    talk.now = talk.planner.plan(talk.context)
    assert talk.say("no, the red one") == ["Take the red mug.", "Put the red mug on the shelf."]


def test_two_corrections_whose_first_plan_was_never_taken_are_both_in():
    talk = Talk(others={"close the fridge": close("Fridge")})
    before = talk.now
    talk.say("no, the red one")
    talk.now = before
    assert talk.say("also close the fridge") == [
        "pick(red Mug)",
        "place(red Mug, Shelf)",
        "close(Fridge)",
    ]


def test_a_replaced_instruction_takes_its_corrections_with_it():
    talk = Talk()
    talk.context = replace(
        talk.context,
        corrections=(
            Correction("no, the red one", 0.0, CorrectionKind.AMEND),
            Correction("forget it, do it", 1.0, CorrectionKind.REPLACE),
        ),
    )
    made = talk.planner.plan(talk.context)
    assert [str(step) for step in made.subgoals] == ["pick(Mug)", "place(Mug, Shelf)"]


def test_a_new_plan_after_a_failure_does_not_do_again_what_is_done():
    talk = Talk(POTATO).done(4)
    assert talk.failed(Outcome(Status.FAILED, Cause.NO_EFFECT)) == [
        "heat(sliced Potato, Microwave)",
        "place(sliced Potato, CounterTop)",
    ]


def test_the_second_of_two_is_not_taken_for_the_first():
    talk = Talk(Task(PICK_TWO, "Mug", "Shelf")).done(2)
    assert talk.failed() == ["pick(another Mug)", "place(another Mug, Shelf)"]


def test_what_is_sought_in_vain_is_taken_for_what_people_call_the_same():
    talk = Talk()
    assert talk.failed(seen=("Cup",)) == ["pick(Mug)", "place(Mug, Shelf)"]
    assert talk.failed(seen=("Cup",)) == ["pick(Cup)", "place(Cup, Shelf)"]


def test_what_the_words_may_have_meant_instead_comes_before_what_people_call_the_same():
    @dataclass
    class Reads(Knows):
        def instead(self, instruction, task, missing):
            return {"Mug": ("Statue", "Bowl")}.get(missing, ())

    talk = Talk()
    talk.planner = CheckedPlanner(Reads({"do it": subgoals_of(MUG)}))
    assert talk.failed(seen=("Cup", "Bowl")) == ["pick(Mug)", "place(Mug, Shelf)"]
    assert talk.failed(seen=("Cup", "Bowl")) == ["pick(Bowl)", "place(Bowl, Shelf)"]


def test_the_words_say_nothing_of_what_a_correction_brought_in():
    asked = []

    @dataclass
    class Reads(Knows):
        def instead(self, instruction, task, missing):
            asked.append((task.object, missing))
            return ()

    talk = Talk()
    talk.planner = CheckedPlanner(Reads({"do it": subgoals_of(MUG)}))
    talk.now = talk.planner.plan(talk.context)
    assert talk.say("not the mug, the bowl")[0] == "pick(Bowl)"
    talk.failed(seen=("Mug",))
    assert talk.failed(seen=("Mug",)) == ["pick(Bowl)", "place(Bowl, Shelf)"]
    assert asked == [("Mug", "Bowl")], "the reader has no other meaning of what it did not read"


def test_what_something_was_taken_for_it_stays():
    talk = Talk()
    for _ in range(3):
        planned = talk.failed(seen=("Cup", "Desk"))
    assert planned == ["pick(Cup)", "place(Cup, Shelf)"], "a first failure of the cup is no end"
    assert talk.done(1).failed(seen=("Cup", "Desk", "Mug")) == ["place(Cup, Shelf)"]


def test_where_something_else_was_laid_is_no_place_that_was_begun_with():
    task = Task(PICK_AND_PLACE, "Tomato", "SideTable", sliced=True)
    talk = Talk(task)
    knife_laid = next(i for i, step in enumerate(talk.now.subgoals) if step.skill == "place")
    assert "CounterTop" in str(talk.now.subgoals[knife_laid])
    talk.done(len(talk.now.subgoals) - 1)
    seen = ("CounterTop", "Tomato", "DiningTable")
    assert [talk.failed(seen=seen) for _ in range(2)][1] == ["place(sliced Tomato, DiningTable)"]


def test_what_is_not_there_either_is_passed_over():
    talk = Talk(Task(PICK_AND_PLACE, "Mug", "SideTable"))
    talk.done(1)
    seen = ("Mug", "CoffeeTable", "Desk")
    places = [talk.failed(seen=seen)[0] for _ in range(4)]
    assert places == [
        "place(Mug, SideTable)",
        "place(Mug, CoffeeTable)",
        "place(Mug, CoffeeTable)",
        "place(Mug, Desk)",
    ]


def test_the_first_of_two_stays_what_it_was_when_there_is_no_second():
    talk = Talk(Task(PICK_TWO, "Mug", "Shelf")).done(2)
    talk.failed(seen=("Mug", "Cup"))
    planned = talk.failed(seen=("Mug", "Cup"))
    assert planned == ["pick(another Cup)", "place(another Cup, Shelf)"]


def test_nothing_is_taken_for_what_was_not_seen():
    talk = Talk()
    talk.failed()
    assert talk.failed(seen=("Apple",)) == ["pick(Mug)", "place(Mug, Shelf)"]


def test_a_plan_that_cannot_be_mended_moves_nothing():
    inner = Knows({"do it": (Subgoal("fly", {"object": ObjectRef("Mug")}),)})
    made = CheckedPlanner(inner)
    with pytest.raises(PlanningError):
        made.plan(PlanContext(Instruction.from_text("do it"), SKILLS))


def test_many_tasks_are_planned_each_with_its_plan_or_its_error():
    inner = Knows({"do it": subgoals_of(MUG)})
    contexts = [PlanContext(Instruction.from_text(text), SKILLS) for text in ("do it", "fly")]
    made = CheckedPlanner(inner).plan_many(contexts)
    assert [type(each) for each in made] == [Plan, PlanningError]
    assert made[0].subgoals == subgoals_of(MUG)


def test_many_tasks_go_to_the_planner_together_where_it_can_and_are_mended():
    class Many(Knows):
        def plan_many(self, contexts):
            place = subgoals_of(MUG)[1:]
            return [Plan(context.instruction, 0, place) for context in contexts]

    contexts = [PlanContext(Instruction.from_text("do it"), SKILLS)] * 2
    made = CheckedPlanner(Many()).plan_many(contexts)
    assert [plan.subgoals for plan in made] == [subgoals_of(MUG)] * 2


WARM = Task(PICK_HEAT, "Apple", "CounterTop")


@pytest.mark.parametrize(
    ("said", "which"),
    [("not that one", "another"), ("use the other apple", "another"), ("no, the red one", "red")],
)
def test_what_is_in_the_hand_and_not_meant_is_laid_aside(said, which):
    assert Talk(WARM).done(1).say(said) == [
        "place(Apple, CounterTop)",
        f"pick({which} Apple)",
        f"heat({which} Apple, Microwave)",
        f"place({which} Apple, CounterTop)",
    ]


def test_it_is_not_laid_aside_where_it_was_to_go():
    to_fridge = Task(PICK_HEAT, "Apple", "Fridge")
    assert Talk(to_fridge).done(1).say("the other one")[0] == "place(Apple, CounterTop)"
    talk = Talk(to_fridge).done(1)
    talk.context = replace(talk.context, entities=(Entity("Bed"), Entity("SideTable")))
    assert talk.say("the other one")[0] == "place(Apple, SideTable)"


def test_the_other_one_is_one_of_those_of_which_there_are_several():
    assert Talk().done(1).say("the other one") == ["place(Mug, another Shelf)"]
    assert Talk().done(1).say("wrong one")[-1] == "place(another Mug, Shelf)"
    talk = Talk().done(1)
    talk.context = replace(
        talk.context, entities=(Entity("Mug"), Entity("Mug"), Entity("Shelf"), Entity("Bed"))
    )
    assert talk.say("the other one")[-2:] == ["pick(another Mug)", "place(another Mug, Shelf)"]


def test_what_is_in_the_hand_and_may_be_what_was_meant_is_kept():
    assert Talk(WARM).done(1).say("the red one")[0] == "heat(red Apple, Microwave)"


@pytest.mark.parametrize(
    "said",
    [
        *("on the desk, please", "don't put it on the shelf, put it on the desk"),
        *("on the desk, I mean", "I changed my mind, put it on the desk"),
    ],
)
def test_another_place_may_be_asked_for_politely_or_by_what_it_is_not(said):
    assert Talk().done(1).say(said) == ["place(Mug, Desk)"]


@pytest.mark.parametrize(
    "said", ["it's in the drawer", "the mug is in the drawer", "look in the drawer"]
)
def test_where_a_thing_stands_is_told_until_it_is_taken(said):
    assert Talk().say(said) == ["pick(Mug in the drawer)", "place(Mug, Shelf)"]
    with pytest.raises(PlanningError, match="Not understood"):
        Talk().done(1).say("it's in the drawer")


def test_where_a_thing_stands_is_not_said_of_the_knife():
    assert Talk(POTATO).say("it's in the fridge")[:4] == [
        "pick(Knife)",
        "slice(Potato in the fridge)",
        "place(Knife, CounterTop)",
        "pick(sliced Potato)",
    ]
    assert Talk(POTATO).say("the knife is in the drawer")[0] == "pick(Knife in the drawer)"


@pytest.mark.parametrize(
    "said",
    [
        *("cool it instead of heating it", "don't heat it, cool it", "cool it, don't heat it"),
        *("cool it down instead", "don't warm it up, cool it down", "chill it rather than heat it"),
    ],
)
def test_another_deed_takes_the_place_of_one(said):
    assert Talk(WARM).say(said) == [
        "pick(Apple)",
        "cool(Apple, Fridge)",
        "place(Apple, CounterTop)",
    ]


@pytest.mark.parametrize("said", ["skip the heating", "don't heat it", "no need to warm it"])
def test_a_deed_is_left_out_in_whatever_form_it_is_named(said):
    assert Talk(WARM).say(said) == ["pick(Apple)", "place(Apple, CounterTop)"]


@pytest.mark.parametrize("done", [0, 1])
@pytest.mark.parametrize("said", ["wash it first", "wash it before you heat it"])
def test_what_is_in_the_hand_is_not_taken_up_again(said, done):
    wash = (
        Subgoal("pick", {"object": ObjectRef("Apple")}),
        Subgoal("clean", {"object": ObjectRef("Apple"), "receptacle": ObjectRef("SinkBasin")}),
    )
    assert (
        Talk(WARM, others={"wash the apple": wash}).done(done).say(said)
        == [
            "pick(Apple)",
            "clean(Apple, SinkBasin)",
            "heat(Apple, Microwave)",
            "place(Apple, CounterTop)",
        ][done:]
    )


def test_what_is_cut_first_goes_on_as_a_slice():
    cut = (
        Subgoal("pick", {"object": ObjectRef("Knife")}),
        Subgoal("slice", {"object": ObjectRef("Apple")}),
    )
    talk = Talk(WARM, others={"slice the apple": cut}).done(1)
    assert talk.say("slice it before you heat it") == [
        "place(Apple, CounterTop)",
        "pick(Knife)",
        "slice(Apple)",
        "place(Knife, CounterTop)",
        "pick(sliced Apple)",
        "heat(sliced Apple, Microwave)",
        "place(sliced Apple, CounterTop)",
    ]


def test_a_place_that_does_not_take_the_thing_is_said_to_be_none():
    with pytest.raises(PlanningError, match="Apple does not go with Cabinet"):
        Talk(WARM).say("put it in the cabinet instead")


def test_what_is_put_down_on_demand_is_not_taken_up_again():
    talk = Talk(WARM, others={"close the safe": close("Safe")})
    talk.say("also close the safe")
    assert talk.done(1).say("put it down") == ["place(Apple, CounterTop)", "close(Safe)"]
    with pytest.raises(PlanningError, match="Not understood"):
        Talk(WARM).say("put it down")


def test_more_to_do_may_be_said_when_all_is_done():
    talk = Talk(others={"close the safe": close("Safe")}).done(2)
    assert talk.say("first close the safe") == ["close(Safe)"]
