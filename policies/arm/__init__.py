"""An arm at a table: closed-loop skills that report, and take, language motions."""
