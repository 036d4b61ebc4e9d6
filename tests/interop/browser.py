"""A page in headless Chromium, driven over its debugging pipe: no package needed.

The browser gets JSON messages on file descriptor 3 and answers on 4, each ended by a zero byte (Chrome DevTools
Protocol). SURGSIGMA_BROWSER names another browser than `chromium`.
"""
import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

WAIT_S = 30
KEYS = {"Tab": 9, "Enter": 13, "ArrowDown": 40, "ArrowRight": 39, "Space": 32}
TEXTS = {"Enter": "\r", "Space": " "}


def browser_path():
    return shutil.which(os.environ.get("SURGSIGMA_BROWSER", "chromium"))


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="surgsigma-browser-")
        to_browser, self.writer = os.pipe()
        self.reader, from_browser = os.pipe()
        command = [browser_path(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--disable-dev-shm-usage", "--disable-background-networking", f"--user-data-dir={self.profile}",
                   "--remote-debugging-pipe"]

        def move():  # in the new process: the ends to 3 and 4, by way of numbers that neither has
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_browser, from_browser)]
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self.process = subprocess.Popen(command, preexec_fn=move, pass_fds=(3, 4), stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.count, self.messages, self.session = b"", 0, [], None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.writer)
        os.close(self.reader)
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self, wait_s=WAIT_S):
        end = time.monotonic() + wait_s
        while b"\0" not in self.buffer:
            if not select.select([self.reader], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError(f"the browser said nothing for {wait_s} s")
            chunk = os.read(self.reader, 1 << 20)
            if not chunk:
                raise RuntimeError("the browser has gone")
            self.buffer += chunk
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def ask(self, method, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.messages.append(answer)

    def run(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def open(self, path, width, height):
        """Opens a file in a window of that size and waits until it is there. Earlier messages are forgotten."""
        self.messages.clear()
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                 mobile=width < 600)
        self.ask("Page.navigate", url=path.resolve().as_uri())
        end = time.monotonic() + WAIT_S
        while self.run("document.readyState") != "complete" or self.run("location.href") == "about:blank":
            if time.monotonic() > end:
                raise TimeoutError(f"{path} does not load")
            time.sleep(0.02)

    def complaints(self):
        """What the console, the log or an uncaught exception said since the page was opened."""
        said = []
        for message in self.messages:
            method, body = message.get("method"), message.get("params", {})
            if method == "Log.entryAdded":
                said.append(body["entry"]["text"])
            elif method == "Runtime.exceptionThrown":
                said.append(body["exceptionDetails"]["text"])
            elif method == "Runtime.consoleAPICalled":
                said.append(str(body["args"]))
        return said

    def requests(self):
        """Addresses that the page asked for, besides itself and what it holds."""
        asked = [message["params"]["request"]["url"] for message in self.messages
                 if message.get("method") == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith("data:")][1:]

    def press(self, key):
        shown = " " if key == "Space" else key
        keys = {"key": shown, "code": key, "windowsVirtualKeyCode": KEYS[key]}
        if key in TEXTS:
            keys["text"] = TEXTS[key]
        self.ask("Input.dispatchKeyEvent", type="keyDown", **keys)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **keys)

    def picture(self, path, whole=False):
        parameters = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
            parameters["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12000),
                                  "scale": 1}
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", **parameters)["data"]))
