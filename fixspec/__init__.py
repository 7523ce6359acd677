"""The FIX language: fields, messages, codec, client dialects. Stands alone, and must not know what routing is."""
