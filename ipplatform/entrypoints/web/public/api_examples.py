"""Requests that work as they stand, for the API's reference."""

from __future__ import annotations

PATENT = """{
  "kind": "patent",
  "fields": {
    "title": "Cooling plate for battery cells",
    "language": "en",
    "abstract": "A plate with a channel carries heat away from battery cells.",
    "claims": [
      "A cooling plate for battery cells, with a channel that carries a liquid.",
      "The cooling plate of claim 1, in which the channel meanders."
    ],
    "description": "Battery cells become hot. A plate with a channel keeps them at one temperature.",
    "inventors": [{"name": "Wen Ling", "country": "CN"}],
    "owners": [{"name": "Northfield Cells Ltd", "country": "GB", "share": "1/1"}],
    "classes": ["H01M 10/0525"]
  },
  "documents": []
}"""
