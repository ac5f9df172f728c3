// From a dispatch's numbers to something that can be started: limits, the kernel's registers, what a workgroup needs.
// Any thread.  Source: LLVM AMDGPU usage, "Initial Kernel Execution State"; LLVM's AMDGPUBaseInfo.cpp for granules.
import CSoftGPU
import Glibc
import ISA

extension ComputeEngine {
  /// Nil after a refusal, which `completion` has been told.
  func prepare(_ request: Dispatch, _ completion: @escaping @Sendable (DispatchOutcome) -> Void) -> ActiveDispatch? {
    func refuse(_ reason: String, _ kind: Fault.Refusal) -> ActiveDispatch? {
      completion(.faulted(Fault(cause: .badDispatch(reason, kind), kernelObject: request.kernelObject)))
      return nil
    }
    guard carmine_has_vectors() != 0 else { return refuse("this host's processor lacks AVX2, FMA or F16C, which the software GPU needs", .code) }
    let size = request.workgroupSize, grid = request.gridSize
    guard size.x > 0, size.y > 0, size.z > 0 else { return refuse("workgroup size \(size.x)x\(size.y)x\(size.z) has a zero", .dimensions) }
    guard size.x <= 1024, size.y <= 1024, size.z <= 1024, Int(size.x) * Int(size.y) * Int(size.z) <= 1024 else {
      return refuse("workgroup size \(size.x)x\(size.y)x\(size.z) is above 1024 work-items", .workgroupSize)
    }
    guard grid.x > 0, grid.y > 0, grid.z > 0 else { return refuse("grid size \(grid.x)x\(grid.y)x\(grid.z) has a zero", .dimensions) }
    guard Int(request.groupSegmentSize) <= device.ldsBytes else {
      return refuse("group segment of \(request.groupSegmentSize) bytes is above the device's \(device.ldsBytes)", .groupMemory)
    }
    addressSpace.caches?.acquire(request.acquire)
    let kernel: KernelDescriptor
    if let registers = request.registers {
      kernel = KernelDescriptor(
        entry: registers.entry, resource1: registers.resource1, resource2: registers.resource2, resource3: registers.resource3,
        properties: registers.isWave32 ? 1 << 10 : 0, device)
    } else {
      guard let memory = addressSpace.translate(request.kernelObject, 64, .read) else {
        return refuse("kernel object \(hex(request.kernelObject)) is not readable by this device", .code)
      }
      kernel = KernelDescriptor(at: request.kernelObject, memory, device)
    }
    let context = request.context ?? ownContext
    var scratch = ScratchSetup(request, kernel, device, addressSpace)
    if scratch.slots == 0 && request.privateSegmentSize > 0 {
      guard let own = ownScratch(request.privateSegmentSize, lanes: kernel.lanes) else {
        return refuse("the host has no memory for \(request.privateSegmentSize) bytes of scratch for every work-item", .code)
      }
      scratch = own
    }
    let user = kernel.userValues(request, scratch) { word in
      addressSpace.translate(request.kernarg &+ UInt64(word * 4), 4, .read)?.loadUnaligned(as: UInt32.self)
    }
    guard let user else { return refuse("kernel arguments at \(hex(request.kernarg)) are not readable by this device", .code) }
    let items = Int(size.x) * Int(size.y) * Int(size.z), waves = (items + kernel.lanes - 1) / kernel.lanes
    let need = UnitNeed(
      waves: waves, vgprs: device.registersTaken(by: kernel), ldsBytes: device.ldsTaken(by: Int(request.groupSegmentSize)),
      mayUsePair: kernel.usesPair)
    guard canPlace(need) else {
      return refuse("a workgroup of \(waves) waves with \(kernel.vgprCount) vector registers each fits no compute unit", .registers)
    }
    func count(_ grid: UInt32, _ size: UInt32, _ first: UInt32) -> Int { (Int(grid) + Int(size) - 1) / Int(size) - Int(first) }
    let first = request.firstGroup
    return ActiveDispatch(
      request, context, kernel, scratch: scratch, userSGPRs: user,
      groupCount: (count(grid.x, size.x, first.x), count(grid.y, size.y, first.y), count(grid.z, size.z, first.z)), wavesPerGroup: waves, need: need,
      xccCount: geometry.xccCount, serial: nextSerial(), caches: addressSpace.caches, completion: completion)
  }

  /// Whether an empty unit holds such a workgroup.
  private func canPlace(_ need: UnitNeed) -> Bool {
    let simds = geometry.pairing == 2 && !need.mayUsePair ? geometry.simdsPerUnit / 2 : geometry.simdsPerUnit
    return need.vgprs > 0 && min(geometry.slotsPerSIMD, device.vgprsPerSIMDLane / need.vgprs) * simds >= need.waves
  }
}

extension DeviceKind {
  /// Registers of one lane of a SIMD that a wave takes: whole granules, and two for one in waves of twice the lanes.
  func registersTaken(by kernel: KernelDescriptor) -> Int {
    let perLane = kernel.lanes > waveSize ? 2 : 1
    return (kernel.vgprCount * perLane + vgprGranule - 1) / vgprGranule * vgprGranule
  }
  func ldsTaken(by bytes: Int) -> Int {
    let granule = family.rawValue >= Family.gfx11.rawValue ? 1024 : 512
    return (bytes + granule - 1) / granule * granule
  }
}
