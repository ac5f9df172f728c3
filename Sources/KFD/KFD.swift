// KFD: see docs/architecture.md.
