"""Programs that worked, kept as functions that later programs can call."""

import ast
import json
import keyword
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from embodied.core.errors import DataError, PlanningError
from planners.program.sandbox.syntax import NotAllowedError, parse


@dataclass(frozen=True)
class SavedSkill:
    """A function made of a program.

    Attributes:
        name: Its name.
        parameters: Names of its arguments.
        description: What it does, one sentence.
        source: Its definition.
    """

    name: str
    parameters: tuple[str, ...]
    description: str
    source: str

    @property
    def head(self) -> str:
        """How it is called and what it does, on one line."""
        return f"- {self.name}({', '.join(self.parameters)}): {self.description}"


class SkillLibrary:
    """Saved skills in a folder, one JSON file each.

    Args:
        folder: Where they lie; made when the first is saved. None keeps them in memory alone.

    Raises:
        DataError: If a file in the folder is damaged, or its program says what is not allowed.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self._folder = None if folder is None else Path(folder).expanduser()
        self._skills: dict[str, SavedSkill] = {}
        if self._folder is not None and self._folder.is_dir():
            for path in sorted(self._folder.glob("*.json")):
                skill = _read(path)
                self._skills[skill.name] = skill

    @property
    def skills(self) -> tuple[SavedSkill, ...]:
        """What is saved, in the order in which it was."""
        return tuple(self._skills.values())

    @property
    def source(self) -> str:
        """The definitions of all of them, to go before a program."""
        return "\n".join(skill.source for skill in self.skills)

    def save(
        self,
        program: str,
        *,
        name: str,
        description: str,
        parameters: Mapping[str, str] | None = None,
    ) -> SavedSkill:
        """Save a program that worked as a function.

        Args:
            program: The program. Functions it defines are saved inside; they are its own.
            name: What the function is to be called.
            description: What it does, one sentence; later prompts show it.
            parameters: Name of an argument to the text in the program that it stands for:
                `{"what": "Mug"}` makes every "Mug" of the program the argument `what`.

        Raises:
            PlanningError: If the name is taken or no name, or the program is not allowed.
        """
        wanted = dict(parameters or {})
        for word in (name, *wanted):
            if not word.isidentifier() or keyword.iskeyword(word) or word.startswith("_"):
                raise PlanningError(f"{word!r} is no name for a saved skill or its argument.")
        if name in self._skills:
            raise PlanningError(f"A skill named {name!r} is saved already; choose another name.")
        try:
            tree = parse(program)
            source = _as_function(tree, name, wanted)
            parse(source)
        except NotAllowedError as error:
            raise PlanningError(f"The program cannot be saved: {error}", raw=program) from error
        skill = SavedSkill(name, tuple(wanted), " ".join(description.split()), source)
        self._skills[name] = skill
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{name}.json"
            path.write_text(json.dumps(asdict(skill), indent=2), encoding="utf-8")
        return skill


def _read(path: Path) -> SavedSkill:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        skill = SavedSkill(
            str(said["name"]),
            tuple(map(str, said["parameters"])),
            str(said["description"]),
            str(said["source"]),
        )
        parse(skill.source)
    except (OSError, ValueError, KeyError, TypeError, NotAllowedError) as error:
        raise DataError(f"{path}: not a saved skill: {error}. Delete it or mend it.") from error
    return skill


class _Parametrised(ast.NodeTransformer):
    """Texts that stand for arguments become names."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._name_of = {text: name for name, text in parameters.items()}

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, str) and node.value in self._name_of:
            return ast.Name(self._name_of[node.value], ast.Load())
        return node


def _as_function(tree: ast.Module, name: str, parameters: Mapping[str, str]) -> str:
    """Return the source of a function with the program's statements as its body.

    Functions of the program go before it under longer names, since the language has no functions
    within functions.
    """
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    own = {node.name: f"{name}_{node.name}" for node in functions}
    body = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
    if not body:
        raise NotAllowedError("the program only defines functions and does nothing", 1)
    renamed = _Renamed(own)
    before = [renamed.visit(node) for node in functions]
    inside = [_Parametrised(parameters).visit(renamed.visit(node)) for node in body]
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(word) for word in parameters],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    made = ast.FunctionDef(name, arguments, inside, [], lineno=1)
    module = ast.fix_missing_locations(ast.Module([*before, made], []))
    return ast.unparse(module)


class _Renamed(ast.NodeTransformer):
    """Functions of a program under other names, where they are defined and called."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(self._names.get(node.id, node.id), node.ctx)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        self.generic_visit(node)
        node.name = self._names.get(node.name, node.name)
        return node
