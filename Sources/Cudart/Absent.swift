// What answers for the functions that are refused by design: nothing describes them (Conformance/refusals.tsv has each one's reason).
// Threads: any.  Order: none.  Full: names that API/cudart.tsv calls absent.
import Settings

/// The generated fronts come here with the name of the function that was called; its own arguments are not looked at.
@c(carmine_rt_absent)
public func absent(_ name: UnsafePointer<CChar>?) -> Int32 {
  let name = name.map { String(cString: $0) } ?? "?"
  Log.error("\(name): NVIDIA describes this function nowhere, so Carmine refuses it (cudaErrorNotSupported)")
  return 801
}
