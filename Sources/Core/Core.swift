// Core: see docs/architecture.md.
