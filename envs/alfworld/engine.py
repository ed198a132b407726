"""textworld's PDDL engine with its repeated work kept; imports the package, so imported late."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import fast_downward
import textworld
import textworld.logic
from alfworld.agents.environment.alfred_tw_env import AlfredDemangler
from fast_downward.translate.pddl import conditions
from textworld.envs.pddl.logic import Atom, GameLogic, PddlState
from textworld.envs.pddl.pddl import PddlEnv
from textworld.logic import Placeholder, Proposition, Variable

__all__ = ["GameLogic", "conditions", "fast_downward", "give_back", "quick_game", "take_library"]

_FREE: list[Any] = []
_BOUND_NAME = re.compile(r"\[\{(\w+)\.name \| \w+\(\1:\w+, \w+:\w+\)\}\]")
"""Names of all that stands in a relation; in a command both are given, so it is one name."""
_PLAIN = re.compile(r"[\w ]*(\{\w+\}[\w ]*)*")


@lru_cache(maxsize=64)
def _words(template: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", template))


def take_library() -> Any:
    """Return a copy of Fast Downward's library; it plays one game at a time, one after another."""
    return _FREE.pop() if _FREE else fast_downward.load_lib()


def give_back(library: Any) -> None:
    """Keep a library for the next to take; the package's own unloading can crash the process."""
    _FREE.append(library)


def quick_game(translation: Any, logic: GameLogic, library: Any) -> Any:
    """Return the loaded game as the package's own environment, `AlfredDemangler` around it.

    Args:
        translation: An `envs.alfworld.game.Translation`.
        logic: The parsed grammar.
        library: A copy of Fast Downward's library that no other game is being played on.
    """
    env = AlfredDemangler(_QuickEnv(library))
    env.load((translation, logic))
    return env


class _QuickState(PddlState):
    """`PddlState` from a translation made before; its own `__init__` translates twice."""

    def __init__(self, downward_lib: Any, translation: Any, logic: GameLogic) -> None:
        self._facts = defaultdict(set)
        self._vars_by_name = {}
        self._vars_by_type = defaultdict(set)
        self._var_counts = Counter()
        self._logic = logic
        self.downward_lib = downward_lib
        self.name2type = translation.objects
        self._parameters = {
            action: [Placeholder(name, kind) for name, kind in pairs]
            for action, pairs in translation.parameters.items()
        }
        for name, above in translation.types:
            if name not in logic.types._types:  # the grammar's logic is shared between games
                logic.types.add(textworld.logic.Type(name, list(above)))
        downward_lib.load_sas(translation.sas.encode())
        self.add_facts(
            Proposition(name, [Variable(arg, self.name2type[arg]) for arg in args])
            for name, args in translation.facts
        )
        atoms = (Atom * downward_lib.get_state_size())()
        downward_lib.get_state(atoms)
        facts = [atom.get_fact(self.name2type) for atom in atoms]
        self.add_facts(fact for fact in facts if not fact.is_negation)

    def all_applicable_actions(self) -> list[Any]:
        """Return the actions that can be done now, each once."""
        operators = (fast_downward.Operator * self.downward_lib.get_applicable_operators_count())()
        self.downward_lib.get_applicable_operators(operators)
        self._operators = {operator.id: operator for operator in operators}
        first: dict[str, Any] = {}
        for operator in operators:
            first.setdefault(operator.name, operator)
        return [self._action(name, operator.id) for name, operator in first.items()]

    def _action(self, operator_name: str, number: int) -> Any:
        name, *arguments = operator_name.split()
        action = textworld.logic.Action(name=name, preconditions=[], postconditions=[])
        action.id = number
        action.mapping = {
            place: Variable(arg, place.type)
            for place, arg in zip(self._parameters[name], arguments, strict=False)
        }
        action.command_template = self._logic.actions[name].template
        action.feedback_rule = self._logic.actions[name].feedback_rule
        return action


class _QuickEnv(PddlEnv):
    """`PddlEnv` that loads a translation, and spells each command once a game."""

    def __init__(self, library: Any) -> None:
        infos = textworld.EnvInfos(won=True, admissible_commands=True)
        textworld.Environment.__init__(self, infos)  # PddlEnv's own loads a library for each game
        self.downward_lib = library

    def load(self, filename_or_data: Any) -> None:
        """Load (translation, logic)."""
        self._translation, self._logic = filename_or_data
        self._pddl_state = self._fresh_state()
        self._entity_infos = self._get_entity_infos()
        self._spelled: dict[tuple[str, tuple[str, ...]], str] = {}
        self._names: dict[str, str] = {}
        self._unused = True

    def _fresh_state(self) -> _QuickState:
        return _QuickState(self.downward_lib, self._translation, self._logic)

    def reset(self) -> Any:
        """Begin the game; loading has prepared the state of the first time."""
        if not self._unused:
            self._pddl_state = self._fresh_state()
        self._unused = False
        self.prev_state = None
        self.state = textworld.GameState()
        self._last_action, self._moves = None, 0
        self.state.feedback = self._derive("#intro#")
        self.state.raw = self.state.feedback
        self._gather_infos()
        return self.state

    def facts_by_name(self) -> Iterator[tuple[str, ...]]:
        """Yield what holds now: predicate, then names."""
        for fact in self._pddl_state.facts:
            yield (fact.name, *(self._names.get(arg.name, arg.name) for arg in fact.arguments))

    def _gather_infos(self) -> None:
        state = self._pddl_state
        if not self._names:  # the demangling wrapper gives names after loading
            self._names = {key: info.name for key, info in self._entity_infos.items()}
        self.state["won"], self.state["lost"] = state.check_goal(), False
        self.state["_entity_infos"] = self._entity_infos
        actions = state.all_applicable_actions()
        self.state["_valid_actions"] = actions
        self.state["_valid_commands"] = [self._command(action) for action in actions]
        self.state["admissible_commands"] = sorted(set(self.state["_valid_commands"]))

    def _command(self, action: Any) -> str:
        # A command's words hang on what its template names, and no action changes names.
        template = action.command_template
        named = tuple(
            var.name for place, var in action.mapping.items() if place.name in _words(template)
        )
        key = (action.name, named)
        if key not in self._spelled:
            self._spelled[key] = self._spell(template, action)
        return self._spelled[key]

    def _spell(self, template: str, action: Any) -> str:
        names = {place.name: self._names[var.name] for place, var in action.mapping.items()}
        one = _BOUND_NAME.sub(r"{\1}", template)
        if _PLAIN.fullmatch(one):  # saves textworld's grammar a hundred times the work
            return one.format(**names)
        action.command_template = self._derive(template, action)
        spelled: str = action.format_command(self._names)
        return spelled

    def _derive(self, symbol: str, action: Any = None) -> str:
        mapping = {} if action is None else action.mapping
        context = {
            "state": self._pddl_state,
            "facts": list(self._pddl_state.facts),
            "variables": {
                place.name: self._entity_infos[var.name] for place, var in mapping.items()
            },
            "mapping": mapping,
            "entity_infos": self._entity_infos,
        }
        derived: str = self._logic.grammar.derive(symbol, context)
        return derived
