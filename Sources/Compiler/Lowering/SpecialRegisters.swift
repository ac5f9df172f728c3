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
  func hidden(_ offset: Int, _ type: Type, index: Int = 0, range: Range<Int>? = nil) -> Value {
    cached("hidden.\(offset + 4 * index)") {
      let base = b.call("llvm.amdgcn.implicitarg.ptr", b.pointer(.constant))
      let place = offset + 4 * index
      let value = b.load(type, b.offset(base, place), alignment: b.bits(type) / 8)
      b.annotate(value, "invariant.load")
      if let range { b.range(load: value, range) }
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

  /// The most threads of a block in one axis.
  private func mostThreads(_ axis: Int) -> Int { min(module.limits.maximumThreads, axis == 2 ? 64 : 1024) }

  private func blockSize(_ axis: Int) -> Value {
    if let required = module.limits.requiredShape { return b.int32(required[axis]) }
    return hidden(MemoryLayout<Hidden>.offset(of: \.ntid)!, b.i32, index: axis, range: 1..<mostThreads(axis) + 1)
  }

  /// %tid in one axis.
  func thread(_ axis: Int) -> Value {
    cached("tid.\(axis)") {
      guard module.mapping == .oneWarp else {
        if module.limits.requiredShape?[axis] == 1 { return b.int32(0) }
        let item = b.call("llvm.amdgcn.workitem.id." + ["x", "y", "z"][axis], b.i32)
        b.range(callSite: item, 0..<(module.limits.requiredShape?[axis] ?? mostThreads(axis)))
        return item
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
        b.range(callSite: item, 0..<1024)
        return b.or(b.shl(b.lshr(item, b.int32(6)), b.int32(5)), b.and(item, b.int32(31)))
      }
      return b.add(thread(0), b.mul(blockSize(0), b.add(thread(1), b.mul(blockSize(1), thread(2)))))
    }
  }

  /// With one warp to a wave: the upper lanes, and those beyond the last thread, have nothing to do.
  func leaveUnusedLanes() {
    guard module.mapping == .oneWarp else { return }
    let item = b.call("llvm.amdgcn.workitem.id.x", b.i32)
    let total = blockThreads()
    let upper = b.icmp(LLVMIntNE, b.and(item, b.int32(32)), b.int32(0))
    let unused = b.or(upper, b.icmp(LLVMIntUGE, flatThread(), total))
    let (leave, stay) = (newBlock("leave"), newBlock("stay"))
    b.branch(unused, leave, stay)
    b.move(to: leave)
    LLVMBuildRetVoid(b.raw)
    b.move(to: stay)
  }

  /// Threads of a block.
  func blockThreads() -> Value { b.mul(blockSize(0), b.mul(blockSize(1), blockSize(2))) }

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
        let most = axis == 0 ? 0x7fff_ffff : 65535
        let group = cached("group.\(axis)") {
          let group = b.call("llvm.amdgcn.workgroup.id." + String(parts[1]), b.i32)
          b.range(callSite: group, 0..<most)
          return group
        }
        // Only a grid that is long in x is split into several dispatches.
        return axis > 0 ? group : b.addSmall(group, hidden(MemoryLayout<Hidden>.offset(of: \.ctaid_offset)!, b.i32, range: 0..<most))
      case "nctaid", "nclusterid":
        return hidden(MemoryLayout<Hidden>.offset(of: \.nctaid)!, b.i32, index: axis, range: 1..<(axis == 0 ? 0x8000_0000 : 65536))
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
    case "envreg1": return b.trunc(b.lshr(gridWorkspace(), b.int64(32)), b.i32)
    case "envreg2": return b.trunc(gridWorkspace(), b.i32)
    case let other where other.hasPrefix("envreg") && (Int(other.dropFirst(6)) ?? 32) < 32: return b.int32(0)
    case "smid": return computeUnit()
    case "nsmid": return b.int32(module.target.waveSize == 64 ? 1 << 12 : 1 << 8)
    case "reserved_smem_offset_begin", "reserved_smem_offset_end", "reserved_smem_offset_cap": return b.int32(0)  // none is
    case let other where other.hasPrefix("reserved_smem_offset_"): return b.int32(0)
    case "current_graph_exec": return b.int64(0)  // nothing is launched from the device
    case let other where other.hasPrefix("pm") && (Int(other.dropFirst(2)) ?? 8) < 8: return b.int32(0)  // nothing counts
    case let other where other.hasPrefix("pm") && other.hasSuffix("_64") && (Int(other.dropFirst(2).dropLast(3)) ?? 8) < 8: return b.int64(0)
    default: return nil
    }
  }

  private func gridWorkspace() -> Value { hidden(MemoryLayout<Hidden>.offset(of: \.grid_workspace)!, b.i64) }

  /// The compute unit's place: die, shader engine, array and number, with gaps, as PTX allows.  Read anew each time: a wave that was
  /// preempted may go on elsewhere.
  /// Source: HW_ID (gfx9: CU 8-11, SH 12, SE 13-15; XCC_ID), HW_ID1 (gfx10 and later: WGP 10-13, SA 16, SE 18-20) of AMD's ISA manuals.
  private func computeUnit() -> Value {
    func register(_ number: Int, from bit: Int, bits: Int) -> Value {
      b.call("llvm.amdgcn.s.getreg", b.i32, [b.int32(number | bit << 6 | (bits - 1) << 11)])
    }
    guard module.target.waveSize == 64 else {
      let unit = register(23, from: 10, bits: 4), array = register(23, from: 16, bits: 1), engine = register(23, from: 18, bits: 3)
      return b.or(b.or(unit, b.shl(array, b.int32(4))), b.shl(engine, b.int32(5)))
    }
    let place = register(4, from: 8, bits: 8)
    guard module.target.isaVersion / 100 == 94 || module.target.isaVersion / 100 == 95 else { return place }  // gfx94x, gfx950: several dies
    return b.or(place, b.shl(register(20, from: 0, bits: 4), b.int32(8)))
  }

  private func dynamicSharedBytes() -> Value { hidden(MemoryLayout<Hidden>.offset(of: \.dynamic_shared_bytes)!, b.i32) }
  private func clock() -> Value { b.call("llvm.readcyclecounter", b.i64) }
  /// The constant counter runs at 100 MHz.
  private func nanoseconds() -> Value { b.mul(b.call("llvm.readsteadycounter", b.i64), b.int64(10)) }
}
