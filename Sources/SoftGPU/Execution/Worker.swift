// A worker: resident workgroups in turns.  One thread; the inline worker is used by whichever thread holds its lock.
import ISA
import CSoftGPU
import Glibc
import Synchronization

final class Worker: @unchecked Sendable {
  /// Instructions that a wave may execute before the next one's turn.
  static let quantum: Int32 = 4096

  private unowned(unsafe) let engine: ComputeEngine
  let state: UnsafeMutablePointer<WorkerState>
  private var pool = StoragePool()
  private var groups: [Workgroup] = []

  init(_ engine: ComputeEngine) {
    self.engine = engine
    state = .allocate(capacity: 1)
    state.initialize(to: WorkerState(addressSpace: engine.addressSpace, instructions: UnsafePointer(engine.instructions)))
    state.pointee.isGFX9 = engine.device.family == .gfx9
    state.pointee.interrupt = { [unowned(unsafe) engine] data, doorbell in engine.hooks?.interrupt(data, doorbell) }
  }
  func destroy() {
    for group in groups { group.release(to: &pool) }
    groups = []
    pool.destroy()
    state.pointee.reader.leave()
    state.pointee.destroy()
    state.deinitialize(count: 1)
    state.deallocate()
  }

  func main() {
    carmine_set_csr(0x1f80)
    var target = 1
    while !engine.stopping.load(ordering: .acquiring) {
      refresh()
      while groups.count < target, let item = engine.take() {
        switch item {
        case .started(let group):
          if group.isSaved && !group.restore(engine.geometry, pool: &pool) { lose(group); continue }
          group.adopt(by: state)
          groups.append(group)
        case .fresh(let dispatch, let index, let placement): groups.append(start(dispatch, index, placement))
        }
      }
      if groups.isEmpty {
        state.pointee.reader.leave()
        target = 1
        engine.waitForWork()
        continue
      }
      if round() == 0 { target = min(groups.count * 2, 1 << 20) }
    }
  }

  /// Runs a small dispatch on the calling thread.  Returns nil when it is complete, else the workgroups that need more time
  /// (those of the dispatch that have not started stay in it).
  func runInline(_ dispatch: ActiveDispatch) -> [Workgroup]? {
    let csr = carmine_get_csr()
    carmine_set_csr(0x1f80)
    defer { carmine_set_csr(csr) }
    refresh()
    var complete = false
    while groups.count < 8, !complete {
      guard let (index, placement) = engine.take(of: dispatch) else { break }
      let group = start(dispatch, index, placement)
      groups.append(group)
      var slices = 0
      while slices < 4, !groups.isEmpty, groups.last === group {
        if round() > 0 { break }
        slices += 1
      }
      if slices == 4 { break }
      complete = engine.withLock { dispatch.isExhausted }
    }
    state.pointee.reader.leave()
    guard !groups.isEmpty || !complete else { return nil }
    let left = groups
    groups = []
    return left
  }

  /// Runs a whole dispatch on the calling thread, however long it takes; for benchmarks.  Returns the fault, if it had one.
  func runAlone(_ request: Dispatch) -> Fault? {
    let box = OutcomeBox()
    guard let dispatch = engine.prepare(request, { box.outcome = $0 }) else {
      if case .faulted(let fault)? = box.outcome { return fault }
      return nil
    }
    refresh()
    while let (index, placement) = engine.take(of: dispatch) {
      groups.append(start(dispatch, index, placement))
      while !groups.isEmpty { _ = round() }
    }
    state.pointee.reader.leave()
    if case .faulted(let fault)? = box.outcome { return fault }
    return nil
  }
  private final class OutcomeBox: @unchecked Sendable { var outcome: DispatchOutcome? }

  /// A quiescent point: translations are forgotten, changed mappings noticed.
  private func refresh() {
    if state.pointee.reader.refresh() { state.pointee.codeEpoch += 1 }
  }

  private func start(_ dispatch: ActiveDispatch, _ index: Int, _ placement: UnitPlacement) -> Workgroup {
    if dispatch.serial > state.pointee.newestDispatch {
      state.pointee.newestDispatch = dispatch.serial
      // Code may have been written since the last dispatch; in strict mode it stays as it was fetched until it is invalidated.
      if state.pointee.strict?.codeChanged() ?? true { state.forgetCode() }
    }
    return Workgroup(dispatch, index: index, placement, engine.geometry, pool: &pool, state: state)
  }

  /// A saved workgroup whose save area is gone can't go on.
  private func lose(_ group: Workgroup) {
    let dispatch = group.dispatch
    var fault = Fault(cause: .badDispatch("the queue's context save area is not mapped any more", .code))
    fault.kernelObject = dispatch.request.kernelObject
    fault.workgroup = group.id
    engine.release(group)
    if dispatch.fail(fault), dispatch.finish(engine.abandon(dispatch)) { finishDispatch(dispatch) }
    if dispatch.finish() { finishDispatch(dispatch) }
  }

  /// A turn for every resident workgroup; returns how many this worker has no more.
  private func round() -> Int {
    var ended = 0, at = 0
    while at < groups.count {
      let group = groups[at], dispatch = group.dispatch
      var over = dispatch.hasFailed
      if !over {
        refresh()
        state.pointee.traps = engine.traps
        state.pointee.strict?.beginSlice(group.unit)
        let result = group.slice(state, quantum: Worker.quantum)
        state.pointee.strict?.endSlice()
        switch result {
        case .finished: over = true
        case .unfinished: break
        case .halted:
          if engine.halt(group) { groups.remove(at: at); ended += 1; continue }
        case .faulted(let wave):
          var fault = state.pointee.fault ?? Fault(cause: .badDispatch("a wave stopped without a reason", .code))
          state.pointee.fault = nil
          fault.kernelObject = dispatch.request.kernelObject
          fault.workgroup = group.id
          if let lane = fault.lane { fault.workItem = group.workItem(wave: fault.wave, lane: lane) }
          if Traps.enter(wave, fault, state.pointee.traps) {
            engine.trapped(fault, dispatch.context)
            break
          }
          over = true
          if dispatch.fail(fault), dispatch.finish(engine.abandon(dispatch)) { finishDispatch(dispatch) }
        }
      }
      if !over && dispatch.context.isRunning { at += 1; continue }
      ended += 1
      groups.remove(at: at)
      if over {
        engine.release(group)
        group.release(to: &pool)
        if dispatch.finish() { finishDispatch(dispatch) }
      } else if engine.surrender(group) {
        group.release(to: &pool)
      }
    }
    return ended
  }

  /// The submitter's closure may take locks that an unmapping thread holds: nobody must wait for this thread meanwhile.
  private func finishDispatch(_ dispatch: ActiveDispatch) {
    state.pointee.reader.leave()
    engine.addressSpace.caches?.release(dispatch.request.release)
    dispatch.complete()
    refresh()
  }
}
