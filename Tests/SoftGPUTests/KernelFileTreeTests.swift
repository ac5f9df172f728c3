import CSoftGPU
import Glibc
import Testing
@testable import SoftGPU

/// The expected answers are path_resolution(7)'s and errno's of Linux.
@Suite struct KernelFileTreeTests {
  static let tree = {
    var tree = FileTree()
    tree.add("/a/b/file", .text("text\n"))
    tree.add("/a/near", .link("b/file"))
    tree.add("/a/up", .link("../a/b"))
    tree.add("/a/far", .link("/a/b"))
    tree.add("/a/round", .link("about"))
    tree.add("/a/about", .link("round"))
    tree.add("/a/nowhere", .link("missing"))
    tree.add("/dev/thing", .character(major: 242, minor: 7))
    return tree
  }()

  func path(_ path: String, follow: Bool = true) -> String {
    switch Self.tree.find(path, followLast: follow) {
    case .node(let found, _): found
    case .error(let error): [ENOENT: "ENOENT", ENOTDIR: "ENOTDIR", ELOOP: "ELOOP"][error] ?? "errno \(error)"
    }
  }

  @Test("Dots, doubled slashes and links lead where path_resolution(7) says", arguments: [
    ("/a/b/file", "/a/b/file"), ("//a/./b//file", "/a/b/file"), ("/a/b/../b/file", "/a/b/file"), ("/a/near", "/a/b/file"),
    ("/a/up/file", "/a/b/file"), ("/a/far/file", "/a/b/file"), ("/a/far/../near", "/a/b/file"), ("/a/b/", "/a/b"), ("/../a", "/a"),
    ("/a/far/", "/a/b"),
  ])
  func resolves(_ given: String, _ expected: String) { #expect(path(given) == expected) }

  @Test("What cannot be reached has Linux's errno", arguments: [
    ("/a/missing", "ENOENT"), ("/missing/b", "ENOENT"), ("/a/b/file/x", "ENOTDIR"), ("/a/b/file/", "ENOTDIR"), ("/a/round", "ELOOP"),
    ("/a/nowhere", "ENOENT"), ("relative", "ENOENT"),
  ])
  func refuses(_ given: String, _ expected: String) { #expect(path(given) == expected) }

  @Test("A link at the end is followed only when asked, one on the way always")
  func lastLink() {
    #expect(path("/a/near", follow: false) == "/a/near" && path("/a/round", follow: false) == "/a/round")
    #expect(path("/a/far/file", follow: false) == "/a/b/file" && path("/a/far/", follow: false) == "/a/b")
  }

  @Test("stat shows a folder's links, an attribute's page, a link's length, a device's numbers")
  func status() throws {
    func status(_ path: String) throws -> FileStatus {
      guard case .node(_, let node) = Self.tree.find(path, followLast: false) else { throw CancellationError() }
      return Self.tree.status(node)
    }
    #expect(try status("/a/b").mode == UInt32(S_IFDIR) | 0o755 && status("/a/b/file").size == 4096)
    #expect(try status("/a/near").mode == UInt32(S_IFLNK) | 0o777 && status("/a/near").size == 6)
    let thing = try status("/dev/thing")
    #expect(thing.mode == UInt32(S_IFCHR) | 0o600 && thing.major == 242 && thing.minor == 7)
  }

  @Test("The shim is told of every place where the driver has files")
  func roots() {
    let roots = CARMINE_SOFTGPU_ROOTS.split(separator: " ").map(String.init)
    let machine = Machine(acquired: false)
    let outside = machine.process.sysfs.tree.paths.filter { path in
      guard case .node(_, let node) = machine.process.sysfs.tree.find(path, followLast: false) else { return true }
      if case .folder = node.content { return false }          // of the host: only what is below counts
      return !roots.contains { root in
        root.hasSuffix("*") ? path.hasPrefix(root.dropLast()) : path == root || path.hasPrefix(root + "/")
      }
    }
    #expect(outside.isEmpty && machine.process.sysfs.tree.paths.count > 50, "\(outside)")
    #expect(roots.allSatisfy { $0.utf8.count < 60 })           // the shim compares that much
  }
}
