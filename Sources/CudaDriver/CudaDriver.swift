// CudaDriver: see docs/architecture.md.
