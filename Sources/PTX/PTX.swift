// PTX: see docs/architecture.md.
