// Kernels for tests of queues: assembled by LLVM for the machine's own target, loaded where its GPU sees them, dispatched by
// AQL packets.
import CKFD
import Glibc
import Synchronization
import Testing

@testable import SoftGPU

extension Machine {
  /// Assembles kernels and gives the addresses of their descriptors.
  func load(_ source: String) throws -> [String: UInt64] {
    let target = device.kind.gfxTarget
    let directory = try temporaryDirectory()
    defer { removeTree(directory) }
    try write(Array((".amdgcn_target \"amdgcn-amd-amdhsa--\(target)\"\n" + source).utf8), to: directory + "/source.s")
    _ = try runTool(
      ["clang-22", "-x", "assembler", "-target", "amdgcn-amd-amdhsa", "-mcpu=\(target)", "-o", directory + "/code.hsaco", directory + "/source.s"])
    let elf = try read(directory + "/code.hsaco")
    func get<T: FixedWidthInteger>(_ at: Int, _: T.Type = T.self) -> T { elf.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: T.self) } }
    let headers = Int(get(32, UInt64.self)), count = Int(get(56, UInt16.self))
    var end = 0
    for header in (0..<count).map({ headers + $0 * 56 }) where get(header, UInt32.self) == 1 {
      end = max(end, Int(get(header + 16, UInt64.self)) + Int(get(header + 40, UInt64.self)))
    }
    let image = shared((end + 4095) & ~4095)
    for header in (0..<count).map({ headers + $0 * 56 }) where get(header, UInt32.self) == 1 {
      let offset = Int(get(header + 8, UInt64.self)), address = Int(get(header + 16, UInt64.self)), size = Int(get(header + 32, UInt64.self))
      elf.withUnsafeBytes { memcpy(image + address, $0.baseAddress! + offset, size) }
    }
    var found: [String: UInt64] = [:]
    let sections = Int(get(40, UInt64.self))
    for section in (0..<Int(get(60, UInt16.self))).map({ sections + $0 * 64 }) where get(section + 4, UInt32.self) == 2 {
      let symbols = Int(get(section + 24, UInt64.self)), size = Int(get(section + 32, UInt64.self))
      let strings = Int(get(sections + Int(get(section + 40, UInt32.self)) * 64 + 24, UInt64.self))
      for at in stride(from: symbols, to: symbols + size, by: 24) {
        let name = String(decoding: elf[(strings + Int(get(at, UInt32.self)))...].prefix { $0 != 0 }, as: UTF8.self)
        let address = UInt64(UInt(bitPattern: image)) + get(at + 8, UInt64.self)
        if name.hasSuffix(".kd") { found[String(name.dropLast(3))] = address } else if found[name] == nil { found[name] = address }
      }
    }
    return found
  }

  /// A kernel's text: s[0:1] points to its arguments, s2 is the workgroup's number.
  static func kernel(_ name: String, _ body: String, vgprs: Int = 16, lds: Int = 0, more: String = "", gfx9: Bool = true) -> String {
    """
    .text
    .globl \(name)
    .p2align 8
    .type \(name),@function
    \(name):
    \(body)
    s_endpgm
    .rodata
    .p2align 6
    .amdhsa_kernel \(name)
      .amdhsa_user_sgpr_kernarg_segment_ptr 1
      .amdhsa_system_sgpr_workgroup_id_x 1
      .amdhsa_next_free_vgpr \(vgprs)
      .amdhsa_next_free_sgpr 32
      \(gfx9 ? ".amdhsa_accum_offset \(min((vgprs + 3) / 4 * 4, 256))" : "")
      .amdhsa_group_segment_fixed_size \(lds)
      \(more)
    .end_amdhsa_kernel

    """
  }

  /// Words that host and GPU share, zeroed.
  func words(_ count: Int) -> UnsafeMutablePointer<UInt32> {
    shared((count * 4 + 4095) & ~4095).assumingMemoryBound(to: UInt32.self)
  }
  func arguments(_ values: UInt64...) -> UInt64 {
    let memory = shared(4096)
    for (index, value) in values.enumerated() { memory.storeBytes(of: value, toByteOffset: index * 8, as: UInt64.self) }
    return UInt64(UInt(bitPattern: memory))
  }
}

