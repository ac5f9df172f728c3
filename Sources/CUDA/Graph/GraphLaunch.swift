// Launching an executable: its steps are submitted one after the other.  Kernels were made into packets before, so a run of them is a
// copy into the ring.
// Threads: any; the executable's lock is held while steps are submitted.
// Order: behind the stream's work and the executable's last launch.  A conditional node is a task of the graph thread: it reads the
// value when all before it is done, submits the body to a queue of the runtime's own, waits for it, and looks again.
// Source: CUDA Runtime API, cudaGraphLaunch, cudaGraphUpload; CUDA Programming Guide, "Conditional Graph Nodes".
import GPU
import Settings

extension GraphExecutable {
  /// cudaGraphLaunch.  Throws cudaErrorInvalidValue when memory that it allocates is still allocated, and the sticky error.
  public func launch(in stream: Stream) throws(CUDAError) {
    try lock.withLock { () throws(CUDAError) in
      try checkAllocations()
      try stream.admit()
      if let last, last.timeline !== stream.timeline {
        try stream.gpuWork { () throws(GPUError) in try stream.timeline.enqueueWait(on: last.timeline, position: last.position) }
      }
      if flags.contains(.autoFreeOnLaunch) { freeAll(stream.timeline) }
      for allocation in allocations { try allocation.context.graphMemory.commit(allocation) }
      for condition in conditions { if let request = condition.resetRequest { try stream.gpuWork { () throws(GPUError) in try stream.timeline.enqueueFill(request) } } }
      var runner = GraphRunner(executable: self, home: stream)
      defer {
        // Also when a step was refused half-way: what went before is in flight.
        last = (stream.timeline, stream.timeline.submitted)
      }
      try runner.run(program)
      try runner.finish()
      for allocation in allocations { allocation.context.graphMemory.noteUse(allocation, on: stream.timeline, position: stream.timeline.submitted) }
    }
    if prints { stream.foreignPrintf.add(self) }
  }

  /// cudaGraphUpload: packets and arguments are in place since instantiation; memory of allocation nodes comes now.
  public func upload(in stream: Stream) throws(CUDAError) {
    try stream.context.check()
    if stream.isCaptured { try stream.refuseCapture() }
    try lock.withLock { () throws(CUDAError) in
      for allocation in allocations { try allocation.context.graphMemory.commit(allocation) }
    }
  }

  /// Memory from an earlier launch must be free, unless the flag frees it.
  private func checkAllocations() throws(CUDAError) {
    if flags.contains(.autoFreeOnLaunch) { return }
    for allocation in allocations where allocation.context.graphMemory.isLive(allocation) {
      throw .invalidValue.because("memory at \(String(allocation.address, radix: 16)) is still allocated since the last launch")
    }
  }

  private func freeAll(_ timeline: Timeline) {
    for allocation in allocations { allocation.context.graphMemory.end(allocation, on: timeline, position: timeline.submitted) }
  }

  /// A conditional node, when everything before it is done.  On the graph thread.
  func decide(_ node: ExecutableNode) {
    guard case .conditional(let conditional) = node.kind, node.isEnabled else { return }
    do throws(CUDAError) {
      let condition = conditional.condition
      switch conditional.kind {
      case .branch:
        if condition.value != 0 { try runBody(node.bodies[0], in: condition.context) }
        else if node.bodies.count > 1 { try runBody(node.bodies[1], in: condition.context) }
      case .choice:
        let value = Int(condition.value)
        if value < node.bodies.count { try runBody(node.bodies[value], in: condition.context) }
      case .loop:
        while condition.value != 0, context.gpu.fault == .none { try runBody(node.bodies[0], in: condition.context) }
      }
    } catch { Log.error("the body of a conditional node: \(error)") }
  }

  /// Runs a body to its end.
  private func runBody(_ program: GraphProgram, in context: Context) throws(CUDAError) {
    var runner = GraphRunner(executable: self, home: try bodyLane(in: context))
    runner.isBody = true
    try runner.run(program)
    try runner.finish()
    try runner.waitForHome()
  }
}

