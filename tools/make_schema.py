"""Write the JSON Schema of every file of the knowledge pack into src/goodknee/knowledge/schema.

An editor with a YAML plug-in can point at them; a test holds them equal to the types.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from goodknee.readers.knowledge_file import FILES, adapter

SCHEMA = Path(__file__).resolve().parent.parent / "src" / "goodknee" / "knowledge" / "schema"


def schemas() -> dict[str, str]:
    """Return file name → text of the schema; files of one folder with one type share the folder's."""
    of_type = Counter(FILES.values())
    places = {
        name: Path(name).with_suffix("") if of_type[FILES[name]] == 1 else Path(name).parent for name in FILES
    }
    return {f"{place.as_posix().replace('/', '-')}.json": _schema(name) for name, place in places.items()}


def _schema(name: str) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **adapter(name).json_schema()}
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    SCHEMA.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (SCHEMA / name).write_text(text, encoding="utf-8")
        print(SCHEMA / name)


if __name__ == "__main__":
    main()
