"""Questions about Python's own syntax trees: what is certainly reached, what binds a name, what a path is made of."""

import ast


def certain(body):
    """The statements of a body that are certainly reached: not under a condition, not after it may have returned."""
    for statement in body:
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            yield statement
            yield from certain(statement.body)
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        elif isinstance(statement, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try)) or type(statement).__name__ in ("Match", "TryStar"):
            if any(isinstance(node, (ast.Return, ast.Raise)) for node in ast.walk(statement)):
                return
        else:
            yield statement
            if isinstance(statement, (ast.Return, ast.Raise)):
                return


def own_expressions(statement):
    """The nodes that are evaluated with the statement itself: not in nested blocks, functions or conditions."""
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        pending = [item.context_expr for item in statement.items]
    else:
        pending = [statement]
    while pending:
        node = pending.pop(0)
        yield node
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.BoolOp)):
            continue
        pending[:0] = ast.iter_child_nodes(node)


def top_level_names(tree):
    """All names that the module binds in any way; None where that cannot be known."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(name.name == "*" for name in node.names):
            return None
        if isinstance(node, ast.Call) and dotted(node.func) in ("globals", "exec", "setattr", "vars", "locals"):
            return None
        if isinstance(node, ast.Global):
            names.update(node.names)
    for statement in blocks(tree.body):
        names |= bound_by(statement)
    return None if "driver_module" in names else names


def blocks(body):
    """All statements of a scope, also those in nested blocks, but not those of functions and classes in it."""
    for statement in body:
        yield statement
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield from blocks(getattr(statement, field, []))


def bound_by(statement):
    names = set()
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(name.asname or name.name).split(".")[0] for name in statement.names}
    if isinstance(statement, ast.ExceptHandler) and statement.name:
        names.add(statement.name)
    pending = [statement]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        name = getattr(node, "name", None)
        if type(node).__name__ in ("MatchAs", "MatchStar", "MatchMapping") and isinstance(name or getattr(node, "rest", None), str):
            names.add(name or node.rest)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))
    return names


def local_names(function):
    arguments = function.args
    every = list(getattr(arguments, "posonlyargs", [])) + arguments.args + arguments.kwonlyargs
    names = {a.arg for a in every + [a for a in (arguments.vararg, arguments.kwarg) if a is not None]}
    for statement in blocks(function.body):
        names |= bound_by(statement)
    return names


def assigned(function):
    found = {}
    for statement in blocks(function.body):
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
                for node in ast.walk(target):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        found.setdefault(node.id, node)
    return found


def declared_global(function):
    return {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}


def called_in(function):
    """Names of functions that are called anywhere in it."""
    return [node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]


def first_use(function, name):
    """Where it asks something of `name` that None does not have; None where it looks whether there is a value."""
    if name in local_names(function) and name not in declared_global(function):
        return None
    uses = []
    for node in ast.walk(function):
        if isinstance(node, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.If, ast.IfExp)):
            tested = getattr(node, "test", node)
            if any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(tested)):
                return None
        used = used_value(node)
        if used is not None and used.id == name:
            uses.append(used)
    return min(uses, key=lambda use: use.lineno) if uses else None


def used_value(node):
    """The name of which something is asked that None does not have."""
    if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.value, ast.Name):
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func
    return None


def is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def is_reading(call):
    modes = [constant(a) for a in call.args[1:2]] + [constant(k.value) for k in call.keywords if k.arg == "mode"]
    return not any(isinstance(mode, str) and set(mode) & set("wax+") and len(mode) < 4 for mode in modes)


def dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id] + parts[::-1])


def constant(node):
    if type(node).__name__ == "Index":
        node = node.value
    return node.value if isinstance(node, ast.Constant) else None


def joined(base, parts):
    if base is None or not all(isinstance(part, str) and part and not part.startswith("/") for part in parts):
        return None
    return base + [piece for part in parts for piece in part.split("/") if piece not in ("", ".")]
