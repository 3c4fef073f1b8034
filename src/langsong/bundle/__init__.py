"""A voice on disk: manifest, store, import, export."""
