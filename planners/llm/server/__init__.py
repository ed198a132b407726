"""A language model of this process over HTTP, in the form of OpenAI's chat completions."""

from planners.llm.server.app import application
from planners.llm.server.serving import LlmServer

__all__ = ["LlmServer", "application"]
