import GPU
import Glibc
import ModuleLoading
import Testing

@testable import CUDA

extension DeviceTests {
  @Suite("Launches", .serialized) struct LaunchTests {
    let context = SoftDevice.context!

    private func launchStore(
      _ stream: CUDA.Stream, _ store: Function, out: UnsafeMutableRawPointer, value: UInt32, grid: UInt32, block: UInt32
    ) throws {
      var address = UInt64(UInt(bitPattern: out)), value = value
      try withUnsafeMutablePointer(to: &address) { address in
        try withUnsafeMutablePointer(to: &value) { value in
          let list: [UnsafeMutableRawPointer?] = [UnsafeMutableRawPointer(address), UnsafeMutableRawPointer(value)]
          try stream.launch(store, .init(grid: Dim3(grid), block: Dim3(block)), parameters: list)
        }
      }
    }

    @Test("Every thread of every block runs once, with the parameters of its launch", arguments: [(1, 1), (7, 96), (3, 1024), (100, 33)])
    func everyThread(grid: Int, block: Int) throws {
      let store = try TestKernel.store.load(on: context)
      let count = grid * block
      let out = try #require(try context.allocate((count + 1) * 4))
      let stream = context.legacyStream!
      try stream.fill(out, value: 0xffff_ffff, elementSize: 4, width: count + 1, isAsynchronous: true)
      try launchStore(stream, store, out: out, value: 1000, grid: UInt32(grid), block: UInt32(block))
      var result = [UInt32](repeating: 0, count: count + 1)
      try stream.copy(to: &result, from: out, count: (count + 1) * 4, kind: .deviceToHost)
      #expect(result == (0..<UInt32(count)).map { $0 + 1000 } + [0xffff_ffff])
      try context.free(out)
    }

    @Test("Launches of a stream follow each other, far beyond what its rings hold") func manyLaunches() throws {
      let store = try TestKernel.store.load(on: context)
      let out = try #require(try context.allocate(256))
      let stream = try CUDA.Stream.create(in: context, flags: 1)
      for value in 0..<20_000 as Range<UInt32> { try launchStore(stream, store, out: out, value: value, grid: 1, block: 2) }
      var result: [UInt32] = [0, 0]
      try stream.copy(to: &result, from: out, count: 8, kind: .deviceToHost)
      #expect(result == [19_999, 20_000])
      try stream.destroy()
      try context.free(out)
    }

    @Test("A kernel waits for the copy before it and the copy for the kernel before it") func kernelsAndCopies() throws {
      let store = try TestKernel.store.load(on: context)
      let count = 64 << 10
      let device = try #require(try context.allocate(count * 4)), host = try #require(try context.allocateHost(count * 4))
      let words = host.assumingMemoryBound(to: UInt32.self)
      let stream = try CUDA.Stream.create(in: context, flags: 1)
      for round in 0..<10 as Range<UInt32> {
        try launchStore(stream, store, out: device, value: round, grid: UInt32(count / 256), block: 256)
        try stream.copyAsync(to: host, from: device, count: count * 4, kind: .deviceToHost)
        try stream.fill(device, value: 0, width: count * 4, isAsynchronous: true)
      }
      try stream.synchronize()
      #expect((0..<count).allSatisfy { words[$0] == UInt32($0) + 9 })
      try stream.destroy(); try context.free(device); try context.freeHost(host)
    }

    @Test("A copy in one stream overlaps a kernel in another: the kernel waits for what the copy brings") func overlap() throws {
      let spin = try TestKernel.spin.load(on: context)
      // The flag is the host's memory: the device's own is coarse-grained, and a running kernel may go on seeing its old value.
      let flag = try #require(try context.allocateHost(4)), one = try #require(try context.allocate(4))
      flag.storeBytes(of: 0, as: UInt32.self)
      let a = try CUDA.Stream.create(in: context, flags: 1), b = try CUDA.Stream.create(in: context, flags: 1)
      try b.fill(one, value: 1, width: 4, isAsynchronous: true)
      try b.synchronize()
      var address = UInt64(UInt(bitPattern: flag))
      try withUnsafeMutablePointer(to: &address) { address in
        let list: [UnsafeMutableRawPointer?] = [UnsafeMutableRawPointer(address)]
        try a.launch(spin, .init(grid: Dim3(1), block: Dim3(64)), parameters: list)
      }
      #expect(try !a.isIdle())
      try b.copyAsync(to: flag, from: one, count: 4, kind: .deviceToHost)
      try b.synchronize()
      try a.synchronize()
      try a.destroy(); try b.destroy(); try context.free(one); try context.freeHost(flag)
    }

