"""Keeping secrets out of whatever a run writes."""

import os
import re
from collections.abc import Mapping
from typing import Any

_SECRET_NAME = re.compile(
    r"(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|PAT)(?:$|_)", re.I
)
_MIN_LENGTH = 8  # shorter values ("1", "true") are switches, and would be cut out of every word


class Redactor:
    """Replaces the values of secret environment variables by the variables' names.

    Keys come from the environment only, but a resolved config, a command line or a traceback can
    carry them along; nothing is saved without passing through here.

    Args:
        environment: Variables to guard; the process's own by default.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        variables = os.environ if environment is None else environment
        guarded = {
            value: name
            for name, value in variables.items()
            if _SECRET_NAME.search(name) and len(value) >= _MIN_LENGTH
        }
        # the longest first: one secret may be the beginning of another
        self._guarded = sorted(guarded.items(), key=lambda pair: -len(pair[0]))

    def clean(self, value: Any) -> Any:
        """Return plain data (dicts, lists, strings, numbers) with every secret replaced."""
        if isinstance(value, str):
            for secret, name in self._guarded:
                value = value.replace(secret, f"<{name}>")
            return value
        if isinstance(value, Mapping):
            return {self.clean(key): self.clean(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.clean(item) for item in value]
        return value
