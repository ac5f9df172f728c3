// Which kernels count as one: those that differ in names alone.
import Compiler
import KernelImage
import PTX
import Testing

private func fingerprint(_ text: String, _ kernel: String) throws -> ContentHash {
  try compiler().fingerprint(of: kernel, in: ModuleIndex(parse(text)))
}

/// A kernel, a function that it calls, a shared array and a variable, under the names given.
private func module(kernel: String = "k", function: String = "f", tile: String = "tile", label: String = "$L", variable: String = "v", constant: Int = 3,
  size: Int = 64, sum: String = "add", type: String = "u32") -> String {
  """
  .version 8.0
  .target sm_80
  .address_size 64
  .global .\(type) \(variable);
  .shared .align 4 .b8 \(tile)[\(size)];
  .func \(function)(.param .b32 \(function)_param) { ret; }
  .visible .entry \(kernel)(.param .u64 \(kernel)_param_0)
  {
    .reg .pred %p<2>; .reg .b32 %r<9>; .reg .b64 %rd<9>;
    ld.param.u64 %rd1, [\(kernel)_param_0];
    ld.global.u32 %r1, [\(variable)];
    \(sum).u32 %r2, %r1, \(constant);
    st.shared.u32 [\(tile)], %r2;
    setp.eq.u32 %p1, %r2, 0;
    @%p1 bra \(label);
    { .param .b32 a; st.param.b32 [a], %r1; call.uni \(function), (a); }
  \(label):
    ret;
  }
  """
}

@Suite struct FingerprintTests {
  @Test func `names of kernels, functions, parameters, labels and shared variables do not count`() throws {
    let one = try fingerprint(module(), "k")
    #expect(try fingerprint(module(kernel: "other", function: "g", tile: "buffer", label: "$M"), "other") == one)
    // Nor where it stands, nor what stands around it.
    #expect(try fingerprint(module() + "\n.visible .entry more() { trap; }", "k") == one)
    #expect(try fingerprint(module().replacing("ret;", with: "ret ;\n\n"), "k") == one)
  }

  @Test(arguments: [
    module(variable: "w"), module(constant: 4), module(size: 128), module(sum: "sub"), module(type: "u64"),
    module().replacing("@%p1 bra", with: "@!%p1 bra"), module().replacing("(.param .b32 f_param) { ret; }", with: "(.param .b32 f_param) { trap; }"),
    module().replacing("_param_0)", with: "_param_0) .maxntid 64, 1, 1"), module().replacing("st.shared.u32", with: "st.volatile.shared.u32"),
  ])
  func `anything that changes the code counts, and so do the variables that the loader looks up`(_ text: String) throws {
    #expect(try fingerprint(text, "k") != fingerprint(module(), "k"))
  }

  @Test func `what counts as one compiles to the same instructions`() throws {
    func code(_ text: String, _ kernel: String) throws -> [Substring] {
      let assembly = String(decoding: try compiler().emit(parse(text), kernel: kernel, as: .assembly), as: UTF8.self)
      return assembly.split(separator: "\n").filter { $0.hasPrefix("\t") && !$0.hasPrefix("\t.") && !$0.hasPrefix("\t;") }.map { $0.prefix { $0 != ";" } }
    }
    let one = try code(module(tile: "x"), "k")
    #expect(one.count > 5)
    #expect(try code(module(kernel: "l", function: "g", tile: "x", label: "$M"), "l") == one)
  }
}
