// Device variables, and the calls that the compiler makes: registering, launching by <<<>>>, unregistering.
import CConformance
import Glibc

func symbolCases() {
  // MARK: addresses and sizes
  test("cudaGetSymbolAddress", .success, "gives an address that kernels and copies use", source: "cudaGetSymbolAddress") {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaGetSymbolAddress(&pointer, basic.variable("numbers")))
    let words = try Words(64, fill: 0)
    try ok(launch(basic.kernel("iota"), dim(1), dim(64), pointer, Int32(64), Int32(9)))
    try ok(launch(basic.kernel("read_numbers"), dim(1), dim(64), words.pointer, Int32(64)))
    try words.expect((9..<73).map { UInt32($0) }, "what a kernel reads by name")
    var attributes = cudaPointerAttributes()
    try ok(cudaPointerGetAttributes(&attributes, pointer))
    try equal(attributes.type, cudaMemoryTypeDevice, "the type of the address")
  }
  test("cudaGetSymbolAddress", .edge, "gives the same address every time, and constants have one too", source: "cudaGetSymbolAddress") {
    var first: UnsafeMutableRawPointer?, second: UnsafeMutableRawPointer?, constant: UnsafeMutableRawPointer?
    try ok(cudaGetSymbolAddress(&first, basic.variable("numbers")))
    try ok(cudaGetSymbolAddress(&second, basic.variable("numbers")))
    try ok(cudaGetSymbolAddress(&constant, basic.variable("constants")))
    try check(first != nil && first == second && constant != nil && constant != first, "one address each")
  }
  test("cudaGetSymbolSize", .success, "gives the variable's bytes", source: "cudaGetSymbolSize") {
    var size = 0
    try ok(cudaGetSymbolSize(&size, basic.variable("numbers")))
    try equal(size, 256, "numbers")
    try ok(cudaGetSymbolSize(&size, basic.variable("constants")))
    try equal(size, 64, "constants")
  }
  for (name, call) in [
    ("cudaGetSymbolAddress", { symbol in var pointer: UnsafeMutableRawPointer?; return try cudaGetSymbolAddress(&pointer, symbol) }),
    ("cudaGetSymbolSize", { symbol in var size = 0; return try cudaGetSymbolSize(&size, symbol) }),
    ("cudaMemcpyToSymbol", { symbol in var word: UInt32 = 0; return try cudaMemcpyToSymbol(symbol, &word, 4, 0, cudaMemcpyHostToDevice) }),
    ("cudaMemcpyFromSymbol", { symbol in var word: UInt32 = 0; return try cudaMemcpyFromSymbol(&word, symbol, 4, 0, cudaMemcpyDeviceToHost) }),
    ("cudaMemcpyToSymbolAsync", { symbol in var word: UInt32 = 0; return try cudaMemcpyToSymbolAsync(symbol, &word, 4, 0, cudaMemcpyHostToDevice, nil) }),
    ("cudaMemcpyFromSymbolAsync", { symbol in var word: UInt32 = 0; return try cudaMemcpyFromSymbolAsync(&word, symbol, 4, 0, cudaMemcpyDeviceToHost, nil) }),
  ] as [(String, (UnsafeRawPointer?) throws -> cudaError_t)] {
    test(name, .error, "refuses what is no symbol", source: "\(name), Returns: cudaErrorInvalidSymbol") {
      _ = try basic.kernel("nothing")
      let nothing = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
      try fails(call(nothing), cudaErrorInvalidSymbol)
      try fails(call(nil), cudaErrorInvalidSymbol)
    }
  }

  // MARK: copies
  typealias To = (UnsafeRawPointer?, UnsafeRawPointer?, Int, Int, cudaMemcpyKind) throws -> cudaError_t
  typealias From = (UnsafeMutableRawPointer?, UnsafeRawPointer?, Int, Int, cudaMemcpyKind) throws -> cudaError_t
  let to: [(String, To)] = [
    ("cudaMemcpyToSymbol", { try cudaMemcpyToSymbol($0, $1, $2, $3, $4) }), ("cudaMemcpyToSymbolAsync", { try cudaMemcpyToSymbolAsync($0, $1, $2, $3, $4, nil) }),
  ]
  let from: [(String, From)] = [
    ("cudaMemcpyFromSymbol", { try cudaMemcpyFromSymbol($0, $1, $2, $3, $4) }), ("cudaMemcpyFromSymbolAsync", { try cudaMemcpyFromSymbolAsync($0, $1, $2, $3, $4, nil) }),
  ]
  for (name, copy) in to {
    for (what, kernel, count) in [("numbers", "read_numbers", 64), ("constants", "read_constants", 16)] {
      test(name, .success, "writes \(what == "numbers" ? "a device variable" : "a constant") that a kernel then reads", source: name) {
        let words = try Words(count, fill: 0)
        for round in 1...3 {
          let values = (0..<count).map { UInt32($0 * round) }
          try ok(copy(basic.variable(what), values, count * 4, 0, cudaMemcpyHostToDevice))
          try ok(launch(basic.kernel(kernel), dim(1), dim(count), words.pointer, Int32(count)))
          try words.expect(values, "what the kernel read in round \(round)")
        }
      }
    }
    test(name, .success, "writes at an offset and nothing beside it, from the device too", source: "\(name), offset and kind") {
      let source = try Words(8, fill: 77), back = try Words(64, fill: 0)
      try ok(copy(basic.variable("numbers"), [UInt32](repeating: 1, count: 64), 256, 0, cudaMemcpyDefault))
      try ok(copy(basic.variable("numbers"), source.pointer, 32, 40, cudaMemcpyDeviceToDevice))
      try ok(launch(basic.kernel("read_numbers"), dim(1), dim(64), back.pointer, Int32(64)))
      try back.expect((0..<64).map { $0 >= 10 && $0 < 18 ? 77 : 1 }, "the variable")
    }
    test(name, .error, "refuses to go past the variable's end", source: "\(name), Returns: cudaErrorInvalidValue") {
      let host = [UInt32](repeating: 0, count: 64)
      try fails(copy(basic.variable("numbers"), host, 256, 4, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
      try fails(copy(basic.variable("constants"), host, 68, 0, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
    }
    test(name, .error, "refuses a direction to the host", source: "\(name), Returns: cudaErrorInvalidMemcpyDirection") {
      let host = [UInt32](repeating: 0, count: 4)
      try fails(copy(basic.variable("numbers"), host, 16, 0, cudaMemcpyDeviceToHost), cudaErrorInvalidMemcpyDirection)
    }
  }
  for (name, copy) in from {
    test(name, .success, "reads what a kernel wrote", source: name) {
      var host = [UInt32](repeating: 0, count: 64)
      for round in 1...3 {
        try ok(launch(basic.kernel("write_numbers"), dim(1), dim(64), Int32(64), Int32(round * 100)))
        try ok(copy(&host, basic.variable("numbers"), 256, 0, cudaMemcpyDeviceToHost))
        try ok(cudaDeviceSynchronize())
        try expectWords(host, (0..<64).map { UInt32($0 + round * 100) }, "round \(round)")
      }
    }
    test(name, .success, "reads at an offset, to the device too", source: "\(name), offset and kind") {
      let target = try Words(8, fill: 0)
      try ok(launch(basic.kernel("write_numbers"), dim(1), dim(64), Int32(64), Int32(0)))
      try ok(copy(target.pointer, basic.variable("numbers"), 32, 80, cudaMemcpyDeviceToDevice))
      try target.expect((20..<28).map { UInt32($0) }, "the part")
    }
    test(name, .error, "refuses to go past the variable's end", source: "\(name), Returns: cudaErrorInvalidValue") {
      var host = [UInt32](repeating: 0, count: 128)
      try fails(copy(&host, basic.variable("numbers"), 256, 4, cudaMemcpyDeviceToHost), cudaErrorInvalidValue)
    }
    test(name, .error, "refuses a direction to the device's symbol", source: "\(name), Returns: cudaErrorInvalidMemcpyDirection") {
      var host = [UInt32](repeating: 0, count: 4)
      try fails(copy(&host, basic.variable("numbers"), 16, 0, cudaMemcpyHostToDevice), cudaErrorInvalidMemcpyDirection)
    }
  }

  // MARK: what compiled programs call
  let compiled = "the calls that nvcc's output makes (crt/host_runtime.h)"
  func module() -> Module {
    Module(
      """
      .version 7.0
      .target sm_75
      .address_size 64
      .visible .global .align 4 .u32 start = 41;
      .visible .global .align 4 .u32 shared_word = 5;
      .visible .entry own(.param .u64 p)
      {
        .reg .b32 %v; .reg .b64 %p;
        ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; ld.global.u32 %v, [start]; add.u32 %v, %v, 1; st.global.u32 [start], %v; st.global.u32 [%p], %v; ret;
      }
      """, kernels: ["own"], variables: [("start", 4, false)])
  }
  test("__cudaRegisterFatBinary", .success, "makes a module's kernels known, with its variables as the PTX has them", source: compiled, touches: ["__cudaRegisterFatBinaryEnd", "__cudaRegisterFunction", "__cudaRegisterVar"]) {
    let words = try Words(1, fill: 0), module = module()
    try ok(launch(module.kernel("own"), words.pointer))
    try words.expect(all: 42, "the initial value and one")
  }
  test("__cudaRegisterFatBinary", .edge, "keeps two modules with equal names apart", source: compiled, touches: ["__cudaRegisterFunction", "__cudaRegisterVar"]) {
    let words = try Words(2, fill: 0), one = module(), two = module()
    try ok(launch(one.kernel("own"), words.pointer))
    try ok(launch(one.kernel("own"), words.pointer))
    try ok(launch(two.kernel("own"), words.pointer + 4))
    try words.expect([43, 42], "each module's own variable")
  }
  test("__cudaRegisterFatBinaryEnd", .success, "completes a registration in the middle of a program's life", source: compiled) {
    let words = try Words(1, fill: 0)
    try ok(launch(basic.kernel("count"), dim(1), dim(8), words.pointer))
    let late = module(), other = try Words(1, fill: 0)
    try ok(launch(late.kernel("own"), other.pointer))
    try other.expect(all: 42, "the late module's word")
    try words.expect(all: 8, "the early module's word")
  }
  test("__cudaRegisterFunction", .success, "ties a host address to a kernel", source: compiled, touches: ["cudaFuncGetName"]) {
    let module = module()
    var name: UnsafePointer<CChar>?
    try ok(cudaFuncGetName(&name, module.kernel("own").address))
    try equal(String(cString: some(name, "the name")), "own", "the name")
  }
  test("__cudaRegisterVar", .success, "ties a host address to a variable", source: compiled, touches: ["cudaGetSymbolSize"]) {
    let module = module(), words = try Words(1, fill: 0)
    var size = 0, value: UInt32 = 99
    try ok(cudaGetSymbolSize(&size, module.variable("start")))
    try equal(size, 4, "its size")
    try ok(cudaMemcpyToSymbol(module.variable("start"), &value, 4, 0, cudaMemcpyHostToDevice))
    try ok(launch(module.kernel("own"), words.pointer))
    try words.expect(all: 100, "what the kernel made of it")
  }
  test("__cudaRegisterManagedVar", .success, "gives the host a pointer to a managed variable with its initial value", source: compiled, touches: ["__cudaInitModule"], .alone) {
    let text = """
      .version 7.0
      .target sm_75
      .address_size 64
      .visible .global .attribute(.managed) .align 4 .u32 managed_word = 30;
      .visible .entry bump() { .reg .b32 %v; ld.global.u32 %v, [managed_word]; add.u32 %v, %v, 3; st.global.u32 [managed_word], %v; ret; }
      """
    let handle = try __cudaRegisterFatBinary(Module.wrapper(around: Module.fatbinary(around: text)))
    try check(handle != nil, "a handle")
    let function = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16), place = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)
    place.pointee = nil
    try __cudaRegisterFunction(handle, UnsafePointer(function.assumingMemoryBound(to: CChar.self)), strdup("bump"), strdup("bump"), -1, nil, nil, nil, nil, nil)
    try __cudaRegisterManagedVar(handle, place, strdup("managed_word"), strdup("managed_word"), 0, 4, 0, 0)
    try __cudaRegisterFatBinaryEnd(handle)
    _ = try __cudaInitModule(handle)
    let word = try some(place.pointee, "the host's pointer").assumingMemoryBound(to: UInt32.self)
    try equal(word.pointee, 30, "the initial value")
    try ok(cudaLaunchKernel(function, dim(1), dim(1), nil, 0, nil))
    try ok(cudaDeviceSynchronize())
    try equal(word.pointee, 33, "what the kernel made of it")
    word.pointee = 100
    try ok(cudaLaunchKernel(function, dim(1), dim(1), nil, 0, nil))
    try ok(cudaDeviceSynchronize())
    try equal(word.pointee, 103, "what the kernel made of the host's value")
  }
  // A compiler for unified memory leaves a host variable external in the module and registers the variable itself.
  let unified = "flang's CUFRegisterExternalVariable and its passes: the runtime maps the device's external name to the host's variable"
  let external = """
    .version 7.0
    .target sm_75
    .address_size 64
    .extern .global .align 4 .b8 host_words[16];
    .visible .entry where(.param .u64 p) { .reg .b64 %p, %a; ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; mov.u64 %a, host_words; st.global.u64 [%p], %a; ret; }
    .visible .entry bump() { .reg .b32 %v; ld.global.u32 %v, [host_words+8]; add.u32 %v, %v, 3; st.global.u32 [host_words+8], %v; ret; }
    """
  test("__cudaRegisterHostVar", .success, "gives kernels the host variable's address for an external name", source: unified, .alone) {
    let module = Module(external, kernels: ["where"]), variable = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16), words = try Words(2, fill: 0)
    try module.register()
    try __cudaRegisterHostVar(module.registration, strdup("host_words"), variable.assumingMemoryBound(to: CChar.self), 16)
    try ok(launch(module.kernel("where"), words.pointer))
    let address = UInt64(UInt(bitPattern: variable))
    try words.expect([UInt32(truncatingIfNeeded: address), UInt32(truncatingIfNeeded: address >> 32)], "the address that the kernel has")
  }
  test("__cudaRegisterHostVar", .interaction, "lets kernels read and write a variable in memory that the device reaches", source: unified, .alone) {
    let module = Module(external, kernels: ["bump"])
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaHostAlloc(&pointer, 16, 2))
    let variable = try some(pointer, "host memory").assumingMemoryBound(to: UInt32.self)
    for index in 0..<4 { variable[index] = 70 + UInt32(index) }
    try module.register()
    try __cudaRegisterHostVar(module.registration, strdup("host_words"), UnsafeMutableRawPointer(variable).assumingMemoryBound(to: CChar.self), 16)
    for round in 1...2 {
      try ok(launch(module.kernel("bump")))
      try ok(cudaDeviceSynchronize())
      try equal(variable[2], 72 + 3 * UInt32(round), "the third word")
    }
    try check(variable[0] == 70 && variable[1] == 71 && variable[3] == 73, "the other words as they were")
  }

  // MARK: what nothing describes
  /// A call with six words of zeros: whatever the arguments are, they are null.
  func callWithNulls(_ name: String) throws -> Int32 {
    typealias Function = @convention(c) (UInt, UInt, UInt, UInt, UInt, UInt) -> Int32
    return unsafeBitCast(try Library.symbol(named: name), to: Function.self)(0, 0, 0, 0, 0, 0)
  }
  func deviceGoesOn() throws {
    let words = try Words(64, fill: 1)
    try ok(launch(basic.kernel("add"), dim(1), dim(64), words.pointer, Int32(64), Int32(1)))
    try words.expect(all: 2, "a kernel's words afterwards")
  }
  test("__cudaGetProcAddress", .edge, "finds nothing, and the device goes on", source: "NVIDIA's library for Linux, called without a device") {
    try equal(callWithNulls("__cudaGetProcAddress"), 0, "the answer")
    try deviceGoesOn()
  }
  for name in ["cudaSubgridCreate", "cudaSubgridWorkerGridCreate", "cudaSubgridWorksetCreate"] {
    test(name, .error, "is refused, and the device goes on", source: "cudaErrorNotSupported: not supported on the current system or device") {
      try equal(callWithNulls(name), Int32(cudaErrorNotSupported.rawValue), "the answer")
      try deviceGoesOn()
    }
  }
  test("__cudaRegisterUnifiedTable", .edge, "leaves a module that needs no table as it was, and the device goes on", source: "its layout is described nowhere: nothing can be expected of it but that", .alone) {
    let module = module(), words = try Words(1, fill: 0)
    try module.register()
    _ = try callWithNulls("__cudaRegisterUnifiedTable")
    _ = try cudaGetLastError()
    try ok(launch(module.kernel("own"), words.pointer))
    try words.expect(all: 42, "the module's word")
    try deviceGoesOn()
  }

  test("__cudaInitModule", .success, "may be called for a registered module, which then works", source: compiled) {
    let text = """
      .version 7.0
      .target sm_75
      .address_size 64
      .visible .entry seven(.param .u64 p) { .reg .b64 %p; ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; st.global.u32 [%p], 7; ret; }
      """
    let handle = try __cudaRegisterFatBinary(Module.wrapper(around: Module.fatbinary(around: text)))
    let function = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    try __cudaRegisterFunction(handle, UnsafePointer(function.assumingMemoryBound(to: CChar.self)), strdup("seven"), strdup("seven"), -1, nil, nil, nil, nil, nil)
    try __cudaRegisterFatBinaryEnd(handle)
    _ = try __cudaInitModule(handle)
    let words = try Words(1, fill: 0)
    try withArguments([words.pointer]) { try ok(cudaLaunchKernel(function, dim(1), dim(1), $0, 0, nil)) }
    try words.expect(all: 7, "the word")
  }
  test("__cudaUnregisterFatBinary", .success, "forgets a module, and others go on", source: compiled, .alone) {
    let words = try Words(1, fill: 0), gone = module(), stays = module()
    try ok(launch(gone.kernel("own"), words.pointer))
    let address = try gone.kernel("own").address
    try words.expect(all: 42, "before")
    try gone.unregister()
    try check(cudaLaunchKernel(address, dim(1), dim(1), nil, 0, nil) != cudaSuccess, "a refusal for a kernel that was unregistered")
    _ = try cudaGetLastError()
    try ok(launch(stays.kernel("own"), words.pointer))
    try words.expect(all: 42, "the other module")
  }
  test("__cudaPushCallConfiguration", .success, "keeps what <<<>>> says until it is popped", source: compiled, touches: ["__cudaPopCallConfiguration"]) {
    let stream = try makeStream()
    try equal(__cudaPushCallConfiguration(dim(2, 3, 4), dim(5, 6, 7), 89, stream), 0, "the answer of the push")
    var grid = dim(0), block = dim(0), shared = 0, popped: cudaStream_t?
    try ok(__cudaPopCallConfiguration(&grid, &block, &shared, &popped))
    try check(grid.x == 2 && grid.y == 3 && grid.z == 4 && block.x == 5 && block.y == 6 && block.z == 7, "the dimensions")
    try equal(shared, 89, "the shared memory")
    try equal(popped, stream, "the stream")
    try ok(cudaStreamDestroy(stream))
  }
  test("__cudaPopCallConfiguration", .interaction, "gives nested configurations back in reverse", source: compiled + ": an argument's expression may launch too", touches: ["__cudaPushCallConfiguration"]) {
    for index in 1...5 { try equal(__cudaPushCallConfiguration(dim(index), dim(index * 2), index * 3, nil), 0, "the answer of push \(index)") }
    for index in (1...5).reversed() {
      var grid = dim(0), block = dim(0), shared = 0, stream: cudaStream_t?
      try ok(__cudaPopCallConfiguration(&grid, &block, &shared, &stream))
      try check(Int(grid.x) == index && Int(block.x) == index * 2 && shared == index * 3, "configuration \(index)")
    }
  }
  test("__cudaPopCallConfiguration", .error, "refuses when nothing was pushed", source: "cudaErrorMissingConfiguration") {
    var grid = dim(0), block = dim(0), shared = 0, stream: cudaStream_t?
    try expect(__cudaPopCallConfiguration(&grid, &block, &shared, &stream), cudaErrorMissingConfiguration)
    _ = try cudaGetLastError()
  }
  test("__cudaPushCallConfiguration", .interaction, "is of the calling thread", source: compiled, touches: ["__cudaPopCallConfiguration"]) {
    try equal(__cudaPushCallConfiguration(dim(9), dim(9), 9, nil), 0, "the answer of the push")
    try onThreads(4) { index in
      try equal(__cudaPushCallConfiguration(dim(index + 20), dim(1), 0, nil), 0, "the answer of the push")
      var grid = dim(0), block = dim(0), shared = 0, stream: cudaStream_t?
      try ok(__cudaPopCallConfiguration(&grid, &block, &shared, &stream))
      try equal(Int(grid.x), index + 20, "this thread's configuration")
    }
    var grid = dim(0), block = dim(0), shared = 0, stream: cudaStream_t?
    try ok(__cudaPopCallConfiguration(&grid, &block, &shared, &stream))
    try equal(grid.x, 9, "the first thread's configuration")
  }
  test("__cudaGetKernel", .success, "gives a handle by which the kernel is launched", source: compiled, touches: ["__cudaLaunchKernel"]) {
    var kernel: cudaKernel_t?
    try ok(__cudaGetKernel(&kernel, basic.kernel("count").address))
    try check(kernel != nil, "a handle")
    let words = try Words(1, fill: 0)
    try withArguments([words.pointer]) { try ok(__cudaLaunchKernel(kernel, dim(3), dim(40), $0, 0, nil)) }
    try words.expect(all: 120, "what was counted")
  }
  test("__cudaGetKernel", .error, "refuses an address that is no kernel", source: compiled + "; 12.9 answers success and finds out at the launch", .only13) {
    _ = try basic.kernel("count")
    var kernel: cudaKernel_t?
    let nothing = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    try expect(__cudaGetKernel(&kernel, nothing), oneOf: [cudaErrorInvalidResourceHandle, cudaErrorInvalidDeviceFunction])
    _ = try cudaGetLastError()
  }
  test("__cudaLaunchKernel", .success, "launches in the stream given", source: compiled) {
    let stream = try makeStream(cudaStreamNonBlocking), words = try Words(16, fill: 2)
    var kernel: cudaKernel_t?
    try ok(__cudaGetKernel(&kernel, basic.kernel("scale").address))
    let hold = try Hold(stream)
    try withArguments([words.pointer, Int32(16), Int32(5), Int32(1)]) { try ok(__cudaLaunchKernel(kernel, dim(1), dim(16), $0, 0, stream)) }
    try expect(cudaStreamQuery(stream), cudaErrorNotReady)
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 11, "the words")
    try ok(cudaStreamDestroy(stream))
  }
  test("__cudaLaunchKernel", .error, "refuses dimensions that cannot be", source: compiled) {
    var kernel: cudaKernel_t?
    try ok(__cudaGetKernel(&kernel, basic.kernel("nothing").address))
    try fails(__cudaLaunchKernel(kernel, dim(0), dim(1), nil, 0, nil), abi == 12 ? cudaErrorInvalidConfiguration : cudaErrorInvalidValue)
    try fails(__cudaLaunchKernel(kernel, dim(1), dim(2000), nil, 0, nil), abi == 12 ? cudaErrorInvalidConfiguration : cudaErrorInvalidValue)
  }
}
