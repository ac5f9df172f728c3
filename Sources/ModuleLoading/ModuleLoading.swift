// ModuleLoading: see docs/architecture.md.
