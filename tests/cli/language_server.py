"""yaml-language-server over its standard input and output: what an editor is told of a file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

_SECONDS = 60  # a server that says nothing for so long is stopped, and the test fails


class LanguageServer:
    """A running server; messages that are not waited for are kept aside."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.process = subprocess.Popen(
            [str(program), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.number = 0
        self.folder = folder
        capabilities = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}
        root = {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities}
        self.ask("initialize", root)
        self.tell("initialized", {})

    def diagnostics(self, path: str, text: str) -> list[str]:
        """What is underlined in a file with that text, as LINE: MESSAGE, lines counted from 1."""
        uri = self._open(path, text)
        while True:
            found = self._read()
            if found.get("method") == "textDocument/publishDiagnostics" and found["params"]["uri"] == uri:
                return [
                    f"{each['range']['start']['line'] + 1}: {each['message']}"
                    for each in found["params"]["diagnostics"]
                ]

    def completions(self, path: str, text: str) -> list[str]:
        """What is offered at the `|` in the text."""
        return [each["label"] for each in self._at("completion", path, text)["items"]]

    def hover(self, path: str, text: str) -> str:
        """What is shown of the word at the `|` in the text."""
        shown: str = self._at("hover", path, text)["contents"]["value"]
        return shown

    def _at(self, what: str, path: str, text: str) -> Any:
        before, _, after = text.partition("|")
        uri = self._open(path, before + after)
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return self.ask(f"textDocument/{what}", {"textDocument": {"uri": uri}, "position": position})

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        """The result of a request."""
        self.number += 1
        self._send({"id": self.number, "method": method, "params": params})
        asked = self.number
        while True:
            found = self._read()
            if found.get("id") == asked and "method" not in found:
                return found["result"]

    def tell(self, method: str, params: dict[str, Any]) -> None:
        """A notification."""
        self._send({"method": method, "params": params})

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate(timeout=_SECONDS)

    def _open(self, path: str, text: str) -> str:
        """Open a file of that folder, under a name of its own: the server tells nothing twice."""
        self.number += 1
        place = self.folder / path
        uri = place.with_name(f"{place.stem}-{self.number}{place.suffix}").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        """The next message; what the server asks of its client is answered with nothing."""
        assert self.process.stdout is not None
        length = 0
        while (line := self.process.stdout.readline().strip()) or not length:
            assert line, "the language server has ended"
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if "id" in message and "method" in message:
            items = message["params"].get("items", []) if isinstance(message.get("params"), dict) else []
            self._send({"id": message["id"], "result": [None for _ in items] or None})
        return message
