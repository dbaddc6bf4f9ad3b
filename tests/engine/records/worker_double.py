"""A worker's process that does one odd thing: `python worker_double.py WHAT`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    what, line = sys.argv[1], sys.stdin.readline()
    match what:
        case "echo":
            sys.stdout.write('{"type": "told", "done": 0.5, "doing": "half"}\n')
            answer = {"type": "trouble", "text": f"Read {len(line)} bytes."}
            sys.stdout.write(f"{json.dumps(answer)}\n")
        case "garbage":
            sys.stdout.write("not JSON\n")
        case "die":
            sys.exit(3)
        case "hang":
            grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            Path(sys.argv[2]).write_text(str(grandchild.pid))
            time.sleep(600)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
