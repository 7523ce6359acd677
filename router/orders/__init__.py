"""Order state as FIX sees it: the client's orders (`Parents`), ours at the venues (`Children`), the ids of both.

Knows no algorithm, no market and no venue's rules: it is told what happened, keeps the books, and says what the client
must hear.
"""

from router.orders.child import Child
from router.orders.children import Applied, Children
from router.orders.ids import Ids
from router.orders.lists import Lists
from router.orders.parent import Parent
from router.orders.parents import Parents
from router.orders.terms import Terms

__all__ = ["Applied", "Child", "Children", "Ids", "Lists", "Parent", "Parents", "Terms"]
