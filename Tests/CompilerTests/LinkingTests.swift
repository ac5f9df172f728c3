// Relocatable device code: several modules as one.  What is legal is what nvlink accepts.
import Compiler
import Foundation
import KernelImage
import PTX
import Testing

@Suite struct LinkingTests {
  private func module(_ text: String) throws -> Module { try parse(".version 8.0\n.target sm_75\n.address_size 64\n" + text) }
  private func linked(_ texts: String...) throws -> Module { try ModuleLinker.link(texts.map { try module($0) }) }

  private let caller = """
    .extern .func (.param .b32 r) add(.param .b32 a);
    .extern .global .align 4 .u32 total;
    .visible .entry k(.param .u64 p)
    { .reg .b32 %r<3>; .reg .b64 %d<2>; .param .b32 a; .param .b32 r; ld.global.u32 %r1, [total]; st.param.b32 [a], %r1;
      call.uni (r), add, (a); ld.param.b32 %r2, [r]; ld.param.u64 %d1, [p]; st.global.u32 [%d1], %r2; ret; }
    """
  private let callee = """
    .global .align 4 .u32 own = 5;
    .visible .global .align 4 .u32 total = 7;
    .visible .func (.param .b32 r) add(.param .b32 a)
    { .reg .b32 %r<4>; ld.param.b32 %r1, [a]; ld.global.u32 %r2, [own]; add.u32 %r3, %r1, %r2; st.param.b32 [r], %r3; ret; }
    """

  @Test("A function and a variable of another module are found") func acrossModules() throws {
    let module = try linked(caller, callee)
    #expect(try compiler().compile(module, kernel: "k").relocations.map(\.symbol).sorted() == ["own", "total"])
    let variables = try compiler().inventory(of: module).variables
    #expect(variables.map(\.name).sorted() == ["own", "total"] && variables.allSatisfy { !$0.isExternal })
  }

  @Test("A name without linkage is its module's own: the second module's is renamed, in bodies and initial values too") func ownNames() throws {
    let other = """
      .global .align 4 .u32 own = 9;
      .visible .global .align 8 .u64 place = own;
      .visible .entry k2(.param .u64 own_p)
      { .reg .b32 %r1; .reg .b64 %d1; ld.global.u32 %r1, [own]; ld.param.u64 %d1, [own_p]; st.global.u32 [%d1], %r1; ret; }
      """
    let module = try linked(callee, other)
    let variables = try compiler().inventory(of: module).variables
    let renamed = try #require(variables.first { $0.name.hasPrefix("own$") })
    #expect(renamed.initial == [9, 0, 0, 0] && variables.first { $0.name == "own" }?.initial == [5, 0, 0, 0])
    #expect(variables.first { $0.name == "place" }?.relocations.map(\.symbol) == [renamed.name])
    #expect(try compiler().compile(module, kernel: "k2").relocations.map(\.symbol) == [renamed.name])
  }

  @Test("What a function declares for itself hides a renamed name") func hidden() throws {
    let other = """
      .global .align 4 .u32 own = 9;
      .visible .entry k2(.param .u32 own)
      { .reg .b32 %r1; .shared .align 4 .u32 x; ld.param.u32 %r1, [own]; st.volatile.shared.u32 [x], %r1; ret; }
      """
    #expect(try compiler().compile(linked(callee, other), kernel: "k2").relocations.isEmpty)
  }

  @Test("A strong definition wins over weak ones, the first weak one over later ones, the largest common one over smaller ones") func strength() throws {
    func value(_ texts: String...) throws -> (bytes: [UInt8], size: UInt64) {
      let variable = try #require(try compiler().inventory(of: ModuleLinker.link(texts.map { try module($0) })).variables.first { $0.name == "v" })
      return (variable.initial, variable.size)
    }
    let weak = ".weak .global .align 4 .u32 v = 1;", weaker = ".weak .global .align 4 .u32 v = 2;", strong = ".visible .global .align 4 .u32 v = 3;"
    #expect(try value(weak, strong).bytes == [3, 0, 0, 0] && value(strong, weak).bytes == [3, 0, 0, 0])
    #expect(try value(weak, weaker).bytes == [1, 0, 0, 0])
    #expect(try value(".common .global .align 4 .b8 v[8];", ".common .global .align 4 .b8 v[64];", ".common .global .align 4 .b8 v[16];").size == 64)
    #expect(try value(".extern .global .align 4 .u32 v;", weak).bytes == [1, 0, 0, 0])
  }

  @Test("What nvlink refuses is refused by name", arguments: [
    (".visible .global .align 4 .u32 v;", ".visible .global .align 4 .u32 v;", "`v` is defined in two modules"),
    (".visible .global .align 4 .u32 v;", ".extern .const .align 4 .u32 v;", "`v` is a .global variable in one module and a .const one"),
    (".visible .global .align 4 .u32 v;", ".extern .global .align 4 .b8 v[8];", "`v` is 4 bytes large in one module and 8"),
    (".visible .func v() { ret; }", ".extern .global .align 4 .u32 v;", "`v` is a variable in one module and a function"),
    (".visible .func v(.param .b32 a) { ret; }", ".extern .func v(.param .b64 a);", "`v` is declared with different parameters"),
  ])
  func refused(first: String, second: String, message: String) {
    #expect { try linked(first, second) } throws: { "\($0)".contains(message) }
    if first != second { #expect { try linked(second, first) } throws: { "\($0)".contains("`v`") } }
  }

  @Test("A function that no module defines fails the kernel that calls it, and no other") func undefined() throws {
    let module = try linked(caller, ".visible .global .align 4 .u32 total; .visible .entry k2() { ret; }")
    #expect { try compiler().compile(module, kernel: "k") } throws: { "\($0)".contains("`add` is called but not defined") }
    #expect(try compiler().compile(module, kernel: "k2").name == "k2")
  }

  @Test("A pointer to a function of another module reaches it") func pointers() throws {
    let table = """
      .extern .func (.param .b32 r) add(.param .b32 a);
      .visible .global .align 8 .u64 table[1] = {add};
      .visible .entry k(.param .u64 p)
      { .reg .b32 %r<3>; .reg .b64 %d<3>; .param .b32 a; .param .b32 r; ld.global.u64 %d2, [table]; st.param.b32 [a], %r1;
        prototype: .callprototype (.param .b32 _) _ (.param .b32 _);
        call (r), %d2, (a), prototype; ld.param.b32 %r2, [r]; ld.param.u64 %d1, [p]; st.global.u32 [%d1], %r2; ret; }
      """
    let module = try linked(table, callee)
    #expect(try compiler().inventory(of: module).variables.first { $0.name == "table" }?.initial == [16, 0, 0, 0, 0, 0, 0, 0])
    #expect(try compiler().compile(module, kernel: "k").relocations.map(\.symbol).contains("own"))
  }
}
