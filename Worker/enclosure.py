"""Becomes the worker, enclosed: `python -I -B enclosure.py run CONFIGURATION` where Swift starts one, and
`python -I -B enclosure.py probe` to say which kinds of enclosure this machine has.

Nothing of a candidate's is known here. Descriptors 0 to 4 are the worker's; all others are closed.
"""

import json
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import system_calls as system
import view

GIVEN_UP = 125


def run(configuration):
    system.die_with(configuration["parent"])
    os.closerange(5, 1 << 20)
    if configuration.get("group"):
        system.join(configuration["group"])
    begin = {"bubblewrap": in_bubblewrap, "namespaces": in_namespaces, "limits": in_limits}[configuration["kind"]]
    begin(configuration)


def in_bubblewrap(configuration):
    """bwrap makes the view, and is the first process of its namespace."""
    system.limit(configuration["limits"])
    command = view.bubblewrap_arguments(configuration)
    os.execve(command[0], command, {})


def in_namespaces(configuration):
    """This process waits outside; its child is the first of the namespace, and the worker is that one's child."""
    # Opened before the view changes, for all that share the namespace.
    nothing = os.open("/dev/null", os.O_RDWR)
    system.unshare()
    first = os.fork()
    if first:
        # The conversation is the worker's alone: its other side sees the worker's end.
        let_go(nothing)
        leave(system.wait_for(first))
    system.die_with(None)
    variables = view.environment(configuration)
    view.enter(configuration)
    view.lock()
    system.drop_privileges()
    system.hide_memory()
    worker = os.fork()
    if worker:
        let_go(nothing)
        leave(system.wait_for(worker))
    become_worker(configuration, variables)


def in_limits(configuration):
    """No namespace: this process adopts what the worker leaves behind, and ends it."""
    system.adopt_orphans()
    own = os.getpid()
    nothing = os.open("/dev/null", os.O_RDWR)
    worker = os.fork()
    if worker:
        let_go(nothing)
        system.drop_privileges()
        system.hide_memory()
        system.end_descendants_with(configuration["parent"])
        status = system.wait_for(worker)
        system.end_descendants(own)
        leave(status)
    system.die_with(own)
    system.drop_privileges()
    become_worker(configuration, view.environment(configuration))


def become_worker(configuration, variables):
    system.limit(configuration["limits"])
    os.chdir(configuration["folder"])
    command = configuration["command"]
    os.execve(command[0], command, variables)


def let_go(nothing):
    """Of the worker's descriptors, in a process that only waits."""
    for descriptor in range(5):
        os.dup2(nothing, descriptor)


def code_of(status):
    """As a shell has it."""
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def leave(status):
    os._exit(code_of(status))


def probe():
    """Tries each kind with a program that does nothing; says why one cannot be had."""
    answer = {}
    for kind in ("bubblewrap", "namespaces"):
        reason = obstacle(kind)
        if reason:
            answer[kind] = reason
    print(json.dumps(answer))


def obstacle(kind):
    if not sys.platform.startswith("linux"):
        return "Only Linux has it."
    if kind == "bubblewrap" and not view.bubblewrap():
        return "bwrap is not installed."
    reading, writing = os.pipe()
    trial = os.fork()
    if trial == 0:
        try:
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            limits = {"cpuSeconds": 20, "tasks": 512, "fileBytes": 1 << 20, "folderBytes": 1 << 20}
            interpreter = os.path.abspath(sys.executable)
            run(
                {
                    "kind": kind,
                    "parent": os.getppid(),
                    "folder": os.getcwd(),
                    "readable": [],
                    "device": "virtual",
                    "command": [interpreter, "-I", "-B", "-S", "-c", "print('enclosed')"],
                    "environment": {},
                    "limits": limits,
                }
            )
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(GIVEN_UP)
    os.close(writing)
    words = b""
    while piece := os.read(reading, 4096):
        words += piece
    os.close(reading)
    _, status = os.waitpid(trial, 0)
    if status == 0 and words.strip() == b"enclosed":
        return None
    return words.decode("utf-8", "replace").strip()[:500] or f"It ended with the status {status}."


def main():
    if sys.argv[1] == "probe":
        probe()
        return
    try:
        run(json.loads(sys.argv[2]))
    except BaseException as error:
        os.write(2, f"The worker could not be enclosed: {type(error).__name__}: {error}\n".encode())
        os._exit(GIVEN_UP)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
