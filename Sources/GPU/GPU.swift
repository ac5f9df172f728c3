// GPU: see docs/architecture.md.
