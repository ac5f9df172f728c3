// Cudart13: see docs/architecture.md.
