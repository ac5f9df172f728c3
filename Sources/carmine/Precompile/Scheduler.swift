// Which kernel is compiled where: modules are surveyed as workers become free, then their kernels are handed out, a module's to the worker
// that has parsed it as long as there is other work for the rest.  A kernel whose fingerprint another one has is not handed out:
// it gets a copy of the other's result.
// Threads: one, which polls the workers.  Order: files as they are found; a worker has one request at a time.
// Full: a file is read when no module waits for its survey, so that few are in memory; a module's bytes go when its last kernel is done.
import Glibc
import KernelImage
import ModuleLoading

final class Scheduler {
  struct Settings {
    var command: [String] = []
    var workers = 1
    /// Of processor time, so that a machine with much else to do fails no kernel; by the clock ten times as many.
    var secondsPerKernel = 900.0
    var bytesPerWorker = 4 << 30
    var every = 1
    var isCheck = false
    var force = false
  }

  private final class ModuleState {
    let module: PrecompileModule
    let target: String
    var waiting: [String] = []   // kernels to hand out, the next one last
    var running = 0
    var wantsInventory = false   // before the first kernel
    var fingerprints: [String: ContentHash] = [:]
    init(_ module: PrecompileModule, _ target: String) { self.module = module; self.target = target }
  }

  private struct Group: Hashable {
    var fingerprint: ContentHash
    var target: String
  }
  private struct Member {
    var name: String
    var module: ContentHash
    var file: String
  }
  private enum Outcome {
    case kept(ContentHash)  // in the cache, under this key
    case checked
    case failed(CompileFailure, String)
  }

  private enum Job {
    case survey(ModuleState)
    case inventory(ModuleState)
    case kernel(ModuleState, String, Group)
    var state: ModuleState { switch self { case .survey(let state), .inventory(let state), .kernel(let state, _, _): state } }
  }
  private final class Slot {
    var worker: Worker?
    var job: Job?
    var sentImages = false
    var started = 0.0
    var processorSecondsBefore = 0.0
    var last: ModuleState?
    /// The modules whose images this worker has been given.
    var known: Set<ContentHash> = []
  }

  private let settings: Settings
  private let inputs: PrecompileInputs
  private let targets: [String]
  private let report: PrecompileReport
  private let progress: Progress
  private let compiler = CachedCompiler.shared
  private let cache = KernelCache.shared

  private var unsurveyed: [ModuleState] = []
  private var open: [ModuleState] = []            // surveyed, with kernels to hand out
  private var inputsEnded = false
  private var seenModules: Set<ContentHash> = []
  private var members: [Group: [Member]] = [:]    // those that wait for a result
  private var outcomes: [Group: Outcome] = [:]
  private var sampled = 0

  init(_ settings: Settings, inputs: PrecompileInputs, targets: [String], report: PrecompileReport, progress: Progress) {
    self.settings = settings
    self.inputs = inputs
    self.targets = targets
    self.report = report
    self.progress = progress
  }

  /// Until everything is done.  Throws when no worker can be started.
  func run() throws {
    let slots = (0..<settings.workers).map { _ in Slot() }
    defer { for slot in slots { slot.worker?.end(killing: true) } }
    while true {
      for slot in slots where slot.job == nil {
        guard let job = nextJob(for: slot) else { continue }
        try start(job, on: slot)
      }
      let busy = slots.filter { $0.job != nil }
      if busy.isEmpty { return }
      var polled = busy.flatMap { [pollfd(fd: $0.worker!.socket, events: Int16(POLLIN), revents: 0)] }
      poll(&polled, nfds_t(polled.count), 100)
      for slot in busy { try look(after: slot) }
      progress.show(report, running: busy.compactMap { if case .kernel(_, let name, _)? = $0.job { name } else { nil } })
    }
  }

  // MARK: handing out

