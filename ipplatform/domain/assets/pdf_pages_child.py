"""Run as a program by ``pdf_pages``: reads a PDF from standard input and writes its number of pages."""

from __future__ import annotations

import resource
import sys

MEMORY = 2 * 1024**3
CPU_SECONDS = 15


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pypdfium2

    try:
        pages = len(pypdfium2.PdfDocument(sys.stdin.buffer.read()))
    except pypdfium2.PdfiumError:
        return 1
    sys.stdout.write(f"{pages}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
