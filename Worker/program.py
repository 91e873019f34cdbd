"""The process that runs a whole program for `basic check`: it confines itself, and then runs what it is told, once.

What it prints goes into a file of the folder that can be written, made before the program begins.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import channel  # noqa: E402
import confinement  # noqa: E402


def handle(message: dict) -> dict:
    output = os.open(message["output"], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    nothing = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
    streams = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)]
    variables = dict(os.environ) | message["variables"]
    program = os.posix_spawn(
        message["program"], [message["program"], *message["arguments"]], variables, file_actions=streams
    )
    _, status, usage = os.wait4(program, 0)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status), "peakMemory": peak}
    return {"status": os.WEXITSTATUS(status), "peakMemory": peak}


talk = channel.Channel()
talk.ready(confinement.confine())
talk.serve(handle)
