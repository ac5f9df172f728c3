// Launching kernels, what functions are, and how many blocks fit.
import CConformance
import Glibc

/// Kernels with shared memory, bounds, parameters of several sizes, and a barrier of the whole grid.
nonisolated(unsafe) private let shaped = Module(
  """
  .version 7.0
  .target sm_75
  .address_size 64

  .extern .shared .align 16 .b8 dynamic[];
  .visible .global .align 4 .u32 arrived = 0;

  // reverse(p): the block's words in reverse, through static shared memory of 4096 bytes
  .visible .entry reverse(.param .u64 p)
  {
    .shared .align 4 .b8 words[4096];
    .reg .b32 %t, %n, %v, %a, %r; .reg .b64 %p, %o;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; mov.u32 %t, %tid.x; mov.u32 %n, %ntid.x;
    mul.wide.u32 %o, %t, 4; add.u64 %o, %p, %o; ld.global.u32 %v, [%o];
    mov.u32 %a, words; mad.lo.u32 %a, %t, 4, %a; st.shared.u32 [%a], %v; bar.sync 0;
    sub.u32 %r, %n, %t; sub.u32 %r, %r, 1; mov.u32 %a, words; mad.lo.u32 %a, %r, 4, %a; ld.shared.u32 %v, [%a]; st.global.u32 [%o], %v; ret;
  }
  // rotate(p): the block's words one on, through dynamic shared memory; its size goes to p[ntid]
  .visible .entry rotate(.param .u64 p)
  {
    .reg .pred %q; .reg .b32 %t, %n, %v, %a, %r; .reg .b64 %p, %o, %e;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; mov.u32 %t, %tid.x; mov.u32 %n, %ntid.x;
    mul.wide.u32 %o, %t, 4; add.u64 %o, %p, %o; ld.global.u32 %v, [%o];
    mov.u32 %a, dynamic; mad.lo.u32 %a, %t, 4, %a; st.shared.u32 [%a], %v; bar.sync 0;
    add.u32 %r, %t, 1; rem.u32 %r, %r, %n; mov.u32 %a, dynamic; mad.lo.u32 %a, %r, 4, %a; ld.shared.u32 %v, [%a]; st.global.u32 [%o], %v;
    setp.ne.u32 %q, %t, 0; @%q ret;
    mul.wide.u32 %e, %n, 4; add.u64 %e, %p, %e; mov.u32 %v, %dynamic_smem_size; st.global.u32 [%e], %v; ret;
  }
  // last(p): the last word of dynamic shared memory is usable
  .visible .entry last(.param .u64 p)
  {
    .reg .b32 %a, %v; .reg .b64 %p;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; mov.u32 %v, %dynamic_smem_size; mov.u32 %a, dynamic; add.u32 %a, %a, %v; sub.u32 %a, %a, 4;
    st.shared.u32 [%a], %v; ld.shared.u32 %v, [%a]; st.global.u32 [%p], %v; ret;
  }
  // bounded(p): at most 128 threads a block
  .visible .entry bounded(.param .u64 p) .maxntid 128, 1, 1
  {
    .reg .b32 %v; .reg .b64 %p;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; atom.global.add.u32 %v, [%p], 1; ret;
  }
  // mixed(p, a, b, c, d, e): parameters of 8, 1, 2, 4, 8 and 16 bytes; their values go to p
  .visible .entry mixed(.param .u64 p, .param .u8 a, .param .u16 b, .param .u32 c, .param .u64 d, .param .align 16 .b8 e[16])
  {
    .reg .b16 %h; .reg .b32 %v; .reg .b64 %p, %w;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p;
    ld.param.u8 %h, [a]; cvt.u32.u16 %v, %h; st.global.u32 [%p], %v;
    ld.param.u16 %h, [b]; cvt.u32.u16 %v, %h; st.global.u32 [%p+4], %v;
    ld.param.u32 %v, [c]; st.global.u32 [%p+8], %v;
    ld.param.u64 %w, [d]; cvt.u32.u64 %v, %w; st.global.u32 [%p+12], %v; shr.u64 %w, %w, 32; cvt.u32.u64 %v, %w; st.global.u32 [%p+16], %v;
    ld.param.u32 %v, [e]; st.global.u32 [%p+20], %v; ld.param.u32 %v, [e+12]; st.global.u32 [%p+24], %v; ret;
  }
  // together(p): every block adds one, waits for all the others, and writes how many there are to p[block]
  .visible .entry together(.param .u64 p)
  {
    .reg .pred %q; .reg .b32 %b, %n, %v, %t; .reg .b64 %p, %o, %c;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; mov.u32 %b, %ctaid.x; mov.u32 %n, %nctaid.x;
    mov.u32 %t, %tid.x; setp.ne.u32 %q, %t, 0; @%q bra done;
    mov.u64 %c, arrived; membar.gl; atom.global.add.u32 %v, [%c], 1;
  again:
    ld.volatile.global.u32 %v, [%c]; setp.lt.u32 %q, %v, %n; @%q bra again;
    mul.wide.u32 %o, %b, 4; add.u64 %p, %p, %o; st.global.u32 [%p], %v;
  done:
    bar.sync 0; ret;
  }
  // place(p): p[linear block] = x + 100 y + 10000 z of the block, added up over its threads
  .visible .entry place(.param .u64 p)
  {
    .reg .b32 %x, %y, %z, %a, %b, %v; .reg .b64 %p, %o;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p;
    mov.u32 %x, %ctaid.x; mov.u32 %y, %ctaid.y; mov.u32 %z, %ctaid.z;
    mov.u32 %a, %nctaid.y; mad.lo.u32 %b, %z, %a, %y; mov.u32 %a, %nctaid.x; mad.lo.u32 %b, %b, %a, %x;
    mad.lo.u32 %v, %y, 100, %x; mad.lo.u32 %v, %z, 10000, %v;
    mul.wide.u32 %o, %b, 4; add.u64 %o, %p, %o; atom.global.add.u32 %v, [%o], %v; ret;
  }
  // stored(p): a word at an address that need not be aligned
  .visible .entry stored(.param .u64 p)
  {
    .reg .b64 %p;
    ld.param.u64 %p, [p]; st.global.u32 [%p], 7; ret;
  }
  """,
  kernels: ["reverse", "rotate", "last", "bounded", "mixed", "together", "place", "stored"], variables: [("arrived", 4, false)])

