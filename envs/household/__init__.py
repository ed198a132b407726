"""The built-in household: scenes, rules, rendering, generator and expert."""
