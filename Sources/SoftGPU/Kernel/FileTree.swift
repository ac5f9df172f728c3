// The files that the driver publishes, as a tree of paths: what a path leads to, through `.`, `..` and symbolic links, as
// path_resolution(7) has it.  Filled once, then only read.
// Threads: any.
import Glibc

/// A file as stat(2) shows it.
struct FileStatus: Sendable, Equatable {
  var inode: UInt64
  var mode: UInt32                     // type and permissions
  var size: UInt64 = 0
  var links: UInt32 = 1
  var major: UInt32 = 0, minor: UInt32 = 0
}

struct FileTree: Sendable {
  enum Content: Sendable {
    case folder([String])
    /// An attribute of sysfs: at most a page, which is also the size that stat(2) shows.
    case text(String)
    /// The same, made when it is opened.
    case attribute(@Sendable () -> String)
    /// A folder of so many numbered folders, each with one attribute, `properties`: made when they are asked for.
    case numbered(Int, @Sendable (Int) -> String)
    /// A file of /proc: made when it is opened, of size 0.
    case live(@Sendable () -> String)
    /// A symbolic link; a relative target counts from the link's folder.
    case link(String)
    case character(major: UInt32, minor: UInt32)
  }
  struct Node: Sendable {
    var inode: UInt64
    var permissions: UInt32
    var content: Content
  }
  enum Found {
    case node(path: String, Node)
    case error(Int32)
  }

  private var nodes: [String: Node] = [:]
  private static let mostLinks = 40

  // MARK: filling

  mutating func add(_ path: String, _ content: Content, permissions: UInt32? = nil) {
    if case .folder = content, nodes[path] != nil { return }
    let usual: UInt32 = switch content {
    case .folder, .numbered: 0o755
    case .text, .live, .attribute: 0o444
    case .link: 0o777
    case .character: 0o600
    }
    let known = nodes[path]?.inode
    nodes[path] = Node(inode: known ?? UInt64(nodes.count) + 1000, permissions: permissions ?? usual, content: content)
    if known == nil { enter(path) }
  }

  /// Names `path` in its folder, and makes the folder.
  private mutating func enter(_ path: String) {
    guard let slash = path.lastIndex(of: "/"), path != "/" else { return }
    let parent = slash == path.startIndex ? "/" : String(path[..<slash]), name = String(path[path.index(after: slash)...])
    add(parent, .folder([]))
    if case .folder(var names)? = nodes[parent]?.content {
      names.append(name)
      nodes[parent]?.content = .folder(names)
    }
  }

  // MARK: asking

  /// Every path but those inside numbered folders.
  var paths: [String] { Array(nodes.keys) }

  /// What an absolute path leads to; `followLast`: also through a link at its end.
  func find(_ path: String, followLast: Bool = true) -> Found {
    guard path.hasPrefix("/") else { return .error(ENOENT) }
    var done: [Substring] = []
    var todo = Array(path.split(separator: "/").reversed())
    var linksLeft = Self.mostLinks
    let mustBeFolder = path.hasSuffix("/") || path.hasSuffix("/.")
    while let name = todo.popLast() {
      if name == "." { continue }
      if name == ".." { _ = done.popLast(); continue }
      let here = "/" + (done + [name]).joined(separator: "/")
      guard let node = nodes[here] ?? numbered(done, name) else {
        let parent = done.isEmpty ? "/" : "/" + done.joined(separator: "/")
        switch nodes[parent]?.content {
        case .folder, .numbered, nil: return .error(ENOENT)
        default: return .error(ENOTDIR)
        }
      }
      if case .link(let target) = node.content, followLast || !todo.isEmpty || mustBeFolder {
        linksLeft -= 1
        guard linksLeft >= 0 else { return .error(ELOOP) }
        if target.hasPrefix("/") { done = [] }
        todo += target.split(separator: "/").reversed()
      } else {
        done.append(name)
      }
    }
    let end = "/" + done.joined(separator: "/")
    guard var node = nodes[end] ?? done.last.flatMap({ numbered(done.dropLast(), $0) }) else { return .error(ENOENT) }
    if case .numbered(let count, _) = node.content { node.content = .folder((0..<count).map(String.init)) }
    if mustBeFolder { guard case .folder = node.content else { return .error(ENOTDIR) } }
    return .node(path: end, node)
  }

  /// An entry of a numbered folder, or what is in it.
  private func numbered(_ parents: some BidirectionalCollection<Substring>, _ name: Substring) -> Node? {
    func folder(_ parts: some Collection<Substring>) -> (node: Node, count: Int, make: @Sendable (Int) -> String)? {
      guard let node = nodes["/" + parts.joined(separator: "/")], case .numbered(let count, let make) = node.content else { return nil }
      return (node, count, make)
    }
    if let number = Int(name), let folder = folder(parents), 0..<folder.count ~= number, String(number) == name {
      return Node(inode: folder.node.inode << 20 | UInt64(number) << 1 | 1, permissions: 0o755, content: .folder(["properties"]))
    }
    guard name == "properties", let last = parents.last, let number = Int(last), let folder = folder(parents.dropLast()), 0..<folder.count ~= number
    else { return nil }
    return Node(inode: folder.node.inode << 20 | UInt64(number + 1) << 1, permissions: 0o444, content: .attribute { folder.make(number) })
  }

  func status(_ node: Node) -> FileStatus {
    switch node.content {
    case .folder(let names):
      FileStatus(inode: node.inode, mode: UInt32(S_IFDIR) | node.permissions, links: UInt32(names.count) + 2)
    case .numbered(let count, _):
      FileStatus(inode: node.inode, mode: UInt32(S_IFDIR) | node.permissions, links: UInt32(count) + 2)
    case .text, .attribute: FileStatus(inode: node.inode, mode: UInt32(S_IFREG) | node.permissions, size: 4096)
    case .live: FileStatus(inode: node.inode, mode: UInt32(S_IFREG) | node.permissions)
    case .link(let target): FileStatus(inode: node.inode, mode: UInt32(S_IFLNK) | node.permissions, size: UInt64(target.utf8.count))
    case .character(let major, let minor):
      FileStatus(inode: node.inode, mode: UInt32(S_IFCHR) | node.permissions, major: major, minor: minor)
    }
  }
}
