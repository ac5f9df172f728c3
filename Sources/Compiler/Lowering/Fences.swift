// Fences of the memory model.  PTX's scopes are LLVM's: cta and cluster workgroup (a cluster is one block), gpu agent, sys system.
// Every access, asynchronous copies too, takes one way to memory here, so a fence between proxies orders nothing more than one
// without; tensor maps and constant banks written by kernels are another matter and refused.
// Source: PTX ISA, "membar, fence", "Memory Consistency Model: Proxies"; LLVM's AMDGPU memory model.
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let fences: [String: Handler] = [
    "membar": { f, i, m in
      if m.take("proxy") { return try f.proxyFence(i, &m) }
      let level = try m.require(oneOf: ["cta", "gl", "sys"])
      f.b.fence(LLVMAtomicOrderingSequentiallyConsistent, scope: ["cta": "workgroup", "gl": "agent"][level] ?? "")
    },
    "fence": { f, i, m in
      if m.take("proxy") { return try f.proxyFence(i, &m) }
      // mbarrier_init: what initialised an mbarrier comes before; sync_restrict: only accesses to shared memory are ordered.
      let isNarrow = m.take("mbarrier_init") || m.take(where: { $0.hasPrefix("sync_restrict::") }) != nil
      let order = m.take(oneOf: ["sc", "acq_rel", "acquire", "release"])
      let ordering = switch order {
      case "acq_rel": LLVMAtomicOrderingAcquireRelease
      case "acquire": LLVMAtomicOrderingAcquire
      case "release": LLVMAtomicOrderingRelease
      default: LLVMAtomicOrderingSequentiallyConsistent
      }
      guard let scope = m.scope() else { throw CompileError.invalid(i, "needs a scope") }
      if isNarrow, scope != "workgroup" { throw CompileError.invalid(i, "reaches the cluster at most") }
      f.b.fence(ordering, scope: scope)
    },
  ]
}

extension FunctionLowering {
  fileprivate func proxyFence(_ i: Instruction, _ m: inout Modifiers) throws {
    if let kind = m.take(where: { $0.hasPrefix("tensormap") }) {
      throw CompileError.unsupported(i, "the proxy .\(kind): there are no tensor maps")
    }
    let kind = m.take(where: { $0 == "alias" || $0 == "async" || $0.hasPrefix("async::generic") })
    guard kind != nil else { throw CompileError.unsupported(i, "this proxy does not exist here") }
    _ = m.take(oneOf: ["global", "shared", "shared::cta", "shared::cluster"])
    let order = m.take(oneOf: ["acquire", "release"])
    _ = m.take(where: { $0.hasPrefix("sync_restrict::") })
    let ordering = order == "acquire" ? LLVMAtomicOrderingAcquire : order == "release" ? LLVMAtomicOrderingRelease : LLVMAtomicOrderingAcquireRelease
    b.fence(ordering, scope: m.scope() ?? "workgroup")
  }
}
