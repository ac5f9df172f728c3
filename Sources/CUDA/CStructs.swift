// Initialisers for C structs of the public headers that have unnamed unions, of which Swift makes none that is usable.
// Source: driver_types.h.
import CCUDA

extension cudaMemLocation {
  public init(type: Int32, id: Int32) {
    self.init()
    self.type = type
    self.id = id
  }
}

extension cudaKernelNodeParamsV2 {
  public init(
    func function: UnsafeMutableRawPointer?, gridDim: dim3, blockDim: dim3, sharedMemBytes: UInt32,
    kernelParams: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, extra: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    ctx: UnsafeMutableRawPointer?, functionType: Int32
  ) {
    self.init()
    self.func = function
    (self.gridDim, self.blockDim, self.sharedMemBytes) = (gridDim, blockDim, sharedMemBytes)
    (self.kernelParams, self.extra, self.ctx, self.functionType) = (kernelParams, extra, ctx, functionType)
  }
}
