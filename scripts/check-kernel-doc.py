#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks kernel-doc, TAP on stdout; called by lint.sh.

A function of a header that another folder uses, or that is exported, has a kernel-doc block, and
the kernel's scripts/kernel-doc finds nothing wrong with any block.

usage: check-kernel-doc.py KERNEL-DOC     check; KERNEL-DOC is the kernel's script
       check-kernel-doc.py --list         headers with kernel-doc, as make doc shows them
       check-kernel-doc.py --selftest KERNEL-DOC    remove and break a block and see both found
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

# The command and the tracer only provide programs for other folders; wavert.h of the
# interface has no functions.
HEADERS = ("kernel/", "compat/", "userspace/include/")
PROTOTYPE = re.compile(r"^(?!static|typedef|return|else|#)[A-Za-z_][\w \*]*?[ \*](\w+)\([^;{}]*?\)"
                       r"\s*(?:WRT_\w+\([^;]*?\)\s*)*;", re.M | re.S)
EXPORT = re.compile(r"^EXPORT_SYMBOL(?:_GPL)?\((\w+)\)", re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def sources():
    found = []
    for folder in ("kernel", "compat", "userspace"):
        for path, _, names in os.walk(folder):
            found += [os.path.join(path, name) for name in names if re.search(r"(?<!\.mod)\.[ch]$", name)]
    return sorted(found)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def undocumented():
    text = {path: read(path) for path in sources()}
    code = {path: COMMENT.sub("", text[path]) for path in text}
    exported = {name for path in code for name in EXPORT.findall(code[path])}
    words = {}
    for path in code:
        words.setdefault(os.path.dirname(path), set()).update(re.findall(r"\w+", code[path]))
    bad = []
    for header in text:
        if not (header.endswith(".h") and header.startswith(HEADERS)):
            continue
        folder = os.path.dirname(header)
        others = set().union(*(words[other] for other in words if other != folder))
        for name in PROTOTYPE.findall(code[header]):
            if name not in others and name not in exported:
                continue
            if not re.search(r"/\*\*\n \* %s\(\) - " % name, text[header]):
                bad.append("%s: %s() has no kernel-doc" % (header, name))
    return bad


def documented():
    return [path for path in sources() if path.endswith(".h") and re.search(r"^/\*\*$", read(path), re.M)]


def wrong_blocks(kernel_doc):
    run = subprocess.run(["perl", kernel_doc, "-none"] + documented(), capture_output=True, text=True, check=False)
    found = [line for line in (run.stdout + run.stderr).splitlines() if line.strip()]
    return found if found or not run.returncode else ["kernel-doc failed"]


def check(kernel_doc):
    bad = False
    tests = (("every function for other folders has a kernel-doc block", undocumented()),
             ("the kernel's kernel-doc finds nothing wrong", wrong_blocks(kernel_doc)))
    print("1..%d" % len(tests))
    for number, (sentence, found) in enumerate(tests, 1):
        print("%s %d - %s" % ("not ok" if found else "ok", number, sentence))
        for line in found:
            print("# " + line)
        bad |= bool(found)
    return bad


def selftest(kernel_doc):
    here = os.getcwd()
    bad = False
    with tempfile.TemporaryDirectory() as work:
        for folder in ("kernel", "compat", "userspace"):
            shutil.copytree(folder, os.path.join(work, folder))
        os.chdir(work)
        path = "kernel/core/device.h"
        whole = read(path)
        cases = (("a block that is not there", whole.replace(" * wrt_device_gone() - ", " * "),
                  lambda: any("wrt_device_gone" in line for line in undocumented())),
                 ("a parameter that is not described", whole.replace(" * @pin: ", " * pin: ", 1),
                  lambda: any("pin" in line for line in wrong_blocks(kernel_doc))))
        print("1..%d" % len(cases))
        for number, (sentence, text, found) in enumerate(cases, 1):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            good = found()
            bad |= not good
            print("%s %d - it finds %s" % ("ok" if good else "not ok", number, sentence))
        os.chdir(here)
    return bad


def main(arguments):
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    if arguments == ["--list"]:
        print("\n".join(documented()))
        return 0
    if len(arguments) == 2 and arguments[0] == "--selftest":
        return selftest(arguments[1])
    if len(arguments) == 1 and not arguments[0].startswith("-"):
        return check(arguments[0])
    print(__doc__)
    return 0 if arguments == ["--help"] else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
