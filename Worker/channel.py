"""The worker's end of its conversation with the process that started it.

One JSON object per line: descriptor 3 is read, descriptor 4 is written. Every line that is written carries the nonce of the
first line that was read, so that a line from anyone else is known for what it is.
"""

import fcntl
import json
import os
import traceback

LONGEST_LINE = 16 << 20
LONGEST_TEXT = 16 << 10


class ChannelClosed(Exception):
    """The other side is gone."""


class Channel:
    """Made once, before anything that is not trusted is imported."""

    def __init__(self, reading=3, writing=4):
        for descriptor in (reading, writing):
            fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        self._reading = reading
        self._writing = writing
        self._waiting = b""
        self._current = None
        self._nonce = self._receive()["nonce"]

    def ready(self, report=None):
        """Says that the worker listens now; the report is what there is to know of its confinement."""
        self._send({"ready": report or {}})

    def serve(self, handle):
        """Answers each message with what `handle(message)` returns, a dictionary; ends when the other side does.

        An exception of the handler is an answer, too, and the next message is served. One that means to end the process
        (SystemExit, KeyboardInterrupt) does not pass: what a candidate raises must not look like an orderly end.
        """
        while True:
            try:
                message = self._receive()
            except ChannelClosed:
                return
            self._current = message.pop("id")
            try:
                answer = {"result": handle(message)}
                text = self._line(answer)
            except ChannelClosed:
                return
            except BaseException as error:
                text = self._line({"error": described(error)})
            self._write(text)

    def request(self, content):
        """Asks the other side for something while a message is being handled, and waits for its answer."""
        self._send({"request": content})
        message = self._receive()
        if message.get("id") != self._current or "answer" not in message:
            raise ChannelClosed("something else than an answer was received")
        return message["answer"]

    def _line(self, content):
        whole = {"nonce": self._nonce, **content}
        if self._current is not None:
            whole["id"] = self._current
        text = json.dumps(whole, allow_nan=False, separators=(",", ":")).encode() + b"\n"
        if len(text) > LONGEST_LINE:
            raise ValueError(f"a message of {len(text)} bytes is longer than the {LONGEST_LINE} that are allowed")
        return text

    def _send(self, content):
        self._write(self._line(content))

    def _write(self, text):
        rest = memoryview(text)
        while rest:
            try:
                rest = rest[os.write(self._writing, rest) :]
            except OSError as error:
                raise ChannelClosed(str(error)) from error

    def _receive(self):
        pieces = [self._waiting]
        while b"\n" not in pieces[-1]:
            piece = os.read(self._reading, 1 << 20)
            if not piece:
                raise ChannelClosed("the other side has ended")
            pieces.append(piece)
        line, self._waiting = b"".join(pieces).split(b"\n", 1)
        return json.loads(line)


def described(error):
    """An exception as a message carries it: even one whose own text cannot be had."""
    return {
        "type": type(error).__qualname__,
        "message": _safely(lambda: str(error)),
        "traceback": _safely(lambda: "".join(traceback.format_exception(type(error), error, error.__traceback__))),
    }


def _safely(text):
    try:
        whole = text()
    except BaseException as error:
        return f"(its text cannot be had: {type(error).__qualname__})"
    # json.dumps writes what is no Unicode (lone surrogates) in a form that not everyone reads.
    whole = whole.encode("utf-8", "replace").decode()
    if len(whole) <= LONGEST_TEXT:
        return whole
    half = LONGEST_TEXT // 2
    return whole[:half] + " … " + whole[-half:]
