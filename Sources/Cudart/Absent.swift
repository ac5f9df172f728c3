// What answers for every function of the API that does not exist here yet.
// Threads: any.  Order: none.  Full: names that API/cudart.tsv calls absent.
import Settings

/// The generated fronts come here with the name of the function that was called; its own arguments are not looked at.
@c(carmine_rt_absent)
public func absent(_ name: UnsafePointer<CChar>?) -> Int32 {
  let name = name.map { String(cString: $0) } ?? "?"
  Log.error("\(name): Carmine does not have this function yet (cudaErrorNotSupported)")
  return 801
}
