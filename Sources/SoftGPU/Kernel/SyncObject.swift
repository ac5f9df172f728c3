// DRM's sync objects: SYNCOBJ_CREATE, DESTROY, HANDLE_TO_FD, FD_TO_HANDLE, WAIT, RESET, SIGNAL, TIMELINE_WAIT, QUERY, TIMELINE_SIGNAL.
// An object is a page of a memory file, so that its descriptor shares it with other processes.  There are no rings here whose fences it
// could hold: it is signalled by the host, at once.
// Threads: handles under the process's lock; the page's words are atomic.  A wait holds no lock and looks again every 100 µs.
// Source: drm_syncobj.c of Linux 6.12 for checks and errors.
import CKFD
import CSoftGPU
import Glibc
import Synchronization

final class SyncObject: @unchecked Sendable {  // the words are atomic
  static let name = "carmine:syncobj"
  private static let pageBytes = 4096
  let file: Int32
  private let page: UnsafeMutableRawPointer

  /// Takes the descriptor over; nil when it cannot be mapped.
  init?(file: Int32) {
    guard let page = mmap(nil, Self.pageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), page != MAP_FAILED else { return nil }
    (self.file, self.page) = (file, page)
  }

  convenience init?(isSignaled: Bool) {
    let made = carmine_memfd(Self.name)
    guard made >= 0 else { return nil }
    let file = Backing.high(made)
    guard ftruncate(file, Self.pageBytes) == 0 else { close(file); return nil }
    self.init(file: file)
    if isSignaled { signal() }
  }

  /// The object behind a descriptor of one; nil if it is something else.
  static func of(_ descriptor: Int32) -> SyncObject? {
    var path = [CChar](repeating: 0, count: 128)
    guard readlink("/proc/self/fd/\(descriptor)", &path, path.count - 1) > 0, String(cString: path).hasPrefix("/memfd:" + name) else { return nil }
    let file = fcntl(descriptor, F_DUPFD_CLOEXEC, 200)
    return file < 0 ? nil : SyncObject(file: file)
  }

  deinit {
    munmap(page, Self.pageBytes)
    close(file)
  }

  private var state: UnsafeMutablePointer<Atomic<UInt64>> { page.assumingMemoryBound(to: Atomic<UInt64>.self) }
  private var last: UnsafeMutablePointer<Atomic<UInt64>> { (page + 8).assumingMemoryBound(to: Atomic<UInt64>.self) }

  var point: UInt64 { last.pointee.load(ordering: .acquiring) }
  /// Point 0 is the object as a whole.
  func isSignaled(_ point: UInt64) -> Bool { point == 0 ? state.pointee.load(ordering: .acquiring) != 0 : self.point >= point }
  func signal(_ point: UInt64 = 0) {
    last.pointee.max(point, ordering: .acquiringAndReleasing)
    state.pointee.store(1, ordering: .releasing)
  }
  func reset() {
    state.pointee.store(0, ordering: .releasing)
    last.pointee.store(0, ordering: .releasing)
  }
}

extension RenderFile {
  private func enter(_ object: SyncObject?) -> UInt32 {
    guard let object else { return 0 }
    var handle: UInt32 = 1
    while syncObjects[handle] != nil { handle += 1 }
    syncObjects[handle] = object
    return handle
  }

  func createSyncObject(_ arguments: inout drm_syncobj_create) -> Int32 {
    guard arguments.flags & ~UInt32(DRM_SYNCOBJ_CREATE_SIGNALED) == 0 else { return -EINVAL }
    arguments.handle = enter(SyncObject(isSignaled: arguments.flags & UInt32(DRM_SYNCOBJ_CREATE_SIGNALED) != 0))
    return arguments.handle == 0 ? -ENOMEM : 0
  }

  func destroySyncObject(_ arguments: inout drm_syncobj_destroy) -> Int32 {
    guard arguments.pad == 0 else { return -EINVAL }
    return syncObjects.removeValue(forKey: arguments.handle) == nil ? -EINVAL : 0
  }

  func syncObjectToDescriptor(_ arguments: inout drm_syncobj_handle) -> Int32 {
    guard arguments.pad == 0 else { return -EINVAL }
    guard arguments.flags == 0 else {
      Log.info("SYNCOBJ_HANDLE_TO_FD: sync files are made of rings' fences, and there are no rings")
      return -EINVAL
    }
    guard let object = syncObjects[arguments.handle] else { return -EINVAL }
    let descriptor = fcntl(object.file, F_DUPFD_CLOEXEC, 3)
    guard descriptor >= 0 else { return -errno }
    arguments.fd = descriptor
    return 0
  }

