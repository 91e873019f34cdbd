"""The reference is not Python."""

This is a description of a problem, and no program.
