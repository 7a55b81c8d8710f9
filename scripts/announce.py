"""Wait until the service answers, then say where it is and who may sign in: ``announce.py ADDRESS``."""

import subprocess
import sys
import time
import urllib.error
import urllib.request

WAIT_SECONDS = 60


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as response:  # noqa: S310
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main(address: str) -> int:
    for _ in range(WAIT_SECONDS * 5):
        if answers(address):
            break
        time.sleep(0.2)
    else:
        print(f"The service does not answer at {address}; its messages above say why.", file=sys.stderr)
        return 1
    sign_ins = subprocess.run(["ipplatform", "demo", "accounts"], capture_output=True, text=True, check=False).stdout
    print(f"\n  ipplatform is ready: {address}\n", flush=True)
    print("\n".join(f"  {line}" for line in sign_ins.splitlines()))
    print("\n  Ctrl-C ends it; the data stays.\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
