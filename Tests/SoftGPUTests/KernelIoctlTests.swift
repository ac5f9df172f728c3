@testable import ISA
import CKFD
import CSoftGPU
import Glibc
import Testing
@testable import SoftGPU

/// The errno of each refused call is the one that amdkfd 1.17 (Linux 6.12, Debian) gave to the same call: names are the
/// record's.
@Suite struct KernelIoctlTests {
  static let bogus: UInt32 = 0x1234

  struct Refusal: Sendable, CustomStringConvertible {
    let description: String, errno: Int32
    let call: @Sendable (Machine) -> Int32
    init<A>(_ name: String, _ errno: Int32, _ number: UInt, _: A.Type, _ fill: @escaping @Sendable (inout A) -> Void) {
      description = name; self.errno = errno
      call = { machine in
        withUnsafeTemporaryAllocation(byteCount: MemoryLayout<A>.size, alignment: 16) { bytes in
          memset(bytes.baseAddress!, 0, bytes.count)
          let pointer = bytes.baseAddress!.assumingMemoryBound(to: A.self)
          fill(&pointer.pointee)
          return machine.ioctl(number, &pointer.pointee)
        }
      }
    }
  }

  static let kernelHalf: UInt64 = 0xffff_8000_0000_0000
  static func queue(_ change: @escaping @Sendable (inout kfd_ioctl_create_queue_args) -> Void) -> @Sendable (inout kfd_ioctl_create_queue_args) -> Void {
    { arguments in
      arguments.ring_base_address = 0x7f00_0000_0000
      arguments.ring_size = 4096
      arguments.gpu_id = bogus
      arguments.queue_type = 2
      arguments.queue_percentage = 100
      arguments.queue_priority = 7
      arguments.read_pointer_address = 0x7f00_0000_1000
      arguments.write_pointer_address = 0x7f00_0000_1008
      change(&arguments)
    }
  }

