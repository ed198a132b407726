"""Planning along routes: instructions taken apart, a zero-shot navigator's plan, and an LLM's."""
