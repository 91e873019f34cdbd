"""What a worker gives up for good before it reads anything that is not trusted.

What the namespaces of its enclosure keep out already is kept out once more here, by other means; where there are none, this
is most of what there is. The kernel may lack any of it: the report says what holds.
"""

import ctypes
import json
import os
import struct

import system_calls as system
import system_filter

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER = 1, 2, 4, 8
CHANGE_FOLDER = sum(1 << bit for bit in range(4, 13))
REFER, TRUNCATE, DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE_CONTROL
NET, SCOPED = 3, 3
# A profiler outside of it is spoken to by a socket; there is a namespace for those.
SIGNALS_ALONE = 2
SIGNALS_SINCE = 6


def confine():
    """Called first of all, while there is one thread. Returns what there is to know of it."""
    configuration = json.loads(os.environ.pop("BASIC_CONFINEMENT"))
    profiled = configuration["isProfiled"] and configuration["kind"] != "limits"
    if not profiled:
        os.closerange(5, 1 << 16)
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    if configuration["kind"] == "limits":
        # Others of the same user are in sight, this process is in theirs.
        system.hide_memory()
    version = restrict_files(configuration["readable"], configuration["writable"], SIGNALS_ALONE if profiled else SCOPED)
    filtered = system_filter.install(
        may_use_sockets_of_machine=configuration["device"] == "cuda",
        may_signal_others=configuration["kind"] != "limits" or version >= SIGNALS_SINCE,
        sees_files_of_machine=configuration["kind"] == "limits",
    )
    return {"kind": configuration["kind"], "landlock": version, "filter": filtered}


def restrict_files(readable, writable, scoped):
    """Landlock: nothing may be read or written but what is below these; no TCP, and no signal or connection to processes
    that are not restricted so. Returns the version that the kernel has, 0 where it has none."""
    version = ask(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return 0
    handled = EXECUTE | WRITE_FILE | READ_FILE | READ_FOLDER | CHANGE_FOLDER
    for since, right in ((2, REFER), (3, TRUNCATE), (5, DEVICE_CONTROL)):
        if version >= since:
            handled |= right
    attributes = struct.pack("QQQ", handled, NET, scoped)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = ask(CREATE_RULESET, ctypes.create_string_buffer(attributes), size, 0)
    if rules < 0:
        return 0
    try:
        for paths, rights in ((readable, EXECUTE | READ_FILE | READ_FOLDER), (writable, handled)):
            for path in paths:
                allow(rules, path, rights & handled)
        system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
        return version if ask(RESTRICT_SELF, rules, 0) == 0 else 0
    finally:
        os.close(rules)


def allow(rules, path, rights):
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= OF_FILES
        ask(ADD_RULE, rules, 1, ctypes.create_string_buffer(struct.pack("=Qi", rights, place), 12), 0)
    finally:
        os.close(place)


def ask(number, *arguments):
    """A call that the C library has no function for."""
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return system.LIBRARY.syscall(ctypes.c_long(number), *converted)
