// Lanes that take turns: independent thread scheduling on a wave that has one program counter.
//
// The kernel becomes a loop around its own code.  Each lane holds the number of the place where it goes on; a trip of the loop picks a
// lane, and runs the lanes of the wave that are at the same place until each comes to its next place (TurnPlan).  The lane to be
// picked moves round the wave, so every lane that is not waiting at a barrier goes on after at most as many trips as there are lanes: a
// lane that has left a waiting loop runs on while others still wait in it.
//
// A lane that has ended stays in the loop, at no place, until all have: LLVM takes code that leads out of a loop for code behind it,
// where lanes would wait for those that are still inside.
//
//   - A warp-level operation with a member mask waits, trip by trip, until the lanes of its mask that have not ended are there.
//   - A barrier of the block parks its lanes; when every lane of the wave that has not ended is parked, the wave executes one
//     s_barrier for all of them, wherever in the program each stands.
//   - Barriers with counts are counted in LDS, a lane at a time.
// Functions with such places become part of the kernel, since a call has no place to go on at.
import CLLVM
import PTX

final class Turns {
  private let b: IRBuilder
  private let isWave64: Bool
  private let pc, parked, turn: Value
  /// Lanes that have not ended, as of this trip.
  private let live: Value
  private let header: Block
  private let latch: Block
  private var states: [Block] = []
  /// The number of reducing barriers of the whole block that this lane has passed, modulo 3.
  let reductions: Value
  /// The phase of the counted barrier that this lane waits for.
  let generation: Value

  private var wave: Type { isWave64 ? b.i64 : b.i32 }

  init(_ f: FunctionLowering) {
    b = f.b
    isWave64 = f.module.target.waveSize == 64
    let wave = isWave64 ? f.b.i64 : f.b.i32
    (pc, parked, turn, live, reductions, generation) = f.inEntry { [b = f.b] in
      let slots = (b.alloca(b.i32), b.alloca(b.i1), b.alloca(b.i32), b.alloca(wave), b.alloca(b.i32), b.alloca(b.i32))
      b.store(b.int32(0), slots.0)
      b.store(b.bool(false), slots.1)
      b.store(b.int32(0), slots.2)
      b.store(b.zero(wave), slots.3)
      b.store(b.int32(0), slots.4)
      b.store(b.int32(0), slots.5)
      return slots
    }
    header = f.newBlock("turns")
    latch = f.newBlock("turn.over")
    // Here the kernel begins: at place 0.
    let start = f.newBlock("start")
    _ = place(start)
    b.branch(header)
    b.move(to: start)
  }

  /// Where no lane is that goes on.
  private static let ended = -1

  /// The lane has nothing more to do.
  func end() {
    b.store(b.int32(Self.ended), pc)
    b.branch(latch)
  }

  /// Lets lanes come to `block` by a turn.
  private func place(_ block: Block) -> Int {
    states.append(block)
    return states.count - 1
  }

  /// A block that sends lanes to `block` by a turn.
  func gate(to block: Block, in f: FunctionLowering) -> Block {
    let here = b.currentBlock, gate = f.newBlock("gate")
    b.move(to: gate)
    b.store(b.int32(place(block)), pc)
    b.branch(latch)
    b.move(to: here)
    return gate
  }

  /// Gives way, and goes on here.
  func giveWay(in f: FunctionLowering) {
    let block = f.newBlock("place")
    b.store(b.int32(place(block)), pc)
    b.branch(latch)
    b.move(to: block)
  }

  /// The same; `ready` is asked at each of the lane's turns until it is true.
  func giveWay(in f: FunctionLowering, until ready: () throws -> Value) rethrows {
    giveWay(in: f)
    let go = f.newBlock("go")
    b.branch(try ready(), go, latch)
    b.move(to: go)
  }

  /// Waits until every lane of the wave that has not ended is parked, and executes one barrier for all.
  func park(in f: FunctionLowering) {
    b.store(b.bool(true), parked)
    giveWay(in: f)
  }

  /// The lanes of this lane's warp that have not ended.
  func liveLanes(_ f: FunctionLowering) -> Value { f.warpHalf(b.load(wave, live)) }

  /// The loop's head, when all places are known; `ending` follows the loop.
  func finish(_ f: FunctionLowering, _ ending: Block) {
    let (check, barrier, pick, run) = (f.newBlock("any.left"), f.newBlock("barrier"), f.newBlock("pick"), f.newBlock("run"))
    b.move(to: latch)
    b.call("llvm.amdgcn.wave.barrier", b.void)  // keeps LLVM from undoing the loop by jumping from place to place
    b.branch(header)

    b.move(to: header)
    let mine = b.load(b.i32, pc)
    let goesOn = b.icmp(LLVMIntNE, mine, b.int32(Self.ended))
    let alive = ballot(goesOn)
    b.store(alive, live)
    b.branch(b.equal(alive, b.zero(wave)), ending, check)
    b.move(to: check)
    let waiting = ballot(b.load(b.i1, parked))
    b.branch(b.equal(alive, waiting), barrier, pick)
    b.move(to: barrier)
    f.hardwareBarrier()
    b.store(b.bool(false), parked)
    b.branch(pick)

    b.move(to: pick)
    let isFree = b.and(goesOn, b.not(b.load(b.i1, parked)))
    let free = ballot(isFree)
    let from = b.load(b.i32, turn)
    let ahead = b.and(free, b.shl(b.constant(wave, -1), b.zext(from, wave)))
    let candidates = b.select(b.icmp(LLVMIntNE, ahead, b.zero(wave)), ahead, free)
    let lane = b.trunc(b.overloaded("llvm.cttz", wave, [candidates, b.bool(true)]), b.i32)
    b.store(b.and(b.add(lane, b.int32(1)), b.int32(isWave64 ? 63 : 31)), turn)
    let chosen = b.call("llvm.amdgcn.readlane.i32", b.i32, [mine, lane])
    b.branch(b.and(isFree, b.equal(mine, chosen)), run, latch)

    b.move(to: run)
    // The same number, which LLVM would take from each lane's own where it may: a branch that all take is a scalar one.
    let number = b.call("llvm.amdgcn.readfirstlane.i32", b.i32, [mine])
    let table = LLVMBuildSwitch(b.raw, number, states[0], UInt32(states.count))
    for (number, block) in states.enumerated().dropFirst() { LLVMAddCase(table, b.int32(number), block) }
  }

  private func ballot(_ condition: Value) -> Value { b.overloaded("llvm.amdgcn.ballot", wave, [condition]) }
}

extension FunctionLowering {
  /// Before a warp-level operation: until the lanes that it names are here.  Without turns they are taken to be.
  func meet(_ i: Instruction) throws {
    guard let turns, i.isWarpSynchronous else { return }
    try turns.giveWay(in: self) {
      let members = try i.memberMask.map { try read($0, .b32) } ?? b.int32(-1)
      let missing = b.and(b.and(members, turns.liveLanes(self)), b.not(warpBallot(b.bool(true))))
      return b.equal(missing, b.int32(0))
    }
  }
}