  func descriptorToSyncObject(_ arguments: inout drm_syncobj_handle) -> Int32 {
    guard arguments.pad == 0, arguments.flags == 0, let object = SyncObject.of(arguments.fd) else { return -EINVAL }
    arguments.handle = enter(object)
    return 0
  }

  /// The objects of an array of handles, or an errno.
  private func objects(_ address: UInt64, _ count: UInt32) -> (objects: [SyncObject], error: Int32) {
    guard count <= 1 << 16 else { return ([], -ENOMEM) }
    var handles = [UInt32](repeating: 0, count: Int(count))
    guard count == 0 || carmine_copy_in(&handles, address, Int(count) * 4) == 0 else { return ([], -EFAULT) }
    return process.lock.withLock {
      let found = handles.compactMap { syncObjects[$0] }
      return found.count == handles.count ? (found, 0) : ([], -ENOENT)
    }
  }

  private func points(_ address: UInt64, _ count: UInt32) -> [UInt64]? {
    var points = [UInt64](repeating: 0, count: Int(count))
    guard address != 0, count > 0 else { return points }
    return carmine_copy_in(&points, address, Int(count) * 8) == 0 ? points : nil
  }

  func resetSyncObjects(_ arguments: inout drm_syncobj_array) -> Int32 {
    guard arguments.pad == 0, arguments.count_handles > 0 else { return -EINVAL }
    let found = objects(arguments.handles, arguments.count_handles)
    for object in found.objects { object.reset() }
    return found.error
  }

  func signalSyncObjects(_ arguments: inout drm_syncobj_array) -> Int32 {
    guard arguments.pad == 0, arguments.count_handles > 0 else { return -EINVAL }
    let found = objects(arguments.handles, arguments.count_handles)
    for object in found.objects { object.signal() }
    return found.error
  }

  func signalTimelines(_ arguments: inout drm_syncobj_timeline_array) -> Int32 {
    guard arguments.flags == 0, arguments.count_handles > 0 else { return -EINVAL }
    let found = objects(arguments.handles, arguments.count_handles)
    guard found.error == 0 else { return found.error }
    guard let points = points(arguments.points, arguments.count_handles) else { return -EFAULT }
    for (object, point) in zip(found.objects, points) { object.signal(point) }
    return 0
  }

  func queryTimelines(_ arguments: inout drm_syncobj_timeline_array) -> Int32 {
    guard arguments.flags & ~1 == 0, arguments.count_handles > 0 else { return -EINVAL }
    let found = objects(arguments.handles, arguments.count_handles)
    guard found.error == 0 else { return found.error }
    let points = found.objects.map(\.point)
    return carmine_copy_out(arguments.points, points, points.count * 8)
  }

  /// Until one or all are signalled, or the time has come.
  private func wait(
    _ objects: [SyncObject], _ points: [UInt64], _ flags: UInt32, until deadline: Int64, _ first: inout UInt32
  ) -> Int32 {
    let isAll = flags & UInt32(DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL) != 0
    while true {
      let done = objects.indices.filter { objects[$0].isSignaled(points[$0]) }
      if isAll ? done.count == objects.count : !done.isEmpty {
        if !isAll { first = UInt32(done[0]) }
        return 0
      }
      // Without a fence there is nothing to wait for, unless the caller waits for that too.
      if flags & UInt32(DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT | DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE) == 0 { return -EINVAL }
      var now = timespec()
      clock_gettime(CLOCK_MONOTONIC, &now)
      if Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) >= deadline { return -ETIME }
      usleep(100)
    }
  }

  func waitForSyncObjects(_ arguments: inout drm_syncobj_wait) -> Int32 {
    guard arguments.flags & ~3 == 0 else { return -EINVAL }
    if arguments.count_handles == 0 { return 0 }
    let found = objects(arguments.handles, arguments.count_handles)
    guard found.error == 0 else { return found.error }
    return wait(found.objects, [UInt64](repeating: 0, count: found.objects.count), arguments.flags, until: arguments.timeout_nsec, &arguments.first_signaled)
  }

  func waitForTimelines(_ arguments: inout drm_syncobj_timeline_wait) -> Int32 {
    guard arguments.flags & ~7 == 0 else { return -EINVAL }
    if arguments.count_handles == 0 { return 0 }
    let found = objects(arguments.handles, arguments.count_handles)
    guard found.error == 0 else { return found.error }
    guard let points = points(arguments.points, arguments.count_handles) else { return -EFAULT }
    return wait(found.objects, points, arguments.flags, until: arguments.timeout_nsec, &arguments.first_signaled)
  }
}
