"""The user's script: imported, its init() and run() checked, and called in the way that it declares."""

import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader

from . import inputs, log
from .inputs import REQUIRED

LOGGER = "azmlinfsrv.user_script"
# The name under which the original imports it: pickles of the script's own classes hold it.
MODULE_NAME = "entry_module"

_VARARGS, _VARKEYWORDS, _COROUTINE = 0x04, 0x08, 0x80


class ScriptInvalid(Exception):
    """The script cannot be used as it is written. Words as in the protocol's `script-invalid`."""

    def __init__(self, problem, detail, line=None, similar=()):
        super().__init__(detail)
        self.problem = problem
        self.detail = detail
        self.line = line
        self.similar = list(similar)


class Script:
    """An imported script, after its checks."""

    def __init__(self, settings, module):
        self._settings = settings
        self.module = module
        self.init = _function(module, "init")
        self.run = _function(module, "run")
        self._tell_place(module)
        self.is_raw = _is_raw()
        self.is_decorated = _is_schema_decorated(self.run)
        self._runner = None
        self._raw = None
        self._takes_headers = False
        # request -> arguments, and arguments -> output: chosen once, here.
        self.arguments, self.call = self._plan()
        _check_init(self.init)

    def invoke_init(self):
        log.info("Invoking user's init function", LOGGER)
        result = self.init()
        if not self._settings.strict:
            self.settled(result)

    def settled(self, output):
        """`output`, or what it awaits."""
        if hasattr(output, "__await__") and not self._settings.strict:
            return self.runner().run(output)
        return output

    def runner(self):
        if self._runner is None:
            from .asynchronous import Runner

            self._runner = Runner()
        return self._runner

    def _tell_place(self, module):
        driven = getattr(module, "driver_module", None)
        if isinstance(driven, type(sys)) and hasattr(driven, "run"):
            self.run = driven.run
            log.info(
                "Found driver script at %s and the score script at %s" % (module.__file__, driven.__file__), LOGGER
            )
        else:
            log.info("Found user script at %s" % module.__file__, LOGGER)

    def _plan(self):
        parameters, self._takes_headers = _parameters_of(self.run)
        if self.is_raw and self.is_decorated:
            raise ScriptInvalid(
                "rawhttp-and-schema", "run() cannot be decorated with both @rawhttp and @input_schema", _line(self.run)
            )
        if self.is_raw:
            log.info("run() is decorated with @rawhttp. Server will invoke it with the flask request object.", LOGGER)
            return self._raw_plan()
        if self.is_decorated:
            names = ", ".join(name for name, _ in parameters)
            log.info(
                "run() is decorated with @input_schema. Server will invoke it with the following arguments: %s."
                % names,
                LOGGER,
            )
            return self._object_plan(parameters)
        log.info("run() is not decorated. Server will invoke it with the input in JSON string.", LOGGER)
        return self._text_plan()

    def _text_plan(self):
        parse = inputs.text_input(self._settings.strict)
        run = self.run
        if not self._takes_headers:
            if not _first_is_positional(run):
                name = _parameters_of(run)[0][0][0]
                return parse, lambda text: run(**{name: text})
            return parse, run
        name = _parameters_of(run)[0][0][0]

        def arguments(request):
            return {name: parse(request), "request_headers": inputs.title_case(request.headers)}

        return arguments, lambda values: run(**values)

    def _object_plan(self, parameters):
        parse = inputs.object_input(parameters)
        run = self.run
        if not self._takes_headers:
            return parse, lambda values: run(**values)

        def arguments(request):
            return dict(parse(request), request_headers=inputs.title_case(request.headers))

        return arguments, lambda values: run(**values)

    def _raw_plan(self):
        try:
            from . import rawhttp
        except ImportError as problem:
            raise ScriptInvalid(
                "werkzeug-missing",
                "run() is decorated with @rawhttp, which needs the package werkzeug in the environment of the"
                " deployment (%s); add `werkzeug` to its pip dependencies" % problem,
                _line(self.run),
            ) from None
        run = self.run
        if not self._takes_headers:
            return rawhttp.request_of, run
        name = _parameters_of(run)[0][0][0]

        def arguments(request):
            return {name: rawhttp.request_of(request), "request_headers": inputs.title_case(request.headers)}

        return arguments, lambda values: run(**values)