    @Test("Four threads share a stream, the legacy stream and streams of their own, and every launch counts once") func threads() async throws {
      let store = try TestKernel.store.load(on: context)
      let shared = try CUDA.Stream.create(in: context)
      let wrong = await withTaskGroup(of: Int.self) { group in
        for thread in 0..<4 as Range<UInt32> {
          group.addTask {
            let context = SoftDevice.context!
            var wrong = 0
            do {
              let own = try CUDA.Stream.create(in: context, flags: thread % 2)
              let out = try context.allocate(3 * 512)!
              for round in 0..<100 as Range<UInt32> {
                for (index, stream) in [shared, context.legacyStream!, own].enumerated() {
                  let address = out + index * 512
                  try launchStore(stream, store, out: address, value: thread * 1000 + round, grid: 2, block: 64)
                  var result = [UInt32](repeating: 0, count: 128)
                  try stream.copy(to: &result, from: address, count: 512, kind: .deviceToHost)
                  for i in 0..<128 where result[i] != UInt32(i) + thread * 1000 + round { wrong += 1 }
                }
              }
              try context.free(out)
              try own.destroy()
            } catch { wrong += 1_000_000 }
            return wrong
          }
        }
        return await group.reduce(0, +)
      }
      #expect(wrong == 0)
      try shared.destroy()
    }

    @Test("Shapes that cannot run are refused by name") func refusals() throws {
      let store = try TestKernel.store.load(on: context)
      let stream = context.legacyStream!
      let list: [UnsafeMutableRawPointer?] = [nil, nil]
      func attempt(_ configuration: LaunchConfiguration) throws { try stream.launch(store, configuration, parameters: list) }
      #expect(throws: CUDAError.invalidConfiguration) { try attempt(.init(grid: Dim3(1), block: Dim3(0))) }
      #expect(throws: CUDAError.invalidConfiguration) { try attempt(.init(grid: Dim3(1), block: Dim3(1025))) }
      #expect(throws: CUDAError.invalidConfiguration) { try attempt(.init(grid: Dim3(1), block: Dim3(1, 1, 65))) }
      #expect(throws: CUDAError.invalidConfiguration) { try attempt(.init(grid: Dim3(1, 65536), block: Dim3(1))) }
      #expect(throws: CUDAError.invalidConfiguration) { try attempt(.init(grid: Dim3(0x8000_0000), block: Dim3(1))) }
      #expect(throws: CUDAError.invalidValue) { try attempt(.init(grid: Dim3(1), block: Dim3(1), dynamicSharedBytes: 65537)) }
      #expect(throws: CUDAError.cooperativeLaunchTooLarge) {
        try attempt(.init(grid: Dim3(304 * 8 + 1), block: Dim3(256), isCooperative: true))
      }
    }
  }

  /// Each in a process of its own: a fault is for ever.
  @Suite("Faults", .serialized) struct FaultTests {
    @Test("A store outside every allocation is an illegal address, for ever") func illegalAddress() async {
      await #expect(processExitsWith: .success) {
        let context = try #require(SoftDevice.context)
        let store = try TestKernel.store.load(on: context)
        let memory = try context.allocate(4)
        var bad = UInt64(0x10_0000_0000), value: UInt32 = 0
        let stream = try CUDA.Stream.create(in: context)
        try withUnsafeMutablePointer(to: &bad) { bad in
          try withUnsafeMutablePointer(to: &value) { value in
            let list: [UnsafeMutableRawPointer?] = [UnsafeMutableRawPointer(bad), UnsafeMutableRawPointer(value)]
            try stream.launch(store, .init(grid: Dim3(1), block: Dim3(1)), parameters: list)
          }
        }
        #expect(throws: CUDAError.illegalAddress) { try stream.synchronize() }
        #expect(throws: CUDAError.illegalAddress) { try context.allocate(4) }
        #expect(throws: CUDAError.illegalAddress) { try context.free(memory) }
        #expect(throws: CUDAError.illegalAddress) { try context.synchronize() }
      }
    }

    @Test("A failed assertion and an illegal instruction have errors of their own") func others() async {
      await #expect(processExitsWith: .success) {
        let context = try #require(SoftDevice.context)
        let kernel = try TestKernel.assertion.load(on: context)
        try context.legacyStream.launch(kernel, .init(grid: Dim3(1), block: Dim3(1)), parameters: nil)
        #expect(throws: CUDAError.assert) { try context.synchronize() }
      }
      await #expect(processExitsWith: .success) {
        let context = try #require(SoftDevice.context)
        let kernel = try TestKernel.illegal.load(on: context)
        try context.legacyStream.launch(kernel, .init(grid: Dim3(1), block: Dim3(1)), parameters: nil)
        #expect(throws: CUDAError.illegalInstruction) { try context.synchronize() }
      }
    }

    @Test("Host functions behind a fault are told, or not called, and nobody waits for ever") func waiters() async {
      await #expect(processExitsWith: .success) {
        let context = try #require(SoftDevice.context)
        let kernel = try TestKernel.illegal.load(on: context)
        let stream = try CUDA.Stream.create(in: context)
        let seen = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
        seen.pointee = -1
        try stream.launch(kernel, .init(grid: Dim3(1), block: Dim3(1)), parameters: nil)
        _ = try? stream.addCallback({ _, status, data in data!.storeBytes(of: status, as: Int32.self) }, handle: nil, seen)
        #expect(throws: CUDAError.illegalInstruction) { try stream.synchronize() }
        for _ in 0..<1000 where seen.pointee == -1 { usleep(1000) }
        #expect(seen.pointee == 715 || seen.pointee == -1)
      }
    }
  }
}
