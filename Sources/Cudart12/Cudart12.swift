// Cudart12: see docs/architecture.md.
