"""What a program may be written in. Standard library alone: the sandbox's process loads it so."""

import ast
import io
import tokenize

STATEMENTS = (
    ast.Module,
    ast.Expr,
    ast.Assign,
    ast.AugAssign,
    ast.If,
    ast.For,
    ast.While,
    ast.Break,
    ast.Continue,
    ast.Pass,
    ast.FunctionDef,
    ast.Return,
)
EXPRESSIONS = (
    ast.Constant,
    ast.Name,
    ast.Load,
    ast.Store,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.keyword,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.Subscript,
    ast.arguments,
    ast.arg,
)
OPERATORS = (
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.USub,
    ast.UAdd,
    ast.Not,
    ast.And,
    ast.Or,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
    ast.Is,
    ast.IsNot,
)
ALLOWED = frozenset((*STATEMENTS, *EXPRESSIONS, *OPERATORS))
"""Kinds of nodes; exact kinds, so that what Python adds to its grammar is not allowed by itself."""

MAX_SOURCE = 8_000
"""Characters of a program."""
MAX_NODES = 4_000
MAX_TEXT = 2_000
"""Characters of one text."""
MAX_NUMBER = 10**9


class NotAllowedError(Exception):
    """A program says something that the language does not have.

    Args:
        message: What, in words.
        line: Where.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def parse(source: str) -> ast.Module:
    """Return the tree of a program in which everything is allowed.

    Raises:
        NotAllowedError: If something is not, or the source cannot be parsed.
    """
    if len(source) > MAX_SOURCE:
        raise NotAllowedError(f"the program is longer than {MAX_SOURCE} characters", 1)
    whole = _check_letters(source)
    try:
        # `ast.parse` builds a tree and runs nothing; its flags keep it from compiling.
        tree = ast.parse(source, filename="program", mode="exec", type_comments=False)
    except SyntaxError as error:
        raise NotAllowedError(f"not a program: {error.msg}", error.lineno or 1) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotAllowedError(f"not a program: {type(error).__name__}", 1) from None
    if not whole:
        raise NotAllowedError("not a program: its tokens cannot be told apart", 1)
    count = 0
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    while waiting:
        node, line = waiting.pop()
        line = getattr(node, "lineno", line)
        count += 1
        if count > MAX_NODES:
            raise NotAllowedError(f"the program has more than {MAX_NODES} parts", line)
        if type(node) not in ALLOWED:
            raise NotAllowedError(f"{type(node).__name__} is not part of the language", line)
        check = _CHECKS.get(type(node))
        problem = check(node) if check else ""
        if problem:
            raise NotAllowedError(problem, line)
        waiting += [(child, line) for child in ast.iter_child_nodes(node)]
    return tree


def _check_letters(source: str) -> bool:
    """Refuse letters of other alphabets outside of texts and comments.

    Python's parser takes them for the plain letters that they look like, so that the tree would no
    longer show them.

    Returns:
        Whether all of the source was read.

    Raises:
        NotAllowedError: If there are any.
    """
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            said = token.type in (tokenize.STRING, tokenize.COMMENT)
            if not said and not token.string.isascii():
                line = token.start[0]
                raise NotAllowedError(f"the name {token.string!r} is not allowed", line)
    except (tokenize.TokenError, SyntaxError):
        return False
    return True


def _name(name: str) -> str:
    plain = name.isascii() and name.isidentifier()
    return "" if plain and not name.startswith("_") else f"the name {name!r} is not allowed"


def _constant(node: ast.Constant) -> str:
    value = node.value
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return "" if len(value) <= MAX_TEXT else "a text is too long"
    if isinstance(value, (int, float)):
        return "" if abs(value) <= MAX_NUMBER else "a number is too large"
    return f"{type(value).__name__} is not part of the language"


def _function(node: ast.FunctionDef) -> str:
    extra = [node.decorator_list, node.returns, node.type_comment, getattr(node, "type_params", [])]
    if any(extra):
        return "a function has a name, arguments and a body, and nothing else"
    return _name(node.name)


def _arguments(node: ast.arguments) -> str:
    rest = [node.posonlyargs, node.kwonlyargs, node.vararg, node.kwarg, node.defaults]
    return "a function takes plain arguments" if any(rest) or any(node.kw_defaults) else ""


def _arg(node: ast.arg) -> str:
    return (
        "an argument is a name alone" if node.annotation or node.type_comment else _name(node.arg)
    )


def _call(node: ast.Call) -> str:
    return "" if isinstance(node.func, ast.Name) else "only names can be called"


def _keyword(node: ast.keyword) -> str:
    return "** is not part of the language" if node.arg is None else _name(node.arg)


def _assign(node: ast.Assign) -> str:
    plain = all(_target(target) for target in node.targets) and not node.type_comment
    return "" if plain else "only names can be assigned to"


def _target(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple):
        return all(isinstance(item, ast.Name) for item in node.elts)
    return isinstance(node, ast.Name)


def _augmented(node: ast.AugAssign) -> str:
    return "" if isinstance(node.target, ast.Name) else "only names can be assigned to"


def _for(node: ast.For) -> str:
    if node.type_comment or node.orelse:
        return "a loop has no else"
    return "" if _target(node.target) else "a loop counts with names"


def _while(node: ast.While) -> str:
    return "a loop has no else" if node.orelse else ""


def _dict(node: ast.Dict) -> str:
    return "** is not part of the language" if any(key is None for key in node.keys) else ""


def _subscript(node: ast.Subscript) -> str:
    return "" if isinstance(node.ctx, ast.Load) else "items cannot be assigned to"


_CHECKS = {
    ast.Name: lambda node: _name(node.id),
    ast.Constant: _constant,
    ast.FunctionDef: _function,
    ast.arguments: _arguments,
    ast.arg: _arg,
    ast.Call: _call,
    ast.keyword: _keyword,
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
    ast.For: _for,
    ast.While: _while,
    ast.Dict: _dict,
    ast.Subscript: _subscript,
}