  private func nextJob(for slot: Slot) -> Job? {
    if let last = slot.last, let job = kernel(of: last) { return job }
    // A module that nobody works on, so that few workers parse the same; then whichever has most left.
    if let state = open.first(where: { $0.running == 0 }), let job = kernel(of: state) { return job }
    if unsurveyed.isEmpty { readFiles() }
    if !unsurveyed.isEmpty { return .survey(unsurveyed.removeFirst()) }
    if let state = open.max(by: { $0.waiting.count < $1.waiting.count }), let job = kernel(of: state) { return job }
    return nil
  }

  private func kernel(of state: ModuleState) -> Job? {
    if state.wantsInventory {
      state.wantsInventory = false
      if state.waiting.isEmpty { open.removeAll { $0 === state } }
      return .inventory(state)
    }
    guard let name = state.waiting.popLast() else { return nil }
    if state.waiting.isEmpty { open.removeAll { $0 === state } }
    return .kernel(state, name, Group(fingerprint: state.fingerprints[name]!, target: state.target))
  }

  private func readFiles() {
    while unsurveyed.isEmpty, !inputsEnded {
      guard let file = inputs.next() else { inputsEnded = true; return }
      report.begin(file)
      for module in file.modules where seenModules.insert(module.key).inserted {
        for target in targets { unsurveyed.append(ModuleState(module, target)) }
      }
    }
  }

  private func start(_ job: Job, on slot: Slot) throws {
    if slot.worker == nil {
      slot.worker = try Worker(command: settings.command)
      slot.known = []
    }
    slot.job = job
    slot.last = job.state
    job.state.running += 1
    slot.started = seconds()
    slot.processorSecondsBefore = slot.worker!.processorSeconds
    send(slot, images: !slot.known.contains(job.state.module.key))
  }

  private func send(_ slot: Slot, images: Bool) {
    guard let job = slot.job else { return }
    var request: CompileRequest
    switch job {
    case .survey(let state): request = compiler.request(.survey, "", of: state.module.key, for: state.target)
    case .inventory(let state): request = compiler.request(.module, "", of: state.module.key, for: state.target)
    case .kernel(let state, let name, _):
      request = compiler.request(settings.isCheck ? .check : .kernel, name, of: state.module.key, for: state.target)
    }
    if images { request.images = job.state.module.images }
    slot.sentImages = images
    slot.known.insert(job.state.module.key)
    _ = slot.worker!.send(request)
  }

  // MARK: answers

  private func look(after slot: Slot) throws {
    guard let worker = slot.worker, let job = slot.job else { return }
    switch worker.receive() {
    case .response(.imagesWanted):
      if slot.sentImages { finish(job, slot, .failure(.internalError, message: "the worker asks again for what it was given")) } else { send(slot, images: true) }
    case .response(let response): finish(job, slot, response)
    case .ended(let why):
      slot.worker = nil
      finish(job, slot, .failure(.internalError, message: why))
    case .nothing:
      let worked = worker.processorSeconds - slot.processorSecondsBefore
      if worked > settings.secondsPerKernel || seconds() - slot.started > 10 * settings.secondsPerKernel {
        worker.end(killing: true)
        slot.worker = nil
        finish(job, slot, .failure(.internalError, message: "the time limit: not done after \(Int(settings.secondsPerKernel)) seconds (--time-limit)"))
      } else if worker.residentBytes > settings.bytesPerWorker {
        worker.end(killing: true)
        slot.worker = nil
        finish(job, slot, .failure(.internalError, message: "the memory limit: more than \(settings.bytesPerWorker >> 20) MiB (--memory-limit)"))
      }
    }
  }