func address(_ pointer: UnsafeMutablePointer<UInt32>) -> UInt64 { UInt64(UInt(bitPattern: pointer)) }
/// What a kernel writes while the test looks.
func peek(_ pointer: UnsafeMutablePointer<UInt32>) -> UInt32 {
  UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .acquiring)
}
func poke(_ pointer: UnsafeMutablePointer<UInt32>, _ value: UInt32) {
  UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Atomic<UInt32>.self).pointee.store(value, ordering: .releasing)
}

extension TestQueue {
  func dispatch(
    _ kernel: UInt64, groups: Int = 1, size: Int = 64, arguments: UInt64 = 0, lds: Int = 0, scratch: UInt32 = 0, completion: TestSignal? = nil
  ) {
    submit(header: 2 | 1 << 8 | 2 << 9 | 2 << 11, setup: 1) { packet in
      packet.storeBytes(of: UInt16(size), toByteOffset: 4, as: UInt16.self)
      packet.storeBytes(of: 1, toByteOffset: 6, as: UInt16.self)
      packet.storeBytes(of: 1, toByteOffset: 8, as: UInt16.self)
      packet.storeBytes(of: UInt32(groups * size), toByteOffset: 12, as: UInt32.self)
      packet.storeBytes(of: 1, toByteOffset: 16, as: UInt32.self)
      packet.storeBytes(of: 1, toByteOffset: 20, as: UInt32.self)
      packet.storeBytes(of: scratch, toByteOffset: 24, as: UInt32.self)
      packet.storeBytes(of: UInt32(lds), toByteOffset: 28, as: UInt32.self)
      packet.storeBytes(of: kernel, toByteOffset: 32, as: UInt64.self)
      packet.storeBytes(of: arguments, toByteOffset: 40, as: UInt64.self)
      packet.storeBytes(of: completion?.handle ?? 0, toByteOffset: 56, as: UInt64.self)
    }
  }

  /// UPDATE_QUEUE.
  func update(percentage: UInt32 = 100, priority: UInt32 = 7, ring: UnsafeMutableRawPointer? = nil, packets: Int? = nil) -> Int32 {
    var a = kfd_ioctl_update_queue_args(
      ring_base_address: UInt64(UInt(bitPattern: ring ?? self.ring)), queue_id: id, ring_size: UInt32((packets ?? self.packets) * 64),
      queue_percentage: percentage, queue_priority: priority)
    return machine.ioctl(0x07, &a)
  }
  /// SET_CU_MASK with these compute units.
  func mask(_ units: [Int], bits: Int = 320) -> Int32 {
    var words = [UInt32](repeating: 0, count: bits / 32)
    for unit in units { words[unit / 32] |= 1 << UInt32(unit % 32) }
    return words.withUnsafeMutableBytes { bytes in
      var a = kfd_ioctl_set_cu_mask_args(queue_id: id, num_cu_mask: UInt32(bits), cu_mask_ptr: UInt64(UInt(bitPattern: bytes.baseAddress)))
      return machine.ioctl(0x1a, &a)
    }
  }
  /// GET_QUEUE_WAVE_STATE into memory of the test's.
  func waveState(_ into: UnsafeMutableRawPointer) -> (error: Int32, stack: UInt32, area: UInt32) {
    var a = kfd_ioctl_get_queue_wave_state_args()
    a.ctl_stack_address = UInt64(UInt(bitPattern: into))
    a.queue_id = id
    let error = machine.ioctl(0x1b, &a)
    return (error, a.ctl_stack_used_size, a.save_area_used_size)
  }
}
