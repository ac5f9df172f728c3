#!/usr/bin/env python3
"""One PTX file as a fatbinary of one uncompressed entry:  fatbinary.py COMPUTE-CAPABILITY IN.ptx OUT.fatbin
What a CUDA compiler embeds; here without NVIDIA's program of that name.  Fields as in Sources/CodeObject/Fatbinary.swift."""
import struct
import sys

capability, source, out = sys.argv[1:]
with open(source, "rb") as file:
    text = file.read() + b"\0"
text += b"\0" * (-len(text) % 8)
# kind PTX, version, header size, payload size, 0, 0, PTX 8.0, capability, name, name length, flags, 0, uncompressed size
entry = struct.pack("<HHIQIIHHIIIQQQ", 1, 0x101, 64, len(text), 0, 0, 0, 8, int(capability), 0, 0, 0x11, 0, 0)
with open(out, "wb") as file:
    file.write(struct.pack("<IHHQ", 0xBA55ED50, 1, 16, len(entry) + len(text)) + entry + text)
