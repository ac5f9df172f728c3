// CUDA: see docs/architecture.md.
