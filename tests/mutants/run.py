#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Changes one place of core and miniport by its syntax (a mutant), and runs the conformance and
the unit tests on the host. TAP on stdout; a mutant that passes all tests is a failure, unless
the file "known" has it with a reason. Takes about 3 s for each.

usage: run.py [--sample N] [--seed TEXT] [FILE...]   N (200) mutants of these files
       run.py --list [FILE...]                       print all mutants, run none
       run.py --only TEXT [FILE...]                  run those with TEXT in their names
       run.py --check                                check that each known mutant still exists

A hash of a mutant's own text decides whether it is in the sample, so a change of the tree replaces
only mutants of the changed lines. One that compiles to the same object is not counted.
"""
import argparse
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FILES = ("kernel/core/*.c", "kernel/core/position.h", "kernel/core/clients.h",
         "kernel/core/deferred.h", "kernel/core/device.h", "compat/miniport/*.c")
UNIT = ("test_miniport", "test_stream", "test_adopt", "test_reading", "test_geometry", "test_thread",
        "test_sim", "test_position", "test_race")
WARN = "-Werror=incompatible-pointer-types -Werror=int-conversion"

TOKEN = re.compile(r"""(?P<skip>\s+|/\*.*?\*/|//[^\n]*|^\#(?:[^\n\\]|\\.)*)|(?P<word>\w+)|
                       (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|
                       (?P<sign><<=|>>=|->|\+\+|--|<<|>>|&&|\|\||[-+*/%&|^=!<>]=|.)""",
                   re.X | re.S | re.M)
REPLACE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||",
           "||": "&&", "+=": "=", "-=": "=", "|=": "=", "&=": "=", "++": "--", "--": "++",
           "true": "false", "false": "true", "<<": ">>", ">>": "<<", "!": ""}
BINARY = {"+": "-", "-": "+", "*": "+", "/": "*", "%": "/", "&": "|", "|": "&"}
# checks of a contract, and calls that have no effect in the host build
COMMUTES = re.compile(r"wrt_(min|max)_u\d+$")
NO_EFFECT = re.compile(r"(wrt_assert_\w+|WRT_TRACE|wrt_relax)$")
CONTROL = "if for while do else switch sizeof return case default".split()
TYPES = "struct enum const unsigned static".split()

Token = namedtuple("Token", "kind text at end")


class Function:
    """The mutants of a function's body, as lists of changes (begin, end, new text)."""

    def __init__(self, text, tokens, pair, first, last):
        self.text, self.tokens, self.pair, self.last = text, tokens, pair, last
        self.places = range(first + 1, last)

    def end_of(self, i, *stops):
        """Index of the next token with one of these texts, outside of further brackets."""
        while self.tokens[i].text not in stops:
            i = self.pair[i] + 1 if self.tokens[i].text in ("(", "[", "{") else i + 1
        return i

    def span(self, first, end):
        return self.tokens[first].at, self.tokens[end - 1].end

    def arguments(self, opening):
        found, first = [], opening + 1
        while first < self.pair[opening]:
            end = self.end_of(first, ",", ")")
            found.append(self.span(first, end))
            first = end + 1
        return found

    def swapped(self, a, b):
        return "swap", [(*a, self.text[slice(*b)]), (*b, self.text[slice(*a)])]

    def dropped(self, i):
        t, end = self.tokens[i], self.end_of(i, ";", "{", "}")
        declaration = self.tokens[i + 1].kind == "word" or self.tokens[i + 1].text == "*"
        if self.tokens[end].text != ";" or end > self.last or t.text in CONTROL + TYPES or declaration:
            return None
        return [(t.at, self.tokens[end].at, "")]

    def at(self, i):
        """The mutants at one token: (operator, changes)."""
        t, before, after = self.tokens[i], self.tokens[i - 1].text, self.tokens[i + 1]
        operand = self.tokens[i - 1].kind in ("word", "text") and before != "return" or before in (")", "]")
        if t.text in ("if", "while"):
            yield "negate", [(after.end, after.end, "!("), (self.tokens[self.pair[i + 1]].at,) * 2 + (")",)]
        elif t.text in REPLACE:
            yield "replace", [(t.at, t.end, REPLACE[t.text])]
        elif t.text in BINARY and operand and after.text not in (")", ","):
            yield "replace", [(t.at, t.end, BINARY[t.text])]
        elif re.match(r"\d+u?l*$", t.text) and before != "case":
            yield "constant", [(t.at, t.end, f"({t.text} + 1)")]
        elif t.kind == "word" and after.text == "(" and t.text not in CONTROL:
            parts = [] if COMMUTES.match(t.text) else self.arguments(i + 1)
            for a, b in zip(parts, parts[1:]):
                yield self.swapped(a, b)
        elif t.text == "?":
            colon = self.end_of(i, ":")
            end = self.end_of(colon, ";", ",", ")", "}")
            yield self.swapped(self.span(i + 1, colon), self.span(colon + 1, end))

    def mutants(self):
        locks, skip, loop = {}, 0, 0
        for i in self.places:
            t, calls = self.tokens[i], self.tokens[i + 1].text == "("
            if calls and NO_EFFECT.match(t.text):
                skip = self.pair[i + 1]
            if i <= skip:
                continue
            loop = self.pair[i + 1] if t.text == "for" else loop
            yield from self.at(i)
            label = self.tokens[i - 1].text == ":" and self.tokens[i - 3].text == "case"
            begins = label or self.tokens[i - 1].text in (";", "{", "}", ")", "else")
            drop = self.dropped(i) if begins and i > loop and t.kind == "word" else None
            if drop:
                yield "drop", drop
            if drop and calls and re.match(r"wrt_(mutex_)?(un)?lock$", t.text):
                lock = self.text[slice(*self.arguments(i + 1)[0])]
                locks.setdefault(lock, []).extend(drop)
        yield from (("unlock", places) for places in locks.values() if len(places) > 1)


class Mutant:
    def __init__(self, path, text, function, operator, changes):
        self.path, first, self.new = path, min(changes)[0], text
        self.line = text.count("\n", 0, first) + 1
        for begin, end, new in sorted(changes, reverse=True):
            self.new = self.new[:begin] + new + self.new[end:]
        begin, end = text.rfind("\n", 0, first) + 1, text.find("\n", max(changes)[1])
        old, new = text[begin:end], self.new[begin:end + len(self.new) - len(text)]
        if operator == "unlock":
            old, new = old.split("\n", maxsplit=1)[0], "nothing"
        self.name = " ".join(f"{path} {function}: {operator}: {old} -> {new}".split())

    def rank(self, seed):
        return hashlib.sha256((seed + self.name).encode()).hexdigest()


def mutants_of(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    tokens = [Token(m.lastgroup, m.group(), *m.span()) for m in TOKEN.finditer(text) if m.lastgroup != "skip"]
    pair, opened, body = {}, [], 0
    for i, t in enumerate(tokens):
        if t.text in ("(", "[", "{"):
            opened.append(i)
        elif t.text in (")", "]", "}"):
            pair[i] = opened.pop()
            pair[pair[i]] = i
    for i, t in enumerate(tokens):
        if t.text == "{" and i > body:
            body = pair[i]
            if tokens[i - 1].text == ")":
                name = tokens[pair[i - 1] - 1].text
                for change in Function(text, tokens, pair, i, body).mutants():
                    yield Mutant(path, text, name, *change)


def succeeds(*command, **environment):
    return subprocess.run(command, capture_output=True, env={**os.environ, **environment},
                          check=False).returncode == 0


class Tests:
    """A copy of the product, in which one file at a time is changed."""

    def __init__(self, work):
        self.work, self.changed = work, None
        for folder in ("kernel", "compat"):
            shutil.copytree(folder, os.path.join(work, "tree", folder))

    def write(self, path, text=None):
        with open(path, encoding="utf-8") as f, open(f"{self.work}/tree/{path}", "w", encoding="utf-8") as out:
            out.write(f.read() if text is None else text)

    def code(self, path):
        """The optimised object of a source file; None if it does not compile."""
        tree, out = self.work + "/tree", self.work + "/code.o"
        if not succeeds("gcc", "-std=gnu11", "-O2", *WARN.split(), f"-I{tree}/kernel",
                        f"-I{tree}/compat/miniport", "-c", "-o", out, f"{tree}/{path}"):
            return None
        with open(out, "rb") as f:
            return f.read()

    def change(self, m):
        """False if nothing has changed, or nothing that compiles."""
        if self.changed:
            self.write(self.changed)
        self.changed = m.path
        before = self.code(m.path) if m.path.endswith(".c") else b""
        self.write(m.path, m.new)
        return self.code(m.path) not in (None, before) if before else True

    def make(self, folder, program):
        return succeeds("make", "-s", "-C", f"{TESTS}/{folder}", f"ROOT={self.work}/tree", "WARN=" + WARN,
                        f"O={self.work}/{folder}", f"{self.work}/{folder}/{program}")

    def passes(self, folder, program, **environment):
        return succeeds(f"{TESTS}/time-limit", "20", f"{self.work}/{folder}/{program}", **environment)

    def outcome(self):
        """What catches the mutant: a program, "compiler"; None if all tests pass."""
        if not self.make("conformance", "conformance-gcc"):
            return "compiler"
        for clock in ("step", "real"):
            if not self.passes("conformance", "conformance-gcc", CF_CLOCK=clock):
                return "conformance"
        for program in UNIT:
            if not self.make("unit", "gcc/" + program) or not self.passes("unit", "gcc/" + program):
                return program
        return None


def run(chosen):
    survived = n = 0
    with tempfile.TemporaryDirectory() as work:
        tests = Tests(work)
        if tests.outcome():
            sys.exit("Bail out! the tests fail without a mutant")
        for m in chosen:
            caught = tests.outcome() if tests.change(m) else "compiler"
            if caught == "compiler":
                continue
            n += 1
            survived += not caught
            print(f"ok {n} - caught by {caught}:" if caught else f"not ok {n} - survives:",
                  f"line {m.line}: {m.name}", flush=True)
    print(f"1..{n}")
    return survived > 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("files", nargs="*", default=FILES)
    options = parser.parse_args()
    os.chdir(os.path.dirname(TESTS))
    mutants = [m for pattern in options.files for path in sorted(glob.glob(pattern)) for m in mutants_of(path)
               if options.only in m.name]
    with open(f"{TESTS}/mutants/known", encoding="utf-8") as f:
        known = {line.strip() for line in f if not line.startswith("#")} - {""}
    gone = known - {m.name for m in mutants}
    if options.check:
        return "\n".join(f"there is no such mutant: {name}" for name in sorted(gone)) or 0
    if options.list:
        print("\n".join(f"line {m.line}: {m.name}" for m in mutants))
        return 0
    chosen = [m for m in mutants if options.only or m.name not in known]
    chosen = sorted(chosen, key=lambda m: m.rank(options.seed))[:options.sample]
    return run(sorted(chosen, key=lambda m: (m.path, m.line)))


if __name__ == "__main__":
    sys.exit(main())
