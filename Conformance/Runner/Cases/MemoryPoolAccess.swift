// Who reaches a pool's memory: its device, the host, a second device that is given access, and devices of graph memory's access list.
// Which error where the documentation names several: as NVIDIA's library answers on an H100.
import CConformance
import Glibc

func memoryPoolAccessCases() {
  test("cudaMemPoolGetAccess", .success, "says that a device reads and writes its own pool, and the host does not reach it", source: "cudaMemPoolCreate: accessible from the device it is allocated on") {
    let pool = try Pool()
    var flags = cudaMemAccessFlags(rawValue: 77), here = poolPlace(cudaMemLocationTypeDevice), host = poolPlace(cudaMemLocationTypeHost)
    try ok(cudaMemPoolGetAccess(&flags, pool.pool, &here))
    try equal(flags, cudaMemAccessFlagsProtReadWrite, "the device's access")
    try ok(cudaMemPoolGetAccess(&flags, pool.pool, &host))
    try equal(flags, cudaMemAccessFlagsProtNone, "the host's access")
  }
  test("cudaMemPoolGetAccess", .success, "says that the host reads and writes its pools", source: "cudaMemPoolCreate: default accessibility will be from the host CPU") {
    let pool = try Pool(poolProperties(cudaMemLocationTypeHost))
    var flags = cudaMemAccessFlags(rawValue: 77), here = poolPlace(cudaMemLocationTypeHost), device = poolPlace(cudaMemLocationTypeDevice)
    try ok(cudaMemPoolGetAccess(&flags, pool.pool, &here))
    try equal(flags, cudaMemAccessFlagsProtReadWrite, "the host's access")
    try ok(cudaMemPoolGetAccess(&flags, pool.pool, &device))
    try equal(flags, cudaMemAccessFlagsProtNone, "the device's access")
    var wanted = cudaMemAccessDesc(location: device, flags: cudaMemAccessFlagsProtReadWrite)
    try ok(cudaMemPoolSetAccess(pool.pool, &wanted, 1))
    try ok(cudaMemPoolGetAccess(&flags, pool.pool, &device))
    try equal(flags, cudaMemAccessFlagsProtReadWrite, "the device's access once it is given")
  }
  test("cudaMemPoolGetAccess", .error, "refuses null", source: "cudaMemPoolGetAccess") {
    let pool = try Pool()
    var flags = cudaMemAccessFlagsProtNone, here = poolPlace(cudaMemLocationTypeDevice)
    try fails(cudaMemPoolGetAccess(&flags, nil, &here), cudaErrorInvalidValue)
    try fails(cudaMemPoolGetAccess(nil, pool.pool, &here), cudaErrorInvalidValue)
  }
  test("cudaMemPoolSetAccess", .success, "changes nothing about a device's own pool", source: "cudaMemPoolSetAccess") {
    let pool = try Pool()
    var wanted = cudaMemAccessDesc(location: poolPlace(cudaMemLocationTypeDevice), flags: cudaMemAccessFlagsProtReadWrite), here = wanted.location
    try ok(cudaMemPoolSetAccess(pool.pool, &wanted, 1))
    var flags = cudaMemAccessFlagsProtNone
    try ok(cudaMemPoolGetAccess(&flags, pool.pool, &here))
    try equal(flags, cudaMemAccessFlagsProtReadWrite, "the device's access")
  }
  test("cudaMemPoolSetAccess", .error, "does not take a device's access to its own pool away", source: "cudaMemPoolSetAccess; cuMemPoolSetAccess") {
    let pool = try Pool()
    var wanted = cudaMemAccessDesc(location: poolPlace(cudaMemLocationTypeDevice), flags: cudaMemAccessFlagsProtNone)
    try fails(cudaMemPoolSetAccess(pool.pool, &wanted, 1), cudaErrorInvalidDevice)
  }
  test("cudaMemPoolSetAccess", .error, "does not give access for reading alone", source: "cudaMemPoolSetAccess, Returns: cudaErrorNotSupported") {
    let pool = try Pool()
    var wanted = cudaMemAccessDesc(location: poolPlace(cudaMemLocationTypeDevice), flags: cudaMemAccessFlagsProtRead)
    try fails(cudaMemPoolSetAccess(pool.pool, &wanted, 1), cudaErrorNotSupported)
  }
  test("cudaMemPoolSetAccess", .error, "refuses a device that is not there", source: "cudaMemPoolSetAccess") {
    let pool = try Pool()
    var wanted = cudaMemAccessDesc(location: poolPlace(cudaMemLocationTypeDevice, 99), flags: cudaMemAccessFlagsProtReadWrite)
    try fails(cudaMemPoolSetAccess(pool.pool, &wanted, 1), cudaErrorInvalidDevice)
  }

  // MARK: access of a second device

  /// A pool of device 0 and what it takes to look from device 1.  `grant` changes device 1's access.
  func withTwoDevices(_ body: (_ pool: cudaMemPool_t, _ grant: (cudaMemAccessFlags) throws -> cudaError_t) throws -> Void) throws {
    var devices: Int32 = 0, can: Int32 = 0
    try ok(cudaGetDeviceCount(&devices))
    guard devices > 1 else { throw Skip("a second device is needed") }
    try ok(cudaDeviceCanAccessPeer(&can, 1, 0))
    guard can == 1 else { throw Skip("no link leads from device 1 to device 0") }
    let pool = try Pool()
    try ok(cudaSetDevice(1))
    try ok(cudaFree(nil))
    try ok(cudaSetDevice(0))
    try body(pool.pool) { flags in
      var wanted = cudaMemAccessDesc(location: poolPlace(cudaMemLocationTypeDevice, 1), flags: flags)
      return try cudaMemPoolSetAccess(pool.pool, &wanted, 1)
    }
  }
  /// `count` words of the pool, all 5.
  func pooledWords(_ pool: cudaMemPool_t, _ count: Int) throws -> UnsafeMutableRawPointer {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMallocFromPoolAsync(&pointer, count * 4, pool, nil))
    let memory = try some(pointer, "memory")
    try ok(launch(basic.kernel("fill"), dim((count + 255) / 256), dim(256), memory, Int32(count), Int32(5)))
    try ok(cudaDeviceSynchronize())
    return memory
  }
  /// Device 1 adds 2 to each word; they are read by device 0.
  func addFromDeviceOne(_ memory: UnsafeMutableRawPointer, _ count: Int) throws {
    try ok(cudaSetDevice(1))
    try ok(launch(basic.kernel("add"), dim((count + 255) / 256), dim(256), memory, Int32(count), Int32(2)))
    try ok(cudaDeviceSynchronize())
    try ok(cudaSetDevice(0))
    var host = [UInt32](repeating: 0, count: count)
    try ok(cudaMemcpy(&host, memory, count * 4, cudaMemcpyDeviceToHost))
    try check(host.allSatisfy { $0 == 7 }, "every word 7; the first is \(host[0])")
  }
  test("cudaMemPoolSetAccess", .success, "lets another device use the pool's memory, what there is and what comes", source: "cudaMemPoolSetAccess; CUDA Programming Guide, Device Accessibility for Multi-GPU Support", .alone) {
    try withTwoDevices { pool, grant in
      let small = try pooledWords(pool, 300), large = try pooledWords(pool, 1 << 20)
      try ok(grant(cudaMemAccessFlagsProtReadWrite))
      var flags = cudaMemAccessFlagsProtNone, one = poolPlace(cudaMemLocationTypeDevice, 1)
      try ok(cudaMemPoolGetAccess(&flags, pool, &one))
      try equal(flags, cudaMemAccessFlagsProtReadWrite, "device 1's access")
      try addFromDeviceOne(small, 300)
      try addFromDeviceOne(large, 1 << 20)
      try addFromDeviceOne(pooledWords(pool, 500), 500)
      try addFromDeviceOne(pooledWords(pool, 1 << 19), 1 << 19)
    }
  }
  func faultsOnDeviceOne(_ memory: UnsafeMutableRawPointer) throws {
    try ok(cudaSetDevice(1))
    try ok(launch(basic.kernel("add"), dim(1), dim(64), memory, Int32(64), Int32(2)))
    try expect(cudaDeviceSynchronize(), cudaErrorIllegalAddress, "device 1's kernel")
    try ok(cudaSetDevice(0))
    var host = [UInt32](repeating: 0, count: 64)
    try ok(cudaMemcpy(&host, memory, 256, cudaMemcpyDeviceToHost))
    try check(host.allSatisfy { $0 == 5 }, "the words as they were; the first is \(host[0])")
  }
  test("cudaMemPoolSetAccess", .interaction, "is what another device needs: a pool's memory is not open to peers", source: "CUDA Programming Guide, Device Accessibility for Multi-GPU Support: cudaDeviceEnablePeerAccess does not change a pool's accessibility", .alone) {
    try withTwoDevices { pool, _ in
      let memory = try pooledWords(pool, 300)
      try ok(cudaSetDevice(1))
      try ok(cudaDeviceEnablePeerAccess(0, 0))
      try faultsOnDeviceOne(memory)
    }
  }
  test("cudaMemPoolSetAccess", .success, "takes another device's access away", source: "cudaMemPoolSetAccess", .alone) {
    try withTwoDevices { pool, grant in
      let memory = try pooledWords(pool, 300)
      try ok(grant(cudaMemAccessFlagsProtReadWrite))
      try addFromDeviceOne(memory, 300)
      try ok(grant(cudaMemAccessFlagsProtNone))
      try ok(launch(basic.kernel("fill"), dim(2), dim(256), memory, Int32(300), Int32(5)))
      try ok(cudaDeviceSynchronize())
      try faultsOnDeviceOne(memory)
    }
  }
  test("cudaMemPoolSetAccess", .interaction, "is about one pool: another's memory stays closed", source: "cudaMemPoolSetAccess", .alone) {
    try withTwoDevices { pool, grant in
      let other = try Pool(), closed = try pooledWords(other.pool, 300)
      try ok(grant(cudaMemAccessFlagsProtReadWrite))
      try addFromDeviceOne(pooledWords(pool, 300), 300)
      try faultsOnDeviceOne(closed)
    }
  }

  /// Launches a graph that allocates 300 words, all 5, and has device 1 add to them.
  func withGraphMemory(_ access: [cudaMemAccessDesc], _ body: (UnsafeMutableRawPointer) throws -> Void) throws {
    var graph: cudaGraph_t?, node: cudaGraphNode_t?, executable: cudaGraphExec_t?
    try ok(cudaGraphCreate(&graph, 0))
    var access = access, parameters = cudaMemAllocNodeParams()
    parameters.poolProps.allocType = cudaMemAllocationTypePinned
    parameters.poolProps.location.type = cudaMemLocationTypeDevice
    parameters.bytesize = 1200
    try access.withUnsafeMutableBufferPointer {
      parameters.accessDescs = UnsafePointer($0.baseAddress)
      parameters.accessDescCount = $0.count
      try ok(cudaGraphAddMemAllocNode(&node, graph, nil, 0, &parameters))
    }
    let memory = try some(parameters.dptr, "the address")
    try ok(cudaGraphInstantiate(&executable, graph, 0))
    try ok(cudaGraphLaunch(executable, nil))
    try ok(launch(basic.kernel("fill"), dim(2), dim(256), memory, Int32(300), Int32(5)))
    try ok(cudaDeviceSynchronize())
    try body(memory)
  }
  test("cudaGraphAddMemAllocNode", .success, "gives the devices of its access list the memory", source: "cudaMemAllocNodeParams: accessDescs describe peer GPU access", .alone) {
    try withTwoDevices { _, _ in
      let one = cudaMemAccessDesc(location: poolPlace(cudaMemLocationTypeDevice, 1), flags: cudaMemAccessFlagsProtReadWrite)
      try withGraphMemory([one]) { try addFromDeviceOne($0, 300) }
    }
  }
  test("cudaGraphAddMemAllocNode", .interaction, "leaves its memory closed to other devices without an access list", source: "cudaMemAllocNodeParams: accessDescs describe peer GPU access", .alone) {
    try withTwoDevices { _, _ in try withGraphMemory([]) { try faultsOnDeviceOne($0) } }
  }
}
