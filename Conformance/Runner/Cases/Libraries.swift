// Libraries that a program loads itself: code from memory and files, kernels by handle, variables, and the end of a library.
import CConformance
import Glibc

private let text = """
  .version 7.0
  .target sm_70
  .address_size 64
  .visible .global .align 4 .u32 counter = 5;
  .visible .global .align 8 .b8 table[48];
  .visible .global .attribute(.managed) .align 4 .u32 everyone = 9;
  .visible .entry put(.param .u64 p, .param .u32 v) {
    .reg .u64 %rd<2>; .reg .u32 %r<2>;
    ld.param.u64 %rd1, [p]; ld.param.u32 %r1, [v]; st.global.u32 [%rd1], %r1; ret;
  }
  .visible .entry count() {
    .reg .u32 %r<2>;
    ld.global.u32 %r1, [counter]; add.u32 %r1, %r1, 1; st.global.u32 [counter], %r1;
    ld.global.u32 %r1, [everyone]; add.u32 %r1, %r1, 1; st.global.u32 [everyone], %r1; ret;
  }
  """

private func load(_ text: String = text) throws -> cudaLibrary_t {
  var library: cudaLibrary_t?
  try ok(cudaLibraryLoadData(&library, text, nil, nil, 0, nil, nil, 0), "cudaLibraryLoadData")
  return try some(library, "the library")
}

private func kernel(_ library: cudaLibrary_t, _ name: String) throws -> Kernel {
  var kernel: cudaKernel_t?
  try ok(cudaLibraryGetKernel(&kernel, library, name), "cudaLibraryGetKernel")
  return Kernel(address: UnsafeMutableRawPointer(try some(kernel, "the kernel")), name: name)
}

