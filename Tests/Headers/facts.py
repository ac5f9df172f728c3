#!/usr/bin/env python3
"""What a folder of CUDA headers declares, taken from clang's syntax tree, and a program that prints how a compiler sees it.

  facts.py program FOLDER LANGUAGE OUT [FLAG ...] -- HEADER ...     writes a C or C++ program that, compiled against any folder of
      the same API, prints every enumerator's value, every structure's size, alignment, offsets and field types, every type
      definition, every function's type and every macro of FOLDER's headers.  Compiled against FOLDER it is the reference.
  facts.py signatures FOLDER OUT [FLAG ...] -- HEADER ...           one line an overload or template of C++: name, type, how many
      arguments may be left out.

FLAGs go to clang.  Only what the headers under FOLDER declare counts, not what they include from elsewhere.
"""
import json
import os
import re
import subprocess
import sys

CLANG = os.environ.get("CLANG", "clang-22")
STUBS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stubs")
# Names that are an API's; what else a header defines is its own business.
PUBLIC_MACRO = re.compile(r"(PFN_|cuda[A-Z]|CUDA(RT)?_[A-Z]|CU_|cu[A-Z]|MAX_PLANES)")
# Calling conventions are empty words here, and these four are not in our headers: two are 12's notes to itself, two are guards.
OTHER_MACROS = {"CUDAAPI", "CUDA_CB", "CUDART_CB", "CUDART_DEVICE", "RESOURCE_ABI_VERSION", "RESOURCE_ABI_EXTERNAL_BYTES",
                "CU_UUID_HAS_BEEN_DEFINED", "CUDAGL_H", "CUDAEGL_H", "CUDAVDPAU_H"}


def source(headers):
    return "".join("#include <%s>\n" % header for header in headers)


def run(language, folder, flags, headers, *more):
    command = [CLANG, "-x", language, "-w", "-I" + folder, "-isystem", STUBS, *flags, *more, "-"]
    result = subprocess.run(command, input=source(headers), capture_output=True, text=True)
    if result.returncode:
        sys.exit("facts.py: %s\n%s" % (" ".join(command), result.stderr[:4000]))
    return result.stdout


def declarations(language, folder, flags, headers):
    """The top-level declarations of FOLDER's headers, those of extern "C" blocks among them."""
    tree = json.loads(run(language, folder, flags, headers, "-fsyntax-only", "-Xclang", "-ast-dump=json"))
    here, found = None, []

    def place(location):      # clang names a file only where it changes, in document order
        nonlocal here
        for part in ("spellingLoc", "expansionLoc"):
            if part in location:
                place(location[part])
        here = location.get("file", here)

    def walk(node, top):
        if "loc" in node:
            place(node["loc"])
            if top and here and here.startswith(folder + "/") and node["kind"] != "LinkageSpecDecl":
                found.append(node)
        for edge in ("begin", "end"):
            place(node.get("range", {}).get(edge, {}))
        for child in node.get("inner", []):
            walk(child, top and node["kind"] in ("TranslationUnitDecl", "LinkageSpecDecl"))

    walk(tree, True)
    return found


def macros(folder, flags, headers):
    file, names = None, {}
    for line in run("c", folder, flags, headers, "-E", "-dD").split("\n"):
        if match := re.match(r'# \d+ "([^"]*)"', line):
            file = match[1]
        elif match := re.match(r"#define (\w+)(\([^)]*\))?\s*(.*)", line):
            if file and file.startswith(folder + "/") and not match[2] and match[3]:
                names[match[1]] = match[3]
        elif match := re.match(r"#undef (\w+)", line):
            names.pop(match[1], None)
    return [name for name in names if PUBLIC_MACRO.match(name) and name not in OTHER_MACROS]


def fields(record, path=""):
    """(path, type) of each field, those of unnamed structures inside included; a type that has no name is None."""
    nameless = None
    for node in record.get("inner", []):
        if node["kind"] in ("RecordDecl", "CXXRecordDecl"):
            nameless = node
        elif node["kind"] == "FieldDecl":
            spelled = node["type"]["qualType"]
            name = node.get("name")
            inside = "(unnamed" in spelled or "(anonymous" in spelled
            if name:
                yield path + name, None if inside else spelled, "isBitfield" in node
            if inside and "[" not in spelled.split(")")[-1]:
                yield from fields(nameless, path + (name + "." if name else ""))


