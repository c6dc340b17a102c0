"""The demo office みらい区: real files, written from stories; imports nothing of hiroba."""
