"""Every `llm=` can be chosen, and none of them holds a key."""

import json
from pathlib import Path

import pytest
from llm_loopback import LoopbackServer, says

from embodied.commands.settings import compose, groups
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.protocols import PlanContext
from embodied.core.skills import SkillSpec
from embodied.evaluation.configured import make
from planners.llm.types import LlmRequest, Message

KEY = "sk-never-to-be-seen-1234"
SERVERS = ["openai", "ollama", "vllm", "llamacpp", "served"]


def test_every_name_is_one_of_these() -> None:
    assert set(groups()["llm"]) == {*SERVERS, "local", "small", "scripted", "none"}


@pytest.mark.parametrize("name", SERVERS)
def test_servers_are_asked_as_configured(
    name: str, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.behaviours = [says('{"subgoals":[{"skill":"wait"}]}')]
    words = [f"llm={name}", "llm.model=m", f"llm.base_url={server.url}", "llm.stream=false"]
    config = compose("eval", [*words, "planner=asked_once", f"llm.cache={tmp_path}"])
    assert KEY not in json.dumps(config)
    planner = make(config["planner"]["make"], what="planner.make")
    context = PlanContext(Instruction.from_text("wait a moment"), (SkillSpec("wait"),))
    for _ in range(2):
        assert [str(step) for step in planner.plan(context).subgoals] == ["wait()"]
    assert len(server.bodies) == 1
    assert planner.measures()["llm_cached"] == 1.0
    assert KEY not in "".join(file.read_text() for file in tmp_path.rglob("*.json"))
    sent = server.headers[0]["authorization"] if name == "openai" else f"Bearer {KEY}"
    assert sent == f"Bearer {KEY}"


def test_a_hosted_model_without_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    config = compose("eval", ["llm=openai", "llm.model=m"])
    with pytest.raises(ConfigError, match="export OPENAI_API_KEY="):
        make(config["llm"]["make"], what="llm.make")


def test_a_model_of_the_users_own(tiny_model: Path) -> None:
    pytest.importorskip("llguidance")
    config = compose("eval", ["llm=local", f"llm.model={tiny_model}", "llm.device=cpu"])
    llm = make(config["llm"]["make"], what="llm.make")
    asked = LlmRequest((Message.user("x"),), schema={"enum": ["a", "b"]})
    assert llm.complete(asked).text in ('"a"', '"b"')


def test_the_model_that_comes_along_plans() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("llguidance")
    from envs.household.skills import SKILLS

    config = compose("eval", ["llm=small", "planner=asked_once"])
    planner = make(config["planner"]["make"], what="planner.make")
    context = PlanContext(Instruction.from_text("Put a cooked potato in the fridge."), SKILLS)
    said = [str(step) for step in planner.plan(context).subgoals]
    assert said == ["pick(Potato)", "heat(Potato, Microwave)", "place(Potato, Fridge)"]


def test_the_model_that_comes_along_has_a_card_and_is_small() -> None:
    from planners.lm import WEIGHTS

    card = json.loads((WEIGHTS / "card.json").read_text())
    assert {"command", "seed", "data", "date", "cpu_seconds"} <= set(card)
    assert sum(file.stat().st_size for file in WEIGHTS.iterdir()) < 15e6
