// CARMINE_SOFT_TRACE: a line for each ioctl and mmap, with the arguments decoded from the kernel's structs: fields by name
// where a row of the table below has them, words otherwise.
// Threads: any; a line is one write(2).
import CKFD
import CSoftGPU
import Glibc
import ISA
import Settings

enum Trace {
  private static let descriptor: Int32 = {
    guard let path = Switch.softTrace.text else { return -1 }
    if path == "stderr" { return 2 }
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    if file < 0 { Log.always("CARMINE_SOFT_TRACE=\(path) cannot be written (errno \(errno))") }
    return file < 0 ? -1 : Backing.high(file)
  }()
  static let isOn = descriptor >= 0

  /// Names of 32-bit (4) and 64-bit (8) fields in the order of the struct.
  private static let fields: [String: [(String, Int)]] = [
    "GET_VERSION": [("major", 4), ("minor", 4)],
    "CREATE_QUEUE": [
      ("ring", 8), ("wptr", 8), ("rptr", 8), ("doorbell_offset", 8), ("ring_size", 4), ("gpu_id", 4), ("type", 4), ("percentage", 4),
      ("priority", 4), ("queue_id", 4), ("eop", 8), ("eop_size", 8), ("cwsr", 8), ("cwsr_size", 4), ("ctl_stack_size", 4), ("sdma_engine", 4),
    ],
    "DESTROY_QUEUE": [("queue_id", 4)],
    "SET_MEMORY_POLICY": [("alternate_base", 8), ("alternate_size", 8), ("gpu_id", 4), ("default", 4), ("alternate", 4)],
    "GET_CLOCK_COUNTERS": [("gpu", 8), ("cpu", 8), ("system", 8), ("frequency", 8), ("gpu_id", 4)],
    "UPDATE_QUEUE": [("ring", 8), ("queue_id", 4), ("ring_size", 4), ("percentage", 4), ("priority", 4)],
    "CREATE_EVENT": [("page_offset", 8), ("trigger", 4), ("type", 4), ("auto_reset", 4), ("node_id", 4), ("event_id", 4), ("slot", 4)],
    "DESTROY_EVENT": [("event_id", 4)], "SET_EVENT": [("event_id", 4)], "RESET_EVENT": [("event_id", 4)],
    "WAIT_EVENTS": [("events", 8), ("count", 4), ("all", 4), ("timeout", 4), ("result", 4)],
    "SET_SCRATCH_BACKING_VA": [("va", 8), ("gpu_id", 4)],
    "GET_TILE_CONFIG": [("tiles", 8), ("macro_tiles", 8), ("num_tiles", 4), ("num_macro_tiles", 4), ("gpu_id", 4), ("gb_addr_config", 4)],
    "SET_TRAP_HANDLER": [("tba", 8), ("tma", 8), ("gpu_id", 4)],
    "GET_PROCESS_APERTURES_NEW": [("apertures", 8), ("nodes", 4)],
    "ACQUIRE_VM": [("drm_fd", 4), ("gpu_id", 4)],
    "ALLOC_MEMORY_OF_GPU": [("va", 8), ("size", 8), ("handle", 8), ("mmap_offset", 8), ("gpu_id", 4), ("flags", 4)],
    "FREE_MEMORY_OF_GPU": [("handle", 8)],
    "MAP_MEMORY_TO_GPU": [("handle", 8), ("devices", 8), ("n_devices", 4), ("n_success", 4)],
    "UNMAP_MEMORY_FROM_GPU": [("handle", 8), ("devices", 8), ("n_devices", 4), ("n_success", 4)],
    "SET_CU_MASK": [("queue_id", 4), ("bits", 4), ("mask", 8)],
    "GET_QUEUE_WAVE_STATE": [("control_stack", 8), ("control_stack_used", 4), ("save_area_used", 4), ("queue_id", 4)],
    "GET_DMABUF_INFO": [("size", 8), ("metadata", 8), ("metadata_size", 4), ("gpu_id", 4), ("flags", 4), ("fd", 4)],
    "IMPORT_DMABUF": [("va", 8), ("handle", 8), ("gpu_id", 4), ("fd", 4)],
    "ALLOC_QUEUE_GWS": [("queue_id", 4), ("num_gws", 4), ("first_gws", 4)],
    "SMI_EVENTS": [("gpu_id", 4), ("fd", 4)],
    "SVM": [("start", 8), ("size", 8), ("op", 4), ("attributes", 4)],
    "SET_XNACK_MODE": [("xnack", 4)],
    "CRIU_OP": [("devices", 8), ("bos", 8), ("priv", 8), ("priv_size", 8), ("num_devices", 4), ("num_bos", 4), ("num_objects", 4), ("pid", 4), ("op", 4)],
    "AVAILABLE_MEMORY": [("available", 8), ("gpu_id", 4)],
    "EXPORT_DMABUF": [("handle", 8), ("flags", 4), ("fd", 4)],
    "RUNTIME_ENABLE": [("r_debug", 8), ("mode", 4), ("capabilities", 4)],
    "DBG_TRAP": [("pid", 4), ("op", 4)],
  ]

  /// `NAME field=in[->out] ... = result`.
  static func ioctl(_ row: IoctlRow, _ before: [UInt8], _ after: UnsafeRawBufferPointer, _ result: Int32) {
    var text = row.name, offset = 0
    before.withUnsafeBytes { before in
      for (name, size) in fields[row.name] ?? [] where offset + size <= before.count {
        func value(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
          size == 4 ? UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) : bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        let old = value(before), new = value(after)
        text += " \(name)=" + hex(old) + (old == new ? "" : "->" + hex(new))
        offset += size
      }
    }
    line(text, Int(result))
  }

  static func call(_ text: @autoclosure () -> String, _ result: Int32) { if isOn { line(text(), Int(result)) } }

  static func mmap(_ what: String, _ length: Int, _ offset: UInt64, _ result: Int) {
    if isOn { line("mmap \(what) length=\(hex(UInt64(length))) offset=\(hex(offset))", result) }
  }

  private static func line(_ text: String, _ result: Int) {
    let answer = result < 0 && result > -4096 ? "-errno \(-result)" : result > 1 << 20 ? hex(UInt64(result)) : "\(result)"
    var line = "[\(getpid())] \(text) = \(answer)\n"
    _ = line.withUTF8 { write(descriptor, $0.baseAddress, $0.count) }
  }
}
