"""Settings from the command line: Hydra underneath, with answers to what was mistyped."""

import difflib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from embodied.core.errors import ConfigError

CONFIG_PACKAGE = "configs"

LISTS = ("scenes.fit", "scenes.rooms")
"""Settings that are one text with commas in it; for Hydra commas would part several runs."""

NAMES = ("episode",)
"""Settings that are names; for Hydra `11_0` would be the number 110."""

AGENT_PARTS = {"planner", "policy"}
"""Groups that make sense only for `agent=planning`: choosing from them chooses it."""


class SettingError(ConfigError):
    """A setting on the command line that does not exist or cannot be read."""


def groups() -> dict[str, list[str]]:
    """Return every group of settings with the names to choose from."""
    root = resources.files(CONFIG_PACKAGE)
    return {
        entry.name: sorted(
            file.name.removesuffix(".yaml")
            for file in entry.iterdir()
            if file.name.endswith(".yaml")
        )
        for entry in sorted(root.iterdir(), key=lambda entry: entry.name)
        if entry.is_dir() and not entry.name.startswith("_")
    }


def compose(root: str, overrides: Sequence[str]) -> dict[str, Any]:
    """Return resolved settings as plain data.

    Args:
        root: Name of the root config, e.g. `eval`.
        overrides: `key=value` words of the command line.

    Raises:
        SettingError: If one names no setting or no member of its group, or cannot be read; the
            message offers the closest match.
    """
    from hydra import compose as hydra_compose
    from hydra import initialize_config_module
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    _register_resolvers()
    overrides = [_kept_whole(word) for word in overrides]
    with initialize_config_module(config_module=CONFIG_PACKAGE, version_base="1.3"):
        top = _top(root)
        if "agent" in top:
            overrides = _with_agent(overrides)
        options = {group: names for group, names in groups().items() if group in top}
        chosen = _check_words(overrides, options, top)
        try:
            known = hydra_compose(root, overrides=chosen)
            _check_keys(root, overrides, options, set(_flatten(OmegaConf.to_container(known))))
            config = hydra_compose(root, overrides=list(overrides))
            _check_numbers(OmegaConf.to_container(known), OmegaConf.to_container(config))
            config.data_root = os.path.expanduser(config.data_root)
            if "output_dir" in config:
                if config.output_dir is None:
                    config.output_dir = "outputs/unnamed"
                    config.output_dir = default_output_dir(_plain(config), root)
                config.output_dir = os.path.expanduser(config.output_dir)
            return _plain(config)
        except (HydraException, OmegaConfBaseException) as error:
            raise SettingError(f"Cannot read the settings: {str(error).splitlines()[0]}") from error


@cache
def _top(root: str) -> tuple[str, ...]:
    """Return the settings and groups of a root config."""
    from hydra import compose as hydra_compose

    return tuple(str(key) for key in hydra_compose(root))


def default_output_dir(config: Mapping[str, Any], root: str) -> str:
    """Return a folder that the same settings always get, so that a run goes on where it was."""
    from embodied.evaluation.store import settings_that_count

    counted = json.dumps(settings_that_count(config), sort_keys=True)
    digest = hashlib.blake2b(counted.encode(), digest_size=3)
    names = (config["benchmark"]["name"], config["benchmark"]["split"], config["agent"]["name"])
    prefix = "" if root == "eval" else f"{root}-"
    return f"outputs/{prefix}{'-'.join(map(str, names))}-{digest.hexdigest()}"


def _register_resolvers() -> None:
    from omegaconf import OmegaConf

    OmegaConf.register_new_resolver("home", lambda: str(Path.home()), replace=True)
    OmegaConf.register_new_resolver("equal", lambda one, other: one == other, replace=True)
    OmegaConf.register_new_resolver(
        "choose", lambda which, yes, no: yes if which else no, replace=True
    )


def _plain(config: Any) -> dict[str, Any]:
    from omegaconf import OmegaConf

    plain: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    return dict(plain)


def _with_agent(overrides: Sequence[str]) -> list[str]:
    """Add the agent made of parts where a part was chosen and no agent."""
    chosen = {word.partition("=")[0] for word in overrides}
    if chosen & AGENT_PARTS and "agent" not in chosen:
        return ["agent=planning", *overrides]
    return list(overrides)


