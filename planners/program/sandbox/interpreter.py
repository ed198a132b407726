"""Walks a program's tree. Standard library alone: the sandbox's process loads it so.

Values are numbers, texts, truth values, None, lists, dicts with texts as keys, things, and
functions that the program defined. None of them has attributes or methods in the language.
"""

import ast
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from syntax import MAX_NUMBER, MAX_TEXT, NotAllowedError  # type: ignore[import-not-found]

MAX_ITEMS = 200
MAX_CALLS_DEEP = 30


class ProgramError(Exception):
    """A program did something that makes no sense.

    Args:
        message: What, in words.
        line: Where.
        kind: `error`, `budget` where it ran too long, `gave_up` where the program said so.
    """

    def __init__(self, message: str, line: int, kind: str = "error") -> None:
        super().__init__(message)
        self.line = line
        self.kind = kind


@dataclass(frozen=True)
class Thing:
    """A reference to an object, as the program holds it."""

    category: str
    attributes: tuple[str, ...] = ()
    relation: str = ""


@dataclass(frozen=True)
class Function:
    """A function that the program defined."""

    name: str
    parameters: tuple[str, ...]
    body: tuple[ast.stmt, ...]


Native = Callable[[Sequence[Any], dict[str, Any]], Any]
"""A function of the API: gets positional and named values, raises `ValueError` with a reason."""


