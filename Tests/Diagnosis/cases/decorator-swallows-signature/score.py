import functools, json, time

def timed(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        began = time.time()
        result = f(*args, **kwargs)
        print("took", time.time() - began)
        return result
    return inner

@timed
def init():
    print("ready")

@timed
def run(raw_data):
    return {"n": len(json.loads(raw_data))}
