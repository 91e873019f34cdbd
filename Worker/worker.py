"""The evaluation worker: a process that runs a reference or a candidate for `basic check`.

It is started by basic, confines itself, and then does what the messages on its channel ask for: the first one says which of
the two it is.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import channel  # noqa: E402
import confinement  # noqa: E402
import devices  # noqa: E402

_COMMANDS = {
    "reference": ("open", "size", "choose", "inputs", "model", "expect", "time", "arm", "fire", "fresh"),
    "candidate": ("load", "construct", "fill", "run", "time", "arm", "fire", "outputs"),
}


class Worker:
    def __init__(self, talk):
        self._talk = talk
        self._side = None
        self._commands = ()

    def handle(self, message: dict) -> dict:
        command = message["command"]
        if command == "start":
            return self._start(message)
        if command == "finish":
            raise channel.ChannelClosed("it was asked to end")
        if command not in self._commands:
            raise ValueError(f"unknown command {command}")
        try:
            return getattr(self._side, command)(message)
        except Exception as error:
            name = devices.unsupported_name(error)
            if name is None:
                raise
            # Whatever it was wrapped in on its way here.
            raise devices.UnsupportedOnVirtualGPU(name) from error

    def _start(self, message: dict) -> dict:
        if message["role"] == "reference":
            from reference import Reference

            self._side = Reference(self._talk, message)
        else:
            from candidate import Candidate

            self._side = Candidate(self._talk, message)
        self._commands = _COMMANDS[message["role"]]
        return {}


def main() -> None:
    talk = channel.Channel()
    talk.ready(confinement.confine())
    talk.serve(Worker(talk).handle)


main()
