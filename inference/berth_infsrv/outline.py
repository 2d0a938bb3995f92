"""What a scoring script's source tells before anything runs, by Python's own parser; nothing is imported or executed.

    python -I outline.py {"folder": "…", "script": "score.py", "variables": ["NAME", …], "model": true}

prints {"python": "3.11.7", "findings": [{"kind", "path", "line", "column", "text", …}]}. Only what is certain to happen is
told: what stands under `if`, in a `try:` or in a function that may never be called is left out.
"""

import ast
import builtins
import json
import os
import sys

if not __package__:
    # Run as a program, isolated: the module beside it is found all the same.
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from syntaxtree import (  # noqa: E402
    assigned,
    called_in,
    certain,
    constant,
    declared_global,
    dotted,
    first_use,
    is_none,
    is_reading,
    joined,
    local_names,
    own_expressions,
    top_level_names,
)

MAX_FILES = 200
MAX_BYTES = 1 << 20
# Given by the platform or by the system, so that reading them cannot fail.
PLATFORM = {
    "AML_APP_ROOT", "AZUREML_ENTRY_SCRIPT", "AZUREML_MODEL_DIR", "HOME", "LANG", "PATH", "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED", "TMPDIR", "WORKER_COUNT",
}
_OPENERS = ("open", "load", "read", "InferenceSession", "Booster", "from_pretrained", "loads", "load_model")
_SERVERS = {"app.run", "uvicorn.run", "application.run", "server.run", "serve_forever", "run_simple", "waitress.serve", "web.run_app"}


class Unit:
    """One file of the code folder, parsed."""

    def __init__(self, folder, path):
        self.path = path
        with open(os.path.join(folder, path), "rb") as file:
            source = file.read(MAX_BYTES)
        self.lines = source.decode("utf-8", "replace").split("\n")
        self.tree = ast.parse(source, filename=path)
        # What only the compiler refuses: `return` outside of a function, `global` behind the first use.
        compile(source, path, "exec", dont_inherit=True)

    def at(self, kind, node, **more):
        text = self.lines[node.lineno - 1].strip()[:400] if node.lineno <= len(self.lines) else ""
        place = {"kind": kind, "path": self.path, "line": node.lineno, "column": node.col_offset + 1, "text": text}
        place.update(more)
        return place