def _kept_whole(word: str) -> str:
    key, equals, value = word.partition("=")
    bare = value and value[0] not in "'\""
    # A folder: where the shell left `~` to us, or with spaces in its name.
    folder = value.startswith("~") or (value.startswith(("/", "./")) and " " in value)
    if bare and (folder or (key in LISTS and "," in value) or (key in NAMES and value != "null")):
        return f"{key}{equals}'{value}'"
    return word


def _check_words(
    overrides: Sequence[str], options: Mapping[str, list[str]], top: Sequence[str]
) -> list[str]:
    """Check form and groups of every override; return those that choose from a group."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    parser = OverridesParser.create()
    chosen = []
    for word in overrides:
        if "=" not in word:
            raise SettingError(
                f"{word!r} is not a setting: they are written key=value, e.g. seed=1."
                + _guess(word, top, "Did you mean '{}=...'?")
            )
        try:
            override = parser.parse_override(word)
        except HydraException as error:
            raise SettingError(
                f"Cannot read {word!r}. A value with spaces, commas or brackets needs quotes, "
                "twice because the shell takes one pair: \"key='a value'\"."
            ) from error
        if override.is_sweep_override():
            raise SettingError(f"{word!r} has several values; a run takes one.")
        key = override.key_or_group
        if key in options:
            name = str(override.value())
            if name not in options[key]:
                raise SettingError(
                    f"No {key} named {name!r}.{_guess(name, options[key])} "
                    f"There are: {', '.join(options[key])}."
                )
            chosen.append(word)
    return chosen


def _check_keys(
    root: str, overrides: Sequence[str], options: Mapping[str, list[str]], known: set[str]
) -> None:
    from hydra.core.override_parser.overrides_parser import OverridesParser

    branches = {key.rsplit(".", depth)[0] for key in known for depth in range(key.count(".") + 1)}
    parser = OverridesParser.create()
    for word in overrides:
        override = parser.parse_override(word)
        key = override.key_or_group
        if key in known or key in branches or key in options or override.is_add():
            continue
        ends = sorted((name for name in known if name.endswith(f".{key}")), key=len)
        owner = "" if ends else _owner(root, key, options)
        hint = f" It belongs to {owner}." if owner else _guess(key, [*known, *options])
        if ends:
            hint = f" Did you mean '{ends[0]}'?"
        if key.startswith("hydra."):
            hint = " Hydra's own are not used here: results go to output_dir=FOLDER."
        raise SettingError(
            f"No option {key!r}.{hint} `embodied {_command(root)} --config` prints every option "
            "there is."
        )


def _command(root: str) -> str:
    """The command that a root config belongs to: `data alfred-scenes` of data_alfred_scenes."""
    return root.replace("_", " ", 1).replace("_", "-")


def _check_numbers(defaults: Any, config: Any) -> None:
    given = _flatten(config)
    for key, default in _flatten(defaults).items():
        value = given.get(key, default)
        number = isinstance(default, (int, float)) and not isinstance(default, bool)
        if number and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise SettingError(f"{key} takes a number, got {value!r}.")


def _owner(root: str, key: str, options: Mapping[str, Sequence[str]]) -> str:
    """Return the group choice that would bring a setting along, or nothing."""
    from hydra import compose as hydra_compose
    from omegaconf import OmegaConf

    for group, names in options.items():
        for name in names:
            config = hydra_compose(root, overrides=[f"{group}={name}"])
            if key in _flatten(OmegaConf.to_container(config)):
                return f"{group}={name}"
    return ""


def _guess(word: str, known: Sequence[str], form: str = "Did you mean '{}'?") -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return " " + form.format(close[0]) if close else ""


def _flatten(config: Any) -> dict[str, Any]:
    from embodied.evaluation.store import flatten

    return flatten(config)


def print_config(config: Mapping[str, Any]) -> None:
    """Print settings as YAML, without the values of secrets."""
    from omegaconf import OmegaConf

    from embodied.evaluation.redaction import Redactor

    print(OmegaConf.to_yaml(OmegaConf.create(Redactor().clean(config))), end="")
