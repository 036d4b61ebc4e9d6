#!/usr/bin/env python3
"""An OpenAI-compatible chat endpoint that answers from a script, with faults on demand. For tests; Python 3 alone.

    scripted_server.py --script FILE [--port 0] [--port-file F] [--model NAME ...] [--key KEY] [--log F] [--die-after K]

Serves POST /v1/chat/completions and GET /v1/models on 127.0.0.1. --port 0 takes a free port; --port-file gets its number
once the server listens (written by rename). --key: requests without it get 401. --log: one JSON line per request:
{"id", "model", "texts", "pictures", "fault"}. --die-after: the process ends when K requests have been answered.

The script is JSON lines:

    {"id": "q7", "text": "two"}                       answers the question of this id
    {"regex": "How many", "text": "three"}            answers where the texts of the messages match
    {"text": "yes"}                                   answers the rest in turns

A question's id is its header X-Question-Id, or "id" in the request's "metadata". The first line that fits by id, then by
regex, answers. Further members: "finish_reason", "reasoning", "refusal", "usage" ({"prompt_tokens", ...}; null: none is
told), "faults": a list of faults that come before the answer, each so many "times" (1 unless told):

    {"kind": "status", "status": 429, "retry_after": 1, "message": "slow down", "times": 2}
    {"kind": "slow", "seconds": 0.5}      waits, then answers        {"kind": "hang"}        never answers
    {"kind": "truncated"}                 half of the body           {"kind": "reset"}       connection reset
    {"kind": "not_json"}                  200 with broken JSON       {"kind": "html"}        200 with a page
    {"kind": "empty_choices"}             no choices                 {"kind": "chunked"}     the answer in chunks

Faults are counted per line of the script for all its questions together.
"""
import argparse
import http.server
import json
import os
import pathlib
import re
import socket
import struct
import threading
import time


class Script:
    """The lines and how far each has come."""

    def __init__(self, text):
        self.lines = [json.loads(line) for line in text.splitlines() if line.strip()]
        self.turns = [line for line in self.lines if "id" not in line and "regex" not in line]
        self.next_turn = 0
        self.lock = threading.Lock()

    def line_for(self, question_id, text):
        with self.lock:
            for line in self.lines:
                if question_id is not None and line.get("id") == question_id:
                    return line
            for line in self.lines:
                if "regex" in line and re.search(line["regex"], text):
                    return line
            if not self.turns:
                return None
            line = self.turns[self.next_turn % len(self.turns)]
            self.next_turn += 1
            return line

    def fault_of(self, line):
        """The next fault that is still to come, counted down."""
        with self.lock:
            for fault in line.get("faults", []):
                left = fault.setdefault("left", fault.get("times", 1))
                if left > 0:
                    fault["left"] = left - 1
                    return fault
        return None


def parts_of(request):
    """(texts, number of pictures) of all messages."""
    texts, pictures = [], 0
    for message in request.get("messages", []):
        content = message.get("content")
        if isinstance(content, str):
            texts.append(content)
            continue
        for part in content or []:
            if part.get("type") == "text":
                texts.append(part["text"])
            elif part.get("type") == "image_url":
                pictures += 1
    return texts, pictures