class Outline:
    def __init__(self, folder, script, variables, has_model):
        self.folder = folder
        self.script = script
        self.root = os.path.dirname(script)
        self.variables = set(variables) | PLATFORM
        if not has_model:
            self.variables.discard("AZUREML_MODEL_DIR")
        self.findings = []
        self._seen = set()

    def read(self):
        unit = self._unit(self.script)
        if unit is None:
            return
        self._functions(unit)
        self._names(unit)
        self._bindings(unit)
        for function, phase, body in self._certain_bodies(unit):
            for statement in certain(body):
                self._statement(unit, statement, function, phase)

    def _unit(self, path):
        """The file, with all files of the code folder that its import leads to; None where it cannot be parsed."""
        if path in self._seen or len(self._seen) >= MAX_FILES:
            return None
        self._seen.add(path)
        try:
            unit = Unit(self.folder, path)
        except SyntaxError as error:
            self.findings.append(
                {
                    "kind": "syntax", "path": path, "type": type(error).__name__, "message": str(error.msg),
                    "line": error.lineno, "column": error.offset, "text": (error.text or "").rstrip("\n")[:400],
                }
            )
            return None
        except (OSError, ValueError, RecursionError, MemoryError):
            # Gone, or no text at all: the reader of the deployment file says what is missing.
            return None
        for statement in certain(unit.tree.body):
            self._imports(unit, statement, "import")
        return unit

    def _certain_bodies(self, unit):
        """(function, its phase, statements): the module, init() and run(), and functions that these certainly call."""
        functions = {s.name: s for s in unit.tree.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))}
        pending = [("<module>", "import", unit.tree.body)]
        pending += [(name, name, functions[name].body) for name in ("init", "run") if name in functions]
        met = {"<module>", "init", "run"}
        while pending:
            name, phase, body = pending.pop(0)
            yield name, phase, body
            for statement in certain(body):
                for node in own_expressions(statement):
                    called = dotted(node.func) if isinstance(node, ast.Call) else None
                    if called in functions and called not in met and not functions[called].decorator_list:
                        met.add(called)
                        pending.append((called, phase, functions[called].body))

    # Imports

    def _imports(self, unit, statement, phase):
        if isinstance(statement, ast.Import):
            for name in statement.names:
                self._imported(unit, statement, name.name, phase)
        elif isinstance(statement, ast.ImportFrom):
            if statement.level:
                if unit.path == self.script:
                    self.findings.append(unit.at("relative-import", statement, phase=phase))
                return
            self._imported(unit, statement, statement.module or "", phase, [name.name for name in statement.names])

    def _imported(self, unit, statement, module, phase, names=()):
        own = self._own(module)
        if own is None:
            self.findings.append(unit.at("import", statement, module=module, phase=phase))
            return
        if "." in module and not own[-1:] == [os.path.join(self.root, *module.split(".")) + ".py"] and not self._is_folder(module):
            if own and not own[-1].endswith("__init__.py"):
                return
            self.findings.append(unit.at("import", statement, module=module, phase=phase, own=True))
            return
        for path in own:
            self._unit(path)
        for name in names:
            for path in self._own(module + "." + name) or ():
                self._unit(path)

    def _own(self, module):
        """The files of the code folder that importing `module` reads; None where it is none of the folder's."""
        parts = module.split(".")
        found = []
        for count in range(1, len(parts) + 1):
            stem = os.path.join(self.root, *parts[:count])
            for path in (stem + ".py", os.path.join(stem, "__init__.py")):
                if os.path.isfile(os.path.join(self.folder, path)):
                    found.append(path)
        if found or os.path.isdir(os.path.join(self.folder, self.root, parts[0])):
            return found
        return None

    def _is_folder(self, module):
        return os.path.isdir(os.path.join(self.folder, self.root, *module.split(".")))

    # init() and run()

    def _functions(self, unit):
        bound = top_level_names(unit.tree)
        if bound is None:
            return
        for name in ("init", "run"):
            if name not in bound:
                self.findings.append({"kind": "no-" + name, "path": unit.path, "line": None, "similar": []})
        for statement in unit.tree.body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and not statement.decorator_list:
                self._signature(unit, statement)

    def _signature(self, unit, function):
        arguments = function.args
        positional = list(getattr(arguments, "posonlyargs", [])) + arguments.args
        required = [a.arg for a in positional[: len(positional) - len(arguments.defaults)]]
        required += [a.arg for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults) if default is None]
        if function.name == "init" and required:
            self.findings.append(unit.at("init-signature", function, required=", ".join(required)))
        if function.name != "run":
            return
        taken = [a.arg for a in positional + arguments.kwonlyargs if a.arg != "request_headers"]
        if arguments.vararg or arguments.kwarg or getattr(arguments, "posonlyargs", []):
            self.findings.append(unit.at("run-signature", function, required=""))
        elif not taken:
            self.findings.append(unit.at("run-signature", function, required="", none=True))
        elif len([name for name in required if name != "request_headers"]) > 1:
            self.findings.append(unit.at("run-arguments", function, required=", ".join(required)))

    # Names

    def _names(self, unit):
        """Names that nothing binds, in the module's own code and in init() and run()."""
        bound = top_level_names(unit.tree)
        if bound is None:
            return
        known = bound | set(dir(builtins)) | {"__file__", "__name__", "__doc__", "__path__", "__builtins__", "__spec__"}
        for function, phase, body in self._certain_bodies(unit):
            scope = next((s for s in unit.tree.body if getattr(s, "name", None) == function and hasattr(s, "args")), None)
            local = local_names(scope) if scope is not None else set()
            for statement in certain(body):
                for node in own_expressions(statement):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in known | local:
                        self.findings.append(unit.at("undefined", node, name=node.id, function=function, phase=phase))
                        local.add(node.id)

    def _bindings(self, unit):
        """What init() assigns to itself although run() needs it."""
        functions = {s.name: s for s in unit.tree.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))}
        init, run = functions.get("init"), functions.get("run")
        if init is None or run is None:
            return
        empty = {
            target.id for s in unit.tree.body if isinstance(s, (ast.Assign, ast.AnnAssign)) and is_none(s.value)
            for target in (s.targets if isinstance(s, ast.Assign) else [s.target]) if isinstance(target, ast.Name)
        }
        lost = {name: node for name, node in assigned(init).items() if name not in declared_global(init)}
        elsewhere = set()
        for name, function in functions.items():
            elsewhere |= declared_global(function)
        for name in [n for n in empty if n in lost and n not in elsewhere]:
            for reader in [run] + [functions[c] for c in called_in(run) if c in functions and c != "init"]:
                use = first_use(reader, name)
                if use is not None:
                    self.findings.append(unit.at("lost-global", use, name=name, function=reader.name, phase="run"))
                    break

    # What single statements do

    def _statement(self, unit, statement, function, phase):
        if function != "<module>":
            self._imports(unit, statement, phase)
        for node in own_expressions(statement):
            if isinstance(node, ast.Subscript) and dotted(node.value) in ("os.environ", "environ"):
                name = constant(node.slice)
                if isinstance(node.ctx, ast.Load) and isinstance(name, str) and name not in self.variables:
                    self.findings.append(unit.at("unset-variable", node, name=name, function=function, phase=phase))
            elif isinstance(node, ast.Call) and phase != "run":
                self._call(unit, node, function, phase)

    def _call(self, unit, node, function, phase):
        name = dotted(node.func) or getattr(node.func, "attr", "")
        last = name.rsplit(".", 1)[-1]
        if last == "parse_args" and not node.args:
            self.findings.append(unit.at("parses-arguments", node, function=function, phase=phase))
        elif phase == "import" and (name in _SERVERS or last == "serve_forever"):
            self.findings.append(unit.at("serves", node, name=name, function=function, phase=phase))
        elif name in ("input", "getpass.getpass"):
            self.findings.append(unit.at("asks", node, function=function, phase=phase))
        elif any(word in last for word in _OPENERS) and is_reading(node):
            for argument in list(node.args[:1]) + [word.value for word in node.keywords if word.arg != "mode"]:
                parts = self._model_path(unit, argument, function)
                if parts:
                    self.findings.append(unit.at("model-path", node, parts=parts, function=function, phase=phase))

    def _model_path(self, unit, node, function, depth=0):
        """The parts below AZUREML_MODEL_DIR of a path that is written out in the source."""
        if depth > 8:
            return None
        again = lambda inner: self._model_path(unit, inner, function, depth + 1)  # noqa: E731
        if isinstance(node, ast.Name):
            value = self._value(unit, node.id, function)
            return again(value) if value is not None else None
        if isinstance(node, ast.Subscript) and dotted(node.value) in ("os.environ", "environ"):
            return [] if constant(node.slice) == "AZUREML_MODEL_DIR" else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return joined(again(node.left), [constant(node.right)])
        if not isinstance(node, ast.Call):
            return None
        name = dotted(node.func) or ""
        if name in ("os.getenv", "getenv", "os.environ.get", "environ.get"):
            return [] if node.args and constant(node.args[0]) == "AZUREML_MODEL_DIR" else None
        if name.endswith(("path.join", "Path", "PurePath", "str", "fspath", "abspath", "realpath")) and node.args:
            return joined(again(node.args[0]), [constant(argument) for argument in node.args[1:]])
        if isinstance(node.func, ast.Attribute) and node.func.attr == "joinpath":
            return joined(again(node.func.value), [constant(argument) for argument in node.args])
        return None

    def _value(self, unit, name, function):
        """The only value that a name is given, in the function or in the module."""
        scopes = [unit.tree.body]
        scopes[:0] = [s.body for s in unit.tree.body if getattr(s, "name", None) == function and hasattr(s, "args")]
        for body in scopes:
            values = [
                s.value for s in body if isinstance(s, ast.Assign) and len(s.targets) == 1
                and isinstance(s.targets[0], ast.Name) and s.targets[0].id == name
            ]
            if values:
                return values[0] if len(values) == 1 else None
        return None


def main():
    asked = json.loads(sys.argv[1])
    outline = Outline(asked["folder"], asked["script"], asked.get("variables", []), asked.get("model", True))
    outline.read()
    print(json.dumps({"python": sys.version.split()[0], "findings": outline.findings}))


if __name__ == "__main__":
    main()
