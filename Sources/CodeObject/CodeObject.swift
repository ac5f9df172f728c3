// CodeObject: see docs/architecture.md.