  private func finish(_ job: Job, _ slot: Slot, _ response: CompileResponse) {
    slot.job = nil
    job.state.running -= 1
    report.spent(seconds() - slot.started, in: job.state.module.file)
    switch job {
    case .inventory(let state):
      switch response {
      case .success(let bytes): keep(bytes, inventoryKey(state), of: state)
      case .failure(let reason, let message): report.module(of: state.module, failed: reason, message)
      case .imagesWanted: break
      }
    case .survey(let state):
      switch response {
      case .success(let bytes):
        do { surveyed(state, try ModuleSurvey(deserializing: bytes)) } catch { report.module(of: state.module, failed: .internalError, "\(error)") }
      case .failure(let reason, let message): report.module(of: state.module, failed: reason, message)
      case .imagesWanted: break
      }
    case .kernel(let state, let name, let group):
      let key = key(name, state.module.key, state.target)
      let outcome: Outcome
      switch response {
      case .success(let bytes):
        outcome = settings.isCheck ? .checked : keep(bytes, key, of: nil) ?? .kept(key)
      case .failure(let reason, let message): outcome = .failed(reason, message)
      case .imagesWanted: outcome = .failed(.internalError, "the worker has not got the module")
      }
      outcomes[group] = outcome
      for (position, member) in (members.removeValue(forKey: group) ?? []).enumerated() {
        settle(member, outcome, target: state.target, isCopy: position > 0)
      }
    }
  }

  private func surveyed(_ state: ModuleState, _ survey: ModuleSurvey) {
    report.surveyed(state.module)
    var handOut: [String] = []
    for kernel in survey.kernels {
      sampled += 1
      guard (sampled - 1) % settings.every == 0 else { continue }
      report.found(in: state.module)
      let member = Member(name: kernel.name, module: state.module.key, file: state.module.file)
      if !settings.isCheck, !settings.force, let stored = cache.stored(key(kernel.name, member.module, state.target)) {
        report.compiled(member.file, member.name, byteCount: stored.count, .cached)
        continue
      }
      let group = Group(fingerprint: kernel.fingerprint, target: state.target)
      if let outcome = outcomes[group], isThere(outcome) {
        settle(member, outcome, target: state.target, isCopy: true)
      } else if members[group] != nil {
        members[group]!.append(member)
      } else {
        members[group] = [member]
        state.fingerprints[kernel.name] = kernel.fingerprint
        handOut.append(kernel.name)
      }
    }
    state.wantsInventory = !settings.isCheck && (settings.force || cache.stored(inventoryKey(state)) == nil)
    state.waiting = handOut.reversed()
    if !handOut.isEmpty || state.wantsInventory { open.append(state) }
  }

  // MARK: the cache

  private func key(_ kernel: String, _ module: ContentHash, _ target: String) -> ContentHash {
    compiler.key(of: compiler.request(.kernel, kernel, of: module, for: target))
  }
  private func inventoryKey(_ state: ModuleState) -> ContentHash {
    compiler.key(of: compiler.request(.module, "", of: state.module.key, for: state.target))
  }

  /// The failure, if the bytes cannot be kept.
  @discardableResult
  private func keep(_ bytes: [UInt8], _ key: ContentHash, of state: ModuleState?) -> Outcome? {
    do { try cache.store(bytes, for: key) } catch {
      let message = "compiled, but it cannot be kept: \(error)"
      if let state { report.module(of: state.module, failed: .internalError, message) }
      return .failed(.internalError, message)
    }
    return nil
  }

  /// Whether what was kept still is: the cache may have been full.
  private func isThere(_ outcome: Outcome) -> Bool {
    if case .kept(let key) = outcome { return cache.stored(key) != nil }
    return true
  }

  private func settle(_ member: Member, _ outcome: Outcome, target: String, isCopy: Bool) {
    switch outcome {
    case .failed(let reason, let message): report.failed(member.file, member.name, reason, message)
    case .checked: report.compiled(member.file, member.name, byteCount: 0, isCopy ? .shared : .made)
    case .kept(let original):
      let own = key(member.name, member.module, target)
      guard let bytes = cache.stored(original), original != own else {
        return report.compiled(member.file, member.name, byteCount: cache.stored(own)?.count ?? 0, .made)
      }
      do {
        var image = try KernelImage(deserializing: bytes)
        image.name = member.name
        try cache.store(image.serialized(), for: own)
        report.compiled(member.file, member.name, byteCount: bytes.count, .shared)
      } catch { report.failed(member.file, member.name, .internalError, "compiled, but it cannot be kept: \(error)") }
    }
  }
}
