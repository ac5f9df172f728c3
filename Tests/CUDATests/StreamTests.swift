import GPU
import Glibc
import Testing

@testable import CUDA

/// What host functions append to, in the order in which they ran.
private final class Journal: @unchecked Sendable {  // lock
  private let lock = Lock()
  private var entries: [Int] = []
  struct Entry { let journal: Unmanaged<Journal>; let number: Int }
  func add(_ number: Int) { lock.withLock { entries.append(number) } }
  var all: [Int] { lock.withLock { entries } }
  func entry(_ number: Int) -> UnsafeMutableRawPointer {
    let entry = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
    entry.initialize(to: Entry(journal: .passUnretained(self), number: number))
    return UnsafeMutableRawPointer(entry)
  }
  static let note: HostFunction = { pointer in
    let entry = pointer!.assumingMemoryBound(to: Entry.self)
    entry.pointee.journal.takeUnretainedValue().add(entry.pointee.number)
    entry.deallocate()
  }
}

extension DeviceTests {
  @Suite("Streams and events", .serialized) struct StreamTests {
    let context = SoftDevice.context!

    @Test("Work of one stream is done in order, by whatever engine") func order() throws {
      let stream = try Stream.create(in: context, flags: 1)
      let journal = Journal()
      let memory = try #require(try context.allocateHost(1 << 20)).assumingMemoryBound(to: UInt8.self)
      let device = try #require(try context.allocate(1 << 20))
      for round in 0..<20 {
        try stream.fill(device, value: UInt32(round), width: 1 << 20, isAsynchronous: true)
        try stream.launchHostFunction(Journal.note, journal.entry(round * 2))
        try stream.copyAsync(to: memory, from: device, count: 1 << 20, kind: .deviceToHost)
        try stream.launchHostFunction(Journal.note, journal.entry(round * 2 + 1))
      }
      try stream.synchronize()
      #expect(journal.all == Array(0..<40))
      #expect(memory[0] == 19 && memory[(1 << 20) - 1] == 19)
      try context.freeHost(memory)
      try context.free(device)
      try stream.destroy()
    }

    @Test("A stream that is held is not idle, and others go on") func independence() throws {
      let held = try Stream.create(in: context, flags: 1), free = try Stream.create(in: context, flags: 1)
      let gate = Gate()
      try held.launchHostFunction(Gate.wait, gate.pointer)
      let event = try Event.create(in: context, flags: 2), timed = try Event.create(in: context)
      try event.record(in: held)
      try timed.record(in: free)
      try free.synchronize()
      #expect(try free.isIdle() && timed.isComplete())
      #expect(try !held.isIdle() && !event.isComplete())
      gate.open()
      try held.synchronize()
      #expect(try held.isIdle() && event.isComplete())
      try held.destroy(); try free.destroy(); try event.destroy(); try timed.destroy()
    }

    @Test("A stream waits for another's event, and only as of its record") func crossStream() throws {
      let first = try Stream.create(in: context, flags: 1), second = try Stream.create(in: context, flags: 1)
      let event = try Event.create(in: context)
      let gate = Gate(), journal = Journal()
      try second.wait(for: event)          // never recorded: complete
      try first.launchHostFunction(Gate.wait, gate.pointer)
      try first.launchHostFunction(Journal.note, journal.entry(1))
      try event.record(in: first)
      try second.wait(for: event)
      try second.launchHostFunction(Journal.note, journal.entry(2))
      #expect(try !second.isIdle())
      gate.open()
      try second.synchronize()
      #expect(journal.all == [1, 2])
      try first.synchronize()
      try event.destroy(); try first.destroy(); try second.destroy()
    }

    @Test("The legacy stream waits for blocking streams and is waited for; a non-blocking stream takes no part") func legacy() throws {
      let blocking = try Stream.create(in: context), free = try Stream.create(in: context, flags: 1)
      let legacy = context.legacyStream!
      let gate = Gate(), journal = Journal()
      let event = try Event.create(in: context, flags: 2)
      try blocking.launchHostFunction(Gate.wait, gate.pointer)
      try event.record(in: legacy)
      #expect(try !event.isComplete() && !legacy.isIdle())
      try free.fill(try context.legacyScratch(), value: 1, width: 16, isAsynchronous: true)
      try free.synchronize()
      gate.open()
      try event.synchronize()
      let second = Gate()
      try legacy.launchHostFunction(Gate.wait, second.pointer)
      try blocking.launchHostFunction(Journal.note, journal.entry(1))
      #expect(try !blocking.isIdle())
      second.open()
      try context.synchronize()
      #expect(journal.all == [1])
      try blocking.destroy(); try free.destroy(); try event.destroy()
    }

