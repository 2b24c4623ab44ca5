#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check JSON documents of the wavert command against userspace/wavert.schema.json.

usage: valid_json.py FILE...    exit code 1 if one of them violates the schema
"""
import json
import os
import sys

import jsonschema

SCHEMA = os.path.join(os.path.dirname(__file__), "../../userspace/wavert.schema.json")


def main(files):
    with open(SCHEMA, encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft7Validator.check_schema(schema)
    bad = not files
    for name in files:
        with open(name, encoding="utf-8") as f:
            document = json.load(f)
        # select the definition by the verb: an error of "oneOf" only says that none matches
        own = {"$ref": "#/definitions/" + str(document.get("verb")),
               "definitions": schema["definitions"]}
        if document.get("verb") not in schema["definitions"]:
            own = schema
        for error in jsonschema.Draft7Validator(own).iter_errors(document):
            bad = True
            path = "/".join(str(part) for part in error.absolute_path)
            print(f"{name}: {path}: {error.message}")
    return bad


sys.exit(main(sys.argv[1:]))
