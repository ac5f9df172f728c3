// Fragment layouts and what is worked out from them, without a GPU: each plan is carried out on plain arrays and compared with
// the product of matrices.  That the layouts are NVIDIA's, Tests/PTXReference/matrix_reference.c asks.
import PTX
import Testing

@testable import Compiler

@Suite struct MatrixTests {
  @Test func laneFunctionsAreThoseThatBitsOfTheLaneMakeUp() {
    let broadcast = LaneFunction((0..<32).map { $0 & ~3 | 2 })
    #expect(broadcast?.quad == [2, 2, 2, 2])
    #expect(LaneFunction((0..<32).map { $0 ^ 21 })?.callAsFunction(7) == 18)
    #expect(LaneFunction((0..<32).map { $0 * 3 }) == nil)
    #expect(LaneFunction.identity.quad == [0, 1, 2, 3])
    #expect(LaneFunction([Int](repeating: 5, count: 32))?.isConstant == true)
  }

  /// (shape, element) of every dense product; sparse ones are asked on the GPU.
  static let products: [MatrixProduct] = {
    let rows: [(String, [MatrixElement])] = [
      ("m8n8k4", [.half, .double]), ("m16n8k4", [.tf32, .double]), ("m16n8k8", [.half, .bfloat, .tf32, .double]),
      ("m16n8k16", [.half, .bfloat, .double, .byte(signed: true)]), ("m8n8k16", [.byte(signed: true)]), ("m16n8k32", [.byte(signed: false), .nibble(signed: true)]),
      ("m8n8k32", [.nibble(signed: false)]), ("m16n8k64", [.nibble(signed: true), .packedE2M1]), ("m8n8k128", [.bit]), ("m16n8k128", [.bit]), ("m16n8k256", [.bit]),
    ]
    var all: [MatrixProduct] = []
    for (shape, elements) in rows {
      for element in elements {
        let accumulator: MatrixElement = element.isInteger ? .word : element == .double ? .double : .single
        var product = MatrixProduct(shape: MatrixShape(shape)!, a: element, b: element, c: accumulator, d: accumulator)
        all.append(product)
        guard product.isQuadPairs else { continue }
        for (rowA, rowB) in [(true, true), (false, true), (false, false)] {
          (product.rowMajorA, product.rowMajorB) = (rowA, rowB)
          all.append(product)
        }
        product.c = .half  // C lies otherwise than D
        all.append(product)
      }
    }
    return all
  }()

  @Test(arguments: products) func eachElementLiesSomewhereAndNoLaneHoldsItTwice(_ product: MatrixProduct) {
    let batches = product.isQuadPairs ? 4 : 1
    for (layout, rows, columns) in [
      (product.layoutA, product.shape.m, product.shape.k), (product.layoutB, product.shape.k, product.shape.n), (product.layoutC(product.d), product.shape.m, product.shape.n),
    ] {
      let places = (0..<32).flatMap { lane in (0..<layout.count).map { layout.place(lane, $0) } }
      #expect(Set(places).count == rows * columns * batches)
      #expect(places.count == rows * columns * batches)
      #expect(places.allSatisfy { 0..<rows ~= $0.row && 0..<columns ~= $0.column && 0..<batches ~= $0.batch })
    }
  }

  @Test(arguments: products) func aPlanFetchesWhatTheProductNeeds(_ product: MatrixProduct) throws {
    let layoutA = product.layoutA, layoutB = product.layoutB, layoutC = product.layoutC(product.c), layoutD = product.layoutC(product.d)
    let plan = try #require(
      MatrixPlan(
        a: layoutA, perRegisterA: product.a.perRegister, b: layoutB, perRegisterB: product.b.perRegister, c: layoutC, perRegisterC: product.c.perRegister,
        d: layoutD, storedK: product.shape.k, chunk: nil))
    func a(_ at: MatrixPlace) -> Int { (at.batch * 7 + at.row * 5 + at.column * 3) % 11 - 5 }
    func b(_ at: MatrixPlace) -> Int { (at.batch * 3 + at.row * 13 + at.column * 2) % 17 - 8 }
    func c(_ at: MatrixPlace) -> Int { at.batch * 1000 + at.row * 31 + at.column }
    for lane in 0..<32 {
      for (index, terms) in plan.terms.enumerated() {
        let place = layoutD.place(lane, index), k = product.shape.k
        #expect(plan.rows[index](lane) == place.row && plan.columns[index](lane) == place.column)
        let source = plan.accumulators[index]
        var sum = c(layoutC.place(source.lane(lane), source.register(lane) * product.c.perRegister + source.position(lane)))
        for term in terms {
          for part in 0..<(term.isWhole ? product.a.perRegister : 1) {
            let left = layoutA.place(term.a.lane(lane), term.a.register(lane) * product.a.perRegister + term.a.position(lane) + part)
            let right = layoutB.place(term.b[0].lane(lane), term.b[0].register(lane) * product.b.perRegister + term.b[0].position(lane) + part)
            sum += a(left) * b(right)
          }
        }
        let expected = (0..<k).reduce(c(place)) { sum, k in
          sum + a(MatrixPlace(batch: place.batch, row: place.row, column: k)) * b(MatrixPlace(batch: place.batch, row: k, column: place.column))
        }
        #expect(sum == expected, "lane \(lane), element \(index)")
      }
    }
  }

  private static let half = kernel("""
    mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f0, %f1, %f2, %f3}, {%r0, %r1, %r2, %r3}, {%r4, %r5}, {%f4, %f5, %f6, %f7};
    add.f32 %f0, %f0, %f1; add.f32 %f0, %f0, %f2; add.f32 %f0, %f0, %f3; ld.param.u64 %rd0, [p0]; st.global.f32 [%rd0], %f0; ret;
    """)

  @Test func matrixInstructionsAreUsedWhereTheyKeepSubnormals() throws {
    #expect(try emitted(Self.half, as: .assembly).contains("v_mfma_f32_16x16x16_f16"))
    #expect(try emitted(Self.half, as: .assembly, mapping: .oneWarp).contains("v_mfma_f32_16x16x16_f16"))
    #expect(try emitted(Self.half, as: .assembly, target: "gfx1100").contains("v_wmma_f32_16x16x16_f16"))
    let plain = try emitted(Self.half, as: .assembly, target: "gfx90a")
    #expect(!plain.contains("v_mfma") && plain.contains("v_fma_mix_f32"))
  }

  /// LLVM cannot spill registers of whole-wave mode; four kernels of xformers ended its compiler where it had moved all tiles together.
  @Test func noMoreThanFourTilesCanBeInWholeWaveModeTogether() throws {
    let tile = "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f0, %f1, %f2, %f3}, {%r0, %r1, %r2, %r3}, {%r4, %r5}, {%f0, %f1, %f2, %f3};\n"
    let text = kernel(String(repeating: tile, count: 9) + "ld.param.u64 %rd0, [p0]; st.global.f32 [%rd0], %f0; ret;")
    let parts = try emitted(text, as: .unoptimised).split(separator: "call void @llvm.amdgcn.sched.barrier")
    #expect(parts.map { $0.ranges(of: "@llvm.amdgcn.strict.wwm.v4f32(<4 x float> %").count } == [4, 4, 1])
  }

  @Test func aShapeThatATypeDoesNotHaveIsRefusedByName() throws {
    let text = kernel("mma.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 {%f0, %f1, %f2, %f3}, {%r0, %r1, %r2, %r3}, {%r4, %r5}, {%f0, %f1, %f2, %f3}; ret;")
    #expect(try #require(try refusal(text)).message.contains("m16n8k32"))
  }
}
