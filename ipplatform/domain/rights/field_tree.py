"""The names in the tree of fields of use: (code, label, what it covers). Append at the end of a level only."""

from __future__ import annotations

from typing import Any

from ipplatform.foundation.i18n import _l

Branch = tuple[str, Any, tuple[Any, ...]]

TREE: tuple[Branch, ...] = (
    (
        "ai",
        _l("artificial intelligence"),
        (
            ("language", _l("language and text"), ()),
            ("vision", _l("images and video"), ()),
            ("speech", _l("speech and sound"), ()),
            ("recommendation", _l("recommendation and ranking"), ()),
            ("training", _l("training and compressing models"), ()),
            ("inference", _l("running models on devices"), ()),
            ("agents", _l("software agents"), ()),
        ),
    ),
    (
        "chips",
        _l("chips"),
        (
            ("logic", _l("processors and logic"), ()),
            ("memory", _l("memory"), ()),
            ("analog", _l("analogue and radio"), ()),
            ("power", _l("power semiconductors"), ()),
            ("sensors", _l("image and other sensors"), ()),
            ("packaging", _l("packaging"), ()),
            ("manufacturing", _l("manufacturing equipment"), ()),
            ("design_tools", _l("design tools"), ()),
        ),
    ),
    (
        "iot",
        _l("internet of things"),
        (
            ("industrial", _l("factories"), ()),
            ("home", _l("homes and buildings"), ()),
            ("city", _l("cities and public works"), ()),
            ("agriculture", _l("farming"), ()),
            ("logistics", _l("logistics and tracking"), ()),
            ("wearables", _l("wearables"), ()),
        ),
    ),
    (
        "security",
        _l("security and financial technology"),
        (
            (
                "payments",
                _l("payments"),
                (("cards", _l("cards and terminals"), ()), ("mobile", _l("mobile payment"), ())),
            ),
            ("identity", _l("identity and authentication"), ()),
            ("fraud", _l("fraud detection"), ()),
            ("ledgers", _l("distributed ledgers"), ()),
            ("cryptography", _l("cryptography and key management"), ()),
            ("privacy", _l("privacy-preserving computing"), ()),
            ("networks", _l("network defence"), ()),
        ),
    ),
    (
        "cloud",
        _l("cloud and data centres"),
        (
            ("storage", _l("storage"), ()),
            ("computing", _l("computing and scheduling"), ()),
            ("networking", _l("networking"), ()),
            ("databases", _l("databases"), ()),
            ("cooling", _l("cooling and power supply"), ()),
            ("edge", _l("edge computing"), ()),
        ),
    ),
    (
        "communications",
        _l("communications"),
        (
            ("cellular", _l("mobile networks"), ()),
            ("satellite", _l("satellites"), ()),
            ("optical", _l("optical fibre"), ()),
            ("short_range", _l("short-range radio"), ()),
        ),
    ),
    (
        "batteries",
        _l("batteries"),
        (
            (
                "traction",
                _l("traction"),
                (
                    ("cars", _l("cars"), ()),
                    ("commercial", _l("trucks and buses"), ()),
                    ("two_wheelers", _l("two-wheelers"), ()),
                    ("ships", _l("ships"), ()),
                    ("aircraft", _l("aircraft"), ()),
                ),
            ),
            (
                "stationary",
                _l("stationary storage"),
                (("grid", _l("electricity grids"), ()), ("home", _l("homes"), ())),
            ),
            ("portable", _l("portable devices"), ()),
            ("medical", _l("medical devices"), ()),
            ("recycling", _l("recycling"), ()),
        ),
    ),
    (
        "energy",
        _l("energy"),
        (
            ("solar", _l("solar"), ()),
            ("wind", _l("wind"), ()),
            ("hydrogen", _l("hydrogen and fuel cells"), ()),
            ("grid", _l("grids and conversion"), ()),
            ("charging", _l("vehicle charging"), ()),
        ),
    ),
    (
        "medical",
        _l("medicine"),
        (
            ("diagnostics", _l("diagnostics"), (("imaging", _l("imaging"), ()), ("laboratory", _l("laboratory"), ()))),
            (
                "therapeutics",
                _l("therapeutics"),
                (("human", _l("human use"), ()), ("veterinary", _l("veterinary use"), ())),
            ),
            ("devices", _l("devices and implants"), ()),
            ("digital", _l("digital health"), ()),
            ("research", _l("research tools"), ()),
        ),
    ),
    (
        "materials",
        _l("materials"),
        (
            ("polymers", _l("polymers"), ()),
            ("metals", _l("metals and alloys"), ()),
            ("ceramics", _l("ceramics and glass"), ()),
            ("coatings", _l("coatings"), ()),
            ("composites", _l("composites"), ()),
            ("nano", _l("nanomaterials"), ()),
        ),
    ),
    (
        "mobility",
        _l("mobility"),
        (
            ("cars", _l("cars"), ()),
            ("commercial", _l("trucks and buses"), ()),
            ("rail", _l("railways"), ()),
            ("aviation", _l("aviation and drones"), ()),
            ("maritime", _l("ships and ports"), ()),
            ("autonomous", _l("automated driving"), ()),
        ),
    ),
    (
        "manufacturing",
        _l("manufacturing"),
        (
            ("robotics", _l("robotics"), ()),
            ("additive", _l("additive manufacturing"), ()),
            ("machining", _l("machine tools"), ()),
            ("quality", _l("measurement and inspection"), ()),
        ),
    ),
    (
        "consumer",
        _l("consumer goods"),
        (
            ("electronics", _l("consumer electronics"), ()),
            ("games", _l("games and toys"), ()),
            ("fashion", _l("clothing and fashion"), ()),
            ("food", _l("food and drink"), ()),
            ("household", _l("household goods"), ()),
        ),
    ),
    (
        "media",
        _l("media and education"),
        (
            ("publishing", _l("publishing"), ()),
            ("film", _l("film and broadcasting"), ()),
            ("music", _l("music"), ()),
            ("education", _l("education"), ()),
        ),
    ),
)
