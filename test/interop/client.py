"""A Sluice client in Python, written from docs/protocol.md alone: the standard library and numpy.

Reads one JSON object from standard input: url, token, session, and features with their labels.
Opens the session, takes one step (twice under the same number, as after a lost connection), evaluates,
infers, says bye, and prints what the server answered as one JSON object.
"""

import base64
import json
import os
import socket
import struct
import sys
import urllib.parse
import zlib

import numpy as np

VERSION = 2
HELLO, WELCOME, SESSION, READY, RESET, DONE, BYE, ERROR = 1, 2, 3, 4, 5, 8, 0x0E, 0x0F
STEP, GRADIENT, EVALUATE, SCORE, INFER, LOGITS = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15


class WebSocket:
    """As much of RFC 6455 as a client needs."""

    def __init__(self, url):
        address = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((address.hostname, address.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            (
                f"GET / HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )
        response = b""
        while not response.endswith(b"\r\n\r\n"):
            response += self.read(1)
        if b" 101 " not in response.split(b"\r\n")[0]:
            raise ConnectionError(response.decode())

    def read(self, size):
        data = bytearray()
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise ConnectionError("the server hung up")
            data += part
        return bytes(data)

    def send(self, payload, opcode=2):
        size = len(payload)
        if size < 126:
            header = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
        elif size < 65536:
            header = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            header = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
        mask = os.urandom(4)
        repeated = np.frombuffer((mask * (size // 4 + 1))[:size], np.uint8)
        masked = (np.frombuffer(payload, np.uint8) ^ repeated).tobytes()
        self.socket.sendall(header + mask + masked)

    def receive(self):
        """The next binary message; pings are answered on the way."""
        message = b""
        while True:
            first, second = self.read(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack("!H", self.read(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", self.read(8))
            payload, opcode = self.read(size), first & 0x0F
            if opcode == 9:
                self.send(payload, 10)
            elif opcode == 8:
                raise ConnectionError(f"closed with {struct.unpack('!H', payload[:2])[0]}")
            elif opcode != 10:
                message += payload
                if first & 0x80:
                    return message


def header(kind, sequence=0):
    return struct.pack("<2sBBI", b"SL", VERSION, kind, sequence)


def control(kind, body, sequence=0):
    return header(kind, sequence) + json.dumps(body).encode()


def answer(message, kind, sequence=0):
    magic, version, given, number = struct.unpack_from("<2sBBI", message)
    assert magic == b"SL" and version == VERSION
    if given == ERROR:
        raise RuntimeError(json.loads(message[8:]))
    assert (given, number) == (kind, sequence), (given, number)
    return message


# Number formats. Tensors are [..., maps].


def encode_int8(tensor):
    rows = tensor.reshape(-1, tensor.shape[-1])
    low, high = rows.min(0), rows.max(0)
    scale = ((high.astype(np.float64) - low) / 255).astype(np.float32)
    levels = np.rint((rows.astype(np.float64) - low) / np.where(scale > 0, scale, 1)).clip(0, 255)
    return np.stack([scale, low], 1).astype("<f4").tobytes() + levels.astype(np.uint8).tobytes()


def decode_int8(data, maps):
    table = np.frombuffer(data, "<f4", 2 * maps).reshape(maps, 2).astype(np.float64)
    levels = np.frombuffer(data, np.uint8, offset=8 * maps).reshape(-1, maps)
    return (table[:, 1] + table[:, 0] * levels).astype(np.float32)


def decode_scaled(data):
    return np.frombuffer(data, "<f2", offset=4).astype(np.float32) * np.frombuffer(data, "<f4", 1)


FORMATS = {
    "float32": (lambda t: t.astype("<f4").tobytes(), lambda data, maps: np.frombuffer(data, "<f4")),
    "float16": (lambda t: t.astype("<f2").tobytes(), lambda data, maps: np.frombuffer(data, "<f2")),
    "float16-scaled": (None, lambda data, maps: decode_scaled(data)),
    "int8": (encode_int8, decode_int8),
}


def encode_tensor(tensor, codec):
    name, _, compression = codec.partition("+")
    data = FORMATS[name][0](tensor)
    return zlib.compress(data) if compression else data


def decode_tensor(data, codec, shape):
    name, _, compression = codec.partition("+")
    plain = zlib.decompress(data) if compression else data
    return FORMATS[name][1](plain, shape[-1]).astype(np.float32).reshape(shape)


def sized(section):
    return struct.pack("<I", len(section)) + section


def request(kind, sequence, task, labels=True):
    up, down = 0, 1  # places in the session's codecs
    maps = task["maps"]
    samples, height, width, sent = maps.shape
    kept, total, classes = task["kept"], task["total"], task["classes"]
    training = kind == STEP
    message = header(kind, sequence) + struct.pack(
        "<BBxxIHHHHIId",
        up,
        down if training else 0,
        samples,
        height,
        width,
        total,
        len(kept) if kept else 0,
        classes if labels else 0,
        task["step"] if training else 0,
        task["learningRate"] if training else 0.0,
    )
    if kept:
        message += np.asarray(task["mask"], "<f4").tobytes()
    message += sized(encode_tensor(maps, task["session"]["codecs"][up]["name"]))
    if kept:
        bits = np.zeros(total, np.uint8)
        bits[kept] = 1
        message += np.packbits(bits, bitorder="little").tobytes()
    if labels:
        message += np.asarray(task["labels"], "u1" if classes <= 256 else "<u2").tobytes()
    return message


def exchange(link, message, kind, sequence=0):
    link.send(message)
    return answer(link.receive(), kind, sequence)


def main():
    task = json.load(sys.stdin)
    maps = np.frombuffer(base64.b64decode(task["maps"]), "<f4")
    task["maps"] = maps.reshape(*task["shape"], -1)

    link = WebSocket(task["url"])
    hello = exchange(link, control(HELLO, {"software": "python", "token": task["token"]}), WELCOME)
    welcome = json.loads(hello[8:])
    assert task["session"]["model"]["name"] in welcome["models"]
    codecs = [codec["name"] for codec in task["session"]["codecs"]]
    assert all(codec in welcome["codecs"] for codec in codecs)
    ready = json.loads(exchange(link, control(SESSION, task["session"]), READY)[8:])
    assert ready == {"resumed": False, "sequence": 0}

    step = request(STEP, 1, task)
    first = exchange(link, step, GRADIENT, 1)
    assert exchange(link, step, GRADIENT, 1) == first
    codec, kept, *shape, correct, loss, _, _, size = struct.unpack_from("<BxHIHHIdffI", first, 8)
    assert len(first) == 44 + size
    gradient = decode_tensor(first[44:], codecs[codec], (*shape, kept))

    score = exchange(link, request(EVALUATE, 2, task), SCORE, 2)
    _, correct_after, loss_after, _, _ = struct.unpack_from("<IIdff", score, 8)
    logits = exchange(link, request(INFER, 3, task, labels=False), LOGITS, 3)
    samples, classes, _, _ = struct.unpack_from("<IIff", logits, 8)
    assert len(np.frombuffer(logits, "<f4", offset=24)) == samples * classes
    exchange(link, control(RESET, {}, 4), DONE, 4)
    link.send(control(BYE, {}))

    json.dump(
        {
            "gradient": base64.b64encode(gradient.astype("<f4").tobytes()).decode(),
            "loss": loss,
            "correct": correct,
            "evaluation": {"loss": loss_after, "correct": correct_after},
            "logits": base64.b64encode(logits[24:]).decode(),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
