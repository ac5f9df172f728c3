// What a body says about an answer.  Each throws a `Deviation` with expected and got; the error codes that it saw are kept for --record.
// The main thread of a case only, except where a name says otherwise; threads of a case throw to their starter (Threads.swift).
import CConformance
import Glibc

struct Deviation: Error { var message: String }
/// The case cannot be tried here: a second device, a feature that the device says it has not got.
struct Skip: Error {
  var reason: String
  init(_ reason: String) { self.reason = reason }
}

/// The error codes that the running case got, in order.
nonisolated(unsafe) var answersOfCase: [String] = []
/// False in the stress run, whose threads should not meet at a lock of ours.
nonisolated(unsafe) var answersAreKept = true
nonisolated(unsafe) private var answersLock = pthread_mutex_t()

func errorName(_ error: cudaError_t) -> String { errorNames[error.rawValue] ?? "error \(error.rawValue)" }

private func note(_ error: cudaError_t) throws {
  // A library that is newer than its driver says so for what only the newer driver can do.
  if error == cudaErrorCallRequiresNewerDriver { throw Skip("the driver is older than this function") }
  if !answersAreKept { return }
  pthread_mutex_lock(&answersLock)
  answersOfCase.append(errorName(error))
  pthread_mutex_unlock(&answersLock)
}

/// The call succeeded.
func ok(_ got: cudaError_t, _ what: String = "", line: Int = #line) throws {
  try note(got)
  if got != cudaSuccess { throw Deviation(message: "line \(line)\(what.isEmpty ? "" : " (\(what))"): expected cudaSuccess, got \(errorName(got))") }
}

/// The call answered this code.
func expect(_ got: cudaError_t, _ wanted: cudaError_t, _ what: String = "", line: Int = #line) throws {
  try note(got)
  if got != wanted { throw Deviation(message: "line \(line)\(what.isEmpty ? "" : " (\(what))"): expected \(errorName(wanted)), got \(errorName(got))") }
}

/// The call answered one of these codes: where the documentation leaves it open.
func expect(_ got: cudaError_t, oneOf wanted: [cudaError_t], _ what: String = "", line: Int = #line) throws {
  try note(got)
  if !wanted.contains(got) {
    throw Deviation(message: "line \(line)\(what.isEmpty ? "" : " (\(what))"): expected \(wanted.map(errorName).joined(separator: " or ")), got \(errorName(got))")
  }
}

/// The call failed with this code, the thread's last error says so once, and the context goes on.
func fails(_ got: cudaError_t, _ wanted: cudaError_t, _ what: String = "", line: Int = #line) throws {
  try expect(got, wanted, what, line: line)
  try expect(cudaGetLastError(), wanted, what.isEmpty ? "the last error" : what + ": the last error", line: line)
  try expect(cudaGetLastError(), cudaSuccess, what.isEmpty ? "the last error is cleared" : what + ": the last error is cleared", line: line)
}

func equal<T: Equatable>(_ got: T, _ wanted: T, _ what: String, line: Int = #line) throws {
  if got != wanted { throw Deviation(message: "line \(line): \(what): expected \(wanted), got \(got)") }
}

func check(_ condition: Bool, _ what: String, line: Int = #line) throws {
  if !condition { throw Deviation(message: "line \(line): expected \(what)") }
}

/// A value that must be there.
func some<T>(_ value: T?, _ what: String, line: Int = #line) throws -> T {
  guard let value else { throw Deviation(message: "line \(line): \(what) is null") }
  return value
}