# How return, break and continue leave the walk; they never reach the program.
class _ReturnError(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class _BreakError(Exception):
    pass


class _ContinueError(Exception):
    pass


@dataclass
class Interpreter:
    """Runs one program.

    Attributes:
        api: Name to function.
        budget: How many nodes may be walked.
    """

    api: dict[str, Native]
    budget: int
    names: dict[str, Any] = field(default_factory=dict)
    line: int = 1
    depth: int = 0

    def run(self, tree: ast.Module) -> None:
        """Run a tree that `syntax.parse` has passed.

        Raises:
            ProgramError: If the program goes wrong.
        """
        try:
            self._block(tree.body, self.names)
        except _ReturnError:
            raise ProgramError("return outside of a function", self.line) from None
        except (_BreakError, _ContinueError):
            raise ProgramError("break or continue outside of a loop", self.line) from None
        except RecursionError:
            raise ProgramError("nested too deep", self.line, "budget") from None

    def _spend(self, node: ast.AST) -> None:
        self.line = getattr(node, "lineno", self.line)
        self.budget -= 1
        if self.budget < 0:
            raise ProgramError("the program runs too long", self.line, "budget")

    def _block(self, body: Sequence[ast.stmt], scope: dict[str, Any]) -> None:
        for statement in body:
            self._spend(statement)
            _STATEMENTS[type(statement)](self, statement, scope)

    def _expr_statement(self, node: ast.Expr, scope: dict[str, Any]) -> None:
        self.value(node.value, scope)

    def _assign(self, node: ast.Assign, scope: dict[str, Any]) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self._bind(target, value, scope)

    def _bind(self, target: ast.expr, value: Any, scope: dict[str, Any]) -> None:
        if isinstance(target, ast.Tuple):
            if not isinstance(value, list) or len(value) != len(target.elts):
                raise ProgramError("there are not as many values as names", self.line)
            for name, item in zip(target.elts, value, strict=True):
                self._bind(name, item, scope)
            return
        assert isinstance(target, ast.Name)
        if target.id in self.api:
            raise ProgramError(f"{target.id} is part of the API", self.line)
        scope[target.id] = value

    def _augment(self, node: ast.AugAssign, scope: dict[str, Any]) -> None:
        assert isinstance(node.target, ast.Name)
        before = self._lookup(node.target.id, scope)
        after = self._binary(node.op, before, self.value(node.value, scope))
        self._bind(node.target, after, scope)

    def _if(self, node: ast.If, scope: dict[str, Any]) -> None:
        self._block(node.body if self._truth(node.test, scope) else node.orelse, scope)

    def _for(self, node: ast.For, scope: dict[str, Any]) -> None:
        items = self.value(node.iter, scope)
        if not isinstance(items, list):
            raise ProgramError("a loop runs over a list", self.line)
        for item in list(items):
            self._bind(node.target, item, scope)
            if self._turn(node.body, scope):
                break

    def _while(self, node: ast.While, scope: dict[str, Any]) -> None:
        while self._truth(node.test, scope):
            self._spend(node)
            if self._turn(node.body, scope):
                break

    def _turn(self, body: Sequence[ast.stmt], scope: dict[str, Any]) -> bool:
        """Run a loop's body once; whether it broke out."""
        try:
            self._block(body, scope)
        except _ContinueError:
            return False
        except _BreakError:
            return True
        return False

    def _break(self, node: ast.Break, scope: dict[str, Any]) -> None:
        raise _BreakError

    def _continue(self, node: ast.Continue, scope: dict[str, Any]) -> None:
        raise _ContinueError

    def _pass(self, node: ast.Pass, scope: dict[str, Any]) -> None:
        pass

    def _define(self, node: ast.FunctionDef, scope: dict[str, Any]) -> None:
        if scope is not self.names:
            raise ProgramError("functions are defined at the top", self.line)
        if node.name in self.api:
            raise ProgramError(f"{node.name} is part of the API", self.line)
        parameters = tuple(arg.arg for arg in node.args.args)
        scope[node.name] = Function(node.name, parameters, tuple(node.body))

    def _return(self, node: ast.Return, scope: dict[str, Any]) -> None:
        raise _ReturnError(None if node.value is None else self.value(node.value, scope))

    def value(self, node: ast.expr, scope: dict[str, Any]) -> Any:
        """Return the value of an expression."""
        self._spend(node)
        return _EXPRESSIONS[type(node)](self, node, scope)

    def _truth(self, node: ast.expr, scope: dict[str, Any]) -> bool:
        value = self.value(node, scope)
        if isinstance(value, (Thing, Function)):
            raise ProgramError("a thing is neither true nor false", self.line)
        return bool(value)

    def _constant(self, node: ast.Constant, scope: dict[str, Any]) -> Any:
        return node.value

    def _name(self, node: ast.Name, scope: dict[str, Any]) -> Any:
        return self._lookup(node.id, scope)

    def _lookup(self, name: str, scope: dict[str, Any]) -> Any:
        for names in (scope, self.names):
            if name in names:
                return names[name]
        raise ProgramError(f"there is no {name}", self.line)

    def _bin_op(self, node: ast.BinOp, scope: dict[str, Any]) -> Any:
        return self._binary(node.op, self.value(node.left, scope), self.value(node.right, scope))

    def _binary(self, kind: ast.operator, left: Any, right: Any) -> Any:
        if isinstance(kind, ast.Add) and isinstance(left, str) and isinstance(right, str):
            if len(left) + len(right) > MAX_TEXT:
                raise ProgramError("a text is too long", self.line, "budget")
            return left + right
        if isinstance(kind, ast.Add) and isinstance(left, list) and isinstance(right, list):
            return self._sized([*left, *right])
        if not (_is_number(left) and _is_number(right)):
            raise ProgramError("only numbers are calculated with", self.line)
        try:
            result = _BINARY[type(kind)](left, right)
        except (ZeroDivisionError, OverflowError) as error:
            raise ProgramError(str(error), self.line) from None
        return self._number(result)

    def _number(self, value: Any) -> Any:
        if not math.isfinite(value) or abs(value) > MAX_NUMBER:
            raise ProgramError("a number is too large", self.line, "budget")
        return value

    def _unary(self, node: ast.UnaryOp, scope: dict[str, Any]) -> Any:
        if isinstance(node.op, ast.Not):
            return not self._truth(node.operand, scope)
        value = self.value(node.operand, scope)
        if not _is_number(value):
            raise ProgramError("only numbers are calculated with", self.line)
        return -value if isinstance(node.op, ast.USub) else value

    def _bool_op(self, node: ast.BoolOp, scope: dict[str, Any]) -> bool:
        wanted = isinstance(node.op, ast.Or)
        return wanted if any(self._truth(v, scope) is wanted for v in node.values) else not wanted

    def _compare(self, node: ast.Compare, scope: dict[str, Any]) -> bool:
        left = self.value(node.left, scope)
        for kind, item in zip(node.ops, node.comparators, strict=True):
            right = self.value(item, scope)
            try:
                holds = _COMPARE[type(kind)](left, right)
            except TypeError:
                raise ProgramError("these cannot be compared", self.line) from None
            if not holds:
                return False
            left = right
        return True

    def _if_exp(self, node: ast.IfExp, scope: dict[str, Any]) -> Any:
        return self.value(node.body if self._truth(node.test, scope) else node.orelse, scope)

    def _list(self, node: ast.List | ast.Tuple, scope: dict[str, Any]) -> list[Any]:
        return self._sized([self.value(item, scope) for item in node.elts])

    def _sized(self, items: list[Any]) -> list[Any]:
        if len(items) > MAX_ITEMS:
            raise ProgramError("a list is too long", self.line, "budget")
        return items

    def _dict(self, node: ast.Dict, scope: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            assert key is not None
            name = self.value(key, scope)
            if not isinstance(name, str):
                raise ProgramError("keys are texts", self.line)
            found[name] = self.value(item, scope)
        return found

    def _subscript(self, node: ast.Subscript, scope: dict[str, Any]) -> Any:
        items, key = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(items, list) and type(key) is int and -len(items) <= key < len(items):
            return items[key]
        if isinstance(items, dict) and isinstance(key, str) and key in items:
            return items[key]
        raise ProgramError("there is no such item", self.line)

    def _call(self, node: ast.Call, scope: dict[str, Any]) -> Any:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        positional = [self.value(item, scope) for item in node.args]
        named = {str(word.arg): self.value(word.value, scope) for word in node.keywords}
        if name in self.api:
            self.line = node.lineno
            try:
                return self.api[name](positional, named)
            except ValueError as error:
                raise ProgramError(f"{name}: {error}", self.line) from None
        function = self._lookup(name, scope)
        if not isinstance(function, Function):
            raise ProgramError(f"{name} is not a function", self.line)
        return self._apply(function, positional, named)

    def _apply(self, function: Function, positional: list[Any], named: dict[str, Any]) -> Any:
        given = dict(zip(function.parameters, positional, strict=False)) | named
        if len(positional) + len(named) != len(function.parameters) or set(given) != set(
            function.parameters
        ):
            wanted = ", ".join(function.parameters) or "nothing"
            raise ProgramError(f"{function.name} takes {wanted}", self.line)
        if self.depth >= MAX_CALLS_DEEP:
            raise ProgramError("calls are nested too deep", self.line, "budget")
        self.depth += 1
        try:
            self._block(function.body, given)
        except _ReturnError as signal:
            return signal.value
        except (_BreakError, _ContinueError):
            raise ProgramError("break or continue outside of a loop", self.line) from None
        finally:
            self.depth -= 1
        return None


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
    ast.Is: lambda left, right: type(left) is type(right) and left == right,
    ast.IsNot: lambda left, right: type(left) is not type(right) or left != right,
}
_STATEMENTS: dict[type, Any] = {
    ast.Expr: Interpreter._expr_statement,
    ast.Assign: Interpreter._assign,
    ast.AugAssign: Interpreter._augment,
    ast.If: Interpreter._if,
    ast.For: Interpreter._for,
    ast.While: Interpreter._while,
    ast.Break: Interpreter._break,
    ast.Continue: Interpreter._continue,
    ast.Pass: Interpreter._pass,
    ast.FunctionDef: Interpreter._define,
    ast.Return: Interpreter._return,
}
_EXPRESSIONS: dict[type, Any] = {
    ast.Constant: Interpreter._constant,
    ast.Name: Interpreter._name,
    ast.BinOp: Interpreter._bin_op,
    ast.UnaryOp: Interpreter._unary,
    ast.BoolOp: Interpreter._bool_op,
    ast.Compare: Interpreter._compare,
    ast.IfExp: Interpreter._if_exp,
    ast.Call: Interpreter._call,
    ast.List: Interpreter._list,
    ast.Tuple: Interpreter._list,
    ast.Dict: Interpreter._dict,
    ast.Subscript: Interpreter._subscript,
}
__all__ = ["Function", "Interpreter", "NotAllowedError", "ProgramError", "Thing"]
