// Shared by the compiler's tests: PTX around a few lines of text, and what comes out of it.
import Compiler
import Foundation
import KernelImage
import PTX

/// A kernel named `k` with four pointer parameters and registers of every width around `text`.
func kernel(_ text: String, head: String = "", parameters: String = ".param .u64 p0, .param .u64 p1, .param .u32 n", directives: String = "") -> String {
  """
  .version 8.0
  .target sm_86
  .address_size 64
  \(head)
  .visible .entry k(\(parameters)) \(directives)
  {
  .reg .pred %p<9>; .reg .b16 %h<9>; .reg .b32 %r<19>; .reg .b64 %rd<19>; .reg .f32 %f<9>; .reg .f64 %fd<9>;
  \(text)
  }
  """
}

func parse(_ text: String) throws -> Module { try Parser.parse(Array(text.utf8)) }

func compiler(_ target: String = "gfx942", mapping: WarpMapping? = nil) throws -> KernelCompiler {
  var options = CompilerOptions()
  options.mapping = mapping
  return try KernelCompiler(target: target, options: options)
}

func image(_ text: String, mapping: WarpMapping? = nil) throws -> KernelImage {
  try compiler(mapping: mapping).compile(parse(text), kernel: "k")
}

func emitted(_ text: String, as form: KernelCompiler.Form, target: String = "gfx942", mapping: WarpMapping? = nil) throws -> String {
  String(decoding: try compiler(target, mapping: mapping).emit(parse(text), kernel: "k", as: form), as: UTF8.self)
}

/// The error that compiling `text` gives; nil when it compiles.
func refusal(_ text: String) throws -> CompileError? {
  do { _ = try emitted(text, as: .assembly) } catch let error as CompileError { return error }
  return nil
}

let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
