// Another process's pool, imported by its descriptor.
struct RemotePool: Sendable {
  var pid: Int32
  var nonce: UInt64
  var serial: UInt64
  var token: UInt64
}
