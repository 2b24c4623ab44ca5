#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks packaging/windows: the INF files, as far as they refer to themselves and to the driver's
source, and the list of sources of the project file. Prints a line for each mistake; exit code 1 if
there is any. Called by lint.sh and by hand.

usage: check-windows.py              check the tree
       check-windows.py --selftest   make each mistake of tests/nt/inf-mistakes; it must be found
"""
import glob
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = TOP + "/packaging/windows/"
MEDIA = "{4d36e96c-e325-11ce-bfc1-08002be10318}"
CATEGORIES = {  # as in ksmedia.h
    "{6994ad04-93ef-11d0-a3cc-00a0c9223196}",
    "{65e8773e-8f56-11d0-a3b9-00a0c9223196}",
    "{65e8773d-8f56-11d0-a3b9-00a0c9223196}",
    "{eb115ffc-10c8-4964-831d-6dcb02e6f23f}",
}
SERVICE = {"servicetype": "1", "starttype": "3", "errorcontrol": "1"}
HARDWARE = {"wavertsim.inf": r"ROOT\\WaveRTSim", "wavertpci.inf": r"PCI\\VEN_8086&DEV_[0-9A-F]{4}"}


def read(path):
    with open(path, encoding="ascii") as f:
        return f.read()


class Inf:
    """An INF file: its sections, in lower case, as lists of (key or None, value)."""

    def __init__(self, name, text):
        self.name = name
        self.bad = []
        self.sections = {}
        self.used = set()
        self.tokens = set()
        self.parse(text)

    def tell(self, what):
        self.bad.append(f"{self.name}: {what}")

    def parse(self, text):
        now = None
        for number, line in enumerate(text.splitlines(), 1):
            line = re.sub(r"\s*;.*", "", line).strip()
            section = re.fullmatch(r"\[(.+)\]", line)
            if section:
                now = section[1].lower()
                if now in self.sections:
                    self.tell(f"line {number}: [{section[1]}] is there twice")
                self.sections[now] = []
            elif line and now is None:
                self.tell(f"line {number}: a line before the first section")
            elif line:
                key, equals, value = line.partition("=")
                pair = (key.strip(), value.strip()) if equals else (None, line)
                self.sections[now].append(pair)
        self.strings = {k.lower(): v.strip('"') for k, v in self.sections.get("strings", []) if k}

    def section(self, name, why):
        self.used.add(name.lower())
        if name.lower() not in self.sections:
            self.tell(f"[{name}] is missing: {why}")
        return self.sections.get(name.lower(), [])

    def value(self, section, key):
        return next((v for k, v in self.section(section, key) if k and k.lower() == key), "")

    def expand(self, text):
        """Replaces %NAME%; a number is a directory."""
        def one(m):
            if m[1].isdigit():
                return m[0]
            self.tokens.add(m[1].lower())
            if m[1].lower() not in self.strings:
                self.tell(f"%{m[1]}% is not in [Strings]")
            return self.strings.get(m[1].lower(), "")
        return re.sub(r"%([^%]+)%", one, text)


def check_version(inf, version):
    get = lambda key: inf.expand(inf.value("Version", key))
    if get("signature") != '"$WINDOWS NT$"' or get("class") != "MEDIA" or get("classguid") != MEDIA:
        inf.tell("[Version] is not that of class MEDIA")
    if get("catalogfile") != inf.name.replace(".inf", ".cat"):
        inf.tell("CatalogFile is not named as the file")
    if not get("provider") or get("pnplockdown") != "1":
        inf.tell("Provider and PnpLockdown = 1 are expected")
    if not re.fullmatch(r"\d\d/\d\d/\d{4}," + re.escape(version) + r"\.0", get("driverver")):
        inf.tell(f"DriverVer is not MM/DD/YYYY,{version}.0")


def check_files(inf, install):
    files = [v for _, v in inf.section(inf.value(install, "copyfiles"), "CopyFiles")]
    disks = dict(inf.section("SourceDisksFiles", "files"))
    names = dict(inf.section("SourceDisksNames", "disks"))
    for name in names.values():
        inf.expand(name)
    for name in files:
        if name not in disks or disks[name] not in names:
            inf.tell(f"{name} is copied, but not on a disk")
    for name in disks:
        if name not in files:
            inf.tell(f"{name} is on a disk, but not copied")
    if inf.value("DestinationDirs", "defaultdestdir") != "12":
        inf.tell("DefaultDestDir is not 12, the directory of drivers")
    return files


def check_service(inf, install, files):
    for _, value in inf.section(install + ".Services", "a driver needs a service"):
        name, flags, section = value.split(",")
        if flags != "0x00000002":
            inf.tell(f"service {name} is not that of the device (0x00000002)")
        got = {k.lower(): v for k, v in inf.section(section, "AddService") if k}
        if {k: got.get(k) for k in SERVICE} != SERVICE:
            inf.tell(f"service {name} is not a kernel driver that is started on demand")
        inf.expand(got.get("displayname", ""))
        if got.get("servicebinary") not in ["%12%\\" + f for f in files]:
            inf.tell(f"service {name} has a ServiceBinary that is not copied")
        if "addreg" in got:
            for _, line in inf.section(got["addreg"], "AddReg"):
                inf.expand(line)


def check_interfaces(inf, install, subdevice):
    found = []
    for _, value in inf.section(install + ".Interfaces", "clients find the device by them"):
        category, reference, section = value.split(",")
        found.append(inf.expand(category))
        if inf.expand(reference) != subdevice:
            inf.tell(f"the reference string is not {subdevice}, as in PcRegisterSubdevice()")
        lines = inf.section(inf.value(section, "addreg"), "the registry of an interface")
        keys = {inf.expand(v).split(",")[2] for _, v in lines}
        if not {"CLSID", "FriendlyName"} <= keys:
            inf.tell("an interface has no CLSID or no FriendlyName")
    if len(found) != len(CATEGORIES) or set(found) != CATEGORIES:
        inf.tell("the interfaces are not those of AUDIO, RENDER, CAPTURE and REALTIME")


def check_models(inf, devices):
    found = []
    installs = set()
    for maker, value in inf.section("Manufacturer", "it names the models"):
        inf.expand(maker)
        models, _, system = value.partition(",")
        for name, model in inf.section(f"{models}.{system}", "Manufacturer"):
            inf.expand(name or "")
            install, _, device = model.partition(",")
            installs.add(install + ".NT")
            found.append(device)
            if not re.fullmatch(HARDWARE[inf.name], device):
                inf.tell(f"{device} is not a hardware id of this driver")
    if len(set(found)) != len(found):
        inf.tell("a hardware id is there twice")
    for device in devices:
        if inf.name == "wavertpci.inf" and f"PCI\\VEN_8086&DEV_{device}" not in found:
            inf.tell(f"device {device} of kernel/bus/ich.c is missing")
    return installs


def check(name, text):
    inf = Inf(name, text)
    version = re.search(r"^VERSION := (\S+)", read(TOP + "/userspace/Makefile"), re.M)[1]
    subdevice = re.search(r'name\[\] = L"(\w+)"', read(TOP + "/compat/nt/adapter.c"))[1]
    devices = re.findall(r"PCI_DEVICE\(PCI_VENDOR_ID_INTEL, 0x(\w{4})\)",
                         read(TOP + "/kernel/bus/ich.c"))
    inf.section("Strings", "names")
    check_version(inf, version)
    for install in check_models(inf, [d.upper() for d in devices]):
        inf.section(install, "a model installs it")
        check_service(inf, install, check_files(inf, install))
        check_interfaces(inf, install, subdevice)
    for section in sorted(set(inf.sections) - inf.used):
        inf.tell(f"[{section}] is not used")
    for token in sorted(set(inf.strings) - inf.tokens):
        inf.tell(f"%{token}% is not used")
    return inf.bad


def check_project():
    """The project file has exactly the sources of the driver."""
    path = FOLDER + "wavertmini.vcxproj"
    listed = re.findall(r'<ClCompile Include="([^"]+)"', read(path))
    real = set()
    for folder in ("kernel/core", "kernel/hw/*", "compat/miniport", "compat/nt"):
        real |= {os.path.relpath(f, FOLDER).replace("/", "\\") for f in
                 glob.glob(f"{TOP}/{folder}/*.c")}
    return [f"wavertmini.vcxproj: {f} is missing, twice, or does not exist" for f in
            sorted(real ^ set(listed)) + sorted({f for f in listed if listed.count(f) > 1})]


def check_all():
    bad = check_project()
    for path in sorted(glob.glob(FOLDER + "*.inf")):
        bad += check(os.path.basename(path), read(path))
    return bad


def selftest():
    """Each mistake, FILE | OLD | NEW | MESSAGE, is found and nothing else is wrong."""
    bad = []
    tried = 0
    for line in read(TOP + "/tests/nt/inf-mistakes").splitlines():
        if line.startswith("#"):
            continue
        name, old, new, message = line.split(" | ")
        text = read(FOLDER + name)
        if old not in text:
            bad.append(f"{name}: {old} is not there: the mistake cannot be made")
        found = check(name, text.replace(old, new, 1))
        if not any(message in f for f in found):
            bad.append(f"{name}: {old}, {new}: found {found}, not: {message}")
        tried += 1
    if tried < 5:
        bad.append("tests/nt/inf-mistakes has less than five mistakes")
    return bad


def main():
    bad = selftest() if sys.argv[1:] == ["--selftest"] else check_all()
    print("\n".join(bad), end="\n" if bad else "")
    return 1 if bad else 0


sys.exit(main())
