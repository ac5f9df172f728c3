// PTX's special registers, from work-item ids and from the hidden arguments that the host writes for each launch.
// The hidden arguments lie where LLVM's implicit arguments would: after the kernel's own parameters, at a multiple of 16, so that
// functions reach them too.
// Source: PTX ISA, "Special Registers"; carmine_device_abi.h.
import CDeviceABI
import CLLVM
import PTX

extension FunctionLowering {
  private typealias Hidden = carmine_hidden_arguments

  /// A field of carmine_hidden_arguments, by its offset.
  func hidden(_ offset: Int, _ type: Type, index: Int = 0) -> Value {
    cached("hidden.\(offset + 4 * index)") {
      let base = b.call("llvm.amdgcn.implicitarg.ptr", b.pointer(.constant))
      let place = offset + 4 * index
      let value = b.load(type, b.offset(base, place), alignment: b.bits(type) / 8)
      b.annotate(value, "invariant.load")
      return value
    }
  }

  /// Computed once, in the entry block.
  private func cached(_ name: String, _ make: () -> Value) -> Value {
    if let known = threadCache[name] { return known }
    let value = inEntry(make)
    threadCache[name] = value
    return value
  }

  private func blockSize(_ axis: Int) -> Value { hidden(MemoryLayout<Hidden>.offset(of: \.ntid)!, b.i32, index: axis) }

  /// %tid in one axis.
  func thread(_ axis: Int) -> Value {
    cached("tid.\(axis)") {
      guard module.mapping == .oneWarp else {
        return b.call("llvm.amdgcn.workitem.id." + ["x", "y", "z"][axis], b.i32)
      }
      let flat = flatThread()
      switch axis {
      case 0: return b.urem(flat, blockSize(0))
      case 1: return b.urem(b.udiv(flat, blockSize(0)), blockSize(1))
      default: return b.udiv(flat, b.mul(blockSize(0), blockSize(1)))
      }
    }
  }

  /// The thread's number in its block, x fastest.
  func flatThread() -> Value {
    cached("tid.flat") {
      if module.mapping == .oneWarp {  // 64 work-items for each warp, the upper half of them off
        let item = b.call("llvm.amdgcn.workitem.id.x", b.i32)
        return b.or(b.shl(b.lshr(item, b.int32(6)), b.int32(5)), b.and(item, b.int32(31)))
      }
      return b.add(thread(0), b.mul(blockSize(0), b.add(thread(1), b.mul(blockSize(1), thread(2)))))
    }
  }

  /// With one warp to a wave: the upper lanes, and those beyond the last thread, have nothing to do.
  func leaveUnusedLanes() {
    guard module.mapping == .oneWarp else { return }
    let item = b.call("llvm.amdgcn.workitem.id.x", b.i32)
    let total = b.mul(blockSize(0), b.mul(blockSize(1), blockSize(2)))
    let upper = b.icmp(LLVMIntNE, b.and(item, b.int32(32)), b.int32(0))
    let unused = b.or(upper, b.icmp(LLVMIntUGE, flatThread(), total))
    let (leave, stay) = (newBlock("leave"), newBlock("stay"))
    b.branch(unused, leave, stay)
    b.move(to: leave)
    LLVMBuildRetVoid(b.raw)
    b.move(to: stay)
  }

  private static let axes: [Substring: Int] = ["x": 0, "y": 1, "z": 2]

  /// The value of a special register; nil when `name` is none.
  func specialRegister(_ name: String) throws -> Value? {
    guard name.hasPrefix("%") else { return nil }
    let parts = name.dropFirst().split(separator: ".")
    if parts.count == 2 {
      if parts[1] == "w" { return b.int32(0) }
      guard let axis = Self.axes[parts[1]] else { return nil }
      switch parts[0] {
      case "tid": return thread(axis)
      case "ntid": return blockSize(axis)
      case "ctaid", "clusterid":
        return b.add(
          cached("group.\(axis)") { b.call("llvm.amdgcn.workgroup.id." + String(parts[1]), b.i32) },
          hidden(MemoryLayout<Hidden>.offset(of: \.ctaid_offset)!, b.i32, index: axis))
      case "nctaid", "nclusterid": return hidden(MemoryLayout<Hidden>.offset(of: \.nctaid)!, b.i32, index: axis)
      case "cluster_ctaid": return b.int32(0)
      case "cluster_nctaid": return b.int32(1)
      default: return nil
      }
    }
    switch parts.first.map(String.init) ?? "" {
    case "laneid": return lane()
    case "warpid": return b.lshr(flatThread(), b.int32(5))
    case "nwarpid": return b.int32(32)
    case "lanemask_eq": return b.shl(b.int32(1), lane())
    case "lanemask_lt": return b.sub(b.shl(b.int32(1), lane()), b.int32(1))
    case "lanemask_le": return b.sub(b.shl(b.int32(2), lane()), b.int32(1))
    case "lanemask_gt": return b.shl(b.int32(-2), lane())
    case "lanemask_ge": return b.shl(b.int32(-1), lane())
    case "clock": return b.trunc(clock(), b.i32)
    case "clock_hi": return b.trunc(b.lshr(clock(), b.int64(32)), b.i32)
    case "clock64": return clock()
    case "globaltimer": return nanoseconds()
    case "globaltimer_lo": return b.trunc(nanoseconds(), b.i32)
    case "globaltimer_hi": return b.trunc(b.lshr(nanoseconds(), b.int64(32)), b.i32)
    case "gridid": return hidden(MemoryLayout<Hidden>.offset(of: \.grid_id)!, b.i64)
    case "dynamic_smem_size": return dynamicSharedBytes()
    case "total_smem_size", "aggr_smem_size":
      return b.add(dynamicSharedBytes(), b.call("llvm.amdgcn.groupstaticsize", b.i32))
    case "is_explicit_cluster": return b.bool(false)
    case "cluster_ctarank": return b.int32(0)
    case "cluster_nctarank": return b.int32(1)
    case "WARP_SZ": return b.int32(32)
    case let other where other.hasPrefix("envreg"): return b.int32(0)
    case "smid", "nsmid":
      throw CompileError(.unsupported, "\(name) in \(function.name): compute units have no dense numbers here, and a program would index by it")
    default: return nil
    }
  }

  private func dynamicSharedBytes() -> Value { hidden(MemoryLayout<Hidden>.offset(of: \.dynamic_shared_bytes)!, b.i32) }
  private func clock() -> Value { b.call("llvm.readcyclecounter", b.i64) }
  /// The constant counter runs at 100 MHz.
  private func nanoseconds() -> Value { b.mul(b.call("llvm.readsteadycounter", b.i64), b.int64(10)) }
}
