// cudaDevResource between C and Swift.  Its padding carries which multiprocessors are meant; both APIs have the same layout.
// Source: struct cudaDevResource_st (driver_types.h), CUdevResource_st (cuda.h).
import CCUDA
import CUDA

public typealias ResourcePointer = UnsafeMutablePointer<carmine_dev_resource>

private let magic: UInt32 = 0x5245_5343   // "CSER"

/// enum cudaDevResourceType.
public enum ResourceType: Int32 { case sm = 1, workqueueConfig = 1000, workqueue = 10000 }

public func resourceType(_ number: Int32) throws(CUDAError) -> ResourceType {
  guard let type = ResourceType(rawValue: number) else { throw .invalidResourceType.because("resource type \(number)") }
  return type
}

public func resource(_ units: SMResource, least: Int) -> carmine_dev_resource {
  var made = carmine_dev_resource()
  made.type = ResourceType.sm.rawValue
  (made.magic, made.device, made.origin, made.split) = (magic, Int32(units.device), units.origin.rawValue, units.split)
  withUnsafeMutableBytes(of: &made.mask) { bytes in for (index, word) in units.mask.enumerated() { bytes.storeBytes(of: word, toByteOffset: index * 8, as: UInt64.self) } }
  made.value.sm = carmine_sm_resource(
    smCount: UInt32(units.count), minSmPartitionSize: UInt32(max(units.alignment, least)), smCoscheduledAlignment: UInt32(units.alignment),
    flags: units.flags, localityDomainId: 0)
  return made
}

public func resource(_ queues: QueueResource, _ type: ResourceType) -> carmine_dev_resource {
  var made = carmine_dev_resource()
  made.type = type.rawValue
  (made.magic, made.device, made.origin, made.split) = (magic, Int32(queues.device), UInt32(queues.limit), UInt32(bitPattern: queues.scope))
  made.value.wqConfig = carmine_workqueue_resource(device: Int32(queues.device), wqConcurrencyLimit: UInt32(queues.limit), sharingScope: queues.scope)
  return made
}

/// The multiprocessors that a resource means.  Throws cudaErrorInvalidResourceType for another kind of resource.
public func units(_ pointer: UnsafePointer<carmine_dev_resource>?, _ name: StaticString = "input") throws(CUDAError) -> SMResource {
  guard var given = pointer?.pointee else { throw .invalidValue.because("\(name) is null") }
  guard given.type == ResourceType.sm.rawValue else { throw .invalidResourceType.because("\(name) has type \(given.type), not multiprocessors") }
  guard given.magic == magic, let origin = SMResource.Origin(rawValue: given.origin) else {
    throw .invalidResourceConfiguration.because("\(name) was not made by a query or a split")
  }
  let mask = withUnsafeBytes(of: &given.mask) { bytes in (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) } }
  return SMResource(
    device: Int(given.device), origin: origin, split: given.split, alignment: Int(max(given.value.sm.smCoscheduledAlignment, 1)),
    flags: given.value.sm.flags, mask: mask)
}

/// A configuration may have been written by the program; a workqueue comes from a query.
private func queues(_ given: carmine_dev_resource, _ type: ResourceType) throws(CUDAError) -> QueueResource {
  if type == .workqueue {
    guard given.magic == magic else { throw .invalidResourceConfiguration.because("the workqueue was not made by a query") }
    return QueueResource(device: Int(given.device), limit: Int(given.origin), scope: Int32(bitPattern: given.split))
  }
  let configuration = given.value.wqConfig
  guard (0...1).contains(configuration.sharingScope), configuration.wqConcurrencyLimit > 0 else {
    throw .invalidResourceConfiguration.because("sharing scope \(configuration.sharingScope), \(configuration.wqConcurrencyLimit) at once")
  }
  _ = try Runtime.device(Int(configuration.device))
  return QueueResource(
    device: Int(configuration.device), limit: min(Int(configuration.wqConcurrencyLimit), 32), scope: configuration.sharingScope)
}

