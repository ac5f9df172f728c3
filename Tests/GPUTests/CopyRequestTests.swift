import Testing

@testable import GPU

@Suite("Copies and fills on the host")
struct CopyRequestTests {
  @Test("A box lands at its pitches and nowhere else, also through a staging buffer", arguments: [false, true])
  func box(staged: Bool) {
    let source = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
    var destination = [UInt8](repeating: 0, count: 1000)
    var from = source
    let (width, height, depth) = (5, 3, 2)
    from.withUnsafeMutableBytes { from in
      destination.withUnsafeMutableBytes { to in
        var request = CopyRequest(
          destination: to.baseAddress! + 11, source: from.baseAddress! + 3, width: width, height: height, depth: depth,
          destinationRowPitch: 16, destinationSlicePitch: 100, sourceRowPitch: 9, sourceSlicePitch: 50)
        if staged {
          request = request.staged()!
          #expect(request.ownsSource)
          from.initializeMemory(as: UInt8.self, repeating: 0)   // the program changes its memory
        }
        request.execute()
        request.release()
      }
    }
    var expected = [UInt8](repeating: 0, count: 1000)
    for z in 0..<depth { for y in 0..<height { for x in 0..<width { expected[11 + z * 100 + y * 16 + x] = source[3 + z * 50 + y * 9 + x] } } }
    #expect(destination == expected)
  }

  @Test("A fill repeats its pattern over the elements of each row", arguments: [1, 2, 4])
  func fill(size: Int) {
    var memory = [UInt8](repeating: 0xee, count: 256)
    memory.withUnsafeMutableBytes {
      FillRequest(
        destination: $0.baseAddress! + 8, value: 0x0403_0201, elementSize: size, width: 3, height: 2, rowPitch: 32
      ).execute()
    }
    for index in 0..<256 {
      let row = (index - 8) / 32, column = (index - 8) % 32
      let inside = index >= 8 && row < 2 && column < 3 * size
      #expect(memory[index] == (inside ? UInt8(column % size + 1) : 0xee))
    }
  }
}
