"""What run() is called with, for each of the ways in which a script can declare it."""

import json

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class InputRefused(Exception):
    """The request is not what run() takes. The text goes to the client."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class OptionsAnswered(Exception):
    """OPTIONS on /score: answered without run()."""


def text_input(strict):
    """Input of an undecorated run(): the body as a string; of a GET: its parameters as a JSON object."""

    def parse(request):
        if request.method == "POST":
            if strict and media_type(request) in _FORMS:
                return ""
            try:
                return request.body.decode("utf-8")
            except UnicodeDecodeError as problem:
                raise InputRefused(400, "Input cannot be decoded as UTF-8: %s" % problem) from None
        if request.method == "GET":
            return json.dumps(query_values(request.query))
        raise OptionsAnswered

    return parse


def object_input(parameters):
    """Input of a run() with @input_schema: a dictionary. `parameters` are pairs of name and default, or REQUIRED."""

    def parse(request):
        if request.method == "GET":
            return _extract(parameters, query_values(request.query))
        if request.method != "POST":
            raise OptionsAnswered
        kind = media_type(request)
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise InputRefused(415, "Expects Content-Type to be application/json")
        return _extract(parameters, _object_of(request.body))

    return parse


REQUIRED = object()


def _object_of(body):
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as problem:
        if not body:
            raise InputRefused(400, "POST body is empty. Expecting a JSON dictionary.") from None
        raise InputRefused(400, "POST body could not be decoded as JSON: %s" % problem) from None
    if not isinstance(value, dict):
        raise InputRefused(400, "POST body should be a JSON dictionary.")
    return value


def _extract(parameters, values):
    arguments = {}
    for name, default in parameters:
        value = values.get(name, default)
        if value is REQUIRED:
            raise InputRefused(400, "A value is not provided for the %r parameter." % name)
        arguments[name] = value
    return arguments


def query_values(query):
    """Each parameter tried as JSON; one that is repeated becomes a list."""
    if not query:
        return {}
    from urllib.parse import parse_qsl

    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        raise InputRefused(400, "The query has more than 1000 parameters.") from None
    values = {}
    for name, text in pairs:
        values.setdefault(name, []).append(_json_or_text(text))
    return {name: items[0] if len(items) == 1 else items for name, items in values.items()}


def _json_or_text(text):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def media_type(request):
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def title_case(headers):
    """The plain dictionary that a parameter `request_headers` gets."""
    return {"-".join(part.capitalize() for part in name.split("-")): value for name, value in headers.items()}
