@_exported import SoftGPU  // the library is the module and an export list
