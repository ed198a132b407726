"""JSON schemas as servers and grammars take them."""

import json
from collections.abc import Mapping
from typing import Any

_DROPPED = ("discriminator", "title", "default")
"""Said by pydantic, understood by no grammar; some servers refuse what they do not know."""


def portable(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema in the words that every constrained decoder knows.

    A discriminated union becomes a plain `anyOf`: its members exclude each other already.
    """
    return dict(_rewritten(schema, strict=False))


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema in OpenAI's strict form: as `portable`, and every field is required."""
    return dict(_rewritten(schema, strict=True))


def _rewritten(node: Any, *, strict: bool, names: bool = False) -> Any:
    """Rewrite a schema; `names` is true where keys are the names of fields and no keywords."""
    if isinstance(node, list):
        return [_rewritten(item, strict=strict) for item in node]
    if not isinstance(node, Mapping):
        return node
    found = {
        ("anyOf" if key == "oneOf" and not names else key): _rewritten(
            value, strict=strict, names=not names and key in ("properties", "$defs")
        )
        for key, value in node.items()
        if names or key not in _DROPPED
    }
    if not names and isinstance(found.get("properties"), dict):
        found["additionalProperties"] = False
        if strict:
            found["required"] = list(found["properties"])
    return found


def as_text(schema: Mapping[str, Any]) -> str:
    """Return a schema for a prompt, where the server takes none."""
    return json.dumps(portable(schema), separators=(",", ":"), ensure_ascii=False)
