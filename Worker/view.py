"""What an enclosed worker sees of the machine: a list of places, made with mounts of our own or by bwrap."""

import ctypes
import json
import os
import sys

from system_calls import call

SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"]
# Of /etc only what programs need to start and to know the time: passwords, keys and names of machines are not among it.
SETTINGS = ["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "timezone", "os-release", "OpenCL"]
GPU_DEVICES = ("nvidia", "dxg")
DEVICES = ["null", "zero", "full", "random", "urandom"]

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_NOATIME, MS_NODIRATIME, MS_RELATIME = 1 << 10, 1 << 11, 1 << 21
MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 4096, 16384, 1 << 18, 2
COVERED = ["sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi"]


def bubblewrap():
    """Where bwrap is."""
    for folder in os.environ.get("PATH", "/usr/bin").split(":"):
        path = os.path.join(folder, "bwrap")
        if folder.startswith("/") and os.access(path, os.X_OK):
            return path
    return None


def environment(configuration):
    """The worker's variables; one of them is for confinement.py."""
    variables = {str(name): str(value) for name, value in configuration["environment"].items()}
    return {**variables, "BASIC_CONFINEMENT": json.dumps(confinement(configuration))}


def confinement(configuration):
    """What confinement.py has to know. Inside a view of our own all that there is may be read."""
    kind, device = configuration["kind"], configuration["device"]
    devices = ["/dev/" + name for name in DEVICES]
    if device == "cuda":
        devices += ["/dev/" + name for name in os.listdir("/dev") if name.startswith(GPU_DEVICES)]
    writable = [os.path.realpath(configuration["folder"])] + devices
    readable = ["/"]
    if kind == "limits":
        # Its folder is all that it needs: the machine's own /tmp is everyone's.
        readable = SYSTEM + ["/etc/" + name for name in SETTINGS] + ["/proc", "/sys/devices/system"]
        readable += own_places() + configuration["readable"]
    else:
        writable += ["/tmp", "/dev/shm"]
    if device == "cuda":
        readable += ["/sys"]
        # The driver gives its threads names, and does not start where it cannot.
        writable += ["/dev/shm", "/proc/self/task"]
    # A profiler's library in the process has descriptors of its own, from before.
    profiled = configuration.get("isProfiled", False)
    return {"kind": kind, "device": device, "readable": readable, "writable": writable, "isProfiled": profiled}


def steps(configuration):
    """What the view is made of, in order: (what, path, more)."""
    size = configuration["limits"]["folderBytes"]
    for path in SYSTEM:
        if os.path.islink(path):
            yield "link", path, os.readlink(path)
        elif os.path.isdir(path):
            yield "readable", path, None
    for name in SETTINGS:
        path = "/etc/" + name
        if os.path.islink(path):
            yield "link", path, os.readlink(path)
        elif os.path.exists(path):
            yield "readable", path, None
    yield "proc", "/proc", configuration["limits"]["tasks"]
    yield "devices", "/dev", size
    for name in sorted(os.listdir("/dev")) if configuration["device"] == "cuda" else []:
        if name.startswith(GPU_DEVICES):
            yield "device", "/dev/" + name, None
    for path in ["/sys"] if configuration["device"] == "cuda" else ["/sys/devices/system"]:
        if os.path.isdir(path):
            yield "readable", path, None
    yield "memory", "/tmp", size
    paths = [os.path.abspath(path) for path in own_places() + configuration["readable"]]
    folder = os.path.abspath(configuration["folder"])
    # What a path goes through has to be there, too: a Python of an environment is a link, often to another.
    for link, target in {link: target for path in paths + [folder] for link, target in links(path)}.items():
        yield "link", link, target
    real = sorted({os.path.realpath(path) for path in paths if os.path.exists(path)})
    for path in real:
        if not is_below(path, SYSTEM) and not is_below(path, [other for other in real if other != path]):
            yield "readable", path, None
    yield "writable", os.path.realpath(folder), None


def own_places():
    """The interpreter's own folders."""
    places = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    return places + [path for path in sys.path[1:] if os.path.exists(path)]


def users(configuration):
    """A user has a name and a home, and no other is known."""
    user, group = os.getuid(), os.getgid()
    return {
        "/etc/passwd": f"worker:x:{user}:{group}:worker:{configuration['folder']}:/bin/false\n",
        "/etc/group": f"worker:x:{group}:\n",
    }


def is_below(path, places):
    return any(path == place or path.startswith(place + "/") for place in places)


def links(path, most=40):
    """The links that a path goes through, from the outermost on, each with what it points to."""
    parts = path.strip("/").split("/")
    for count in range(1, len(parts) + 1):
        part = "/" + "/".join(parts[:count])
        if is_below(part, SYSTEM) or most == 0:
            return
        if os.path.islink(part):
            target = os.readlink(part)
            yield part, target
            followed = os.path.normpath(os.path.join(os.path.dirname(part), target, *parts[count:]))
            yield from links(followed, most - 1)
            return


def bubblewrap_arguments(configuration):
    user, group = os.getuid(), os.getgid()
    command = [bubblewrap(), "--unshare-user", "--uid", str(user), "--gid", str(group)]
    command += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    command += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "worker"]
    for what, path, more in steps(configuration):
        if what == "link":
            command += ["--symlink", more, path]
        elif what == "readable":
            command += ["--ro-bind", path, path]
        elif what == "writable":
            command += ["--bind", path, path]
        elif what == "device":
            command += ["--dev-bind", path, path]
        elif what == "proc":
            command += ["--proc", path]
        elif what == "memory":
            command += ["--size", str(more), "--tmpfs", path]
        elif what == "devices":
            command += ["--dev", path, "--size", str(more), "--tmpfs", path + "/shm"]
    for path, text in users(configuration).items():
        file = os.memfd_create("users", 0)
        os.write(file, text.encode())
        os.lseek(file, 0, os.SEEK_SET)
        command += ["--ro-bind-data", str(file), path]
    command += ["--chdir", configuration["folder"], "--remount-ro", "/"]
    for name, value in environment(configuration).items():
        command += ["--setenv", name, value]
    return command + ["--"] + configuration["command"]


