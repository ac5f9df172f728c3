// Compiler: see docs/architecture.md.
