// libcarmine-kfd.so, loaded with LD_PRELOAD: the programs' calls of libc find the software GPU at the driver's paths.
// There is nothing to call; SwiftPM wants a header.
