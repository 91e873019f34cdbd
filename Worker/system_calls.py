"""What Python's own library does not do of Linux's process controls."""

import ctypes
import os
import resource
import signal
import struct

LIBRARY = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 36, 38, 47
CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000


def call(name, *arguments):
    """A function of the C library that answers -1 and an error number."""
    arguments = [ctypes.c_char_p(os.fsencode(a)) if isinstance(a, str) else a for a in arguments]
    result = getattr(LIBRARY, name)(*arguments)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def prctl(option, *arguments):
    padded = list(arguments) + [0] * (4 - len(arguments))
    return call("prctl", ctypes.c_int(option), *[ctypes.c_ulong(a) for a in padded])


def die_with(parent):
    """Ends this process when the one that started it ends; `parent` is its number, where it is in sight."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def join(group):
    """Becomes a member of a control group, and so will be all that is started."""
    with open(group + "/cgroup.procs", "w") as file:
        file.write("0")


def adopt_orphans():
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def hide_memory():
    """Keeps others of the same user from reading this process's memory and from steering it."""
    prctl(PR_SET_DUMPABLE, 0)


def unshare():
    """Namespaces of our own. Root may have them without one of users, where those are switched off."""
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
    try:
        call("unshare", ctypes.c_int(flags | CLONE_NEWUSER))
    except OSError:
        if user != 0:
            raise
        call("unshare", ctypes.c_int(flags))
        return
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def drop_privileges():
    """No capability, now or through any program that is executed later."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    try:
        prctl(PR_CAP_AMBIENT, 4)
    except OSError:
        pass
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            # Either there is no such capability, or we have none that could be dropped.
            pass
    header = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0))
    data = ctypes.create_string_buffer(struct.pack("6I", *[0] * 6))
    call("capset", header, data)


def limit(limits):
    """The limits that the system keeps. None may be raised again."""
    own = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: limits["cpuSeconds"],
        resource.RLIMIT_FSIZE: limits["fileBytes"],
        resource.RLIMIT_NOFILE: 4096,
        # The system counts all of the user's, those of other programs included.
        resource.RLIMIT_NPROC: tasks_of_user() + limits["tasks"],
    }
    for name in ("RLIMIT_MSGQUEUE", "RLIMIT_RTPRIO"):
        if hasattr(resource, name):
            own[getattr(resource, name)] = 0
    for which, most in own.items():
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        # The processor's limit sends a signal first that can be handled: the second one cannot be.
        soft = most - 1 if which == resource.RLIMIT_CPU and most > 1 else most
        resource.setrlimit(which, (soft, most))
    try:
        # The first to go where memory is short.
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("900")
    except OSError:
        pass


def tasks_of_user():
    user = os.getuid()
    count = 0
    for name in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if name.isdigit():
            try:
                if os.stat(f"/proc/{name}").st_uid == user:
                    count += int(status_words(name)[17])
            except (OSError, IndexError):
                pass
    return count


def status_words(process):
    """The words of /proc/N/stat that follow the name."""
    with open(f"/proc/{process}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()


def wait_for(process):
    """Waits for one process, taking leave of any other that ends meanwhile."""
    while True:
        try:
            ended, status = os.wait()
        except InterruptedError:
            continue
        if ended == process:
            return status


def end_descendants_with(parent):
    """Ends all that descends from this process, and then it, when the process that started it ends."""

    def end(*_):
        end_descendants(os.getpid())
        os._exit(1)

    signal.signal(signal.SIGTERM, end)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        end()


def end_descendants(root):
    """Kills all that descends from a process, until nothing is left of it."""
    for _ in range(100):
        children = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    children.setdefault(int(status_words(name)[1]), []).append(int(name))
                except (OSError, IndexError):
                    pass
        waiting, found = [root], []
        while waiting:
            below = children.get(waiting.pop(), [])
            waiting += below
            found += below
        if not found:
            return
        for process in found:
            try:
                os.kill(process, signal.SIGKILL)
            except OSError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
