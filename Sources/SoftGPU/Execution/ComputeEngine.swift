// The compute engine: takes kernel dispatches and executes them on worker threads.
import Synchronization

final class ComputeEngine: @unchecked Sendable {
  let device: DeviceKind
  let addressSpace: AddressSpace
  init(device: DeviceKind, addressSpace: AddressSpace) { self.device = device; self.addressSpace = addressSpace }

  /// Names a kernel object (a kernel descriptor's address) in diagnoses; set by whoever knows the code object's symbols.
  var nameOfKernel: (@Sendable (UInt64) -> String?)? = nil

  /// Executes `dispatch`; `completion` is called once, from any thread.
  func submit(_ dispatch: Dispatch, completion: @escaping @Sendable (DispatchOutcome) -> Void) {
    completion(.faulted(Fault(cause: .badDispatch("the interpreter is not built yet"), kernelObject: dispatch.kernelObject)))
  }
  /// As `submit`, but a small dispatch is executed by the calling thread, and `completion` called before this returns.
  func runInline(_ dispatch: Dispatch, completion: @escaping @Sendable (DispatchOutcome) -> Void) {
    submit(dispatch, completion: completion)
  }
  /// Ends the worker threads.  Dispatches that have not completed never will.
  func stop() {}
}