def answer_of(line, request, texts):
    message = {"role": "assistant", "content": line.get("text", "")}
    if "reasoning" in line:
        message["reasoning_content"] = line["reasoning"]
    if "refusal" in line:
        message = {"role": "assistant", "content": None, "refusal": line["refusal"]}
    answer = {
        "id": "chatcmpl-scripted", "object": "chat.completion", "created": 0, "model": request.get("model"),
        "choices": [{"index": 0, "message": message, "finish_reason": line.get("finish_reason", "stop")}],
    }
    counted = {"prompt_tokens": sum(map(len, texts)) // 4, "completion_tokens": len(line.get("text", "")) // 4 + 1}
    usage = line.get("usage", counted)
    if usage is not None:
        answer["usage"] = usage
    return answer


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, kind="application/json", headers=(), cut=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[:cut])
        if cut is not None:
            self.close_connection = True

    def error(self, status, message, headers=()):
        self.reply(status, {"error": {"message": message, "type": "scripted", "code": None}}, headers=headers)

    def is_allowed(self):
        key = self.server.options.key
        if key is None or self.headers.get("Authorization") == f"Bearer {key}":
            return True
        self.error(401, f"Incorrect API key provided: {self.headers.get('Authorization')}")
        return False

    def do_GET(self):
        if not self.is_allowed():
            return
        if self.path.split("?")[0] != "/v1/models":
            self.error(404, f"no such path: {self.path}")
            return
        models = [{"id": name, "object": "model"} for name in self.server.options.model]
        self.reply(200, {"object": "list", "data": models})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.is_allowed():
            return
        if self.path.split("?")[0] != "/v1/chat/completions":
            self.error(404, f"no such path: {self.path}")
            return
        try:
            request = json.loads(body)
        except ValueError as problem:
            self.error(400, f"the request is no JSON: {problem}")
            return
        if self.server.options.model and request.get("model") not in self.server.options.model:
            self.error(404, f"The model `{request.get('model')}` does not exist.")
            return
        texts, pictures = parts_of(request)
        question_id = self.headers.get("X-Question-Id") or (request.get("metadata") or {}).get("id")
        line = self.server.script.line_for(question_id, "\n".join(texts))
        fault = self.server.script.fault_of(line) if line else None
        self.server.note({"id": question_id, "model": request.get("model"), "texts": texts, "pictures": pictures,
                          "fault": fault and fault["kind"]})
        if line is None:
            self.error(400, "the script has no answer to this")
            return
        self.answer(line, fault, answer_of(line, request, texts))

    def answer(self, line, fault, answer):
        kind = fault["kind"] if fault else None
        data = json.dumps(answer).encode()
        if kind == "status":
            wait = [("Retry-After", str(fault["retry_after"]))] if "retry_after" in fault else []
            self.error(fault["status"], fault.get("message", "scripted fault"), wait)
            return
        if kind == "hang":
            self.server.ended.wait()
            self.close_connection = True
        elif kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif kind == "truncated":
            self.reply(200, data, cut=len(data) // 2)
        elif kind == "not_json":
            self.reply(200, data[: len(data) // 2])
        elif kind == "html":
            self.reply(200, b"<!DOCTYPE html><html><body>gateway</body></html>", "text/html")
        elif kind == "empty_choices":
            self.reply(200, {**answer, "choices": []})
        elif kind == "chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for begin in range(0, len(data), 16):
                piece = data[begin:begin + 16]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        else:
            if kind == "slow":
                time.sleep(fault.get("seconds", 1))
            self.reply(200, data)
        self.server.count_answer()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, options):
        super().__init__(("127.0.0.1", options.port), Handler)
        self.options = options
        self.script = Script(pathlib.Path(options.script).read_text(encoding="utf-8"))
        self.answered = 0
        self.lock = threading.Lock()
        self.ended = threading.Event()

    def handle_error(self, request, client_address):
        pass  # a client that went away is part of the tests

    def note(self, record):
        if self.options.log:
            with self.lock, open(self.options.log, "a", encoding="utf-8") as log:
                log.write(json.dumps(record) + "\n")

    def count_answer(self):
        with self.lock:
            self.answered += 1
            if self.options.die_after and self.answered >= self.options.die_after:
                os._exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--script", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--key")
    parser.add_argument("--log")
    parser.add_argument("--die-after", type=int)
    server = Server(parser.parse_args())
    if server.options.port_file:
        scratch = server.options.port_file + ".part"
        pathlib.Path(scratch).write_text(f"{server.server_address[1]}\n", encoding="ascii")
        os.replace(scratch, server.options.port_file)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
