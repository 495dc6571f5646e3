"""Reads a stream of YAML documents from standard input and writes them as one JSON list."""

import json
import sys

import yaml

documents = yaml.load_all(sys.stdin.buffer.read().decode("utf-8"), Loader=yaml.CSafeLoader)
json.dump(list(documents), sys.stdout)
