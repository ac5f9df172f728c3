// SoftGPU: see docs/architecture.md.
