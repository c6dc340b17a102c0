"""The ordinary life of the office around the stories; every module here gives `papers(today) -> Iterator[Paper]`."""