# Our own mounts.


def mount(source, target, kind=None, flags=0, data=None):
    call("mount", source, target, kind, ctypes.c_ulong(flags), data)


def enter(configuration):
    """Makes the view and moves into it; the old one is gone afterwards."""
    # While paths mean what they mean to everyone.
    plan = list(steps(configuration))
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("root", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    os.mkdir("/tmp/old")
    os.mkdir("/tmp/new")
    call("pivot_root", "/tmp", "/tmp/old")
    os.chdir("/")
    mount("root", "/new", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=4m")
    for what, path, more in plan:
        make(what, path, more)
    os.makedirs("/new/etc", exist_ok=True)
    for path, text in users(configuration).items():
        with open("/new" + path, "w") as file:
            file.write(text)
    call("umount2", "/old", ctypes.c_int(MNT_DETACH))
    os.chdir("/new")
    call("pivot_root", ".", ".")
    call("umount2", ".", ctypes.c_int(MNT_DETACH))
    os.chdir("/")


def make(what, path, more):
    target = "/new" + path
    if what == "link":
        if not os.path.lexists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(more, target)
    elif what == "proc":
        os.makedirs(target, exist_ok=True)
        mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        limit_tasks(target + "/sys/kernel/pid_max", more)
        for name in COVERED:
            if os.path.exists(f"{target}/{name}"):
                mount(f"{target}/{name}", f"{target}/{name}", None, MS_BIND | MS_REC)
                restrict(f"{target}/{name}", MS_RDONLY)
    elif what == "memory":
        os.makedirs(target, exist_ok=True)
        mount("memory", target, "tmpfs", MS_NOSUID | MS_NODEV, f"mode=1777,size={more}")
    elif what == "devices":
        os.makedirs(target, exist_ok=True)
        mount("devices", target, "tmpfs", MS_NOSUID, "mode=755,size=1m")
        for name in DEVICES:
            make("device", f"{path}/{name}", None)
        for name, source in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
            os.symlink("/proc/self/fd" + source, f"{target}/{name}")
        make("memory", path + "/shm", more)
    else:
        place(path, target)
        mount("/old" + path, target, None, MS_BIND | MS_REC)
        if what == "readable":
            restrict(target, MS_RDONLY | MS_NODEV)
        elif what == "writable":
            restrict(target, MS_NODEV)


def limit_tasks(path, tasks):
    """Since Linux 6.14 a namespace has its own highest process number. Before, it was the machine's: not to be touched."""
    major, minor = (int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
    if (major, minor) >= (6, 14):
        try:
            with open(path, "w") as file:
                file.write(str(max(tasks, 301)))
        except OSError:
            pass


def place(path, target):
    """Something to mount on."""
    if os.path.isdir("/old" + path):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target):
            open(target, "w").close()


def restrict(target, flags):
    """Sets flags on a mount and on those below it, each keeping what it has: nobody may take that from it here."""
    for point in mount_points(target):
        held = os.statvfs(point).f_flag
        kept = held & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)
        # The C library's name for relatime has another number than the kernel's.
        if held & 4096:
            kept |= MS_RELATIME
        mount(None, point, None, MS_REMOUNT | MS_BIND | MS_NOSUID | flags | kept)


def mount_points(target):
    with open("/old/proc/self/mountinfo", "rb") as file:
        points = [os.fsdecode(unescaped(line.split()[4])) for line in file]
    return [point for point in points if point == target or point.startswith(target + "/")]


def unescaped(path):
    """A path of the kernel's: blanks and the like are octal numbers there."""
    for character in b" \t\n\\":
        path = path.replace(b"\\%03o" % character, bytes([character]))
    return path


def lock():
    """Nothing can be made in the root folder any more."""
    mount(None, "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)
    mount(None, "/dev", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID)
