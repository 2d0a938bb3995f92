import argparse


def init():
    pass


def run(raw_data):
    return []


if __name__ == "__main__":
    argparse.ArgumentParser().parse_args()
