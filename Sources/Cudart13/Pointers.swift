// cudaPointerAttributes as CUDA 13 lays it out.
import CCUDA
import CUDA
import Cudart

@c(carmine13_cudaPointerGetAttributes)
public func cudaPointerGetAttributes(_ result: UnsafeMutablePointer<cudaPointerAttributes13>?, _ pointer: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "attributes")
    _ = try currentContext()
    let found = PointerAttributes(of: pointer)
    var attributes = cudaPointerAttributes13()
    attributes.type = found.type.rawValue
    attributes.device = found.device
    attributes.devicePointer = UnsafeMutableRawPointer(bitPattern: found.devicePointer)
    attributes.hostPointer = UnsafeMutableRawPointer(bitPattern: found.hostPointer)
    result.pointee = attributes
  }
}