def load(settings):
    """The module of the script. Raises ScriptInvalid when there is no such file, else what the import raises."""
    for folder in (settings.app_root, settings.source_directory):
        if folder:
            sys.path.append(os.path.join(settings.app_root, folder))
    if settings.mlflow:
        from . import mlflow_model

        return mlflow_model
    path = settings.script_path()
    if not os.path.isfile(path):
        raise ScriptInvalid("script-missing", _missing(path), similar=_similar_files(path))
    name = MODULE_NAME if settings.entry_script else "main"
    loader = SourceFileLoader(name, path)
    spec = ModuleSpec(name, loader, origin=path)
    spec.has_location = True
    module = type(sys)(name)
    module.__file__ = path
    module.__spec__ = spec
    module.__loader__ = loader
    module.__package__ = ""
    # Registered, unlike in the original: dataclasses and pickle look a class's module up by its name.
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def _missing(path):
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        return "No such file or directory: %s (its folder does not exist either)" % path
    return "No such file or directory: %s" % path


def _similar_files(path):
    import difflib

    try:
        names = os.listdir(os.path.dirname(path))
    except OSError:
        # The folder is missing too; the message says so.
        return []
    scripts = [name for name in names if name.endswith(".py")]
    return difflib.get_close_matches(os.path.basename(path), scripts, 3) or sorted(scripts)[:3]


def _function(module, name):
    function = getattr(module, name, None)
    if callable(function):
        return function
    import difflib

    functions = [key for key, value in vars(module).items() if callable(value) and not key.startswith("__")]
    similar = difflib.get_close_matches(name, functions, 3, 0.5)
    similar += [key for key in functions if key.lower().startswith(name) and key not in similar]
    detail = "User script at %s does not have a %s() function defined." % (module.__file__, name)
    if function is not None:
        detail = "%s in the user script at %s is not a function." % (name, module.__file__)
    raise ScriptInvalid("no-" + name, detail, similar=similar[:3])


def _is_raw():
    flags = sys.modules.get("azureml_inference_server_http.api.aml_request")
    return bool(flags is not None and flags._rawHttpRequested)


def _is_schema_decorated(run):
    if "inference_schema" not in sys.modules:
        return False
    from inference_schema.schema_util import is_schema_decorated

    return is_schema_decorated(run)


def _line(function):
    code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
    return code.co_firstlineno if code is not None else None


def _parameters_of(run):
    """([(name, default)] without request_headers, whether request_headers is taken). Checks the signature."""
    code = run.__code__ if type(run) is type(load) and not hasattr(run, "__wrapped__") else None
    if code is not None:
        # As inspect does, without loading it: that costs as much as the rest of the start.
        odd = code.co_posonlyargcount or code.co_flags & (_VARARGS | _VARKEYWORDS)
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        defaults = dict(zip(reversed(names[: code.co_argcount]), reversed(run.__defaults__ or ())))
        defaults.update(run.__kwdefaults__ or {})
        parameters = [(name, defaults.get(name, REQUIRED)) for name in names]
    else:
        import inspect

        given = inspect.signature(run).parameters.values()
        odd = any(p.kind not in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD) for p in given)
        parameters = [(p.name, REQUIRED if p.default is p.empty else p.default) for p in given]
    if odd:
        raise ScriptInvalid(
            "run-signature", "run() cannot accept positional-only arguments, *args, or **kwargs.", _line(run)
        )
    takes_headers = any(name == "request_headers" for name, _ in parameters)
    parameters = [(name, default) for name, default in parameters if name != "request_headers"]
    if not parameters:
        detail = "run() needs to accept an argument for input data."
        if takes_headers:
            detail = 'run() needs to accept an argument other than "request_headers".'
        raise ScriptInvalid("run-signature", detail, _line(run))
    return parameters, takes_headers


def _first_is_positional(run):
    code = getattr(run, "__code__", None)
    return code is not None and code.co_argcount > 0 and not hasattr(run, "__wrapped__")


def _check_init(init):
    code = getattr(init, "__code__", None)
    if code is None or hasattr(init, "__wrapped__"):
        return
    missing = code.co_argcount - len(init.__defaults__ or ()) - (1 if hasattr(init, "__self__") else 0)
    if missing > 0:
        names = ", ".join(code.co_varnames[: code.co_argcount])
        raise ScriptInvalid(
            "init-signature", "init() is called without arguments, but requires: %s" % names, _line(init)
        )


def is_async(function):
    code = getattr(function, "__code__", None)
    return code is not None and bool(code.co_flags & _COROUTINE)
