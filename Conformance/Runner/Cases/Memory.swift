// Linear memory: allocation, freeing, copies and fills.
import CConformance
import Glibc

func memoryCases() {
  test("cudaMalloc", .success, "gives memory that a kernel writes and a copy reads", source: "cudaMalloc", touches: ["cudaFree"]) {
    let words = try Words(1000, fill: 7)
    try ok(launch(basic.kernel("iota"), dim(4), dim(256), words.pointer, Int32(1000), Int32(5)))
    try words.expect((0..<1000).map { UInt32($0) + 5 }, "what the kernel wrote")
  }
  test("cudaMalloc", .error, "refuses a null place for the pointer", source: "cudaMalloc, Returns: cudaErrorInvalidValue") {
    try fails(cudaMalloc(nil, 16), cudaErrorInvalidValue)
  }
  test("cudaMalloc", .error, "says that memory is exhausted when more is asked than there is", source: "cudaMalloc, Returns: cudaErrorMemoryAllocation") {
    var pointer: UnsafeMutableRawPointer?
    try fails(cudaMalloc(&pointer, 1 << 50), cudaErrorMemoryAllocation)
  }
}
