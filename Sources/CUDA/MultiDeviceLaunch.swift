// cudaLaunchCooperativeKernelMultiDevice: one kernel on several devices as one operation of all their streams.
// Order: unless the flags say otherwise no device begins before every stream has come to the launch, and nothing that follows
// in any of the streams begins before all devices are done.
// Threads: any.  Source: CUDA 12 Runtime API, "Execution Control" (the function is gone from 13).
import GPU
import ModuleLoading

public struct MultiDeviceLaunch {
  public var stream: Stream
  public var function: Function
  /// The kernel's registered identity, the same for every device.
  public var kernel: UnsafeRawPointer
  public var configuration: LaunchConfiguration
  public var parameters: UnsafePointer<UnsafeMutableRawPointer?>?

  public init(
    stream: Stream, function: Function, kernel: UnsafeRawPointer, configuration: LaunchConfiguration,
    parameters: UnsafePointer<UnsafeMutableRawPointer?>?
  ) {
    self.stream = stream; self.function = function; self.kernel = kernel
    self.configuration = configuration; self.parameters = parameters
  }

  /// `flags`: cudaCooperativeLaunchMultiDeviceNoPreSync (1), NoPostSync (2).
  /// Throws cudaErrorInvalidValue for another flag, kernels or shapes that differ; cudaErrorInvalidDevice for two launches on one
  /// device; cudaErrorInvalidResourceHandle for a default stream; and what a cooperative launch throws.
  public static func run(_ launches: [MultiDeviceLaunch], flags: UInt32) throws(CUDAError) {
    guard flags <= 3 else { throw .invalidValue.because("flags are \(flags)") }
    guard let first = launches.first else { throw .invalidValue.because("no launches") }
    for (index, launch) in launches.enumerated() {
      guard launch.kernel == first.kernel, launch.configuration == first.configuration else {
        throw .invalidValue.because("launch \(index) has another kernel, shape or shared memory than the first")
      }
      guard launch.stream.kind != .legacy else { throw .invalidResourceHandle.because("launch \(index) is in the NULL stream") }
      guard !launches[..<index].contains(where: { $0.stream.context === launch.stream.context }) else {
        throw .invalidDevice.because("two launches are on device \(launch.stream.context.device.ordinal)")
      }
      if launch.stream.isCaptured { try launch.stream.refuseCapture() }
      try launch.stream.context.check(
        launch.function, launch.configuration, multiprocessors: launch.stream.execution?.multiprocessorCount)
    }
    if flags & 1 == 0 { try meet(launches) }
    for launch in launches { try launch.stream.launch(launch.function, launch.configuration, parameters: launch.parameters, mayWait: false) }
    if flags & 2 == 0 { try meet(launches) }
  }

  /// Makes every stream wait for what all of them have.
  private static func meet(_ launches: [MultiDeviceLaunch]) throws(CUDAError) {
    let places = launches.map { ($0.stream.timeline, $0.stream.timeline.submitted) }
    for launch in launches {
      for (timeline, position) in places where timeline !== launch.stream.timeline {
        try launch.stream.gpuWork { () throws(GPUError) in try launch.stream.timeline.enqueueWait(on: timeline, position: position) }
      }
    }
  }
}
