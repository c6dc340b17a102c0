"""The stories of みらい区; every module here gives `papers(today) -> Iterator[Paper]`."""
