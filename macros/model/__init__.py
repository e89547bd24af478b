"""What docs/data and snippets/ hold, read and validated: a module for each kind of thing, and `load`, which puts them together."""
