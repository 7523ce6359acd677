"""Finds loops over sets: a set of strings comes out in another order with another hash seed, and a replay would differ.

It reads one module at a time and follows names, not types: it must not be taken for a proof. Sets are for membership;
where order matters, a dict with None values keeps the order of arrival, or `sorted` makes one.
"""

import ast
from collections.abc import Iterator

SET_TYPES = {"set", "frozenset", "Set", "FrozenSet", "AbstractSet", "MutableSet"}
SET_METHODS = {"union", "intersection", "difference", "symmetric_difference"}

# What takes a set and gives back something in which its order is seen.
ORDER_SHOWS = {"list", "tuple", "enumerate", "iter", "next", "zip", "map", "filter", "join", "extend", "fromkeys"}
# What takes an iterable and gives back something in which its order is lost.
ORDER_LOST = {"sorted", "set", "frozenset", "any", "all", "len", "min", "max", "update"}

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def loops_over_sets(source: str) -> list[str]:
    """`line: expression` of each place where a set's order is seen."""
    return [f"{node.lineno}: {ast.unparse(node)}" for node in _Finder().find(ast.parse(source))]


class _Finder:
    """One module's attributes known to be sets, and, while it walks, the names of the scopes around."""

    def __init__(self) -> None:
        self._attributes: set[str] = set()
        self._scopes: list[set[str]] = []

    def find(self, module: ast.Module) -> list[ast.expr]:
        self._attributes = {
            target.attr
            for node in ast.walk(module)
            for target in self._set_targets(node)
            if isinstance(target, ast.Attribute)
        } | {
            target.id
            for klass in ast.walk(module)
            if isinstance(klass, ast.ClassDef)
            for node in klass.body
            for target in self._set_targets(node)
            if isinstance(target, ast.Name)
        }
        return list(self._in_scope(module))

    def _in_scope(self, scope: Scope) -> Iterator[ast.expr]:
        names: set[str] = set()
        self._scopes.append(names)
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = scope.args.posonlyargs + scope.args.args + scope.args.kwonlyargs
            names.update(a.arg for a in arguments if a.annotation and _is_set_type(a.annotation))
        inner: list[Scope] = []
        nodes = list(_own_nodes(scope, inner))
        for node in nodes:
            names.update(t.id for t in self._set_targets(node) if isinstance(t, ast.Name))
        lost = {id(n) for node in nodes for n in _where_order_is_lost(node)}
        for node in nodes:
            yield from (found for found in self._shown(node) if id(found) not in lost)
        for nested in inner:
            yield from self._in_scope(nested)
        self._scopes.pop()

    def _shown(self, node: ast.AST) -> Iterator[ast.expr]:
        """The sets whose order `node` shows."""
        match node:
            case ast.For(iter=it) | ast.comprehension(iter=it) | ast.Starred(value=it) | ast.YieldFrom(value=it):
                candidates = [it]
            case ast.Call(func=ast.Attribute(attr="pop", value=owner), args=[]):
                candidates = [owner]
            case ast.Call(func=function, args=args) if _name(function) in ORDER_SHOWS:
                candidates = args
            case _:
                return
        yield from (c for c in candidates if self._is_set(c))

    def _is_set(self, node: ast.expr) -> bool:
        match node:
            case ast.Set() | ast.SetComp():
                return True
            case ast.Name(id=name):
                return any(name in names for names in self._scopes)
            case ast.Attribute(attr=name):
                return name in self._attributes
            case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), right=right):
                return self._is_set(left) or self._is_set(right)
            case ast.Call(func=ast.Attribute(attr=method, value=owner)) if method in SET_METHODS | {"copy"}:
                return self._is_set(owner)
            case ast.Call(func=function):
                return _name(function) in {"set", "frozenset"}
            case _:
                return False

    def _set_targets(self, node: ast.AST) -> list[ast.expr]:
        """What `node` makes a set by annotation or by assigning one."""
        match node:
            case ast.AnnAssign(target=target, annotation=annotation) if _is_set_type(annotation):
                return [target]
            case ast.Assign(targets=targets, value=value) if self._is_set(value):
                return targets
            case _:
                return []


def _own_nodes(scope: ast.AST, inner: list[Scope]) -> Iterator[ast.AST]:
    """The nodes of a scope in source order, without those of the scopes inside it, which go to `inner`."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner.append(child)
        else:
            yield child
            yield from _own_nodes(child, inner)


def _where_order_is_lost(node: ast.AST) -> Iterator[ast.AST]:
    """The iterables inside `sorted(...)`, `any(...)` and the like, and inside a set comprehension."""
    match node:
        case ast.Call(func=function, args=args) if _name(function) in ORDER_LOST:
            for arg in args:
                if isinstance(arg, ast.GeneratorExp | ast.ListComp):
                    yield from (c.iter for c in arg.generators)
        case ast.SetComp(generators=generators):
            yield from (c.iter for c in generators)
        case _:
            return


def _is_set_type(annotation: ast.expr) -> bool:
    match annotation:
        case ast.Subscript(value=value):
            return _is_set_type(value)
        case _:
            return _name(annotation) in SET_TYPES


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