def write_program(folder, language, out, flags, headers):
    lines, seen = [], set()

    def add(key, statement):
        if key not in seen:
            seen.add(key)
            lines.append("  " + statement)

    def record(name, spelling, node):
        add(name, 'SIZE("%s", %s)' % (name, spelling))
        for path, spelled, bits in fields(node):
            key = "%s.%s" % (name, path)
            if not bits:
                add(key, 'FIELD("%s", %s, %s)' % (key, spelling, path))
            if spelled and not bits:
                add(key + ":", 'SAME("%s is %s", __typeof__(((%s *)0)->%s), __typeof__(%s))' % (key, spelled, spelling, path, spelled))

    previous = None
    for node in declarations(language, folder, flags, headers):
        kind, name = node["kind"], node.get("name")
        if kind == "EnumDecl":
            for child in node.get("inner", []):
                if child["kind"] == "EnumConstantDecl":
                    add(child["name"], 'VALUE("%s", %s)' % (child["name"], child["name"]))
        elif kind in ("RecordDecl", "CXXRecordDecl") and node.get("completeDefinition"):
            if name and node.get("tagUsed") != "class":
                record(node["tagUsed"] + " " + name, node["tagUsed"] + " " + name, node)
            previous = node
        elif kind == "TypedefDecl":
            spelled = node["type"]["qualType"]
            if not any(word in spelled for word in ("unnamed", "anonymous")) and spelled not in (name, "enum " + name):
                add(name, 'SAME("%s is %s", %s, __typeof__(%s))' % (name, spelled, name, spelled))
            elif previous is not None and not previous.get("name"):
                record(name, name, previous)
        elif kind == "FunctionDecl" and name.startswith(("cu", "__cuda")) and language == "c":
            add(name, 'SAME("%s", __typeof__(%s), __typeof__(%s))' % (name, name, function_type(node)))
    for name in macros(folder, flags, headers):
        add("#" + name, 'TEXT("#define %s", %s)' % (name, name))
    with open(out, "w") as file:
        file.write(PROLOGUE % source(headers))
        for start in range(0, len(lines), 500):      # a compiler takes its time over one huge function
            file.write("static void part%d(void) {\n%s\n}\n" % (start // 500, "\n".join(lines[start:start + 500])))
        file.write("int main(void) {\n%s  return 0;\n}\n" % "".join("  part%d();\n" % n for n in range((len(lines) + 499) // 500)))


PROLOGUE = r"""%s#include <stddef.h>
#include <stdio.h>
#define TEXT_(x) #x
#define TEXT(what, x) printf(what " %%s\n", TEXT_(x));
#define VALUE(what, x) printf(what " = %%lld\n", (long long)(x));
#define SIZE(what, t) printf(what " has %%zu bytes, alignment %%zu\n", sizeof(t), (size_t)__alignof__(t));
#define FIELD(what, t, f) printf(what " at %%zu, %%zu bytes\n", offsetof(t, f), sizeof(((t *)0)->f));
#ifdef __cplusplus
#include <type_traits>
#define SAME(what, a, b) printf(what "%%s\n", std::is_same<a, b>::value ? "" : " NOT");
#else
#define SAME(what, a, b) printf(what "%%s\n", __builtin_types_compatible_p(a, b) ? "" : " NOT");
#endif
"""


def function_type(node):
    """As `node`'s type, its parameters' own spellings; what typeof takes."""
    return node["type"]["qualType"]


def plain(spelled):
    return re.sub(r"\b(enum|struct|union) ", "", spelled)


def signatures(folder, flags, headers):
    lines = set()
    for node in declarations("c++", folder, flags, headers):
        template = ""
        if node["kind"] == "FunctionTemplateDecl":
            inner = node.get("inner", [])
            kinds = [i for i in inner if i["kind"] in ("TemplateTypeParmDecl", "NonTypeTemplateParmDecl")]
            template = "template<%s> " % ", ".join(("..." if i.get("isParameterPack") else "") + i.get("name", plain(i.get("type", {}).get("qualType", ""))) for i in kinds)
            body = [i for i in inner if i["kind"] == "FunctionDecl"]
            # The pattern is the first; specialisations of it are each a declaration of their own.
            node = body[0]
        if node["kind"] not in ("FunctionDecl",):
            continue
        parameters = [p for p in node.get("inner", []) if p["kind"] == "ParmVarDecl"]
        optional = sum(1 for p in parameters if p.get("init"))
        arguments = [a for a in node.get("inner", []) if a["kind"] == "TemplateArgument"]
        special = "".join("<%s>" % plain(a.get("type", {}).get("qualType", str(a.get("value", "")))) for a in arguments)
        if node["name"].startswith(("cu", "make_")):
            lines.add("%s%s%s %s, %d optional" % (template, node["name"], special, plain(node["type"]["qualType"]), optional))
    return sorted(lines)


def main():
    words, headers = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
    if words[0] == "program":
        write_program(os.path.realpath(words[1]), words[2], words[3], words[4:], headers)
    else:
        with open(words[2], "w") as out:
            out.write("".join(line + "\n" for line in signatures(os.path.realpath(words[1]), words[3:], headers)))


main()
