"""Every planner that is registered can be made from its config."""

import pytest

from embodied.commands.settings import compose
from embodied.evaluation.configured import make
from planners.checked import CheckedPlanner


@pytest.mark.parametrize("name", ["flowplan", "program", "pet"])
def test_a_planner_over_a_language_model_is_made_and_checked(name, tmp_path):
    script = tmp_path / "answers.txt"
    script.write_text("{}\n")
    settings = [f"planner={name}", "llm=scripted", f"llm.make.file={script}"]
    config = compose("eval", settings)
    assert isinstance(make(config["planner"]["make"], what="planner.make"), CheckedPlanner)
    assert config["planner"]["name"] == f"{name}-scripted"


def test_flowplan_asks_the_parser_besides_where_it_is_told_to(tmp_path):
    script = tmp_path / "answers.txt"
    script.write_text("{}\n")
    settings = ["planner=flowplan", "llm=scripted", f"llm.make.file={script}"]
    for given, named in (([], None), (["planner.second_opinion=parsed"], "parsed")):
        config = compose("plan", [*settings, *given])
        opinion = config["planner"]["make"]["planner"]["second_opinion"]
        made = make(opinion, what="second_opinion")
        assert (made is not None) == (named is not None)
