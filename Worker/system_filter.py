"""A filter of system calls (seccomp): a worker calculates, and has no use for most of what a kernel offers."""

import ctypes
import errno
import os
import platform
import struct

import system_calls as system

# name: (number on x86-64, number on arm64). Other processes' memory, other views of the machine, the kernel itself, keys.
REFUSED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "open_by_handle_at": (304, 265),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "fanotify_init": (300, 262),
    # Memory that no process's size shows.
    "shmget": (29, 194),
    "memfd_secret": (447, 447),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}
# Whoever calls these knows another way where the kernel is too old for them: a filter cannot look into their arguments.
UNKNOWN = {"io_uring_setup": (425, 425), "clone3": (435, 435)}
# Landlock does not know these, and a worker that sees the machine's own files may own them. They do nothing and say that
# all went well: programs that copy a file end with one of them.
MODES = {"chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452)}
OWNERS = {"chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54)}
ATTRIBUTES = {"setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463)}
CLONE, SOCKET = (56, 220), (41, 198)
KILL, TGKILL = (62, 129), (234, 131)
OTHER_SIGNALS = {"tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "pidfd": (424, 424)}
NEW_NAMESPACES = 0x7E020000
AF_UNIX = 1

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
LOAD, EQUAL, AT_LEAST, ANY_BIT, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOWED, KILLED, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, MACHINE, FIRST_ARGUMENT = 0, 4, 16


def install(may_use_sockets_of_machine, may_signal_others, sees_files_of_machine):
    """Returns whether the kernel took it."""
    if platform.machine() not in MACHINES:
        return False
    program = b"".join(instructions(may_use_sockets_of_machine, may_signal_others, sees_files_of_machine))
    code = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    try:
        system.prctl(22, 2, ctypes.addressof(header))
    except OSError:
        return False
    return True


def instructions(may_use_sockets_of_machine, may_signal_others, sees_files_of_machine):
    column, machine = MACHINES[platform.machine()]
    refused, unknown = ERROR | errno.EPERM, ERROR | errno.ENOSYS
    yield step(LOAD, MACHINE)
    yield step(EQUAL, machine, 1, 0)
    yield step(ANSWER, KILLED)
    yield step(LOAD, NUMBER)
    # The other set of numbers that an x86-64 kernel may know.
    yield step(AT_LEAST, 0x40000000, 0, 1)
    yield step(ANSWER, unknown)
    others = {} if may_signal_others else OTHER_SIGNALS
    modes, owned = (MODES, {**OWNERS, **ATTRIBUTES}) if sees_files_of_machine else ({}, {})
    for numbers, answer in ((REFUSED, refused), (others, refused), (owned, refused), (UNKNOWN, unknown), (modes, ERROR)):
        for pair in numbers.values():
            if pair[column] is None:
                continue
            yield step(EQUAL, pair[column], 0, 1)
            yield step(ANSWER, answer)
    yield from where(CLONE[column], step(ANY_BIT, NEW_NAMESPACES, 0, 1), refused, ALLOWED)
    family = AF_UNIX if may_use_sockets_of_machine else 0xFFFFFFFF
    yield from where(SOCKET[column], step(EQUAL, family, 0, 1), ALLOWED, refused)
    if not may_signal_others:
        # A process may end itself; abort() does.
        for call in (KILL, TGKILL):
            yield from where(call[column], step(EQUAL, os.getpid(), 0, 1), ALLOWED, refused)
    yield step(ANSWER, ALLOWED)


def where(number, test, then, otherwise):
    """For one call, a test of its first argument."""
    yield step(EQUAL, number, 0, 4)
    yield step(LOAD, FIRST_ARGUMENT)
    yield test
    yield step(ANSWER, then)
    yield step(ANSWER, otherwise)


def step(code, value, if_true=0, if_false=0):
    return struct.pack("HBBI", code, if_true, if_false, value)