// MARK: - What both APIs do

public func deviceResource(_ device: Device, _ type: ResourceType) -> carmine_dev_resource {
  type == .sm ? resource(device.units, least: device.unitAlignment.usual) : resource(device.workqueues, type)
}

public func contextResource(_ context: ExecutionContext, _ type: ResourceType) -> carmine_dev_resource {
  type == .sm ? resource(context.units, least: context.context.device.unitAlignment.usual) : resource(context.queues, type)
}

/// Of a stream: multiprocessors alone.
public func streamResource(_ stream: CUDA.Stream, _ number: Int32) throws(CUDAError) -> carmine_dev_resource {
  guard try resourceType(number) == .sm else { throw .invalidResourceType.because("a stream has multiprocessors; resource type \(number)") }
  return contextResource(stream.execution ?? .primary(of: stream.context), .sm)
}

public func splitByCount(
  _ results: ResourcePointer?, _ number: UnsafeMutablePointer<UInt32>?, _ input: UnsafePointer<carmine_dev_resource>?, _ rest: ResourcePointer?,
  _ flags: UInt32, _ minimum: UInt32
) throws(CUDAError) {
  let number = try out(number, "nbGroups"), input = try units(input)
  guard results == nil || number.pointee > 0 else { throw .invalidValue.because("nbGroups is 0") }
  let least = try Runtime.device(input.device).unitAlignment.least
  let made = try input.split(
    atLeast: Int(minimum), most: results == nil ? nil : Int(number.pointee), flags: flags, finest: least, serial: ExecutionContext.newSplit())
  if let results { for (index, group) in made.groups.enumerated() { results[index] = resource(group, least: least) } }
  rest?.pointee = made.rest.map { resource($0, least: least) } ?? carmine_dev_resource()
  number.pointee = UInt32(made.groups.count)
}

public func split(
  _ results: ResourcePointer?, _ number: UInt32, _ input: UnsafePointer<carmine_dev_resource>?, _ rest: ResourcePointer?, _ flags: UInt32,
  _ parameters: UnsafeMutablePointer<carmine_sm_group>?
) throws(CUDAError) {
  let input = try units(input), parameters = try out(parameters, "groupParams")
  guard number > 0 else { throw .invalidValue.because("nbGroups is 0") }
  try reserved(flags)
  var wishes = (0..<Int(number)).map { index in
    let wish = parameters[index]
    return SMResource.Group(
      count: Int(wish.smCount), coscheduled: Int(wish.coscheduledSmCount), preferred: Int(wish.preferredCoscheduledSmCount), flags: wish.flags)
  }
  let made = try input.split(&wishes, mayBeEmpty: results == nil, serial: ExecutionContext.newSplit())
  for (index, wish) in wishes.enumerated() {
    parameters[index].smCount = UInt32(wish.count)
    parameters[index].coscheduledSmCount = UInt32(wish.coscheduled)
    parameters[index].preferredCoscheduledSmCount = UInt32(wish.preferred)
  }
  let least = try Runtime.device(input.device).unitAlignment.least
  if let results { for (index, group) in made.groups.enumerated() { results[index] = resource(group, least: least) } }
  rest?.pointee = made.rest.map { resource($0, least: least) } ?? carmine_dev_resource()
}

public func describe(_ result: PointerResult?, _ resources: UnsafePointer<carmine_dev_resource>?, _ number: UInt32) throws(CUDAError) {
  let result = try out(result, "phDesc")
  guard let resources, number > 0 else { throw .invalidValue.because("\(number) resources") }
  var all: [SMResource] = [], workqueues: [QueueResource] = []
  for index in 0..<Int(number) {
    switch try resourceType(resources[index].type) {
    case .sm: all.append(try units(resources + index, "a resource"))
    case .workqueueConfig: workqueues.append(try queues(resources[index], .workqueueConfig))
    case .workqueue: workqueues.append(try queues(resources[index], .workqueue))
    }
  }
  result.pointee = try ResourceDescription.make(all, workqueues)
}
