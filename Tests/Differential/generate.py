#!/usr/bin/env python3
"""Random kernels, in PTX that means one thing only:  generate.py FOLDER FIRST COUNT   writes FOLDER/SEED.ptx for each seed

Each kernel reads 16 words a thread, computes with integers of 16, 32 and 64 bits, floats, predicates and memory, branches, loops and
shuffles, and writes 8 words a thread.  Left out is what PTX leaves open: approximate instructions, division by zero, registers read before they are written,
shared memory without a barrier between, NaN's payloads (what goes from a float to bits is made one NaN first), warp operations where
lanes have parted.  What is computed must be the same on any target and at any optimisation."""
import random
import sys

folder, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


class Kernel:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.counts = {"r": 0, "rd": 0, "h": 0, "f": 0, "fd": 0, "p": 0}
        self.values = {kind: [] for kind in self.counts}
        self.labels = 0
        self.depth = 0
        self.uniform = True  # do all lanes of a warp run this?
        self.steps = 0

    # --- registers

    def new(self, kind):
        self.counts[kind] += 1
        return f"%{kind}{self.counts[kind]}"

    def any(self, kind):
        values = self.values[kind]
        # The newest more often than the oldest.
        return values[max(self.random.randrange(len(values)), self.random.randrange(len(values)))]

    def operand(self, kind, bits=32):
        if self.random.random() < 0.15:
            return str(self.random.choice([0, 1, 2, 5, 31, 32, 63, 255, -1, 65535, self.random.getrandbits(bits - 1)]))
        return self.any(kind)

    def small(self):
        """A position or a length."""
        return str(self.random.choice([0, 1, 4, 8, 16, 31, 32, 33, 64, 255])) if self.random.random() < 0.3 else self.any("r")

    def emit(self, text):
        self.lines.append("  " * (1 + self.depth) + text)

    def keep(self, kind, register):
        self.values[kind].append(register)
        if len(self.values[kind]) > 24:
            self.values[kind].pop(self.random.randrange(12))

    def result(self, kind, text):
        """A statement with {d} as its destination, under a predicate now and then."""
        if self.random.random() < 0.12 and self.values[kind]:
            # Guarded: the register keeps what it had, so it must have something.
            register = self.any(kind)
            guard = self.any("p")
            self.emit(f"@{self.random.choice(['', '!'])}{guard} " + text.format(d=register))
            return register
        register = self.new(kind)
        self.emit(text.format(d=register))
        self.keep(kind, register)
        return register

    # --- statements

    def integer32(self):
        r, o = self.random, lambda: self.operand("r")
        choice = r.randrange(30)
        t = r.choice(["u32", "s32"])
        if choice < 5:
            self.result("r", f"{r.choice(['add', 'sub'])}.{t} {{d}}, {self.any('r')}, {o()};")
        elif choice == 5:
            self.result("r", f"mul.{r.choice(['lo', 'hi'])}.{t} {{d}}, {self.any('r')}, {o()};")
        elif choice == 6:
            self.result("r", f"mad.{r.choice(['lo', 'hi'])}.{t} {{d}}, {self.any('r')}, {o()}, {self.any('r')};")
        elif choice == 7:
            self.result("r", f"{r.choice(['and', 'or', 'xor'])}.b32 {{d}}, {self.any('r')}, {o()};")
        elif choice == 8:
            self.result("r", f"lop3.b32 {{d}}, {self.any('r')}, {self.any('r')}, {self.any('r')}, {r.randrange(256)};")
        elif choice == 9:
            self.result("r", f"{r.choice(['shl.b32', 'shr.u32', 'shr.s32'])} {{d}}, {self.any('r')}, {self.any('r')};")
        elif choice == 10:
            self.result("r", f"shf.{r.choice(['l', 'r'])}.{r.choice(['wrap', 'clamp'])}.b32 {{d}}, {self.any('r')}, {self.any('r')}, {o()};")
        elif choice == 11:
            self.result("r", f"prmt.b32{r.choice(['', '.f4e', '.b4e', '.rc8', '.ecl', '.ecr', '.rc16'])} {{d}}, {self.any('r')}, {self.any('r')}, {self.any('r')};")
        elif choice == 12:
            self.result("r", f"bfe.{t} {{d}}, {self.any('r')}, {self.small()}, {self.small()};")
        elif choice == 13:
            self.result("r", f"bfi.b32 {{d}}, {self.any('r')}, {self.any('r')}, {self.small()}, {self.small()};")
        elif choice == 14:
            self.result("r", f"{r.choice(['brev.b32', 'popc.b32', 'clz.b32', 'not.b32', 'neg.s32', 'abs.s32', 'bfind.u32', 'bfind.s32', 'bfind.shiftamt.u32', 'cnot.b32'])} {{d}}, {self.any('r')};")
        elif choice == 15:
            self.result("r", f"{r.choice(['min', 'max'])}.{t} {{d}}, {self.any('r')}, {o()};")
        elif choice == 16:
            divisor = self.new("r")
            self.emit(f"or.b32 {divisor}, {self.any('r')}, 1;")
            # The most negative number by -1 is left out by a mask, since PTX leaves it open.
            dividend = self.new("r")
            self.emit(f"and.b32 {dividend}, {self.any('r')}, 2147483647;")
            self.result("r", f"{r.choice(['div', 'rem'])}.{t} {{d}}, {dividend}, {divisor};")
        elif choice == 17:
            self.result("r", f"selp.b32 {{d}}, {self.any('r')}, {o()}, {self.any('p')};")
        elif choice == 18:
            self.result("r", f"sad.{t} {{d}}, {self.any('r')}, {self.any('r')}, {self.any('r')};")
        elif choice == 19:
            self.result("r", f"dp4a.{t}.{r.choice(['u32', 's32'])} {{d}}, {self.any('r')}, {self.any('r')}, {self.any('r')};")
        elif choice == 20:
            self.result("r", f"mul24.{r.choice(['lo', 'hi'])}.{t} {{d}}, {self.any('r')}, {self.any('r')};")
        elif choice == 21:
            self.result("r", f"{r.choice(['add', 'sub'])}.sat.s32 {{d}}, {self.any('r')}, {self.any('r')};")
        elif choice == 22:
            low, high = self.new("r"), self.new("r")
            name = r.choice(["add", "sub"])
            self.emit(f"{name}.cc.u32 {low}, {self.any('r')}, {self.any('r')};")
            self.emit(f"{name}c.u32 {high}, {self.any('r')}, {self.any('r')};")
            self.keep("r", low)
            self.keep("r", high)
        elif choice == 23:
            self.result("r", f"cvt.{r.choice(['u32.u16', 's32.s16', 'u32.u8', 's32.s8'])} {{d}}, {self.any('h')};")
        elif choice == 24:
            self.result("r", f"cvt.{r.choice(['u32.u64', 's32.s64', 'sat.s32.s64', 'sat.u32.s64'])} {{d}}, {self.any('rd')};")
        elif choice == 25:
            self.result("r", f"cvt.{r.choice(['rni', 'rzi', 'rmi', 'rpi'])}.{t}.f32 {{d}}, {self.number('f')};")
        elif choice == 26:
            self.result("r", f"set.{r.choice(['lt', 'eq', 'ge'])}.u32.{t} {{d}}, {self.any('r')}, {o()};")
        elif choice == 27:
            self.result("r", f"slct.u32.s32 {{d}}, {self.any('r')}, {self.any('r')}, {self.any('r')};")
        elif choice == 28:
            self.result("r", f"mov.b32 {{d}}, {{{{{self.any('h')}, {self.any('h')}}}}};")
        else:
            self.result("r", f"mov.u32 {{d}}, {r.choice(['%tid.x', '%ctaid.x', '%laneid', '%ntid.x'])};")

    def number(self, kind):
        """A float with NaN and what is too large for an integer taken out: conversions of those differ by nobody's fault."""
        bits = 32 if kind == "f" else 64
        register, predicate = self.new(kind), self.new("p")
        limit = "0f4E000000" if kind == "f" else "0d41C0000000000000"
        absolute = self.new(kind)
        value = self.any(kind)
        self.emit(f"abs.f{bits} {absolute}, {value};")
        self.emit(f"setp.lt.f{bits} {predicate}, {absolute}, {limit};")
        self.emit(f"selp.f{bits} {register}, {value}, {'0f40200000' if kind == 'f' else '0d4004000000000000'}, {predicate};")
        return register

    def integer64(self):
        r = self.random
        choice = r.randrange(12)
        t = r.choice(["u64", "s64"])
        if choice < 3:
            self.result("rd", f"{r.choice(['add', 'sub'])}.{t} {{d}}, {self.any('rd')}, {self.any('rd')};")
        elif choice == 3:
            self.result("rd", f"mul.{r.choice(['lo', 'hi'])}.{t} {{d}}, {self.any('rd')}, {self.any('rd')};")
        elif choice == 4:
            self.result("rd", f"mul.wide.{r.choice(['u32', 's32'])} {{d}}, {self.any('r')}, {self.operand('r')};")
        elif choice == 5:
            self.result("rd", f"{r.choice(['and', 'or', 'xor'])}.b64 {{d}}, {self.any('rd')}, {self.any('rd')};")
        elif choice == 6:
            self.result("rd", f"{r.choice(['shl.b64', 'shr.u64', 'shr.s64'])} {{d}}, {self.any('rd')}, {self.any('r')};")
        elif choice == 7:
            self.result("rd", f"{r.choice(['min', 'max'])}.{t} {{d}}, {self.any('rd')}, {self.any('rd')};")
        elif choice == 8:
            self.result("rd", f"cvt.{r.choice(['u64.u32', 's64.s32'])} {{d}}, {self.any('r')};")
        elif choice == 9:
            self.result("rd", f"{r.choice(['bfe.u64', 'bfe.s64'])} {{d}}, {self.any('rd')}, {self.small()}, {self.small()};")
        elif choice == 10:
            self.result("rd", f"mad.wide.{r.choice(['u32', 's32'])} {{d}}, {self.any('r')}, {self.any('r')}, {self.any('rd')};")
        else:
            divisor, dividend = self.new("rd"), self.new("rd")
            self.emit(f"or.b64 {divisor}, {self.any('rd')}, 1;")
            self.emit(f"and.b64 {dividend}, {self.any('rd')}, 9223372036854775807;")
            self.result("rd", f"{r.choice(['div', 'rem'])}.{t} {{d}}, {dividend}, {divisor};")

    def integer16(self):
        r = self.random
        choice = r.randrange(6)
        t = r.choice(["u16", "s16"])
        if choice < 2:
            self.result("h", f"{r.choice(['add', 'sub'])}.{t} {{d}}, {self.any('h')}, {self.any('h')};")
        elif choice == 2:
            self.result("h", f"mul.lo.{t} {{d}}, {self.any('h')}, {self.any('h')};")
        elif choice == 3:
            self.result("h", f"{r.choice(['shl.b16', 'shr.u16', 'shr.s16'])} {{d}}, {self.any('h')}, {self.operand('r')};")
        elif choice == 4:
            self.result("h", f"{r.choice(['min', 'max'])}.{t} {{d}}, {self.any('h')}, {self.any('h')};")
        else:
            self.result("h", f"cvt.{r.choice(['u16.u32', 's16.s32', 'sat.s16.s32', 'sat.u16.u32', 'sat.u8.s32'])} {{d}}, {self.any('r')};")

    def float32(self):
        r = self.random
        choice = r.randrange(10)
        rounding = r.choice(["rn", "rn", "rn", "rz", "rm", "rp"])
        if choice < 3:
            self.result("f", f"{r.choice(['add', 'sub', 'mul'])}.{rounding}.f32 {{d}}, {self.any('f')}, {self.any('f')};")
        elif choice < 5:
            self.result("f", f"fma.{rounding}.f32 {{d}}, {self.any('f')}, {self.any('f')}, {self.any('f')};")
        elif choice == 5:
            self.result("f", f"{r.choice(['min', 'max'])}.f32 {{d}}, {self.any('f')}, {self.any('f')};")
        elif choice == 6:
            self.result("f", f"{r.choice(['abs', 'neg'])}.f32 {{d}}, {self.any('f')};")
        elif choice == 7:
            self.result("f", r.choice([f"div.rn.f32 {{d}}, {self.any('f')}, {self.any('f')};", f"sqrt.rn.f32 {{d}}, {self.any('f')};", f"rcp.rn.f32 {{d}}, {self.any('f')};"]))
        elif choice == 8:
            self.result("f", f"cvt.rn.f32.{r.choice(['u32', 's32'])} {{d}}, {self.any('r')};")
        else:
            self.result("f", f"cvt.{rounding}.f32.f64 {{d}}, {self.any('fd')};")

    def float64(self):
        r = self.random
        choice = r.randrange(6)
        if choice < 2:
            self.result("fd", f"{r.choice(['add', 'sub', 'mul'])}.rn.f64 {{d}}, {self.any('fd')}, {self.any('fd')};")
        elif choice == 2:
            self.result("fd", f"fma.rn.f64 {{d}}, {self.any('fd')}, {self.any('fd')}, {self.any('fd')};")
        elif choice == 3:
            self.result("fd", r.choice([f"cvt.f64.f32 {{d}}, {self.any('f')};", f"cvt.rn.f64.s32 {{d}}, {self.any('r')};", f"cvt.rn.f64.u64 {{d}}, {self.any('rd')};"]))
        elif choice == 4:
            self.result("fd", f"{r.choice(['min', 'max'])}.f64 {{d}}, {self.any('fd')}, {self.any('fd')};")
        else:
            self.result("fd", r.choice([f"div.rn.f64 {{d}}, {self.any('fd')}, {self.any('fd')};", f"sqrt.rn.f64 {{d}}, {self.any('fd')};"]))

    def predicate(self):
        r = self.random
        choice = r.randrange(5)
        if choice < 2:
            self.result("p", f"setp.{r.choice(['eq', 'ne', 'lt', 'le', 'gt', 'ge'])}.{r.choice(['u32', 's32'])} {{d}}, {self.any('r')}, {self.operand('r')};")
        elif choice == 2:
            self.result("p", f"setp.{r.choice(['lt', 'gt', 'equ', 'num', 'neu', 'le'])}.f32 {{d}}, {self.any('f')}, {self.any('f')};")
        elif choice == 3:
            self.result("p", f"setp.{r.choice(['lt', 'eq'])}.{r.choice(['and', 'or', 'xor'])}.s64 {{d}}, {self.any('rd')}, {self.any('rd')}, {self.any('p')};")
        else:
            self.result("p", f"{r.choice(['and', 'or', 'xor'])}.pred {{d}}, {self.any('p')}, {self.any('p')};")

    def bits(self, kind):
        """A float's bits, with one NaN for all."""
        width = 32 if kind == "f" else 64
        into, predicate, value = ("r" if kind == "f" else "rd"), self.new("p"), self.any(kind)
        raw, register = self.new(into), self.new(into)
        self.emit(f"mov.b{width} {raw}, {value};")
        self.emit(f"setp.nan.f{width} {predicate}, {value}, {value};")
        self.emit(f"selp.b{width} {register}, {'0x7fffffff' if width == 32 else '0x7fffffffffffffff'}, {raw}, {predicate};")
        self.keep(into, register)

    def memory(self):
        r = self.random
        address, index = self.new("rd"), self.new("r")
        self.emit(f"and.b32 {index}, {self.any('r')}, 7;")
        self.emit(f"mul.wide.u32 {address}, {index}, 4;")
        base = self.new("rd")
        self.emit(f"add.u64 {base}, %local, {address};")
        form = r.randrange(4)
        if form == 0:
            self.emit(f"st.local.u32 [{base}], {self.any('r')};")
        elif form == 1:
            self.emit(f"st.local.{r.choice(['u8', 'u16'])} [{base}+{r.choice([0, 2])}], {self.any('h')};")
        elif form == 2:
            self.result("r", f"ld.local.{r.choice(['u32', 's32', 'b32'])} {{d}}, [{base}];")
        else:
            self.result("r", f"ld.local.{r.choice(['u8', 's8', 'u16', 's16'])} {{d}}, [{base}+{r.choice([0, 2])}];")

    def warp(self):
        r = self.random
        choice = r.randrange(5)
        if choice < 2:
            mode = r.choice(["bfly", "down", "up", "idx"])
            clamp = 0 if mode == "up" else r.choice([31, 31, 0x1807, 0x100F])
            lane = self.new("r")
            self.emit(f"and.b32 {lane}, {self.any('r')}, 31;")
            value, predicate = self.new("r"), self.new("p")
            self.emit(f"shfl.sync.{mode}.b32 {value}|{predicate}, {self.any('r')}, {lane}, {clamp}, -1;")
            self.keep("r", value)
            self.keep("p", predicate)
        elif choice == 2:
            register = self.new("r")
            self.emit(f"vote.sync.ballot.b32 {register}, {self.any('p')}, -1;")
            self.keep("r", register)
        elif choice == 3:
            register = self.new("p")
            self.emit(f"vote.sync.{r.choice(['any', 'all', 'uni'])}.pred {register}, {self.any('p')}, -1;")
            self.keep("p", register)
        else:
            register = self.new("r")
            self.emit(f"redux.sync.{r.choice(['add', 'min', 'max'])}.{r.choice(['u32', 's32'])} {register}, {self.any('r')}, -1;")
            self.keep("r", register)

    def exchange(self):
        """Through shared memory, each thread another one's word."""
        address, other, value = self.new("r"), self.new("r"), self.new("r")
        self.emit("bar.sync 0;")
        self.emit(f"mad.lo.u32 {address}, %thread, 4, %tile;")
        self.emit(f"st.shared.u32 [{address}], {self.any('r')};")
        self.emit("bar.sync 0;")
        self.emit(f"xor.b32 {other}, %thread, {self.random.randrange(64)};")
        self.emit(f"mad.lo.u32 {other}, {other}, 4, %tile;")
        self.emit(f"ld.shared.u32 {value}, [{other}];")
        self.keep("r", value)

    def within(self, divergent, body):
        """Statements whose new registers are forgotten after them, for they may not have run; what they gave to old ones stays."""
        saved, uniform = {kind: list(values) for kind, values in self.values.items()}, self.uniform
        self.uniform = uniform and not divergent
        self.depth += 1
        body()
        # Something of it must be seen outside.
        for kind, form in (("r", "mov.u32"), ("f", "mov.f32"), ("rd", "mov.u64")):
            if self.random.random() < 0.7:
                self.emit(f"{form} {self.random.choice(saved[kind])}, {self.any(kind)};")
        self.depth -= 1
        self.values, self.uniform = saved, uniform

    def label(self):
        self.labels += 1
        return f"$L{self.labels}"

    def branch(self):
        other, end = self.label(), self.label()
        self.emit(f"@{self.random.choice(['', '!'])}{self.any('p')} bra {other};")
        self.within(True, lambda: self.block(self.random.randrange(1, 8)))
        self.emit(f"bra {end};")
        self.emit(f"{other}:")
        if self.random.random() < 0.6:
            self.within(True, lambda: self.block(self.random.randrange(1, 8)))
        self.emit(f"{end}:")

    def loop(self):
        head, counter, predicate = self.label(), self.new("r"), self.new("p")
        divergent = self.random.random() < 0.5
        if divergent:
            self.emit(f"and.b32 {counter}, {self.any('r')}, 7;")
        else:
            self.emit(f"mov.u32 {counter}, {self.random.randrange(1, 6)};")
        self.emit(f"{head}:")

        def body():
            self.values["r"].append(counter)
            self.block(self.random.randrange(1, 6), frozen=counter)

        self.within(divergent, body)
        self.emit(f"sub.s32 {counter}, {counter}, 1;")
        self.emit(f"setp.gt.s32 {predicate}, {counter}, 0;")
        self.emit(f"@{predicate} bra {head};")

    def switch(self):
        index, labels, end, table = self.new("r"), [self.label() for _ in range(4)], self.label(), self.label()
        self.emit(f"and.b32 {index}, {self.any('r')}, 3;")
        self.emit(f"{table}: .branchtargets {', '.join(labels)};")
        self.emit(f"brx.idx {index}, {table};")
        for label in labels:
            self.emit(f"{label}:")
            self.within(True, lambda: self.block(self.random.randrange(1, 4)))
            self.emit(f"bra {end};")
        self.emit(f"{end}:")

    def call(self):
        register = self.new("r")
        self.emit(f"{{ .param .b32 a; .param .b32 b; .param .b32 c; st.param.b32 [a], {self.any('r')}; st.param.b32 [b], {self.any('r')};")
        self.emit(f"call.uni (c), mix, (a, b); ld.param.b32 {register}, [c]; }}")
        self.keep("r", register)

    frozen = ()

    def block(self, statements, frozen=None):
        before = self.frozen
        if frozen:
            self.frozen = self.frozen + (frozen,)
        for _ in range(statements):
            self.steps += 1
            choice = self.random.random()
            start = len(self.lines)
            if choice < 0.34:
                self.integer32()
            elif choice < 0.44:
                self.integer64()
            elif choice < 0.49:
                self.integer16()
            elif choice < 0.62:
                self.float32()
            elif choice < 0.67:
                self.float64()
            elif choice < 0.75:
                self.predicate()
            elif choice < 0.79:
                self.bits(self.random.choice(["f", "fd"]))
            elif choice < 0.84:
                self.memory()
            elif choice < 0.89:
                if self.uniform:
                    self.warp() if self.random.random() < 0.8 else self.exchange()
            elif choice < 0.91:
                self.call()
            elif self.depth < 3 and self.steps < 220:
                self.random.choice([self.branch, self.loop, self.branch, self.switch])()
            # A loop's counter is nobody else's to write.
            if any(line.strip().split(" ", 1)[-1].startswith(name + ",") and not line.strip().startswith(("st", "@", "setp")) for name in self.frozen for line in self.lines[start:]):
                for number in range(start, len(self.lines)):
                    for name in self.frozen:
                        words = self.lines[number].split(None, 1)
                        if len(words) > 1 and words[1].startswith(name + ","):
                            self.lines[number] = self.lines[number].replace(name + ",", "%spare,", 1)
            for number in range(start, len(self.lines)):
                for name in self.frozen:
                    line = self.lines[number]
                    words = line.split()
                    if words and words[0].startswith("@") and len(words) > 2 and words[2] == name + ",":
                        self.lines[number] = line.replace(name + ",", "%spare,", 1)
        self.frozen = before

    def text(self):
        r = self.random
        for index in range(16):
            register = self.new("r")
            self.emit(f"ld.global.u32 {register}, [%in+{4 * index}];")
            self.keep("r", register)
        for index in range(4):
            for kind, text in (("f", f"mov.b32 {{}}, %r{index + 1};"), ("rd", f"mov.b64 {{}}, {{{{%r{index + 1}, %r{index + 5}}}}};"), ("h", f"cvt.u16.u32 {{}}, %r{index + 3};"),
                               ("fd", f"cvt.f64.f32 {{}}, %f{index + 1};"), ("p", f"setp.gt.s32 {{}}, %r{index + 7}, {index * 100};")):
                register = self.new(kind)
                self.emit(text.format(register))
                self.keep(kind, register)
        for index in range(8):
            self.emit(f"st.local.u32 [%local+{4 * index}], %r{index + 2};")
        self.block(r.randrange(20, 70))
        # A few sums of everything that is still there.
        for kind in ("f", "fd"):
            for _ in range(3):
                self.bits(kind)
        outputs = [self.new("r") for _ in range(8)]
        for output in outputs:
            self.emit(f"mov.u32 {output}, {r.getrandbits(30)};")
        for number, register in enumerate(self.values["r"]):
            output = outputs[number % 8]
            self.emit(f"mad.lo.u32 {output}, {output}, 31, {register};")
        for number, register in enumerate(self.values["rd"]):
            low, high, output = self.new("r"), self.new("r"), outputs[number % 8]
            self.emit(f"mov.b64 {{{low}, {high}}}, {register};")
            self.emit(f"mad.lo.u32 {output}, {output}, 33, {low};")
            self.emit(f"xor.b32 {output}, {output}, {high};")
        for number, register in enumerate(self.values["h"]):
            wide, output = self.new("r"), outputs[number % 8]
            self.emit(f"cvt.u32.u16 {wide}, {register};")
            self.emit(f"mad.lo.u32 {output}, {output}, 35, {wide};")
        for number, register in enumerate(self.values["p"]):
            self.emit(f"@{register} add.u32 {outputs[number % 8]}, {outputs[number % 8]}, {number * 1000 + 77};")
        for index in range(8):
            word = self.new("r")
            self.emit(f"ld.local.u32 {word}, [%local+{4 * index}];")
            self.emit(f"xor.b32 {outputs[index]}, {outputs[index]}, {word};")
        for index, output in enumerate(outputs):
            self.emit(f"st.global.u32 [%out+{4 * index}], {output};")
        declared = "\n".join(f"  .reg .{kind} %{name}<{self.counts[name] + 1}>;" for name, kind in
                             (("r", "b32"), ("rd", "b64"), ("h", "b16"), ("f", "f32"), ("fd", "f64"), ("p", "pred")))
        return f""".version 7.8
.target sm_80
.address_size 64
.func (.param .b32 result) mix(.param .b32 first, .param .b32 second)
{{
  .reg .b32 %a<5>; .reg .pred %q;
  ld.param.b32 %a1, [first];
  ld.param.b32 %a2, [second];
  setp.lt.s32 %q, %a1, %a2;
  @%q bra $less;
  mad.lo.u32 %a3, %a1, {r.getrandbits(16)}, %a2;
  bra.uni $done;
$less:
  shf.l.wrap.b32 %a3, %a1, %a2, {r.randrange(32)};
$done:
  st.param.b32 [result], %a3;
  ret;
}}
.visible .entry k(.param .u64 input, .param .u64 output)
{{
{declared}
  .reg .b64 %in, %out, %local, %wide; .reg .b32 %thread, %tile, %place, %spare;
  .local .align 8 .b8 stack[64];
  .shared .align 4 .b8 tile[256];
  mov.u32 %spare, 0;
  mov.u64 %local, stack;
  mov.u32 %tile, tile;
  ld.param.u64 %in, [input];
  ld.param.u64 %out, [output];
  cvta.to.global.u64 %in, %in;
  cvta.to.global.u64 %out, %out;
  mov.u32 %thread, %tid.x;
  mov.u32 %place, %ctaid.x;
  mad.lo.u32 %place, %place, 64, %thread;
  mul.wide.u32 %wide, %place, 64;
  add.u64 %in, %in, %wide;
  mul.wide.u32 %wide, %place, 32;
  add.u64 %out, %out, %wide;
""" + "\n".join(self.lines) + "\n  ret;\n}\n"


for seed in range(first, first + count):
    with open(f"{folder}/{seed}.ptx", "w") as file:
        file.write(Kernel(seed).text())
