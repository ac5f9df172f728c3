// The error log: messages about calls that fail, kept, told and written.
import CConformance
import Glibc

nonisolated(unsafe) private var told: [String] = []
private let listen: cudaLogsCallback_t = { data, level, message, length in
  guard data == UnsafeMutableRawPointer(bitPattern: 77), level == cudaLogLevelError, let message, strlen(message) == length else { return }
  told.append(String(cString: message))
}

private func failOnce() throws { try fails(cudaSetDevice(99), cudaErrorInvalidDevice) }

private func dump(_ iterator: UnsafeMutablePointer<cudaLogIterator>?, room: Int = 25600) throws -> String {
  var bytes = [CChar](repeating: 0, count: room + 1), size = room
  try ok(cudaLogsDumpToMemory(iterator, &bytes, &size, 0), "cudaLogsDumpToMemory")
  try check(size <= room, "at most \(room) bytes, not \(size)")
  return String(cString: bytes)
}

func logCases() {
  test("cudaLogsRegisterCallback", .success, "has each message told, until it is taken back", source: "cudaLogsRegisterCallback", touches: ["cudaLogsUnregisterCallback"], .alone) {
    var handle: cudaLogsCallbackHandle?
    try ok(cudaLogsRegisterCallback(listen, UnsafeMutableRawPointer(bitPattern: 77), &handle))
    try failOnce()
    try check(!told.isEmpty, "a message")
    try ok(cudaLogsUnregisterCallback(handle))
    let count = told.count
    try failOnce()
    try equal(told.count, count, "messages after the end")
  }
  test("cudaLogsRegisterCallback", .error, "refuses null", source: "cudaLogsRegisterCallback, Returns: cudaErrorInvalidValue") {
    var handle: cudaLogsCallbackHandle?
    try fails(cudaLogsRegisterCallback(nil, nil, &handle), cudaErrorInvalidValue)
  }
  test("cudaLogsUnregisterCallback", .error, "refuses null", source: "cudaLogsUnregisterCallback, Returns: cudaErrorInvalidValue") {
    try fails(cudaLogsUnregisterCallback(nil), cudaErrorInvalidValue)
  }
  test("cudaLogsCurrent", .success, "moves with each failure and not with success", source: "cudaLogsCurrent", .alone) {
    var before: cudaLogIterator = 0, same: cudaLogIterator = 0, after: cudaLogIterator = 0, device: Int32 = 0
    try ok(cudaLogsCurrent(&before, 0))
    try ok(cudaGetDevice(&device))
    try ok(cudaLogsCurrent(&same, 0))
    try equal(same, before, "the place after a call that worked")
    try failOnce()
    try ok(cudaLogsCurrent(&after, 0))
    try check(after > before, "a later place")
    try fails(cudaLogsCurrent(nil, 0), cudaErrorInvalidValue)
  }
  test("cudaLogsDumpToMemory", .success, "gives lines from a place on, and moves it", source: "cudaLogsDumpToMemory: the iterator is auto-advancing", .alone) {
    var place: cudaLogIterator = 0, now: cudaLogIterator = 0
    try ok(cudaLogsCurrent(&place, 0))
    try equal(dump(&place), "", "nothing yet")
    try failOnce()
    let text = try dump(&place)
    try check(text.hasSuffix("\n") && text.contains("99"), "a line about device 99, got '\(text)'")
    try ok(cudaLogsCurrent(&now, 0))
    try equal(place, now, "the place moved")
    try equal(dump(&place), "", "nothing is said twice")
    try check(try dump(nil).contains("99"), "everything without a place")
  }
  test("cudaLogsDumpToMemory", .edge, "keeps the newest where not all fits, and says so first", source: "cudaLogsDumpToMemory, note", .alone) {
    for _ in 0..<20 { try failOnce() }
    let text = try dump(nil, room: 600), lines = text.split(separator: "\n")
    try check(lines.count > 1 && lines.count < 20, "some of the lines")
    try check(!lines[0].hasPrefix("["), "a line about what is missing, got '\(lines[0])'")
  }
  test("cudaLogsDumpToMemory", .error, "refuses null, and room for nothing", source: "cudaLogsDumpToMemory", .alone) {
    var bytes = [CChar](repeating: 0, count: 64), size = 4
    try failOnce()
    try fails(cudaLogsDumpToMemory(nil, &bytes, &size, 0), cudaErrorInvalidValue)
    try equal(size, 0, "bytes written")
    size = 64
    try fails(cudaLogsDumpToMemory(nil, nil, &size, 0), cudaErrorInvalidValue)
    try fails(cudaLogsDumpToMemory(nil, &bytes, nil, 0), cudaErrorInvalidValue)
  }
  test("cudaLogsDumpToFile", .success, "writes the lines into a file", source: "cudaLogsDumpToFile", .alone) {
    let path = "/tmp/conformance-\(getpid()).log"
    defer { unlink(path) }
    try failOnce()
    try ok(cudaLogsDumpToFile(nil, path, 0))
    let file = open(path, O_RDONLY)
    var bytes = [CChar](repeating: 0, count: 512)
    try check(file >= 0 && read(file, &bytes, 511) > 0 && String(cString: bytes).contains("99"), "a line about device 99")
    close(file)
  }
  test("cudaLogsDumpToFile", .error, "refuses null and places that cannot be written", source: "cudaLogsDumpToFile, Returns: cudaErrorInvalidValue") {
    try fails(cudaLogsDumpToFile(nil, nil, 0), cudaErrorInvalidValue)
    try fails(cudaLogsDumpToFile(nil, "/nowhere/at/all", 0), cudaErrorInvalidValue)
  }
}