  static let recorded: [Refusal] = [
    Refusal("SET_MEMORY_POLICY bogus gpu", EINVAL, 0x04, kfd_ioctl_set_memory_policy_args.self) { $0.gpu_id = bogus },
    Refusal("SET_MEMORY_POLICY bad default_policy", EINVAL, 0x04, kfd_ioctl_set_memory_policy_args.self) { $0.gpu_id = bogus; $0.default_policy = 9 },
    Refusal("ACQUIRE_VM bogus gpu, drm_fd -1", EINVAL, 0x15, kfd_ioctl_acquire_vm_args.self) { $0.drm_fd = .max; $0.gpu_id = bogus },
    Refusal("ACQUIRE_VM gpu 0", EINVAL, 0x15, kfd_ioctl_acquire_vm_args.self) { _ in },
    Refusal("ALLOC_MEMORY_OF_GPU VRAM bogus gpu", EINVAL, 0x16, kfd_ioctl_alloc_memory_of_gpu_args.self) { $0.gpu_id = bogus; $0.size = 4096; $0.va_addr = 0x7f00_0000_0000; $0.flags = 0x8000_0001 },
    Refusal("ALLOC_MEMORY_OF_GPU gpu 0", EINVAL, 0x16, kfd_ioctl_alloc_memory_of_gpu_args.self) { $0.size = 4096; $0.flags = 1 },
    Refusal("FREE_MEMORY_OF_GPU bogus handle", EINVAL, 0x17, kfd_ioctl_free_memory_of_gpu_args.self) { $0.handle = UInt64(bogus) << 46 | 1 },
    Refusal("FREE_MEMORY_OF_GPU handle 0", EINVAL, 0x17, kfd_ioctl_free_memory_of_gpu_args.self) { _ in },
    Refusal("MAP_MEMORY_TO_GPU n_devices 0", EINVAL, 0x18, kfd_ioctl_map_memory_to_gpu_args.self) { $0.handle = 1 },
    Refusal("MAP_MEMORY_TO_GPU n_success > n_devices", EINVAL, 0x18, kfd_ioctl_map_memory_to_gpu_args.self) { $0.handle = 1; $0.n_devices = 1; $0.n_success = 2 },
    Refusal("MAP_MEMORY_TO_GPU bad array pointer", EFAULT, 0x18, kfd_ioctl_map_memory_to_gpu_args.self) { $0.handle = 1; $0.n_devices = 1; $0.device_ids_array_ptr = 0x10 },
    Refusal("UNMAP_MEMORY_FROM_GPU bad array pointer", EFAULT, 0x19, kfd_ioctl_map_memory_to_gpu_args.self) { $0.handle = 1; $0.n_devices = 1; $0.device_ids_array_ptr = 0x10 },
    Refusal("CREATE_QUEUE good args, bogus gpu", EINVAL, 0x02, kfd_ioctl_create_queue_args.self, queue { _ in }),
    Refusal("CREATE_QUEUE gpu 0", EINVAL, 0x02, kfd_ioctl_create_queue_args.self, queue { $0.gpu_id = 0 }),
    Refusal("CREATE_QUEUE percentage 101", EINVAL, 0x02, kfd_ioctl_create_queue_args.self, queue { $0.queue_percentage = 101 }),
    Refusal("CREATE_QUEUE priority 16", EINVAL, 0x02, kfd_ioctl_create_queue_args.self, queue { $0.queue_priority = 16 }),
    Refusal("CREATE_QUEUE ring address in kernel half", EFAULT, 0x02, kfd_ioctl_create_queue_args.self, queue { $0.ring_base_address = kernelHalf }),
    Refusal("CREATE_QUEUE ring size 3000 (no power of 2)", EINVAL, 0x02, kfd_ioctl_create_queue_args.self, queue { $0.ring_size = 3000 }),
    Refusal("CREATE_QUEUE rptr in kernel half", EFAULT, 0x02, kfd_ioctl_create_queue_args.self, queue { $0.read_pointer_address = kernelHalf }),
    Refusal("CREATE_QUEUE wptr in kernel half", EFAULT, 0x02, kfd_ioctl_create_queue_args.self, queue { $0.write_pointer_address = kernelHalf }),
    Refusal("CREATE_QUEUE eop in kernel half", EFAULT, 0x02, kfd_ioctl_create_queue_args.self, queue { $0.eop_buffer_address = kernelHalf }),
    Refusal("CREATE_QUEUE ctx save in kernel half", EFAULT, 0x02, kfd_ioctl_create_queue_args.self, queue { $0.ctx_save_restore_address = kernelHalf }),
    Refusal("CREATE_QUEUE type 9", 524, 0x02, kfd_ioctl_create_queue_args.self, queue { $0.queue_type = 9 }),
    Refusal("DESTROY_QUEUE id 0 (none)", EINVAL, 0x03, kfd_ioctl_destroy_queue_args.self) { _ in },
    Refusal("UPDATE_QUEUE id 0 (none)", EFAULT, 0x07, kfd_ioctl_update_queue_args.self) { $0.ring_size = 4096; $0.queue_percentage = 100 },
    Refusal("UPDATE_QUEUE percentage 101", EINVAL, 0x07, kfd_ioctl_update_queue_args.self) { $0.ring_size = 4096; $0.queue_percentage = 101 },
    Refusal("UPDATE_QUEUE ring size 3000", EINVAL, 0x07, kfd_ioctl_update_queue_args.self) { $0.ring_size = 3000; $0.queue_percentage = 100 },
    Refusal("SET_CU_MASK queue 0 (none)", EFAULT, 0x1a, kfd_ioctl_set_cu_mask_args.self) { $0.num_cu_mask = 64 },
    Refusal("SET_CU_MASK 33 bits", EINVAL, 0x1a, kfd_ioctl_set_cu_mask_args.self) { $0.num_cu_mask = 33 },
    Refusal("SET_CU_MASK 0 bits", EINVAL, 0x1a, kfd_ioctl_set_cu_mask_args.self) { _ in },
    Refusal("GET_QUEUE_WAVE_STATE queue 0 (none)", EFAULT, 0x1b, kfd_ioctl_get_queue_wave_state_args.self) { _ in },
    Refusal("SET_SCRATCH_BACKING_VA bogus gpu", EINVAL, 0x11, kfd_ioctl_set_scratch_backing_va_args.self) { $0.gpu_id = bogus },
    Refusal("SET_TRAP_HANDLER bogus gpu", EINVAL, 0x13, kfd_ioctl_set_trap_handler_args.self) { $0.gpu_id = bogus },
    Refusal("GET_TILE_CONFIG bogus gpu", EINVAL, 0x12, kfd_ioctl_get_tile_config_args.self) { $0.gpu_id = bogus },
    Refusal("GET_DMABUF_INFO fd 0", EINVAL, 0x1c, kfd_ioctl_get_dmabuf_info_args.self) { _ in },
    Refusal("IMPORT_DMABUF fd -1 bogus gpu", EINVAL, 0x1d, kfd_ioctl_import_dmabuf_args.self) { $0.dmabuf_fd = .max; $0.gpu_id = bogus },
    Refusal("SMI_EVENTS bogus gpu", EINVAL, 0x1f, kfd_ioctl_smi_events_args.self) { $0.gpuid = bogus },
    Refusal("ALLOC_QUEUE_GWS queue 0 (none)", EINVAL, 0x1e, kfd_ioctl_alloc_queue_gws_args.self) { $0.num_gws = 1 },
    Refusal("CRIU_OP op 1", EINVAL, 0x22, kfd_ioctl_criu_args.self) { $0.op = 1 },
    Refusal("CRIU_OP op 2", EINVAL, 0x22, kfd_ioctl_criu_args.self) { $0.op = 2 },
    Refusal("CRIU_OP op 3", EINVAL, 0x22, kfd_ioctl_criu_args.self) { $0.op = 3 },
    Refusal("CRIU_OP op 5", EINVAL, 0x22, kfd_ioctl_criu_args.self) { $0.op = 5 },
    Refusal("EXPORT_DMABUF bogus handle", EINVAL, 0x24, kfd_ioctl_export_dmabuf_args_1_12.self) { $0.handle = 1 },
    Refusal("AVAILABLE_MEMORY bogus gpu", EINVAL, 0x23, kfd_ioctl_get_available_memory_args.self) { $0.gpu_id = bogus },
    Refusal("DBG_TRAP pid 0", ESRCH, 0x26, kfd_ioctl_dbg_trap_args_1_14.self) { _ in },
    Refusal("unknown? nr 0x00", ENOTTY, 0x00, UInt64.self) { _ in },
    Refusal("unknown? nr 0x27", ENOTTY, 0x27, UInt64.self) { _ in },
    Refusal("unknown? nr 0x82", ENOTTY, 0x82, UInt64.self) { _ in },
    Refusal("unknown? nr 0xff", ENOTTY, 0xff, UInt64.self) { _ in },
    Refusal("deprecated debugger nr 0x0d", EPERM, 0x0d, UInt64.self) { _ in },
    Refusal("deprecated debugger nr 0x10", EPERM, 0x10, UInt64.self) { _ in },
  ]

