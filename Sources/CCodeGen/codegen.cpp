// LLVM's code generation with one pass of ours in it, kept from one kernel to the next; and links that take what is needed.
//
// LLVM 22's StructurizeCFG takes an instruction that costs nothing (an element of a vector, say) out of an `else` block to the block
// that dominates it and its `then`, and puts its value where a phi had none yet.  Where the `then` can lead to the `else` as well,
// as in the tree of comparisons that a switch becomes, lanes that went through both get the `then`'s value:
// https://github.com/llvm/llvm-project/pull/183792.  No option turns it off; but it moves only what lies in the `else` block itself,
// so such instructions are moved out of there before it looks.
//
// Threads: any number of modules at once, each with its own machine, emitter and context.

#include "carmine_codegen.h"

#include <malloc.h>

#include <memory>

#include "llvm/ADT/SmallVector.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Pass.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Utils.h"

using namespace llvm;

namespace {

class FreeValuesOutOfBranches : public FunctionPass {
 public:
  static char ID;
  FreeValuesOutOfBranches() : FunctionPass(ID) {}
  StringRef getPassName() const override { return "Free values out of branches"; }
  void getAnalysisUsage(AnalysisUsage &usage) const override {
    usage.addRequired<TargetTransformInfoWrapperPass>();
    usage.setPreservesCFG();
  }

  bool runOnFunction(Function &function) override {
    const TargetTransformInfo &costs = getAnalysis<TargetTransformInfoWrapperPass>().getTTI(function);
    DominatorTree dominators(function);
    bool changed = false;
    for (bool again = true; again;) {  // what one move leaves without operands in its block may be the next
      again = false;
      for (BasicBlock &merge : function)
        for (PHINode &phi : merge.phis())
          for (unsigned i = 0; i < phi.getNumIncomingValues(); i++) {
            auto *value = dyn_cast<Instruction>(phi.getIncomingValue(i));
            BasicBlock *block = phi.getIncomingBlock(i);
            if (!value || value->getParent() != block || !moves(*value, costs)) continue;
            DomTreeNode *node = dominators.getNode(block);
            if (!node || !node->getIDom()) continue;
            // Whatever strictly dominates the block, its operands' blocks among it, dominates this one.
            value->moveBefore(node->getIDom()->getBlock()->getTerminator()->getIterator());
            changed = again = true;
          }
    }
    return changed;
  }

 private:
  /// What StructurizeCFG would move: free, and of operands from elsewhere.
  static bool moves(const Instruction &value, const TargetTransformInfo &costs) {
    if (isa<PHINode>(value) || value.isTerminator() || value.mayHaveSideEffects() || value.mayReadFromMemory()) return false;
    InstructionCost cost = costs.getInstructionCost(&value, TargetTransformInfo::TCK_Latency);
    if (!cost.isValid() || cost != 0) return false;
    for (const Use &operand : value.operands())
      if (auto *other = dyn_cast<Instruction>(operand.get()); other && other->getParent() == value.getParent()) return false;
    return true;
  }
};
char FreeValuesOutOfBranches::ID = 0;

/// Adds the pass behind the last one before StructurizeCFG.
class Passes : public legacy::PassManager {
 public:
  void add(Pass *pass) override {
    bool isLast = pass->getPassID() == last;
    legacy::PassManager::add(pass);
    if (isLast) legacy::PassManager::add(new FreeValuesOutOfBranches);
  }

 private:
  AnalysisID last = std::unique_ptr<FunctionPass>(createUnifyLoopExitsPass())->getPassID();
};

/// The passes of one machine, with what they write to.  That a pass manager runs again for another module is what `llc -compile-twice` tests.
struct Emitter {
  SmallVector<char, 0> bytes;
  raw_svector_ostream out{bytes};
  Passes passes;
};

}  // namespace

void *carmine_emitter_create(void *machine, int assembly) {
  auto emitter = std::make_unique<Emitter>();
  auto kind = assembly ? CodeGenFileType::AssemblyFile : CodeGenFileType::ObjectFile;
  if (static_cast<TargetMachine *>(machine)->addPassesToEmitFile(emitter->passes, emitter->out, nullptr, kind)) return nullptr;
  return emitter.release();
}

void carmine_emitter_destroy(void *emitter) { delete static_cast<Emitter *>(emitter); }

void carmine_emitter_run(void *emitter, void *module, const char **bytes, size_t *count) {
  auto *all = static_cast<Emitter *>(emitter);
  all->bytes.clear();
  all->passes.run(*static_cast<Module *>(module));
  *bytes = all->bytes.data();
  *count = all->bytes.size();
}

int carmine_link_needed(void *module, void *library) {
  auto *into = static_cast<Module *>(module);
  // Bodies are read when the linker asks for them.
  auto lazy = getLazyBitcodeModule(static_cast<MemoryBuffer *>(library)->getMemBufferRef(), into->getContext());
  if (!lazy) {
    consumeError(lazy.takeError());
    return 1;
  }
  (*lazy)->setTargetTriple(into->getTargetTriple());
  (*lazy)->setDataLayout(into->getDataLayout());
  return Linker::linkModules(*into, std::move(*lazy), Linker::Flags::LinkOnlyNeeded) ? 2 : 0;
}

void carmine_keep_memory(void) {
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_TOP_PAD, 16 << 20);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
}