func libraryCases() {
  test("cudaLibraryLoadData", .success, "loads PTX text whose kernels run", source: "cudaLibraryLoadData", touches: ["cudaLibraryGetKernel", "cudaLaunchKernel"]) {
    let library = try load(), words = try Words(1, fill: 0)
    try ok(launch(kernel(library, "put"), words.pointer, UInt32(77)))
    try words.expect(all: 77, "what the kernel wrote")
    try ok(cudaLibraryUnload(library))
  }
  test("cudaLibraryLoadData", .success, "loads a fatbinary", source: "cudaLibraryLoadData: the code may be a cubin, a fatbin or PTX", touches: ["cudaLibraryGetKernel"]) {
    var library: cudaLibrary_t?
    let image = Module.fatbinary(around: text)
    try ok(cudaLibraryLoadData(&library, image, nil, nil, 0, nil, nil, 0))
    let words = try Words(1, fill: 0)
    try ok(launch(kernel(try some(library, "the library"), "put"), words.pointer, UInt32(12)))
    try words.expect(all: 12, "what the kernel wrote")
  }
  test("cudaLibraryLoadData", .success, "keeps a copy of the code", source: "cudaLibraryOption: the default is for the driver to keep its own copy", touches: ["cudaLibraryGetKernel"]) {
    var library: cudaLibrary_t?
    let copy = strdup(text)!, length = strlen(copy)
    try ok(cudaLibraryLoadData(&library, copy, nil, nil, 0, nil, nil, 0))
    memset(copy, 0x20, length)
    let words = try Words(1, fill: 0)
    try ok(launch(kernel(try some(library, "the library"), "put"), words.pointer, UInt32(3)))
    try words.expect(all: 3, "what the kernel wrote")
  }
  test("cudaLibraryLoadData", .success, "takes the option that the code is preserved", source: "cudaLibraryOption, cudaLibraryBinaryIsPreserved", touches: ["cudaLibraryGetKernelCount"]) {
    var library: cudaLibrary_t?, option = cudaLibraryBinaryIsPreserved, value: UnsafeMutableRawPointer? = nil, count: UInt32 = 99
    let copy = strdup(text)!
    try ok(cudaLibraryLoadData(&library, copy, nil, nil, 0, &option, &value, 1))
    try ok(cudaLibraryGetKernelCount(&count, library))
    try equal(count, 2, "kernels")
  }
  test("cudaLibraryLoadData", .error, "refuses null places", source: "cudaLibraryLoadData, Returns: cudaErrorInvalidValue") {
    var library: cudaLibrary_t?
    try fails(cudaLibraryLoadData(nil, text, nil, nil, 0, nil, nil, 0), cudaErrorInvalidValue)
    try fails(cudaLibraryLoadData(&library, nil, nil, nil, 0, nil, nil, 0), cudaErrorInvalidValue)
  }
  test("cudaLibraryLoadData", .error, "refuses options that are none", source: "cudaLibraryLoadData, Returns: cudaErrorInvalidValue") {
    var library: cudaLibrary_t?, option = cudaLibraryOption(rawValue: 77), jit = cudaJitOption(rawValue: 99), value: UnsafeMutableRawPointer? = nil
    try fails(cudaLibraryLoadData(&library, text, nil, nil, 0, &option, &value, 1), cudaErrorInvalidValue)
    try fails(cudaLibraryLoadData(&library, text, &jit, &value, 1, nil, nil, 0), cudaErrorInvalidValue)
    try fails(cudaLibraryLoadData(&library, text, nil, nil, 1, nil, nil, 0), cudaErrorInvalidValue)
  }
  test("cudaLibraryLoadData", .edge, "of text that is no PTX shows when something is looked up", source: "cudaLibraryLoadData: with lazy loading the library is loaded when it is needed", touches: ["cudaLibraryGetKernel", "cudaLibraryUnload"], .alone) {
    setenv("CUDA_MODULE_LOADING", "LAZY", 1)
    let library = try load(".version 7.0\n.target sm_70\nnonsense")
    var kernel: cudaKernel_t?
    try fails(cudaLibraryGetKernel(&kernel, library, "put"), cudaErrorInvalidPtx)
    try ok(cudaLibraryUnload(library))
  }
  test("cudaLibraryLoadData", .success, "writes the compiler's complaint into the error log buffer", source: "enum cudaJitOption, cudaJitErrorLogBuffer") {
    var library: cudaLibrary_t?
    let log = UnsafeMutablePointer<CChar>.allocate(capacity: 512)
    log.initialize(repeating: 0, count: 512)
    var options = [cudaJitErrorLogBuffer, cudaJitErrorLogBufferSizeBytes]
    var values: [UnsafeMutableRawPointer?] = [UnsafeMutableRawPointer(log), UnsafeMutableRawPointer(bitPattern: 512)]
    try ok(cudaLibraryLoadData(&library, ".version 7.0\n.target sm_70\nnonsense", &options, &values, 2, nil, nil, 0))
    try check(String(cString: log).contains("nonsense"), "the wrong word in the log, which is '\(String(cString: log))'")
    try equal(Int(UInt32(truncatingIfNeeded: UInt(bitPattern: values[1]))) >= 8, true, "the log's length comes back")
  }
  test("cudaLibraryLoadFromFile", .success, "loads a file of PTX", source: "cudaLibraryLoadFromFile", touches: ["cudaLibraryGetKernel"]) {
    let path = "/tmp/conformance-\(getpid()).ptx"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    try check(file >= 0 && write(file, text, text.utf8.count) == text.utf8.count, "a file that can be written")
    close(file)
    defer { unlink(path) }
    var library: cudaLibrary_t?
    try ok(cudaLibraryLoadFromFile(&library, path, nil, nil, 0, nil, nil, 0))
    let words = try Words(1, fill: 0)
    try ok(launch(kernel(try some(library, "the library"), "put"), words.pointer, UInt32(31)))
    try words.expect(all: 31, "what the kernel wrote")
  }
  test("cudaLibraryLoadFromFile", .error, "says that a file is not there", source: "cudaLibraryLoadFromFile; cudaErrorFileNotFound") {
    var library: cudaLibrary_t?
    try fails(cudaLibraryLoadFromFile(&library, "/nowhere/at/all.ptx", nil, nil, 0, nil, nil, 0), cudaErrorFileNotFound)
    try fails(cudaLibraryLoadFromFile(&library, nil, nil, nil, 0, nil, nil, 0), cudaErrorInvalidValue)
    try fails(cudaLibraryLoadFromFile(nil, "/nowhere/at/all.ptx", nil, nil, 0, nil, nil, 0), cudaErrorInvalidValue)
  }
  test("cudaLibraryUnload", .success, "lets work that was submitted before end", source: "cudaLibraryUnload; cudaLibraryEnumerateKernels: the handle becomes invalid when the library is unloaded", touches: ["cudaLaunchKernel"]) {
    let library = try load(), put = try kernel(library, "put"), words = try Words(1, fill: 0)
    try ok(launch(put, words.pointer, UInt32(1)))
    try ok(cudaLibraryUnload(library))
    try words.expect(all: 1, "the work that was submitted before")
  }
  test("cudaLibraryUnload", .error, "refuses null", source: "cudaLibraryUnload, Returns: cudaErrorInvalidResourceHandle") {
    try fails(cudaLibraryUnload(nil), cudaErrorInvalidResourceHandle)
  }
  test("cudaLibraryGetKernel", .success, "gives one handle for one name", source: "cudaLibraryGetKernel") {
    let library = try load()
    try equal(kernel(library, "put").address, kernel(library, "put").address, "the handle")
    try check(kernel(library, "put").address != kernel(library, "count").address, "another handle for another kernel")
  }
  test("cudaLibraryGetKernel", .error, "says that a name is not there", source: "cudaLibraryGetKernel: cudaErrorSymbolNotFound") {
    let library = try load()
    var kernel: cudaKernel_t?
    try fails(cudaLibraryGetKernel(&kernel, library, "nothing"), cudaErrorSymbolNotFound)
    try fails(cudaLibraryGetKernel(nil, library, "put"), cudaErrorInvalidValue)
    try fails(cudaLibraryGetKernel(&kernel, library, nil), cudaErrorInvalidValue)
    try fails(cudaLibraryGetKernel(&kernel, nil, "put"), cudaErrorInvalidResourceHandle)
  }
  test("cudaLibraryGetKernel", .interaction, "gives a handle that outlives a reset of the device", source: "Library Management: libraries belong to no context", touches: ["cudaDeviceReset", "cudaLaunchKernel"], .alone) {
    let library = try load(), put = try kernel(library, "put")
    try ok(cudaDeviceReset())
    let words = try Words(1, fill: 0)
    try ok(launch(put, words.pointer, UInt32(8)))
    try words.expect(all: 8, "what the kernel wrote")
  }
  test("cudaLibraryGetKernelCount", .success, "counts the kernels", source: "cudaLibraryGetKernelCount") {
    var count: UInt32 = 99
    try ok(cudaLibraryGetKernelCount(&count, load()))
    try equal(count, 2, "kernels")
  }
  test("cudaLibraryGetKernelCount", .error, "refuses null", source: "cudaLibraryGetKernelCount, Returns") {
    var count: UInt32 = 99
    try fails(cudaLibraryGetKernelCount(nil, load()), cudaErrorInvalidValue)
    try fails(cudaLibraryGetKernelCount(&count, nil), cudaErrorInvalidResourceHandle)
  }
  test("cudaLibraryEnumerateKernels", .success, "gives every kernel once, and no more than there is room for", source: "cudaLibraryEnumerateKernels", touches: ["cudaFuncGetName"]) {
    let library = try load()
    var kernels = [cudaKernel_t?](repeating: nil, count: 4), name: UnsafePointer<CChar>?
    try ok(cudaLibraryEnumerateKernels(&kernels, 1, library))
    try check(kernels[0] != nil && kernels[1] == nil, "one handle")
    try ok(cudaLibraryEnumerateKernels(&kernels, 4, library))
    try check(kernels[2] == nil, "two handles")
    var names: [String] = []
    for kernel in kernels[0..<2] {
      try ok(cudaFuncGetName(&name, UnsafeRawPointer(try some(kernel, "a kernel"))))
      names.append(String(cString: try some(name, "its name")))
    }
    try equal(names.sorted(), ["count", "put"], "the names")
  }
  test("cudaLibraryEnumerateKernels", .error, "refuses null", source: "cudaLibraryEnumerateKernels, Returns") {
    var kernels = [cudaKernel_t?](repeating: nil, count: 4)
    try fails(cudaLibraryEnumerateKernels(nil, 1, load()), cudaErrorInvalidValue)
    try fails(cudaLibraryEnumerateKernels(&kernels, 1, nil), cudaErrorInvalidResourceHandle)
  }
  test("cudaLibraryGetGlobal", .success, "gives a variable's place and size, with its initial value and what kernels do to it", source: "cudaLibraryGetGlobal", touches: ["cudaMemcpy"]) {
    let library = try load()
    var place: UnsafeMutableRawPointer?, size = 0, value: UInt32 = 0
    try ok(cudaLibraryGetGlobal(&place, &size, library, "counter"))
    try equal(size, 4, "bytes")
    try ok(cudaMemcpy(&value, place, 4, cudaMemcpyDeviceToHost))
    try equal(value, 5, "the initial value")
    try ok(launch(kernel(library, "count")))
    try ok(cudaMemcpy(&value, place, 4, cudaMemcpyDeviceToHost))
    try equal(value, 6, "after the kernel")
    try ok(cudaLibraryGetGlobal(nil, &size, library, "table"))
    try equal(size, 48, "bytes of the table")
  }
  test("cudaLibraryGetGlobal", .error, "refuses names that are not there and two null places", source: "cudaLibraryGetGlobal") {
    let library = try load()
    var place: UnsafeMutableRawPointer?, size = 0
    try fails(cudaLibraryGetGlobal(&place, &size, library, "nothing"), cudaErrorSymbolNotFound)
    try fails(cudaLibraryGetGlobal(nil, nil, library, "counter"), cudaErrorInvalidValue)
    try fails(cudaLibraryGetGlobal(&place, &size, library, nil), cudaErrorInvalidValue)
  }
  test("cudaLibraryGetManaged", .success, "gives managed memory that host and device see", source: "cudaLibraryGetManaged") {
    let library = try load()
    var place: UnsafeMutableRawPointer?, size = 0
    try ok(cudaLibraryGetManaged(&place, &size, library, "everyone"))
    let word = try some(place, "the memory").assumingMemoryBound(to: UInt32.self)
    try equal(size, 4, "bytes")
    try equal(word.pointee, 9, "the initial value")
    try ok(launch(kernel(library, "count")))
    try ok(cudaDeviceSynchronize())
    try equal(word.pointee, 10, "after the kernel")
  }
  test("cudaLibraryGetManaged", .error, "finds managed variables only", source: "cudaLibraryGetManaged: cudaErrorSymbolNotFound") {
    let library = try load()
    var place: UnsafeMutableRawPointer?, size = 0
    try fails(cudaLibraryGetManaged(&place, &size, library, "counter"), cudaErrorSymbolNotFound)
    try fails(cudaLibraryGetManaged(&place, &size, library, "nothing"), cudaErrorSymbolNotFound)
    try fails(cudaLibraryGetManaged(nil, nil, library, "everyone"), cudaErrorInvalidValue)
  }
  test("cudaLibraryGetUnifiedFunction", .error, "finds no function of that name", source: "cudaLibraryGetUnifiedFunction: cudaErrorSymbolNotFound, cudaErrorInvalidValue") {
    var place: UnsafeMutableRawPointer?
    try expect(cudaLibraryGetUnifiedFunction(&place, load(), "nothing"), oneOf: [cudaErrorSymbolNotFound, cudaErrorInvalidValue])
    try fails(cudaLibraryGetUnifiedFunction(nil, load(), "put"), cudaErrorInvalidValue)
  }
  test("cudaKernelSetAttributeForDevice", .success, "sets what cudaFuncGetAttributes says", source: "cudaKernelSetAttributeForDevice", touches: ["cudaFuncGetAttributes"]) {
    let put = try kernel(load(), "put")
    var attributes = cudaFuncAttributes()
    try ok(cudaKernelSetAttributeForDevice(OpaquePointer(put.address), cudaFuncAttributeMaxDynamicSharedMemorySize, 2048, 0))
    try ok(cudaFuncGetAttributes(&attributes, put.address))
    try equal(attributes.maxDynamicSharedSizeBytes, 2048, "maxDynamicSharedSizeBytes")
  }
  test("cudaKernelSetAttributeForDevice", .error, "refuses attributes that are read only, too much memory, and what is no device or kernel", source: "cudaKernelSetAttributeForDevice: cudaErrorInvalidValue") {
    let put = OpaquePointer(try kernel(load(), "put").address)
    try fails(cudaKernelSetAttributeForDevice(put, cudaFuncAttribute(rawValue: 4), 1, 0), cudaErrorInvalidValue)
    try fails(cudaKernelSetAttributeForDevice(put, cudaFuncAttributeMaxDynamicSharedMemorySize, 1 << 24, 0), cudaErrorInvalidValue)
    try fails(cudaKernelSetAttributeForDevice(put, cudaFuncAttributePreferredSharedMemoryCarveout, 101, 0), cudaErrorInvalidValue)
    try fails(cudaKernelSetAttributeForDevice(put, cudaFuncAttributePreferredSharedMemoryCarveout, 50, 99), cudaErrorInvalidDevice)
    try fails(cudaKernelSetAttributeForDevice(nil, cudaFuncAttributePreferredSharedMemoryCarveout, 50, 0), cudaErrorInvalidResourceHandle)
  }
  test("cudaGetKernel", .success, "gives a handle that launches the same kernel", source: "cudaGetKernel", touches: ["cudaLaunchKernel"]) {
    var handle: cudaKernel_t?
    try ok(cudaGetKernel(&handle, basic.kernel("iota").address))
    let words = try Words(8)
    try ok(launch(Kernel(address: UnsafeMutableRawPointer(try some(handle, "the kernel")), name: "iota"), dim(1), dim(8), words.pointer, UInt32(8), UInt32(3)))
    try words.expect([3, 4, 5, 6, 7, 8, 9, 10], "what the kernel wrote")
  }
  test("cudaGetKernel", .error, "refuses what is no kernel of the program", source: "cudaGetKernel, Returns") {
    var handle: cudaKernel_t?
    try fails(cudaGetKernel(&handle, nil), cudaErrorInvalidDeviceFunction)
    try fails(cudaGetKernel(&handle, try kernel(load(), "put").address), cudaErrorInvalidDeviceFunction)
  }
  test("cudaGetFuncBySymbol", .success, "gives a function for a kernel of the program, the same one each time", source: "cudaGetFuncBySymbol") {
    var first: cudaFunction_t?, second: cudaFunction_t?
    try ok(cudaGetFuncBySymbol(&first, basic.kernel("iota").address))
    try ok(cudaGetFuncBySymbol(&second, basic.kernel("iota").address))
    try check(first != nil && first == second, "one function")
  }
  test("cudaGetFuncBySymbol", .error, "refuses null", source: "cudaGetFuncBySymbol, Returns: cudaErrorInvalidDeviceFunction") {
    var function: cudaFunction_t?
    try fails(cudaGetFuncBySymbol(&function, nil), cudaErrorInvalidDeviceFunction)
  }
}
