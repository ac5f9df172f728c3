// Device management: counting, choosing, properties, attributes, limits, flags, reset, peers.
import CConformance
import Glibc

/// The fields of cudaDeviceProp that attributes repeat, from either layout.
private struct Properties {
  var name = "", totalGlobalMem = 0, sharedMemPerBlock = 0, regsPerBlock: Int32 = 0, warpSize: Int32 = 0, memPitch = 0, maxThreadsPerBlock: Int32 = 0
  var maxThreadsDim: [Int32] = [], maxGridSize: [Int32] = [], totalConstMem = 0, major: Int32 = 0, minor: Int32 = 0, multiProcessorCount: Int32 = 0
  var integrated: Int32 = 0, canMapHostMemory: Int32 = 0, concurrentKernels: Int32 = 0, eccEnabled: Int32 = 0, pciBusID: Int32 = 0, pciDeviceID: Int32 = 0
  var pciDomainID: Int32 = 0, asyncEngineCount: Int32 = 0, unifiedAddressing: Int32 = 0, memoryBusWidth: Int32 = 0, l2CacheSize: Int32 = 0
  var maxThreadsPerMultiProcessor: Int32 = 0, sharedMemPerMultiprocessor = 0, regsPerMultiprocessor: Int32 = 0, managedMemory: Int32 = 0
  var cooperativeLaunch: Int32 = 0, sharedMemPerBlockOptin = 0, maxBlocksPerMultiProcessor: Int32 = 0, memoryPoolsSupported: Int32 = 0
  var pageableMemoryAccess: Int32 = 0, concurrentManagedAccess: Int32 = 0, streamPrioritiesSupported: Int32 = 0, surfaceAlignment = 0, textureAlignment = 0
  var texturePitchAlignment = 0, hostRegisterSupported: Int32 = 0, maxTexture2D: [Int32] = [], maxTexture3D: [Int32] = [], maxTexture1D: Int32 = 0
  var uuid: [UInt8] = []
}

private func bytes<T>(_ tuple: T) -> [UInt8] { withUnsafeBytes(of: tuple) { Array($0) } }
private func ints<T>(_ tuple: T) -> [Int32] { withUnsafeBytes(of: tuple) { Array($0.bindMemory(to: Int32.self)) } }

private func properties(_ call: ((UnsafeMutableRawPointer) throws -> cudaError_t)? = nil) throws -> Properties {
  var p = Properties()
  if abi == 12 {
    var d = cudaDeviceProp_12()
    try ok(call.map { call in try withUnsafeMutableBytes(of: &d) { try call($0.baseAddress!) } } ?? cudaGetDeviceProperties_v2(&d, 0))
    p.name = String(decoding: bytes(d.name).prefix { $0 != 0 }, as: UTF8.self)
    p.totalGlobalMem = d.totalGlobalMem; p.sharedMemPerBlock = d.sharedMemPerBlock; p.regsPerBlock = d.regsPerBlock; p.warpSize = d.warpSize
    p.memPitch = d.memPitch; p.maxThreadsPerBlock = d.maxThreadsPerBlock; p.maxThreadsDim = ints(d.maxThreadsDim); p.maxGridSize = ints(d.maxGridSize)
    p.totalConstMem = d.totalConstMem; p.major = d.major; p.minor = d.minor; p.multiProcessorCount = d.multiProcessorCount; p.integrated = d.integrated
    p.canMapHostMemory = d.canMapHostMemory; p.concurrentKernels = d.concurrentKernels; p.eccEnabled = d.ECCEnabled; p.pciBusID = d.pciBusID
    p.pciDeviceID = d.pciDeviceID; p.pciDomainID = d.pciDomainID; p.asyncEngineCount = d.asyncEngineCount; p.unifiedAddressing = d.unifiedAddressing
    p.memoryBusWidth = d.memoryBusWidth; p.l2CacheSize = d.l2CacheSize; p.maxThreadsPerMultiProcessor = d.maxThreadsPerMultiProcessor
    p.sharedMemPerMultiprocessor = d.sharedMemPerMultiprocessor; p.regsPerMultiprocessor = d.regsPerMultiprocessor; p.managedMemory = d.managedMemory
    p.cooperativeLaunch = d.cooperativeLaunch; p.sharedMemPerBlockOptin = d.sharedMemPerBlockOptin; p.maxBlocksPerMultiProcessor = d.maxBlocksPerMultiProcessor
    p.memoryPoolsSupported = d.memoryPoolsSupported; p.pageableMemoryAccess = d.pageableMemoryAccess; p.concurrentManagedAccess = d.concurrentManagedAccess
    p.streamPrioritiesSupported = d.streamPrioritiesSupported; p.surfaceAlignment = d.surfaceAlignment; p.textureAlignment = d.textureAlignment
    p.texturePitchAlignment = d.texturePitchAlignment; p.hostRegisterSupported = d.hostRegisterSupported; p.maxTexture2D = ints(d.maxTexture2D)
    p.maxTexture3D = ints(d.maxTexture3D); p.maxTexture1D = d.maxTexture1D; p.uuid = bytes(d.uuid)
  } else {
    var d = cudaDeviceProp()
    try ok(call.map { call in try withUnsafeMutableBytes(of: &d) { try call($0.baseAddress!) } } ?? cudaGetDeviceProperties(&d, 0))
    p.name = String(decoding: bytes(d.name).prefix { $0 != 0 }, as: UTF8.self)
    p.totalGlobalMem = d.totalGlobalMem; p.sharedMemPerBlock = d.sharedMemPerBlock; p.regsPerBlock = d.regsPerBlock; p.warpSize = d.warpSize
    p.memPitch = d.memPitch; p.maxThreadsPerBlock = d.maxThreadsPerBlock; p.maxThreadsDim = ints(d.maxThreadsDim); p.maxGridSize = ints(d.maxGridSize)
    p.totalConstMem = d.totalConstMem; p.major = d.major; p.minor = d.minor; p.multiProcessorCount = d.multiProcessorCount; p.integrated = d.integrated
    p.canMapHostMemory = d.canMapHostMemory; p.concurrentKernels = d.concurrentKernels; p.eccEnabled = d.ECCEnabled; p.pciBusID = d.pciBusID
    p.pciDeviceID = d.pciDeviceID; p.pciDomainID = d.pciDomainID; p.asyncEngineCount = d.asyncEngineCount; p.unifiedAddressing = d.unifiedAddressing
    p.memoryBusWidth = d.memoryBusWidth; p.l2CacheSize = d.l2CacheSize; p.maxThreadsPerMultiProcessor = d.maxThreadsPerMultiProcessor
    p.sharedMemPerMultiprocessor = d.sharedMemPerMultiprocessor; p.regsPerMultiprocessor = d.regsPerMultiprocessor; p.managedMemory = d.managedMemory
    p.cooperativeLaunch = d.cooperativeLaunch; p.sharedMemPerBlockOptin = d.sharedMemPerBlockOptin; p.maxBlocksPerMultiProcessor = d.maxBlocksPerMultiProcessor
    p.memoryPoolsSupported = d.memoryPoolsSupported; p.pageableMemoryAccess = d.pageableMemoryAccess; p.concurrentManagedAccess = d.concurrentManagedAccess
    p.streamPrioritiesSupported = d.streamPrioritiesSupported; p.surfaceAlignment = d.surfaceAlignment; p.textureAlignment = d.textureAlignment
    p.texturePitchAlignment = d.texturePitchAlignment; p.hostRegisterSupported = d.hostRegisterSupported; p.maxTexture2D = ints(d.maxTexture2D)
    p.maxTexture3D = ints(d.maxTexture3D); p.maxTexture1D = d.maxTexture1D; p.uuid = bytes(d.uuid)
  }
  return p
}