    @Test("Events have times in order, and say when they have none") func times() throws {
      let stream = try Stream.create(in: context, flags: 1)
      let start = try Event.create(in: context), end = try Event.create(in: context), untimed = try Event.create(in: context, flags: 2)
      #expect(throws: CUDAError.invalidResourceHandle) { try Event.elapsedMilliseconds(from: start, to: end) }
      try start.record(in: stream)
      let gate = Gate()
      try stream.launchHostFunction(Gate.wait, gate.pointer)
      try end.record(in: stream)
      try untimed.record(in: stream)
      try start.synchronize()
      #expect(throws: CUDAError.notReady) { try Event.elapsedMilliseconds(from: start, to: end) }
      usleep(2000)
      gate.open()
      try end.synchronize()
      #expect(try Event.elapsedMilliseconds(from: start, to: end) >= 2)
      #expect(throws: CUDAError.invalidResourceHandle) { try Event.elapsedMilliseconds(from: start, to: untimed) }
      try start.record(in: stream)   // again: a new place
      try start.synchronize()
      #expect(try Event.elapsedMilliseconds(from: end, to: start) > 0)
      try stream.destroy(); try start.destroy(); try end.destroy(); try untimed.destroy()
    }

    @Test("More streams than queues still keep their orders") func manyStreams() throws {
      let streams = try (0..<20).map { _ in try Stream.create(in: context, flags: 1) }
      let journals = streams.map { _ in Journal() }
      for round in 0..<10 {
        for (index, stream) in streams.enumerated() {
          let event = try Event.create(in: context)
          try event.record(in: stream)
          try streams[(index + 7) % 20].wait(for: event)
          try stream.launchHostFunction(Journal.note, journals[index].entry(round))
          try event.destroy()
        }
      }
      try context.synchronize()
      for journal in journals { #expect(journal.all == Array(0..<10)) }
      for stream in streams { try stream.destroy() }
      #expect(context.gpu.queueCount <= 8)
    }

    @Test("A thread that waits long sleeps and is woken") func sleeping() throws {
      let stream = try Stream.create(in: context, flags: 1)
      for _ in 0..<5 {
        let gate = Gate()
        try stream.launchHostFunction(Gate.wait, gate.pointer)
        nonisolated(unsafe) var thread = pthread_t()
        pthread_create(&thread, nil, { argument in
          usleep(3000)
          sem_post(argument!.assumingMemoryBound(to: sem_t.self))
          return nil
        }, gate.pointer)
        try stream.synchronize()
        #expect(try stream.isIdle())
        pthread_join(thread, nil)
      }
      try stream.destroy()
    }

    @Test("A destroyed stream's handle is refused, and its work still runs") func destruction() throws {
      let stream = try Stream.create(in: context)
      let handle = stream.handle
      #expect(try context.stream(handle) === stream)
      let gate = Gate(), journal = Journal()
      try stream.launchHostFunction(Gate.wait, gate.pointer)
      try stream.launchHostFunction(Journal.note, journal.entry(1))
      try stream.destroy()
      #expect(throws: CUDAError.invalidResourceHandle) { try context.stream(handle) }
      gate.open()
      try context.synchronize()
      #expect(journal.all == [1])
      #expect(!context.allStreams().contains { $0 === stream })
    }

    @Test("Each thread has its own per-thread stream, gone with the thread") func perThread() throws {
      let mine = try context.stream(UnsafeMutableRawPointer(bitPattern: 2))
      #expect(try context.stream(nil, perThreadDefault: true) === mine && mine !== context.legacyStream)
      let before = context.allStreams().count
      nonisolated(unsafe) var thread = pthread_t()
      nonisolated(unsafe) var other: ObjectIdentifier?
      let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { result in
        let stream = try! SoftDevice.context!.stream(UnsafeMutableRawPointer(bitPattern: 2))
        result!.assumingMemoryBound(to: ObjectIdentifier?.self).pointee = ObjectIdentifier(stream)
        return nil
      }
      withUnsafeMutablePointer(to: &other) { _ = pthread_create(&thread, nil, body, $0) }
      pthread_join(thread, nil)
      #expect(other != nil && other != ObjectIdentifier(mine))
      context.purge()
      #expect(context.allStreams().count == before)
    }
  }
}

extension Context {
  /// A little device memory for a test, given back by the next reset.
  fileprivate func legacyScratch() throws -> UnsafeMutableRawPointer { try #require(try allocate(256)) }
}