private func configuration(_ grid: dim3, _ block: dim3, shared: Int = 0, stream: cudaStream_t? = nil) -> cudaLaunchConfig_t {
  var c = cudaLaunchConfig_t()
  c.gridDim = grid
  c.blockDim = block
  c.dynamicSmemBytes = shared
  c.stream = stream
  return c
}

func launchCases() {
  typealias Launch = (UnsafeRawPointer?, dim3, dim3, UnsafeMutablePointer<UnsafeMutableRawPointer?>?, Int, cudaStream_t?) throws -> cudaError_t
  let launches: [(String, Launch)] = [
    ("cudaLaunchKernel", { try cudaLaunchKernel($0, $1, $2, $3, $4, $5) }),
    ("cudaLaunchKernelExC", { function, grid, block, arguments, shared, stream in
      var c = configuration(grid, block, shared: shared, stream: stream)
      return try cudaLaunchKernelExC(&c, function, arguments)
    }),
    ("cudaLaunchCooperativeKernel", { try cudaLaunchCooperativeKernel($0, $1, $2, $3, $4, $5) }),
  ]
  for (name, launch) in launches {
    test(name, .success, "runs every thread of every block", source: name) {
      let words = try Words(1, fill: 0)
      try withArguments([words.pointer]) { try ok(launch(basic.kernel("count").address, dim(3, 2, 2), dim(16, 4, 2), $0, 0, nil)) }
      try words.expect(all: 12 * 128, "what was counted")
    }
    test(name, .success, "gives the kernel its dimensions", source: "\(name), gridDim and blockDim") {
      let words = try Words(6, fill: 0)
      try withArguments([words.pointer]) { try ok(launch(basic.kernel("geometry").address, dim(5, 3, 2), dim(8, 4, 2), $0, 0, nil)) }
      try words.expect([8, 4, 2, 5, 3, 2], "%ntid and %nctaid")
    }
    test(name, .success, "numbers the blocks in three dimensions", source: "CUDA C++ Programming Guide, Thread hierarchy") {
      let words = try Words(4 * 3 * 2, fill: 0)
      try withArguments([words.pointer]) { try ok(launch(shaped.kernel("place").address, dim(4, 3, 2), dim(2, 2), $0, 0, nil)) }
      var wanted: [UInt32] = []
      for z in 0..<2 as Range<UInt32> { for y in 0..<3 as Range<UInt32> { for x in 0..<4 as Range<UInt32> { wanted.append(4 * (x + 100 * y + 10000 * z)) } } }
      try words.expect(wanted, "the blocks' places")
    }
    test(name, .success, "passes parameters of every size", source: "\(name), args") {
      let words = try Words(7, fill: 0)
      let storage = UnsafeMutableRawPointer.allocate(byteCount: 96, alignment: 16)
      storage.initializeMemory(as: UInt8.self, repeating: 0xff, count: 96)
      storage.storeBytes(of: words.pointer, as: UnsafeMutableRawPointer.self)
      (storage + 16).storeBytes(of: 0xab, as: UInt8.self)
      (storage + 32).storeBytes(of: 0xcdef, as: UInt16.self)
      (storage + 48).storeBytes(of: 0x1234_5678, as: UInt32.self)
      (storage + 64).storeBytes(of: 0x9abc_def0_1357_2468, as: UInt64.self)
      for index in 0..<4 { (storage + 80 + index * 4).storeBytes(of: UInt32(1000 + index), as: UInt32.self) }
      var pointers: [UnsafeMutableRawPointer?] = (0..<6).map { storage + $0 * 16 }
      try ok(launch(shaped.kernel("mixed").address, dim(1), dim(1), &pointers, 0, nil))
      try words.expect([0xab, 0xcdef, 0x1234_5678, 0x1357_2468, 0x9abc_def0, 1000, 1003], "the parameters")
      storage.deallocate()
    }
    test(name, .edge, "takes its parameters before it returns", source: "\(name): arguments are copied at the call") {
      let words = try Words(64, fill: 0), stream = try makeStream(), hold = try Hold(stream)
      for index in 0..<64 {
        try withArguments([words.pointer + index * 4, Int32(1), UInt32(index + 1)]) { try ok(launch(basic.kernel("fill").address, dim(1), dim(1), $0, 0, stream)) }
      }
      hold.release()
      try ok(cudaStreamSynchronize(stream))
      try words.expect((1...64).map { UInt32($0) }, "each launch's own value")
      try ok(cudaStreamDestroy(stream))
    }
    test(name, .success, "gives static shared memory to each block", source: "CUDA C++ Programming Guide, Shared memory") {
      let words = try Words(1024)
      try words.write((0..<1024).map { UInt32($0) })
      try withArguments([words.pointer]) { try ok(launch(shaped.kernel("reverse").address, dim(1), dim(1024), $0, 0, nil)) }
      try words.expect((0..<1024).reversed().map { UInt32($0) }, "the words in reverse")
    }
    test(name, .success, "gives dynamic shared memory of the size asked for", source: "\(name), sharedMem") {
      let words = try Words(257, fill: 0)
      try words.write((0..<256).map { UInt32($0) } + [0])
      try withArguments([words.pointer]) { try ok(launch(shaped.kernel("rotate").address, dim(1), dim(256), $0, 2048, nil)) }
      try words.expect((1..<256).map { UInt32($0) } + [0, 2048], "the words one on, and the size")
    }
    test(name, .error, "refuses a null function", source: "\(name), Returns: cudaErrorInvalidDeviceFunction") {
      try fails(launch(nil, dim(1), dim(1), nil, 0, nil), cudaErrorInvalidDeviceFunction)
    }
    for (what, grid, block) in [
      ("a grid without blocks", dim(0), dim(1)), ("a grid without rows", dim(1, 0), dim(1)), ("a block without threads", dim(1), dim(0)),
      ("a block without layers", dim(1), dim(1, 1, 0)), ("a block of 1025 threads", dim(1), dim(1025)), ("a block of 33 by 32 threads", dim(1), dim(33, 32)),
      ("a block of 65 layers", dim(1), dim(1, 1, 65)), ("a grid of 65536 rows", dim(1, 65536), dim(1)), ("a grid of 65536 layers", dim(1, 1, 65536), dim(1)),
      ("a grid of 2^31 blocks in a row", dim(0x8000_0000), dim(1)),
    ] {
      let cooperative = name == "cudaLaunchCooperativeKernel" && (grid.x > 1 || grid.y > 1 || grid.z > 1)
      test(name, .error, "refuses \(what), and what follows runs", source: "\(name), Returns: cudaErrorInvalidConfiguration; 13's answer is cudaErrorInvalidValue") {
        let got = try launch(basic.kernel("nothing").address, grid, block, nil, 0, nil)
        if cooperative {
          try expect(got, oneOf: [abi == 12 ? cudaErrorInvalidConfiguration : cudaErrorInvalidValue, cudaErrorCooperativeLaunchTooLarge])
          _ = try cudaGetLastError()
        } else {
          try fails(got, abi == 12 ? cudaErrorInvalidConfiguration : cudaErrorInvalidValue)
        }
        let words = try Words(1, fill: 0)
        try withArguments([words.pointer]) { try ok(launch(basic.kernel("count").address, dim(1), dim(32), $0, 0, nil)) }
        try words.expect(all: 32, "the next launch")
      }
    }
    test(name, .error, "refuses more threads than the kernel was compiled for", source: "PTX .maxntid; \(name), Returns") {
      let words = try Words(1, fill: 0)
      let kernel = try shaped.kernel("bounded")
      try withArguments([words.pointer]) { arguments in
        try fails(launch(kernel.address, dim(1), dim(129), arguments, 0, nil), cudaErrorInvalidValue)
        try ok(launch(kernel.address, dim(1), dim(128), arguments, 0, nil))
      }
      try words.expect(all: 128, "the launch within the bound")
    }
    test(name, .error, "refuses more shared memory than a block may have", source: "\(name), Returns: cudaErrorInvalidValue") {
      let words = try Words(1, fill: 0)
      try withArguments([words.pointer]) { arguments in
        try fails(
          launch(shaped.kernel("last").address, dim(1), dim(1), arguments, 1 << 20, nil),
          name == "cudaLaunchCooperativeKernel" ? cudaErrorCooperativeLaunchTooLarge : cudaErrorInvalidValue)
        try ok(launch(shaped.kernel("last").address, dim(1), dim(1), arguments, 1024, nil))
      }
      try words.expect(all: 1024, "the launch within the limit")
    }
    test(name, .error, "refuses more dynamic shared memory than a block has by default until the function allows it", source: "cudaFuncAttributeMaxDynamicSharedMemorySize; \(name), Returns") {
      let optin = try attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin)
      let plain = try attribute(cudaDevAttrMaxSharedMemoryPerBlock)
      if optin <= plain { throw Skip("a block has \(plain) bytes of shared memory here, and no more by opting in") }
      let words = try Words(1, fill: 0), kernel = try shaped.kernel("last")
      try ok(cudaFuncSetAttribute(kernel.address, cudaFuncAttributeMaxDynamicSharedMemorySize, 0))
      try withArguments([words.pointer]) { arguments in
        try fails(
          launch(kernel.address, dim(1), dim(1), arguments, plain + 4, nil),
          name == "cudaLaunchCooperativeKernel" ? cudaErrorCooperativeLaunchTooLarge : cudaErrorInvalidValue)
        try ok(cudaFuncSetAttribute(kernel.address, cudaFuncAttributeMaxDynamicSharedMemorySize, Int32(optin)))
        try ok(launch(kernel.address, dim(1), dim(1), arguments, optin, nil))
      }
      try words.expect(all: UInt32(optin), "the size that the kernel saw")
    }
    test(name, .interaction, "may be called by eight threads on eight streams at once", source: "CUDA runtime: functions are thread-safe") {
      let words = try Words(8, fill: 0)
      let kernel = try basic.kernel("count")
      try onThreads(8) { index in
        let stream = try makeStream(cudaStreamNonBlocking)
        for _ in 0..<50 { try withArguments([words.pointer + index * 4]) { try ok(launch(kernel.address, dim(2), dim(64), $0, 0, stream)) } }
        try ok(cudaStreamSynchronize(stream))
        try ok(cudaStreamDestroy(stream))
      }
      try words.expect(all: 6400, "what each thread's kernels counted")
    }
  }
  test("cudaLaunchKernel", .error, "refuses an address that is no kernel", source: "cudaLaunchKernel, Returns; NVIDIA's answer", touches: ["cudaLaunchKernelExC"]) {
    _ = try basic.kernel("nothing")
    let nothing = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    try fails(cudaLaunchKernel(nothing, dim(1), dim(1), nil, 0, nil), cudaErrorInvalidResourceHandle)
  }
  test("cudaLaunchKernel", .success, "runs a million blocks", source: "cudaLaunchKernel: up to 2^31-1 blocks in x") {
    let words = try Words(1, fill: 0)
    try ok(launch(basic.kernel("count"), dim(1_000_000), dim(1), words.pointer))
    try words.expect(all: 1_000_000, "what was counted")
  }
  test("cudaLaunchKernel", .interaction, "keeps thousands of launches of one stream in order", source: "CUDA C++ Programming Guide, Streams: in order") {
    let words = try Words(32, fill: 1)
    var wanted: UInt32 = 1
    for round in 0..<5000 {
      let factor = UInt32(round % 3 + 1), addend = UInt32(round % 7)
      try ok(launch(basic.kernel("scale"), dim(1), dim(32), words.pointer, Int32(32), factor, addend))
      wanted = wanted &* factor &+ addend
    }
    try words.expect(all: wanted, "the product of all launches")
  }
  test("cudaLaunchKernel", .error, "reports a misaligned address, or stores to it whole", source: "cudaErrorMisalignedAddress: the device encountered a load or store that is not aligned; one that takes them has nothing to report", .alone) {
    let words = try Words(4, fill: 0)
    try ok(launch(shaped.kernel("stored"), words.pointer + 1))
    if try cudaDeviceSynchronize() == cudaSuccess { try words.expect([7 << 8, 0, 0, 0], "the word that was stored") }
    else { try expect(cudaDeviceSynchronize(), cudaErrorMisalignedAddress) }
  }
  test("cudaLaunchCooperativeKernel", .success, "has all blocks resident, so that they can wait for each other", source: "cudaLaunchCooperativeKernel", touches: ["cudaOccupancyMaxActiveBlocksPerMultiprocessor"]) {
    var fit: Int32 = 0
    let kernel = try shaped.kernel("together")
    try ok(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&fit, kernel.address, 64, 0))
    let blocks = try min(64, Int(fit) * attribute(cudaDevAttrMultiProcessorCount))
    try check(blocks > 1, "several blocks")
    let words = try Words(blocks, fill: 0)
    var zero: UInt32 = 0
    try ok(cudaMemcpyToSymbol(shaped.variable("arrived"), &zero, 4, 0, cudaMemcpyHostToDevice))
    try withArguments([words.pointer]) { try ok(cudaLaunchCooperativeKernel(kernel.address, dim(blocks), dim(64), $0, 0, nil)) }
    try words.expect(all: UInt32(blocks), "the blocks that each block saw")
  }
  test("cudaLaunchCooperativeKernel", .error, "refuses a grid that cannot be resident", source: "cudaLaunchCooperativeKernel, Returns: cudaErrorCooperativeLaunchTooLarge") {
    var fit: Int32 = 0
    let kernel = try shaped.kernel("together"), words = try Words(4)
    try ok(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&fit, kernel.address, 1024, 0))
    let most = try Int(fit) * attribute(cudaDevAttrMultiProcessorCount)
    try withArguments([words.pointer]) { try fails(cudaLaunchCooperativeKernel(kernel.address, dim(most + 1), dim(1024), $0, 0, nil), cudaErrorCooperativeLaunchTooLarge) }
  }
  test("cudaLaunchKernelExC", .error, "refuses a null configuration", source: "cudaLaunchKernelExC, Returns: cudaErrorInvalidValue; 12.9 does not look", .only13) {
    try fails(cudaLaunchKernelExC(nil, basic.kernel("nothing").address, nil), cudaErrorInvalidValue)
  }
  test("cudaLaunchKernelExC", .success, "launches cooperatively where the attribute says so", source: "cudaLaunchAttributeCooperative") {
    let words = try Words(4, fill: 0)
    var zero: UInt32 = 0
    let kernel = try shaped.kernel("together")
    try ok(cudaMemcpyToSymbol(shaped.variable("arrived"), &zero, 4, 0, cudaMemcpyHostToDevice))
    var attributes = cudaLaunchAttribute()
    attributes.id = cudaLaunchAttributeCooperative
    attributes.val.cooperative = 1
    try withUnsafeMutablePointer(to: &attributes) { list in
      var c = configuration(dim(4), dim(64))
      c.attrs = list
      c.numAttrs = 1
      try withArguments([words.pointer]) { try ok(cudaLaunchKernelExC(&c, kernel.address, $0)) }
    }
    try words.expect(all: 4, "the blocks that each block saw")
  }

  // MARK: functions
  test("cudaFuncGetAttributes", .success, "tells registers, shared memory and the largest block", source: "cudaFuncGetAttributes, struct cudaFuncAttributes") {
    var a = cudaFuncAttributes()
    try ok(cudaFuncGetAttributes(&a, shaped.kernel("reverse").address))
    try equal(a.sharedSizeBytes, 4096, "static shared memory")
    try check(a.numRegs > 0 && a.numRegs <= 255 + 257, "registers, not \(a.numRegs)")
    try check(a.maxThreadsPerBlock == 1024, "1024 threads, not \(a.maxThreadsPerBlock)")
    try check(a.ptxVersion >= 70 && a.ptxVersion <= 90, "the PTX's target, 75, not \(a.ptxVersion)")
    try check(a.binaryVersion >= 50, "a binary version, not \(a.binaryVersion)")
    try ok(cudaFuncGetAttributes(&a, basic.kernel("nothing").address))
    try equal(a.sharedSizeBytes, 0, "static shared memory of another")
  }
  test("cudaFuncGetAttributes", .success, "tells a block limit that the kernel was compiled with", source: "cudaFuncAttributes::maxThreadsPerBlock") {
    var a = cudaFuncAttributes()
    try ok(cudaFuncGetAttributes(&a, shaped.kernel("bounded").address))
    try equal(a.maxThreadsPerBlock, 128, "maxThreadsPerBlock")
  }
  test("cudaFuncGetAttributes", .success, "tells constant memory of the module", source: "cudaFuncAttributes::constSizeBytes") {
    var a = cudaFuncAttributes()
    try ok(cudaFuncGetAttributes(&a, basic.kernel("read_constants").address))
    try check(a.constSizeBytes >= 64 && a.localSizeBytes < 4096, "64 bytes or more, not \(a.constSizeBytes)")
  }
  test("cudaFuncGetAttributes", .error, "refuses null pointers and what is no function", source: "cudaFuncGetAttributes, Returns") {
    var a = cudaFuncAttributes()
    try fails(cudaFuncGetAttributes(nil, basic.kernel("nothing").address), cudaErrorInvalidValue)
    try fails(cudaFuncGetAttributes(&a, nil), cudaErrorInvalidDeviceFunction)
    let nothing = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    try fails(cudaFuncGetAttributes(&a, nothing), cudaErrorInvalidResourceHandle)
  }
  test("cudaFuncSetAttribute", .success, "keeps a dynamic shared memory limit", source: "cudaFuncSetAttribute: cudaFuncAttributeMaxDynamicSharedMemorySize", touches: ["cudaFuncGetAttributes"]) {
    let kernel = try shaped.kernel("rotate")
    for size in [1024, 32768, 16384] as [Int32] {
      try ok(cudaFuncSetAttribute(kernel.address, cudaFuncAttributeMaxDynamicSharedMemorySize, size))
      var a = cudaFuncAttributes()
      try ok(cudaFuncGetAttributes(&a, kernel.address))
      try equal(a.maxDynamicSharedSizeBytes, size, "maxDynamicSharedSizeBytes")
    }
  }
  test("cudaFuncSetAttribute", .success, "keeps a preferred share of shared memory", source: "cudaFuncSetAttribute: cudaFuncAttributePreferredSharedMemoryCarveout", touches: ["cudaFuncGetAttributes"]) {
    let kernel = try shaped.kernel("rotate")
    for share in [50, 100, 0, -1] as [Int32] {
      try ok(cudaFuncSetAttribute(kernel.address, cudaFuncAttributePreferredSharedMemoryCarveout, share))
      var a = cudaFuncAttributes()
      try ok(cudaFuncGetAttributes(&a, kernel.address))
      try equal(a.preferredShmemCarveout, share, "preferredShmemCarveout")
    }
  }
  test("cudaFuncSetAttribute", .error, "refuses values out of range and attributes that are none", source: "cudaFuncSetAttribute, Returns") {
    let kernel = try shaped.kernel("rotate")
    try fails(cudaFuncSetAttribute(kernel.address, cudaFuncAttributeMaxDynamicSharedMemorySize, 1 << 24), cudaErrorInvalidValue)
    try fails(cudaFuncSetAttribute(kernel.address, cudaFuncAttributeMaxDynamicSharedMemorySize, -1), cudaErrorInvalidValue)
    try fails(cudaFuncSetAttribute(kernel.address, cudaFuncAttributePreferredSharedMemoryCarveout, 101), cudaErrorInvalidValue)
    try fails(cudaFuncSetAttribute(kernel.address, cudaFuncAttributePreferredSharedMemoryCarveout, -2), cudaErrorInvalidValue)
    try fails(cudaFuncSetAttribute(kernel.address, cudaFuncAttribute(rawValue: 99), 0), cudaErrorInvalidValue)
  }
  test("cudaFuncSetAttribute", .error, "refuses a null function", source: "cudaFuncSetAttribute, Returns: cudaErrorInvalidDeviceFunction") {
    try fails(cudaFuncSetAttribute(nil, cudaFuncAttributeMaxDynamicSharedMemorySize, 0), cudaErrorInvalidDeviceFunction)
  }
  test("cudaFuncSetCacheConfig", .error, "refuses a null function and a configuration that is none, and takes those that are", source: "cudaFuncSetCacheConfig, Returns") {
    let kernel = try basic.kernel("count")
    try fails(cudaFuncSetCacheConfig(nil, cudaFuncCachePreferL1), cudaErrorInvalidDeviceFunction)
    try fails(cudaFuncSetCacheConfig(kernel.address, cudaFuncCache(rawValue: 9)), cudaErrorInvalidValue)
    for config in [cudaFuncCachePreferShared, cudaFuncCachePreferL1, cudaFuncCachePreferEqual, cudaFuncCachePreferNone] { try ok(cudaFuncSetCacheConfig(kernel.address, config)) }
  }
  test("cudaFuncSetSharedMemConfig", .error, "refuses a null function, and takes bank sizes", source: "cudaFuncSetSharedMemConfig (deprecated), Returns") {
    try fails(cudaFuncSetSharedMemConfig(nil, cudaSharedMemBankSizeFourByte), cudaErrorInvalidDeviceFunction)
    try ok(cudaFuncSetSharedMemConfig(basic.kernel("count").address, cudaSharedMemBankSizeFourByte))
  }
  test("cudaFuncGetName", .success, "gives the kernel's name", source: "cudaFuncGetName") {
    for wanted in ["count", "fill", "geometry"] {
      var name: UnsafePointer<CChar>?
      try ok(cudaFuncGetName(&name, basic.kernel(wanted).address))
      try equal(String(cString: some(name, "the name")), wanted, "the name")
    }
  }
  test("cudaFuncGetName", .error, "refuses null pointers", source: "cudaFuncGetName, Returns") {
    var name: UnsafePointer<CChar>?
    try fails(cudaFuncGetName(&name, nil), cudaErrorInvalidDeviceFunction)
    try fails(cudaFuncGetName(nil, basic.kernel("count").address), cudaErrorInvalidValue)
  }
  test("cudaFuncGetParamInfo", .success, "gives each parameter's offset and size", source: "cudaFuncGetParamInfo") {
    let kernel = try shaped.kernel("mixed")
    let wanted: [(Int, Int)] = [(0, 8), (8, 1), (10, 2), (12, 4), (16, 8), (32, 16)]
    for (index, place) in wanted.enumerated() {
      var offset = 99, size = 99
      try ok(cudaFuncGetParamInfo(kernel.address, index, &offset, &size))
      try equal(offset, place.0, "the offset of parameter \(index)")
      try equal(size, place.1, "the size of parameter \(index)")
    }
  }
  test("cudaFuncGetParamInfo", .error, "refuses an index behind the last, and null pointers", source: "cudaFuncGetParamInfo, Returns: cudaErrorInvalidValue") {
    let kernel = try shaped.kernel("mixed")
    var offset = 0, size = 0
    try fails(cudaFuncGetParamInfo(kernel.address, 6, &offset, &size), cudaErrorInvalidValue)
    try fails(cudaFuncGetParamInfo(kernel.address, 0, nil, &size), cudaErrorInvalidValue)
  }
  test("cudaFuncGetParamInfo", .edge, "does without a place for the size", source: "cudaFuncGetParamInfo: paramSize may be NULL") {
    var offset = 0
    try ok(cudaFuncGetParamInfo(shaped.kernel("mixed").address, 3, &offset, nil))
    try equal(offset, 12, "the offset")
  }
  test("cudaFuncGetParamCount", .success, "counts the parameters", source: "cudaFuncGetParamCount", .only13) {
    for (name, module, wanted) in [("mixed", shaped, 6), ("nothing", basic, 0), ("count", basic, 1), ("scale", basic, 4)] {
      var count = 99
      try ok(cudaFuncGetParamCount(module.kernel(name).address, &count))
      try equal(count, wanted, "the parameters of \(name)")
    }
  }
  test("cudaFuncGetParamCount", .error, "refuses a null place", source: "cudaFuncGetParamCount, Returns: cudaErrorInvalidValue", .only13) {
    try fails(cudaFuncGetParamCount(basic.kernel("count").address, nil), cudaErrorInvalidValue)
  }

  // MARK: occupancy
  typealias Occupancy = (UnsafeMutablePointer<Int32>?, UnsafeRawPointer?, Int32, Int) throws -> cudaError_t
  for (name, occupancy) in [
    ("cudaOccupancyMaxActiveBlocksPerMultiprocessor", { try cudaOccupancyMaxActiveBlocksPerMultiprocessor($0, $1, $2, $3) }),
    ("cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags", { try cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags($0, $1, $2, $3, cudaOccupancyDefault) }),
  ] as [(String, Occupancy)] {
    test(name, .success, "fits fewer blocks the larger they are, within the multiprocessor's threads", source: name) {
      let most = try attribute(cudaDevAttrMaxThreadsPerMultiProcessor), kernel = try basic.kernel("nothing")
      var before = Int32.max
      for threads in [32, 64, 128, 256, 512, 1024] as [Int32] {
        var blocks: Int32 = -1
        try ok(occupancy(&blocks, kernel.address, threads, 0))
        try check(blocks >= 1 && Int(blocks * threads) <= most && blocks <= before, "1 to \(most / Int(threads)) blocks of \(threads), not \(blocks)")
        before = blocks
      }
    }
    test(name, .success, "is limited by shared memory", source: name) {
      let kernel = try basic.kernel("nothing"), all = try attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor)
      for shared in [16 << 10, 32 << 10, 48 << 10] {
        var blocks: Int32 = -1
        try ok(occupancy(&blocks, kernel.address, 32, shared))
        try check(blocks >= 1 && Int(blocks) * shared <= all, "as many blocks as have \(shared) bytes of \(all), not \(blocks)")
      }
    }
    test(name, .edge, "is 0 for a block that cannot run", source: "\(name); NVIDIA's answer") {
      var blocks: Int32 = -1
      try ok(occupancy(&blocks, basic.kernel("nothing").address, 2048, 0))
      try equal(blocks, 0, "the blocks")
      blocks = -1
      try ok(occupancy(&blocks, basic.kernel("nothing").address, 32, 1 << 24))
      try equal(blocks, 0, "the blocks with 16 MiB of shared memory")
    }
    test(name, .error, "refuses no threads, null pointers and what is no function", source: "\(name), Returns") {
      var blocks: Int32 = -1
      try fails(occupancy(&blocks, basic.kernel("nothing").address, 0, 0), cudaErrorInvalidValue)
      try fails(occupancy(nil, basic.kernel("nothing").address, 32, 0), cudaErrorInvalidValue)
      try fails(occupancy(&blocks, nil, 32, 0), cudaErrorInvalidDeviceFunction)
    }
  }
  test("cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags", .error, "refuses flags that are none", source: "cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags, Returns: cudaErrorInvalidValue") {
    var blocks: Int32 = -1
    try fails(cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(&blocks, basic.kernel("nothing").address, 32, 0, 0x80), cudaErrorInvalidValue)
    try ok(cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(&blocks, basic.kernel("nothing").address, 32, 0, cudaOccupancyDisableCachingOverride))
  }
  test("cudaOccupancyAvailableDynamicSMemPerBlock", .success, "gives what that many blocks leave each other", source: "cudaOccupancyAvailableDynamicSMemPerBlock") {
    var one = -1, four = -1
    let kernel = try basic.kernel("nothing")
    try ok(cudaOccupancyAvailableDynamicSMemPerBlock(&one, kernel.address, 1, 64))
    try ok(cudaOccupancyAvailableDynamicSMemPerBlock(&four, kernel.address, 4, 64))
    try check(four > 0 && one >= four, "not less for one block than for four: \(one), \(four)")
    try check(one <= (try attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor)), "at most the multiprocessor's, not \(one)")
  }
  test("cudaOccupancyAvailableDynamicSMemPerBlock", .error, "refuses a null function", source: "cudaOccupancyAvailableDynamicSMemPerBlock, Returns: cudaErrorInvalidDeviceFunction") {
    var size = 0
    try fails(cudaOccupancyAvailableDynamicSMemPerBlock(&size, nil, 1, 64), cudaErrorInvalidDeviceFunction)
  }
}
