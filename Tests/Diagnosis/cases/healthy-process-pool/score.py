import json
from concurrent.futures import ProcessPoolExecutor


def square(value):
    if value < 0:
        raise ValueError("negative: %d" % value)
    return value * value


def init():
    global squares
    squares = {}
    with ProcessPoolExecutor(1) as pool:
        for value in (1, 2, -3):
            try:
                squares[value] = pool.submit(square, value).result()
            except ValueError as problem:
                print("ERROR skipped", problem)


def run(raw_data):
    return {"known": sorted(squares)}