func deviceCases() {
  test("cudaGetDeviceCount", .success, "counts at least one device, and that many can be made current", source: "cudaGetDeviceCount", touches: ["cudaSetDevice"]) {
    var count: Int32 = 0
    try ok(cudaGetDeviceCount(&count))
    try check(count > 0, "at least one device")
    for device in 0..<count {
      try ok(cudaSetDevice(device))
      var now: Int32 = -1
      try ok(cudaGetDevice(&now))
      try equal(now, device, "the current device")
    }
    try fails(cudaSetDevice(count), cudaErrorInvalidDevice)
  }
  test("cudaGetDeviceCount", .error, "refuses a null place", source: "cudaGetDeviceCount, Returns") { try fails(cudaGetDeviceCount(nil), cudaErrorInvalidValue) }
  for (form, wanted) in [("", 0), ("-1", 0), ("99", 0), ("0", 1), ("0,-1,0", 1)] as [(String, Int32)] {
    test("cudaGetDeviceCount", .edge, "sees \(wanted == 0 ? "no device" : "one device") when CUDA_VISIBLE_DEVICES is '\(form)'", source: "CUDA C++ Programming Guide, environment variables: CUDA_VISIBLE_DEVICES", .alone) {
      setenv("CUDA_VISIBLE_DEVICES", form, 1)
      var count: Int32 = 77
      if wanted == 0 {
        try expect(cudaGetDeviceCount(&count), cudaErrorNoDevice)
        try expect(cudaSetDevice(0), cudaErrorNoDevice)
      } else {
        try ok(cudaGetDeviceCount(&count))
        try equal(count, wanted, "the number of devices")
      }
    }
  }
  test("cudaGetDeviceCount", .edge, "refuses a list in CUDA_VISIBLE_DEVICES that names a device twice", source: "CUDA C++ Programming Guide, environment variables; NVIDIA's answer is cudaErrorInvalidDevice", .alone) {
    setenv("CUDA_VISIBLE_DEVICES", "0,0", 1)
    var count: Int32 = 77
    try expect(cudaGetDeviceCount(&count), cudaErrorInvalidDevice)
  }
  test("cudaSetDevice", .error, "refuses an ordinal that is none", source: "cudaSetDevice, Returns: cudaErrorInvalidDevice") {
    try fails(cudaSetDevice(-1), cudaErrorInvalidDevice)
    try fails(cudaSetDevice(4711), cudaErrorInvalidDevice)
    var device: Int32 = -1
    try ok(cudaGetDevice(&device))
    try equal(device, 0, "the device that stays current")
  }
  test("cudaSetDevice", .interaction, "is of the calling host thread; a new thread has device 0", source: "cudaSetDevice: for the calling host thread") {
    try needsDevices(2)
    try ok(cudaSetDevice(1))
    try onThreads(2) { _ in
      var device: Int32 = -1
      try ok(cudaGetDevice(&device))
      try equal(device, 0, "another thread's device")
    }
    var device: Int32 = -1
    try ok(cudaGetDevice(&device))
    try equal(device, 1, "this thread's device")
  }
  test("cudaSetDevice", .interaction, "decides where memory is made", source: "cudaSetDevice: subsequent allocations on that device", touches: ["cudaMalloc"]) {
    try needsDevices(2)
    for device in [1, 0] as [Int32] {
      try ok(cudaSetDevice(device))
      let words = try Words(16, fill: 3)
      var attributes = cudaPointerAttributes()
      try ok(cudaPointerGetAttributes(&attributes, words.pointer))
      try equal(attributes.device, device, "the memory's device")
    }
  }
  test("cudaGetDevice", .success, "gives what was set", source: "cudaGetDevice") {
    var device: Int32 = -1
    try ok(cudaSetDevice(0))
    try ok(cudaGetDevice(&device))
    try equal(device, 0, "the device")
  }
  test("cudaGetDevice", .error, "refuses a null place", source: "cudaGetDevice, Returns: cudaErrorInvalidValue") { try fails(cudaGetDevice(nil), cudaErrorInvalidValue) }
  test("cudaInitDevice", .success, "initialises a device without making it current", source: "cudaInitDevice") {
    try ok(cudaInitDevice(0, 0, 0))
    var device: Int32 = -1
    try ok(cudaGetDevice(&device))
    try equal(device, 0, "the device")
  }
  test("cudaInitDevice", .error, "refuses an ordinal that is none", source: "cudaInitDevice, Returns: cudaErrorInvalidDevice") {
    try fails(cudaInitDevice(4711, 0, 0), cudaErrorInvalidDevice)
    try fails(cudaInitDevice(-1, 0, 0), cudaErrorInvalidDevice)
  }
  test("cudaInitDevice", .success, "sets the device's flags where told that they are valid", source: "cudaInitDevice: cudaInitDeviceFlagsAreValid", touches: ["cudaGetDeviceFlags"], .alone) {
    try ok(cudaInitDevice(0, cudaDeviceScheduleYield, cudaInitDeviceFlagsAreValid))
    try ok(cudaSetDevice(0))
    var flags: UInt32 = 0
    try ok(cudaGetDeviceFlags(&flags))
    try equal(flags & cudaDeviceScheduleMask, cudaDeviceScheduleYield, "the scheduling flags")
  }

  // MARK: properties and attributes
  let propertyFunctions: [(String, ((UnsafeMutableRawPointer) throws -> cudaError_t)?)] = [
    ("cudaGetDeviceProperties", { try unsafeBitCast(cudaGetDeviceProperties, to: fn_cudaGetDeviceProperties.self)($0.assumingMemoryBound(to: cudaDeviceProp.self), 0) }),
    ("cudaGetDeviceProperties_v2", nil),
  ]
  for (name, call) in propertyFunctions {
    test(name, .success, "describes a machine that CUDA can run on", source: "\(name): cudaDeviceProp") {
      let p = try properties(call)
      try check(!p.name.isEmpty, "a name")
      try check(p.totalGlobalMem > 1 << 28, "memory, not \(p.totalGlobalMem) bytes")
      try equal(p.warpSize, 32, "warpSize")
      try check(p.maxThreadsPerBlock >= 256 && p.maxThreadsPerBlock <= 1024, "256 to 1024 threads a block, not \(p.maxThreadsPerBlock)")
      try equal(p.maxGridSize, [0x7fff_ffff, 65535, 65535], "maxGridSize")
      try check(p.maxThreadsDim[0] >= 256 && p.maxThreadsDim[2] >= 64, "block dimensions, not \(p.maxThreadsDim)")
      try check(p.multiProcessorCount > 0 && p.regsPerBlock > 0 && p.sharedMemPerBlock >= 48 << 10, "multiprocessors, registers and shared memory")
      try check(p.major >= 5 && p.minor >= 0 && p.minor < 10, "a compute capability, not \(p.major).\(p.minor)")
      try equal(p.totalConstMem, 65536, "totalConstMem")
    }
    test(name, .interaction, "agrees with cudaDeviceGetAttribute", source: "\(name) and cudaDeviceGetAttribute describe the same device", touches: ["cudaDeviceGetAttribute"]) {
      let p = try properties(call)
      for (what, value, which) in [
        ("maxThreadsPerBlock", Int(p.maxThreadsPerBlock), cudaDevAttrMaxThreadsPerBlock), ("maxThreadsDim[0]", Int(p.maxThreadsDim[0]), cudaDevAttrMaxBlockDimX),
        ("maxThreadsDim[1]", Int(p.maxThreadsDim[1]), cudaDevAttrMaxBlockDimY), ("maxThreadsDim[2]", Int(p.maxThreadsDim[2]), cudaDevAttrMaxBlockDimZ),
        ("maxGridSize[0]", Int(p.maxGridSize[0]), cudaDevAttrMaxGridDimX), ("maxGridSize[1]", Int(p.maxGridSize[1]), cudaDevAttrMaxGridDimY),
        ("maxGridSize[2]", Int(p.maxGridSize[2]), cudaDevAttrMaxGridDimZ), ("sharedMemPerBlock", p.sharedMemPerBlock, cudaDevAttrMaxSharedMemoryPerBlock),
        ("totalConstMem", p.totalConstMem, cudaDevAttrTotalConstantMemory), ("warpSize", Int(p.warpSize), cudaDevAttrWarpSize),
        ("memPitch", p.memPitch, cudaDevAttrMaxPitch), ("regsPerBlock", Int(p.regsPerBlock), cudaDevAttrMaxRegistersPerBlock),
        ("textureAlignment", p.textureAlignment, cudaDevAttrTextureAlignment), ("multiProcessorCount", Int(p.multiProcessorCount), cudaDevAttrMultiProcessorCount),
        ("integrated", Int(p.integrated), cudaDevAttrIntegrated), ("canMapHostMemory", Int(p.canMapHostMemory), cudaDevAttrCanMapHostMemory),
        ("concurrentKernels", Int(p.concurrentKernels), cudaDevAttrConcurrentKernels), ("ECCEnabled", Int(p.eccEnabled), cudaDevAttrEccEnabled),
        ("pciBusID", Int(p.pciBusID), cudaDevAttrPciBusId), ("pciDeviceID", Int(p.pciDeviceID), cudaDevAttrPciDeviceId),
        ("pciDomainID", Int(p.pciDomainID), cudaDevAttrPciDomainId), ("asyncEngineCount", Int(p.asyncEngineCount), cudaDevAttrAsyncEngineCount),
        ("unifiedAddressing", Int(p.unifiedAddressing), cudaDevAttrUnifiedAddressing), ("memoryBusWidth", Int(p.memoryBusWidth), cudaDevAttrGlobalMemoryBusWidth),
        ("l2CacheSize", Int(p.l2CacheSize), cudaDevAttrL2CacheSize), ("major", Int(p.major), cudaDevAttrComputeCapabilityMajor),
        ("minor", Int(p.minor), cudaDevAttrComputeCapabilityMinor), ("maxThreadsPerMultiProcessor", Int(p.maxThreadsPerMultiProcessor), cudaDevAttrMaxThreadsPerMultiProcessor),
        ("sharedMemPerMultiprocessor", p.sharedMemPerMultiprocessor, cudaDevAttrMaxSharedMemoryPerMultiprocessor),
        ("regsPerMultiprocessor", Int(p.regsPerMultiprocessor), cudaDevAttrMaxRegistersPerMultiprocessor), ("managedMemory", Int(p.managedMemory), cudaDevAttrManagedMemory),
        ("cooperativeLaunch", Int(p.cooperativeLaunch), cudaDevAttrCooperativeLaunch), ("sharedMemPerBlockOptin", p.sharedMemPerBlockOptin, cudaDevAttrMaxSharedMemoryPerBlockOptin),
        ("pageableMemoryAccess", Int(p.pageableMemoryAccess), cudaDevAttrPageableMemoryAccess),
        ("concurrentManagedAccess", Int(p.concurrentManagedAccess), cudaDevAttrConcurrentManagedAccess),
        ("streamPrioritiesSupported", Int(p.streamPrioritiesSupported), cudaDevAttrStreamPrioritiesSupported),
        ("surfaceAlignment", p.surfaceAlignment, cudaDevAttrSurfaceAlignment), ("texturePitchAlignment", p.texturePitchAlignment, cudaDevAttrTexturePitchAlignment),
        ("maxTexture1D", Int(p.maxTexture1D), cudaDevAttrMaxTexture1DWidth), ("maxTexture2D[0]", Int(p.maxTexture2D[0]), cudaDevAttrMaxTexture2DWidth),
        ("maxTexture2D[1]", Int(p.maxTexture2D[1]), cudaDevAttrMaxTexture2DHeight), ("maxTexture3D[0]", Int(p.maxTexture3D[0]), cudaDevAttrMaxTexture3DWidth),
        ("maxTexture3D[2]", Int(p.maxTexture3D[2]), cudaDevAttrMaxTexture3DDepth),
      ] {
        // Fields that the older layout had not got are zero in the older function.
        try equal(attribute(which), value, what)
      }
    }
    test(name, .interaction, "agrees with cudaDeviceGetAttribute on what later versions added", source: "\(name) and cudaDeviceGetAttribute describe the same device") {
      if abi == 12 && name == "cudaGetDeviceProperties" { throw Skip("the layout of CUDA 11 ends before these fields") }
      let p = try properties(call)
      try equal(attribute(cudaDevAttrMaxBlocksPerMultiprocessor), Int(p.maxBlocksPerMultiProcessor), "maxBlocksPerMultiProcessor")
      try equal(attribute(cudaDevAttrMemoryPoolsSupported), Int(p.memoryPoolsSupported), "memoryPoolsSupported")
      try equal(attribute(cudaDevAttrHostRegisterSupported), Int(p.hostRegisterSupported), "hostRegisterSupported")
      try check(p.uuid.contains { $0 != 0 }, "a uuid")
    }
    test(name, .interaction, "agrees with cudaMemGetInfo on the device's memory", source: "\(name): totalGlobalMem", touches: ["cudaMemGetInfo"]) {
      let p = try properties(call)
      var free = 0, total = 0
      try ok(cudaMemGetInfo(&free, &total))
      try equal(p.totalGlobalMem, total, "totalGlobalMem")
      try check(free > 0 && free <= total, "free memory within the total")
    }
    test(name, .error, "refuses a null place and an ordinal that is none", source: "\(name), Returns") {
      if name == "cudaGetDeviceProperties" {
        try fails(unsafeBitCast(cudaGetDeviceProperties, to: fn_cudaGetDeviceProperties.self)(nil, 0), cudaErrorInvalidValue)
        var d = cudaDeviceProp()
        try fails(unsafeBitCast(cudaGetDeviceProperties, to: fn_cudaGetDeviceProperties.self)(&d, 99), cudaErrorInvalidDevice)
      } else {
        try fails(cudaGetDeviceProperties_v2(nil, 0), cudaErrorInvalidValue)
        var d = cudaDeviceProp_12()
        try fails(cudaGetDeviceProperties_v2(&d, 99), cudaErrorInvalidDevice)
      }
    }
  }
  for (what, which, low, high) in [
    ("warp size", cudaDevAttrWarpSize, 32, 32), ("threads of a block", cudaDevAttrMaxThreadsPerBlock, 256, 1024), ("constant memory", cudaDevAttrTotalConstantMemory, 65536, 65536),
    ("grid width", cudaDevAttrMaxGridDimX, 0x7fff_ffff, 0x7fff_ffff), ("multiprocessors", cudaDevAttrMultiProcessorCount, 1, 4096),
    ("unified addressing", cudaDevAttrUnifiedAddressing, 1, 1), ("memory bus width", cudaDevAttrGlobalMemoryBusWidth, 32, 1 << 16),
    ("clock rate in kHz", cudaDevAttrClockRate, 100_000, 10_000_000), ("memory clock in kHz", cudaDevAttrMemoryClockRate, 100_000, 20_000_000),
    ("compute mode", cudaDevAttrComputeMode, 0, 3), ("copy engines", cudaDevAttrAsyncEngineCount, 1, 64), ("mapped host memory", cudaDevAttrCanMapHostMemory, 1, 1),
    ("managed memory", cudaDevAttrManagedMemory, 1, 1), ("memory pools", cudaDevAttrMemoryPoolsSupported, 1, 1), ("priorities", cudaDevAttrStreamPrioritiesSupported, 0, 1),
    ("host pointers of registered memory are usable", cudaDevAttrCanUseHostPointerForRegisteredMem, 0, 1), ("global L1 cache", cudaDevAttrGlobalL1CacheSupported, 0, 1),
    ("local L1 cache", cudaDevAttrLocalL1CacheSupported, 0, 1), ("native atomics of the host", cudaDevAttrHostNativeAtomicSupported, 0, 1),
    ("ratio of single to double precision", cudaDevAttrSingleToDoublePrecisionPerfRatio, 1, 64), ("compute preemption", cudaDevAttrComputePreemptionSupported, 0, 1),
    ("kernel execution timeout", cudaDevAttrKernelExecTimeout, 0, 1), ("TCC driver", cudaDevAttrTccDriver, 0, 1), ("multi-GPU board", cudaDevAttrIsMultiGpuBoard, 0, 1),
    ("reserved shared memory of a block", cudaDevAttrReservedSharedMemoryPerBlock, 0, 4096), ("blocks of a multiprocessor", cudaDevAttrMaxBlocksPerMultiprocessor, 8, 64),
    ("threads of a multiprocessor", cudaDevAttrMaxThreadsPerMultiProcessor, 768, 4096), ("cubemap width", cudaDevAttrMaxTextureCubemapWidth, 4096, 1 << 20),
    ("layered texture layers", cudaDevAttrMaxTexture2DLayeredLayers, 256, 1 << 16), ("surface width", cudaDevAttrMaxSurface2DWidth, 4096, 1 << 20),
    ("linear texture width", cudaDevAttrMaxTexture1DLinearWidth, 1 << 20, 1 << 31), ("texture alignment", cudaDevAttrTextureAlignment, 1, 4096),
  ] as [(String, cudaDeviceAttr, Int, Int)] {
    test("cudaDeviceGetAttribute", .success, "gives the \(what), from \(low) to \(high)", source: "cudaDeviceGetAttribute, enum cudaDeviceAttr") {
      let value = try attribute(which)
      try check(value >= low && value <= high, "\(low) to \(high), not \(value)")
    }
  }
  test("cudaDeviceGetAttribute", .error, "refuses an attribute that is none", source: "cudaDeviceGetAttribute, Returns: cudaErrorInvalidValue") {
    var value: Int32 = 0
    try fails(cudaDeviceGetAttribute(&value, cudaDeviceAttr(rawValue: 9999), 0), cudaErrorInvalidValue)
    try fails(cudaDeviceGetAttribute(&value, cudaDeviceAttr(rawValue: 0), 0), cudaErrorInvalidValue)
  }
  test("cudaDeviceGetAttribute", .error, "refuses an ordinal that is none", source: "cudaDeviceGetAttribute, Returns: cudaErrorInvalidDevice") {
    var value: Int32 = 0
    try fails(cudaDeviceGetAttribute(&value, cudaDevAttrWarpSize, 99), cudaErrorInvalidDevice)
    try fails(cudaDeviceGetAttribute(&value, cudaDevAttrWarpSize, -1), cudaErrorInvalidDevice)
  }
  test("cudaDeviceGetAttribute", .error, "refuses a null place", source: "cudaDeviceGetAttribute, Returns: cudaErrorInvalidValue") {
    try fails(cudaDeviceGetAttribute(nil, cudaDevAttrWarpSize, 0), cudaErrorInvalidValue)
  }

  // MARK: bus ids
  test("cudaDeviceGetPCIBusId", .success, "writes domain, bus, device and function, and finds the way back", source: "cudaDeviceGetPCIBusId: [domain]:[bus]:[device].[function]", touches: ["cudaDeviceGetByPCIBusId"]) {
    var text = [CChar](repeating: 0x55, count: 32)
    try ok(cudaDeviceGetPCIBusId(&text, 32, 0))
    let id = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try check(id.count == 12 && Array(id)[4] == ":" && Array(id)[7] == ":" && Array(id)[10] == ".", "a form like 0000:01:00.0, not '\(id)'")
    var device: Int32 = -1
    try ok(cudaDeviceGetByPCIBusId(&device, id))
    try equal(device, 0, "the device of \(id)")
    let parts = id.split { $0 == ":" || $0 == "." }.compactMap { Int($0, radix: 16) }
    try equal(parts[0], attribute(cudaDevAttrPciDomainId), "domain")
    try equal(parts[1], attribute(cudaDevAttrPciBusId), "bus")
    try equal(parts[2], attribute(cudaDevAttrPciDeviceId), "device")
  }
  test("cudaDeviceGetPCIBusId", .error, "refuses a null place and an ordinal that is none", source: "cudaDeviceGetPCIBusId, Returns") {
    var text = [CChar](repeating: 0, count: 32)
    try fails(cudaDeviceGetPCIBusId(nil, 32, 0), cudaErrorInvalidValue)
    try fails(cudaDeviceGetPCIBusId(&text, 32, 99), cudaErrorInvalidDevice)
  }
  test("cudaDeviceGetPCIBusId", .edge, "refuses a length of zero", source: "cudaDeviceGetPCIBusId: len, the maximum length; Returns: cudaErrorInvalidValue") {
    var text = [CChar](repeating: 0, count: 32)
    try fails(cudaDeviceGetPCIBusId(&text, 0, 0), cudaErrorInvalidValue)
    try fails(cudaDeviceGetPCIBusId(&text, -1, 0), cudaErrorInvalidValue)
  }
  test("cudaDeviceGetByPCIBusId", .error, "refuses an id that no device has", source: "cudaDeviceGetByPCIBusId, Returns") {
    var device: Int32 = -1
    try fails(cudaDeviceGetByPCIBusId(&device, "ffff:fe:1d.7"), cudaErrorInvalidDevice)
    try fails(cudaDeviceGetByPCIBusId(&device, "nonsense"), cudaErrorInvalidValue)
  }
  test("cudaDeviceGetByPCIBusId", .error, "refuses null pointers", source: "cudaDeviceGetByPCIBusId, Returns: cudaErrorInvalidValue") {
    var device: Int32 = -1
    try fails(cudaDeviceGetByPCIBusId(nil, "0000:00:00.0"), cudaErrorInvalidValue)
    try fails(cudaDeviceGetByPCIBusId(&device, nil), cudaErrorInvalidValue)
  }

  // MARK: limits and configurations
  for (what, which, value) in [
    ("stack size", cudaLimitStackSize, 8192), ("printf buffer", cudaLimitPrintfFifoSize, 4 << 20), ("device heap", cudaLimitMallocHeapSize, 16 << 20),
  ] as [(String, cudaLimit, Int)] {
    test("cudaDeviceSetLimit", .success, "keeps a new \(what)", source: "cudaDeviceSetLimit", touches: ["cudaDeviceGetLimit"], .alone) {
      var before = 0, after = 0
      try ok(cudaDeviceGetLimit(&before, which))
      try check(before > 0, "a \(what) from the start")
      try ok(cudaDeviceSetLimit(which, value))
      try ok(cudaDeviceGetLimit(&after, which))
      try check(after >= value && after < value * 2, "\(value), not \(after)")
    }
  }
  test("cudaDeviceGetLimit", .error, "refuses a limit that is none", source: "cudaDeviceGetLimit, Returns") {
    var value = 0
    try fails(cudaDeviceGetLimit(&value, cudaLimit(rawValue: 99)), cudaErrorInvalidValue)
  }
  test("cudaDeviceGetLimit", .error, "refuses a null place", source: "cudaDeviceGetLimit, Returns: cudaErrorInvalidValue") {
    try fails(cudaDeviceGetLimit(nil, cudaLimitStackSize), cudaErrorInvalidValue)
  }
  test("cudaDeviceSetLimit", .error, "refuses a limit that is none", source: "cudaDeviceSetLimit, Returns") {
    try fails(cudaDeviceSetLimit(cudaLimit(rawValue: 99), 1), cudaErrorInvalidValue)
  }
  test("cudaDeviceSetLimit", .error, "refuses a new heap once a kernel has run", source: "cudaDeviceSetLimit: the heap is set before a launch that uses it", .alone) {
    try ok(launch(basic.kernel("nothing")))
    try ok(cudaDeviceSynchronize())
    var before = 0, after = 0
    try ok(cudaDeviceGetLimit(&before, cudaLimitMallocHeapSize))
    // A kernel that does not use the heap leaves it free to change; NVIDIA's answer is the judge here.
    try ok(cudaDeviceSetLimit(cudaLimitMallocHeapSize, 32 << 20))
    try ok(cudaDeviceGetLimit(&after, cudaLimitMallocHeapSize))
    try equal(after, 32 << 20, "the heap")
  }
  test("cudaDeviceSetCacheConfig", .success, "is a preference that cudaDeviceGetCacheConfig gives back or leaves at none", source: "cudaDeviceSetCacheConfig: only a preference", touches: ["cudaDeviceGetCacheConfig"], .alone) {
    for config in [cudaFuncCachePreferShared, cudaFuncCachePreferL1, cudaFuncCachePreferEqual, cudaFuncCachePreferNone] {
      try ok(cudaDeviceSetCacheConfig(config))
      var now = cudaFuncCache(rawValue: 77)
      try ok(cudaDeviceGetCacheConfig(&now))
      try check(now == config || now == cudaFuncCachePreferNone, "\(config) or none, not \(now)")
    }
  }
  test("cudaDeviceSetCacheConfig", .error, "refuses a configuration that is none", source: "cudaDeviceSetCacheConfig, enum cudaFuncCache") {
    try fails(cudaDeviceSetCacheConfig(cudaFuncCache(rawValue: 9)), cudaErrorInvalidValue)
  }
  test("cudaDeviceGetCacheConfig", .error, "refuses a null place", source: "cudaDeviceGetCacheConfig") { try fails(cudaDeviceGetCacheConfig(nil), cudaErrorInvalidValue) }
  test("cudaDeviceGetCacheConfig", .success, "has no preference at first", source: "cudaDeviceGetCacheConfig: cudaFuncCachePreferNone is the default", .alone) {
    var now = cudaFuncCache(rawValue: 77)
    try ok(cudaDeviceGetCacheConfig(&now))
    try equal(now, cudaFuncCachePreferNone, "the preference")
  }
  test("cudaDeviceGetSharedMemConfig", .success, "gives a bank size", source: "cudaDeviceGetSharedMemConfig (deprecated)") {
    var config = cudaSharedMemConfig(rawValue: 77)
    try ok(cudaDeviceGetSharedMemConfig(&config))
    try check(config == cudaSharedMemBankSizeFourByte || config == cudaSharedMemBankSizeDefault || config == cudaSharedMemBankSizeEightByte, "a bank size, not \(config)")
  }
  test("cudaDeviceGetSharedMemConfig", .error, "refuses a null place", source: "cudaDeviceGetSharedMemConfig, Returns") { try fails(cudaDeviceGetSharedMemConfig(nil), cudaErrorInvalidValue) }
  test("cudaDeviceSetSharedMemConfig", .error, "refuses a bank size that is none and takes those that are", source: "cudaDeviceSetSharedMemConfig (deprecated), Returns") {
    try fails(cudaDeviceSetSharedMemConfig(cudaSharedMemConfig(rawValue: 9)), cudaErrorInvalidValue)
    try ok(cudaDeviceSetSharedMemConfig(cudaSharedMemBankSizeFourByte))
    try ok(cudaDeviceSetSharedMemConfig(cudaSharedMemBankSizeDefault))
  }
  test("cudaDeviceGetStreamPriorityRange", .success, "has 0 as the least and a number not above it as the greatest", source: "cudaDeviceGetStreamPriorityRange: lower numbers are greater") {
    var least: Int32 = 77, greatest: Int32 = 77
    try ok(cudaDeviceGetStreamPriorityRange(&least, &greatest))
    try equal(least, 0, "the least priority")
    try check(greatest <= 0 && greatest > -100, "a greatest priority, not \(greatest)")
  }
  test("cudaDeviceGetStreamPriorityRange", .edge, "gives one end where the other's place is null", source: "cudaDeviceGetStreamPriorityRange: NULL may be given") {
    var least: Int32 = 77, greatest: Int32 = 77, both: Int32 = 77
    try ok(cudaDeviceGetStreamPriorityRange(&least, nil))
    try ok(cudaDeviceGetStreamPriorityRange(nil, &greatest))
    try ok(cudaDeviceGetStreamPriorityRange(nil, &both))
    try equal(least, 0, "the least priority")
    try equal(greatest, both, "the greatest priority")
  }

  // MARK: flags
  test("cudaSetDeviceFlags", .success, "keeps each way of waiting", source: "cudaSetDeviceFlags", touches: ["cudaGetDeviceFlags"], .alone) {
    for flag in [cudaDeviceScheduleSpin, cudaDeviceScheduleYield, cudaDeviceScheduleBlockingSync, cudaDeviceScheduleAuto] {
      try ok(cudaSetDeviceFlags(flag))
      var flags: UInt32 = 0xffff
      try ok(cudaGetDeviceFlags(&flags))
      try equal(flags & cudaDeviceScheduleMask, flag, "the way of waiting")
    }
  }
  test("cudaSetDeviceFlags", .interaction, "changes how an initialised device waits", source: "cudaSetDeviceFlags: on the current device, since 12.0 also when it is active", touches: ["cudaGetDeviceFlags"], .alone) {
    try ok(cudaFree(nil))
    try ok(cudaSetDeviceFlags(cudaDeviceScheduleBlockingSync))
    var flags: UInt32 = 0
    try ok(cudaGetDeviceFlags(&flags))
    try equal(flags & cudaDeviceScheduleMask, cudaDeviceScheduleBlockingSync, "the way of waiting")
    let words = try Words(64, fill: 1)
    try ok(launch(basic.kernel("add"), dim(1), dim(64), words.pointer, Int32(64), Int32(4)))
    try words.expect(all: 5, "words after a blocking wait")
  }
  test("cudaSetDeviceFlags", .error, "refuses flags that are none", source: "cudaSetDeviceFlags, Returns: cudaErrorInvalidValue") {
    try fails(cudaSetDeviceFlags(0x8000), cudaErrorInvalidValue)
    try fails(cudaSetDeviceFlags(cudaDeviceScheduleSpin | cudaDeviceScheduleYield), cudaErrorInvalidValue)
  }
  test("cudaGetDeviceFlags", .error, "refuses a null place", source: "cudaGetDeviceFlags, Returns") { try fails(cudaGetDeviceFlags(nil), cudaErrorInvalidValue) }
  test("cudaGetDeviceFlags", .success, "always says that host memory is mapped", source: "cudaGetDeviceFlags: cudaDeviceMapHost is always set", .alone) {
    try ok(cudaFree(nil))
    var flags: UInt32 = 0
    try ok(cudaGetDeviceFlags(&flags))
    try equal(flags & cudaDeviceMapHost, cudaDeviceMapHost, "cudaDeviceMapHost")
  }

  // MARK: waiting and resetting
  test("cudaDeviceSynchronize", .success, "waits for kernels of every stream", source: "cudaDeviceSynchronize: until all preceding tasks are completed") {
    let one = try makeStream(), two = try makeStream(cudaStreamNonBlocking), words = try Words(256, fill: 0)
    for stream in [one, two, nil] { try ok(launch(basic.kernel("count"), dim(100), dim(64), stream: stream, words.pointer)) }
    try ok(cudaDeviceSynchronize())
    try ok(cudaStreamQuery(one))
    try ok(cudaStreamQuery(two))
    var first: UInt32 = 0
    try ok(cudaMemcpyAsync(&first, words.pointer, 4, cudaMemcpyDeviceToHost, two))
    try ok(cudaStreamSynchronize(two))
    try equal(first, 19200, "what all threads counted")
    try ok(cudaStreamDestroy(one))
    try ok(cudaStreamDestroy(two))
  }
  test("cudaDeviceSynchronize", .interaction, "waits for a stream that another thread fills", source: "cudaDeviceSynchronize: of the device, whichever thread submitted", touches: ["cudaLaunchKernel"]) {
    let words = try Words(1, fill: 0)
    _ = try basic.kernel("count")
    try onThreads(4) { _ in
      let stream = try makeStream()
      for _ in 0..<10 { try ok(launch(basic.kernel("count"), dim(4), dim(64), stream: stream, words.pointer)) }
      try ok(cudaDeviceSynchronize())
      try ok(cudaStreamQuery(stream))
      try ok(cudaStreamDestroy(stream))
    }
    try words.expect(all: 4 * 10 * 256, "what all threads counted")
  }
  test("cudaDeviceReset", .success, "frees what the process had on the device", source: "cudaDeviceReset: destroys all allocations", .exclusive) {
    var pointer: UnsafeMutableRawPointer?
    var before = 0, held = 0, after = 0, total = 0
    try ok(cudaMemGetInfo(&before, &total))
    try ok(cudaMalloc(&pointer, 64 << 20))
    try ok(cudaMemGetInfo(&held, &total))
    try check(before - held >= 64 << 20, "64 MiB less")
    try ok(cudaDeviceReset())
    try ok(cudaMemGetInfo(&after, &total))
    try check(after >= before - (1 << 20), "the memory back: \(before) before, \(after) after")
  }
  test("cudaDeviceReset", .interaction, "leaves a device that works again", source: "cudaDeviceReset: reinitialised by the next call", .alone) {
    do { let words = try Words(16, fill: 2); try words.expect(all: 2, "words before") }
    try ok(cudaDeviceReset())
    let words = try Words(64, fill: 1)
    try ok(launch(basic.kernel("add"), dim(1), dim(64), words.pointer, Int32(64), Int32(7)))
    try words.expect(all: 8, "words after the reset")
  }
  test("cudaDeviceReset", .interaction, "does not know memory from before it", source: "cudaDeviceReset: destroys all allocations", touches: ["cudaFree"], .alone) {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMalloc(&pointer, 1 << 20))
    try ok(cudaDeviceReset())
    try fails(cudaFree(pointer), cudaErrorInvalidValue)
  }
  test("cudaThreadSynchronize", .success, "waits as cudaDeviceSynchronize does", source: "cudaThreadSynchronize (deprecated)") {
    let words = try Words(1, fill: 0)
    try ok(launch(basic.kernel("count"), dim(100), dim(64), words.pointer))
    try ok(cudaThreadSynchronize())
    try ok(cudaStreamQuery(nil))
    try words.expect(all: 6400, "what all threads counted")
  }
  test("cudaThreadSynchronize", .error, "reports a trap in a kernel", source: "cudaThreadSynchronize (deprecated): errors of preceding tasks", .alone) {
    try ok(launch(basic.kernel("trapping")))
    try expect(cudaThreadSynchronize(), cudaErrorLaunchFailure)
  }
  test("cudaThreadExit", .success, "frees what the process had on the device", source: "cudaThreadExit (deprecated): as cudaDeviceReset", .alone) {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMalloc(&pointer, 1 << 20))
    try ok(cudaThreadExit())
    try fails(cudaFree(pointer), cudaErrorInvalidValue)
  }
  test("cudaThreadSetLimit", .success, "keeps a new limit", source: "cudaThreadSetLimit (deprecated)", touches: ["cudaThreadGetLimit"], .alone) {
    var value = 0
    try ok(cudaThreadSetLimit(cudaLimitPrintfFifoSize, 2 << 20))
    try ok(cudaThreadGetLimit(&value, cudaLimitPrintfFifoSize))
    try equal(value, 2 << 20, "the limit")
  }
  test("cudaThreadSetLimit", .error, "refuses a limit that is none", source: "cudaThreadSetLimit (deprecated), Returns") { try fails(cudaThreadSetLimit(cudaLimit(rawValue: 99), 1), cudaErrorInvalidValue) }
  test("cudaThreadGetLimit", .error, "refuses a limit that is none and a null place", source: "cudaThreadGetLimit (deprecated), Returns") {
    var value = 0
    try fails(cudaThreadGetLimit(&value, cudaLimit(rawValue: 99)), cudaErrorInvalidValue)
    try fails(cudaThreadGetLimit(nil, cudaLimitStackSize), cudaErrorInvalidValue)
  }
  test("cudaThreadSetCacheConfig", .error, "refuses a configuration that is none and takes those that are", source: "cudaThreadSetCacheConfig (deprecated)") {
    try fails(cudaThreadSetCacheConfig(cudaFuncCache(rawValue: 9)), cudaErrorInvalidValue)
    try ok(cudaThreadSetCacheConfig(cudaFuncCachePreferNone))
  }
  test("cudaThreadGetCacheConfig", .success, "has no preference at first", source: "cudaThreadGetCacheConfig (deprecated)", .alone) {
    var now = cudaFuncCache(rawValue: 77)
    try ok(cudaThreadGetCacheConfig(&now))
    try equal(now, cudaFuncCachePreferNone, "the preference")
  }
  test("cudaThreadGetCacheConfig", .error, "refuses a null place", source: "cudaThreadGetCacheConfig (deprecated)") { try fails(cudaThreadGetCacheConfig(nil), cudaErrorInvalidValue) }

  // MARK: peers
  test("cudaDeviceCanAccessPeer", .edge, "says no of a device and itself", source: "cudaDeviceCanAccessPeer: 0 where device and peer are the same") {
    var can: Int32 = 7
    try ok(cudaDeviceCanAccessPeer(&can, 0, 0))
    try equal(can, 0, "access to itself")
  }
  test("cudaDeviceCanAccessPeer", .error, "refuses ordinals that are none and a null place", source: "cudaDeviceCanAccessPeer, Returns: cudaErrorInvalidDevice") {
    var can: Int32 = 7
    try fails(cudaDeviceCanAccessPeer(&can, 0, 99), cudaErrorInvalidDevice)
    try fails(cudaDeviceCanAccessPeer(&can, 99, 0), cudaErrorInvalidDevice)
    try fails(cudaDeviceCanAccessPeer(nil, 0, 0), cudaErrorInvalidValue)
  }
  test("cudaDeviceEnablePeerAccess", .error, "refuses itself, ordinals that are none, and flags", source: "cudaDeviceEnablePeerAccess, Returns") {
    try fails(cudaDeviceEnablePeerAccess(99, 0), cudaErrorInvalidDevice)
    try fails(cudaDeviceEnablePeerAccess(0, 0), cudaErrorPeerAccessUnsupported)
  }
  test("cudaDeviceDisablePeerAccess", .error, "refuses ordinals that are none and access that was not enabled", source: "cudaDeviceDisablePeerAccess, Returns") {
    try fails(cudaDeviceDisablePeerAccess(99), cudaErrorInvalidDevice)
    var count: Int32 = 0
    try ok(cudaGetDeviceCount(&count))
    if count > 1 { try fails(cudaDeviceDisablePeerAccess(1), cudaErrorPeerAccessNotEnabled) }
  }
  test("cudaDeviceEnablePeerAccess", .success, "lets a kernel here write memory there", source: "cudaDeviceEnablePeerAccess", touches: ["cudaDeviceCanAccessPeer", "cudaDeviceDisablePeerAccess"], .alone) {
    try needsDevices(2)
    var can: Int32 = 0
    try ok(cudaDeviceCanAccessPeer(&can, 0, 1))
    if can == 0 { throw Skip("the devices cannot reach each other") }
    try ok(cudaSetDevice(1))
    let there = try Words(64, fill: 1)
    try ok(cudaDeviceSynchronize())
    try ok(cudaSetDevice(0))
    try ok(cudaDeviceEnablePeerAccess(1, 0))
    try fails(cudaDeviceEnablePeerAccess(1, 0), cudaErrorPeerAccessAlreadyEnabled)
    try fails(cudaDeviceEnablePeerAccess(1, 5), cudaErrorInvalidValue)
    try ok(launch(basic.kernel("add"), dim(1), dim(64), there.pointer, Int32(64), Int32(9)))
    try there.expect(all: 10, "the other device's words")
    try ok(cudaDeviceDisablePeerAccess(1))
    try fails(cudaDeviceDisablePeerAccess(1), cudaErrorPeerAccessNotEnabled)
  }
}
