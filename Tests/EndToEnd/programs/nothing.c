// Does nothing: what it costs to start is what a preloaded library costs.
int main(void) { return 0; }
