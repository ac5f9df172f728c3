// A user object: something of the program's that lives as long as anybody refers to it, graphs and their executables among them.
// Threads: any; counts are under one lock.  The destructor runs on a thread of the runtime's, never inside a call of the program's.
// Source: CUDA Runtime API, cudaUserObjectCreate; CUDA Programming Guide, "CUDA User Objects".
import GPU
import Synchronization

public final class UserObject: @unchecked Sendable {  // references: Self.lock
  private var references: Int
  private let destructor: HostFunction
  private let data: UnsafeMutableRawPointer?
  public private(set) var handle: UnsafeMutableRawPointer! = nil

  static let handles = HandleTable<UserObject>(magic: 0x7463_656a_626f_6163)
  fileprivate static let lock = Lock()

  private init(_ destructor: @escaping HostFunction, _ data: UnsafeMutableRawPointer?, references: Int) {
    (self.destructor, self.data, self.references) = (destructor, data, references)
  }

  /// cudaUserObjectCreate.  `flags` must be cudaUserObjectNoDestructorSync (1).
  public static func create(
    _ data: UnsafeMutableRawPointer?, destructor: HostFunction?, references: UInt32, flags: UInt32
  ) throws(CUDAError) -> UserObject {
    guard let destructor else { throw .invalidValue.because("destroy is null") }
    guard flags == 1 else { throw .invalidValue.because("user object flags are \(flags), not cudaUserObjectNoDestructorSync") }
    guard references > 0, references <= Int32.max else { throw .invalidValue.because("\(references) references") }
    let object = UserObject(destructor, data, references: Int(references))
    object.handle = handles.issue(object)
    return object
  }

  public static func object(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> UserObject {
    guard let handle, let object = handles.object(for: handle) else { throw .invalidValue.because("no user object has this handle") }
    return object
  }

  private static func check(_ count: UInt32) throws(CUDAError) {
    guard count > 0, count <= Int32.max else { throw .invalidValue.because("\(count) references") }
  }

  /// cudaUserObjectRetain.
  public func retain(_ count: UInt32) throws(CUDAError) {
    try Self.check(count)
    Self.lock.withLock { references += Int(count) }
  }

  /// cudaUserObjectRelease.  With the last reference the destructor is called, some time later, and the handle ends.
  public func release(_ count: UInt32) throws(CUDAError) {
    try Self.check(count)
    try drop(Int(count))
  }

  fileprivate func keep(_ count: Int) { Self.lock.withLock { references += count } }

  fileprivate func drop(_ count: Int) throws(CUDAError) {
    let isLast = try Self.lock.withLock { () throws(CUDAError) -> Bool in
      guard count <= references else { throw .invalidValue.because("\(count) references are released, \(references) are held") }
      references -= count
      return references == 0
    }
    guard isLast else { return }
    _ = Self.handles.revoke(handle)
    nonisolated(unsafe) let data = data
    let destructor = destructor
    ReleaseThread.run { CurrentThread.inHostFunction { destructor(data) } }
  }
}

/// How many references of which objects a graph or an executable holds.
final class UserObjectReferences: @unchecked Sendable {  // held: UserObject.lock
  private var held: [ObjectIdentifier: (object: UserObject, count: Int)] = [:]

  var isEmpty: Bool { UserObject.lock.withLock { held.isEmpty } }

  func add(_ object: UserObject, _ count: Int) {
    UserObject.lock.withLock { held[ObjectIdentifier(object), default: (object, 0)].count += count }
  }

  /// Throws cudaErrorInvalidValue when so many are not held.
  func remove(_ object: UserObject, _ count: Int) throws(CUDAError) {
    try UserObject.lock.withLock { () throws(CUDAError) in
      guard let entry = held[ObjectIdentifier(object)], entry.count >= count else {
        throw .invalidValue.because("the graph doesn't hold \(count) references")
      }
      held[ObjectIdentifier(object)] = entry.count == count ? nil : (object, entry.count - count)
    }
  }

  /// As many of each as `other` holds.
  func retainAll(of other: UserObjectReferences) {
    for entry in UserObject.lock.withLock({ Array(other.held.values) }) {
      entry.object.keep(entry.count)
      add(entry.object, entry.count)
    }
  }

  func releaseAll() {
    let all = UserObject.lock.withLock {
      defer { held = [:] }
      return Array(held.values)
    }
    for entry in all { try? entry.object.drop(entry.count) }
  }

  deinit { releaseAll() }
}

extension Graph {
  /// cudaGraphRetainUserObject.  `flags`: 0, or cudaGraphUserObjectMove (1), which takes the caller's references over.
  public func retain(_ object: UserObject, count: UInt32, flags: UInt32) throws(CUDAError) {
    guard flags <= 1 else { throw .invalidValue.because("flags are \(flags), not 0 or cudaGraphUserObjectMove") }
    guard count > 0, count <= Int32.max else { throw .invalidValue.because("\(count) references") }
    if flags == 0 { object.keep(Int(count)) }
    userObjects.add(object, Int(count))
  }

  /// cudaGraphReleaseUserObject.
  public func release(_ object: UserObject, count: UInt32) throws(CUDAError) {
    guard count > 0, count <= Int32.max else { throw .invalidValue.because("\(count) references") }
    try userObjects.remove(object, Int(count))
    try object.drop(Int(count))
  }
}
