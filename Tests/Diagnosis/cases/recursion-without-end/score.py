import json


class Node:
    def __init__(self, name, children=()):
        self.name = name
        self.children = list(children)

    def depth(self):
        return 1 + max((child.depth() for child in self.children), default=0)


def init():
    global root
    root = Node("root")
    leaf = Node("leaf", [root])
    root.children.append(leaf)
    print("depth", root.depth())


def run(raw_data):
    return json.loads(raw_data)