/// Submits steps; `current` is the stream that the last one went to.
struct GraphRunner {
  let executable: GraphExecutable
  let home: Stream
  var current: Stream
  /// On the graph thread, which may wait.
  var isBody = false

  init(executable: GraphExecutable, home: Stream) {
    (self.executable, self.home) = (executable, home)
    current = home
  }

  private mutating func move(to context: Context?) throws(CUDAError) {
    let next = context == nil || context === home.context ? home : try executable.lane(in: context!)
    guard next !== current else { return }
    let before = current.timeline
    try next.gpuWork { () throws(GPUError) in try next.timeline.enqueueWait(on: before, position: before.submitted) }
    current = next
  }

  /// The launch's stream waits for whatever other streams have.
  mutating func finish() throws(CUDAError) { try move(to: home.context) }

  func waitForHome() throws(CUDAError) {
    let timeline = home.timeline
    try home.gpuWork { () throws(GPUError) in try timeline.wait(for: timeline.submitted) }
  }

  mutating func run(_ program: GraphProgram) throws(CUDAError) {
    for step in program.steps {
      switch step {
      case .packets(let context, let first, let count):
        try move(to: context)
        let timeline = current.timeline
        try current.gpuWork { () throws(GPUError) in try timeline.replay(program.packets, first: first, count: count) }
      case .node(let node): try submit(node)
      }
    }
  }

  private mutating func submit(_ node: ExecutableNode) throws(CUDAError) {
    guard node.isEnabled else { return }
    try move(to: node.context)
    let stream = current, timeline = stream.timeline
    switch node.kind {
    case .kernel, .child, .empty: break   // kernels are packets, the others were taken apart
    case .copy, .copies:
      for request in node.copies { try stream.gpuWork { () throws(GPUError) in try timeline.enqueueCopy(request, mustRunNow: false) } }
    case .fill:
      guard let request = node.fill else { return }
      try stream.gpuWork { () throws(GPUError) in try timeline.enqueueFill(request) }
    case .host(let host):
      nonisolated(unsafe) let host = host
      try stream.gpuWork { () throws(GPUError) in
        try timeline.enqueueHostFunction { fault in if fault == .none { CurrentThread.inHostFunction { host.function(host.data) } } }
      }
    case .eventRecord(let event): try event.record(in: stream)
    case .eventWait(let event): try stream.wait(for: event)
    case .semaphoreSignal(let node): try stream.signal(semaphores: node.semaphores)
    case .semaphoreWait(let node): try stream.wait(semaphores: node.semaphores)
    case .memoryOperations(let node): try stream.enqueue(node.operations)
    case .allocation(let allocation): try allocation.memory.context.graphMemory.begin(allocation.memory)
    case .free(let free):
      guard let memory = free.memory else { return }
      guard memory.context.graphMemory.end(memory, on: timeline, position: timeline.submitted) else {
        throw .invalidValue.because("memory at \(String(free.address, radix: 16)) is freed and not allocated")
      }
    case .conditional:
      let executable = executable
      nonisolated(unsafe) let node = node
      if isBody {
        try waitForHome()
        executable.decide(node)
      } else {
        try stream.gpuWork { () throws(GPUError) in
          try timeline.enqueueGraphWork { fault in if fault == .none { executable.decide(node) } }
        }
      }
    }
  }
}

/// Executables whose kernels print and that were launched in a stream: a wait for the stream prints their text too.
final class ForeignPrintf: @unchecked Sendable {  // executables: lock
  private let lock = Lock()
  private var executables: [GraphExecutable] = []

  func add(_ executable: GraphExecutable) {
    lock.withLock { if !executables.contains(where: { $0 === executable }) { executables.append(executable) } }
  }

  func drain() {
    let all = lock.withLock { executables }
    guard !all.isEmpty else { return }
    for executable in all where executable.drainPrintf() { lock.withLock { executables.removeAll { $0 === executable } } }
  }
}
