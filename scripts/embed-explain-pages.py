#!/usr/bin/env python3
"""Embeds the pages of docs/errors into Sources/BerthDiagnostics/ExplainPages+Generated.swift.

`berth explain` works from one binary, so the pages are compiled into it; so are the messages of docs/messages. Run this after
changing one of them; with `--check` it writes nothing and ends with status 1 where a generated file is out of date.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "errors"
OUTPUT = ROOT / "Sources" / "BerthDiagnostics" / "ExplainPages+Generated.swift"
MESSAGES = {
    ROOT / "docs" / "messages" / "ja.txt": ROOT / "Sources" / "BerthDiagnostics" / "JapaneseMessages+Generated.swift",
}
LANGUAGES = {"en": "english", "ja": "japanese"}

HEAD = """\
// Made by scripts/embed-explain-pages.py from docs/errors; change the pages there.
// swift-format-ignore-file

extension ExplainPages {
"""


def literal(text: str) -> str:
    """A raw string literal of Swift; the pages contain backslashes and quotes."""
    marks = "#"
    while '"""' + marks in text or "\\" + marks in text:
        marks += "#"
    return f'{marks}"""\n{text.rstrip(chr(10))}\n"""{marks}'


def function(language: str, name: str) -> str:
    cases = []
    for page in sorted((PAGES / language).glob("*.md")):
        cases.append(f'        case "{page.stem}": return {literal(page.read_text(encoding="utf-8"))}\n')
    return (
        f"    static func {name}Page(for topic: String) -> String? {{\n"
        f"        switch topic {{\n{''.join(cases)}"
        f"        default: return nil\n        }}\n    }}\n"
    )


def messages(source: pathlib.Path) -> str:
    return (
        f"// Made by scripts/embed-explain-pages.py from {source.relative_to(ROOT)}; change the messages there.\n"
        "// swift-format-ignore-file\n\n"
        f"enum JapaneseMessages {{\n    static let source = {literal(source.read_text(encoding='utf-8'))}\n}}\n"
    )


def main() -> int:
    functions = [function(language, name) for language, name in LANGUAGES.items()]
    made = {OUTPUT: HEAD + "\n".join(functions) + "}\n"}
    made.update({output: messages(source) for source, output in MESSAGES.items()})
    status = 0
    for output, text in made.items():
        current = output.read_text(encoding="utf-8") if output.exists() else ""
        if "--check" not in sys.argv[1:]:
            output.write_text(text, encoding="utf-8")
        elif current != text:
            print(f"{output.relative_to(ROOT)} is out of date; run scripts/embed-explain-pages.py", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
