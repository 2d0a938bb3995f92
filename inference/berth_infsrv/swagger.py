"""/swagger.json: the user's file, or one made from the schema of run(), which is made at the first request for it."""

import json
import os

from . import log
from .answer import Answer, message

LOGGER = "azmlinfsrv.swagger"
_VERSIONS = {"2": "2", "2.0": "2", "3": "3", "3.0": "3", "3.1": "3.1"}
_FILES = {"2": ("swagger.json", "swagger2.json"), "3": ("swagger3.json",), "3.1": ("swagger3.1.json",)}


class Swagger:
    """The documents that this script has, by version."""

    def __init__(self, settings, script):
        self._settings = settings
        self._run = script.run
        self._decorated = script.is_decorated
        # Version -> the document's bytes, as far as they are known.
        self._bodies = {}
        for version in _FILES:
            self._take_users(version)
        possible = self._possible_versions()
        self._supported = [version for version in _FILES if version in self._bodies or version in possible]
        self._tell()

    def _tell(self):
        left_out = [version for version in _FILES if version not in self._supported]
        if self._supported and left_out:
            log.info(
                "Swaggers are prepared for versions [%s] and skipped for versions [%s]."
                % (", ".join(self._supported), ", ".join(left_out)),
                LOGGER,
            )
        elif self._supported:
            log.info("Swaggers are prepared for the following versions: [%s]." % ", ".join(self._supported), LOGGER)
        else:
            log.info("No swagger is prepared.", LOGGER)

    def answer(self, request):
        version = _version_of(request.query)
        supported = ", ".join(self._supported)
        known = _VERSIONS.get(version)
        if known is None:
            text = "Swagger version [%s] is not valid. Supported versions: [%s]." % (version, supported)
            return message(404, text, failed=False)
        if known not in self._supported:
            text = "Swagger version [%s] is not supported for the scoring script. Supported swagger versions: [%s]."
            return message(404, text % (version, supported), failed=False)
        if known not in self._bodies:
            self._bodies[known] = self._make(known)
        return Answer(200, self._bodies[known], failed=False)

    def _take_users(self, version):
        for name in _FILES[version]:
            path = os.path.join(self._settings.app_root, name)
            try:
                with open(path, encoding="utf-8") as file:
                    document = json.load(file)
            except FileNotFoundError:
                continue
            except (OSError, ValueError, RecursionError) as problem:
                log.error("The user's swagger file %s cannot be used and is left out: %s" % (path, problem), LOGGER)
                continue
            log.info("Loaded user's swagger file for version [%s] from %s" % (version, path), LOGGER)
            # One that says nothing leaves its place to the next.
            if document:
                self._bodies[version] = json.dumps(document).encode("ascii")
                return

    def _possible_versions(self):
        if not self._decorated:
            return {"2", "3", "3.1"}
        from inference_schema.schema_util import get_supported_versions

        return {_VERSIONS[version] for version in get_supported_versions(self._run) if version in _VERSIONS}

    def _make(self, version):
        from . import swagger_document

        taken = given = {"type": "object", "example": {}}
        if self._decorated:
            from inference_schema.schema_util import get_input_schema, get_output_schema

            taken, given = get_input_schema(self._run), get_output_schema(self._run)
        prefix = self._settings.service_path_prefix
        document = swagger_document.make(
            version,
            self._settings.service_name,
            self._settings.service_version,
            "/" + prefix.strip("/") if prefix else "",
            taken,
            given,
        )
        return json.dumps(document).encode("ascii")


def _version_of(query):
    if not query:
        return "2"
    from urllib.parse import parse_qsl

    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        # More parameters than anybody means: no version is named by them.
        return ""
    return next((value for name, value in pairs if name == "version"), "2")