  @Test("Refused calls give the errno that the real driver was recorded with", arguments: recorded)
  func refusals(_ refusal: Refusal) {
    #expect(refusal.call(Machine()) == -refusal.errno)
  }

  @Test("Every row's size and number are those of the kernel header's macros")
  func requestCodes() {
    var count = 0
    let rows = carmine_kfd_requests(&count)!
    #expect(count >= 34)
    let grown: [String: UInt] = ["CREATE_QUEUE": 96]         // since KFD 1.17; the installed header is of 1.11
    for index in 0..<count {
      let code = UInt(rows[index].code), row = IoctlTable.byNumber[Int(code & 0xff)]
      #expect(row?.name == String(cString: rows[index].name))
      #expect(row.map { UInt($0.size) } == grown[row!.name] ?? (code >> 16 & 0x3fff))
      #expect(row?.copiesOut == (code >> 31 & 1 == 1))
      #expect(row?.copiesIn == (code >> 30 & 1 == 1))
    }
  }

  @Test("Decoding goes by number, copies as many bytes as the caller's code says, and never trusts a pointer")
  func decoding() {
    let machine = Machine(acquired: false)
    func getVersion(_ request: UInt, _ words: inout [UInt32]) -> Int32 {
      words.withUnsafeMutableBytes { IoctlTable.perform(machine.process, request, UInt64(UInt(bitPattern: $0.baseAddress))) }
    }
    let poison: UInt32 = 0xaaaa_aaaa
    var words = [UInt32](repeating: poison, count: 16)
    #expect(getVersion(0x8008_4b01, &words) == 0 && words[0] == 1 && words[1] == 17)
    #expect(IoctlTable.perform(machine.process, 0x8008_4b01, 0) == -EFAULT)
    #expect(IoctlTable.perform(machine.process, 0x8008_4b01, 0x10) == -EFAULT)
    words = .init(repeating: poison, count: 16)
    #expect(getVersion(0x8040_4b01, &words) == 0 && words[0] == 1 && words[2] == 0)      // cmd size 64 (bigger)
    words = .init(repeating: poison, count: 16)
    #expect(getVersion(0x8004_4b01, &words) == 0 && words[0] == 1 && words[1] == poison) // cmd size 4 (smaller)
    words = .init(repeating: poison, count: 16)
    #expect(getVersion(0x0000_4b01, &words) == 0 && words[0] == poison)                  // cmd dir NONE size 0
    words = .init(repeating: poison, count: 16)
    #expect(getVersion(0x8008_4a01, &words) == 0 && words[0] == 1)                       // wrong magic
    let unmapped = Machine.pages(4096, PROT_NONE)
    #expect(IoctlTable.perform(machine.process, 0x8008_4b01, UInt64(UInt(bitPattern: unmapped))) == -EFAULT)
  }

