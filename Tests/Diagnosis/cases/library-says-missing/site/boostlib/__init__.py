class BoostError(Exception):
    pass


def load(path):
    raise BoostError("[12:01:02] ../src/io.cc:132: Opening %s failed: No such file or directory" % path)
