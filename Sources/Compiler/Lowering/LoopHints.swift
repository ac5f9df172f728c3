// What PTX says of its loops, as LLVM's metadata: `.pragma "nounroll"` behind a loop's label (`#pragma unroll 1` in the source).
// Without it LLVM unrolls loops with several exits for which lanes then part and meet again at every copy.
// Source: PTX ISA, "Pragma Strings"; LLVM's language reference, "llvm.loop".
import CLLVM

extension FunctionLowering {
  /// Marks the branch at the end of `block` if it goes back to a loop that is not to be unrolled.
  func hintLoop(backFrom block: Block, to target: Block) {
    guard loopsThatStay.contains(target), let branch = LLVMGetBasicBlockTerminator(block) else { return }
    b.annotate(branch, "llvm.loop", b.loopProperties(["llvm.loop.unroll.disable"]))
  }
}

extension IRBuilder {
  /// A loop's own node: its first operand is itself.
  func loopProperties(_ names: [String]) -> LLVMMetadataRef {
    let properties: [LLVMMetadataRef?] = names.map { name in
      var text: LLVMMetadataRef? = LLVMMDStringInContext2(context, name, name.utf8.count)
      return LLVMMDNodeInContext2(context, &text, 1)
    }
    let itself = LLVMTemporaryMDNode(context, nil, 0)
    var parts = [itself] + properties
    let node = LLVMMDNodeInContext2(context, &parts, parts.count)!
    LLVMMetadataReplaceAllUsesWith(itself, node)
    return node
  }
}