  @Test("The runtime is enabled once, and a mask without the enable bit disables it")
  func runtimeEnable() {
    let machine = Machine(acquired: false)
    func enable(_ mask: UInt32) -> Int32 { var a = kfd_ioctl_runtime_enable_args_1_14(r_debug: 0, mode_mask: mask, capabilities_mask: 0); return machine.ioctl(0x25, &a) }
    #expect([0, 1, 1, 0, 0xf0].map(enable) == [0, 0, -EBUSY, 0, 0])
  }

  @Test("A clock query names a frequency of 1 GHz, and only a known GPU has a GPU clock")
  func clocks() {
    let machine = Machine(acquired: false)
    var arguments = kfd_ioctl_get_clock_counters_args()
    arguments.gpu_id = Self.bogus
    #expect(machine.ioctl(0x05, &arguments) == 0)
    #expect(arguments.gpu_clock_counter == 0 && arguments.cpu_clock_counter != 0 && arguments.system_clock_freq == 1_000_000_000)
    arguments.gpu_id = machine.gpuID
    #expect(machine.ioctl(0x05, &arguments) == 0 && arguments.gpu_clock_counter != 0)
    let first = arguments.gpu_clock_counter
    #expect(machine.ioctl(0x05, &arguments) == 0 && arguments.gpu_clock_counter >= first)
  }

  @Test("Apertures are reported for GPUs only; a count of 0 asks how many")
  func apertures() {
    let machine = Machine(acquired: false)
    var arguments = kfd_ioctl_get_process_apertures_new_args()
    #expect(machine.ioctl(0x14, &arguments) == 0 && arguments.num_of_nodes == 1)
    var entries = [kfd_process_device_apertures](repeating: .init(), count: 2)
    let error = entries.withUnsafeMutableBufferPointer { buffer in
      arguments.kfd_process_device_apertures_ptr = UInt64(UInt(bitPattern: buffer.baseAddress))
      arguments.num_of_nodes = 2
      return machine.ioctl(0x14, &arguments)
    }
    #expect(error == 0 && arguments.num_of_nodes == 1)
    #expect(entries[0].gpu_id == machine.gpuID && entries[0].gpuvm_limit == 0x7fff_ffff_ffff)
    #expect(entries[0].lds_base >> 32 != 0 && entries[0].scratch_base >> 32 != 0 && entries[1].gpu_id == 0)
  }
}
