/// Names of modules that people mean, for spelling help, and those of the standard library.
enum KnownModules {
    /// Modules of popular packages, by import name.
    static let popular: [String] = [
        "aiohttp", "azure", "bs4", "catboost", "cv2", "dask", "dateutil", "dotenv", "fastapi", "flask", "gensim",
        "httpx",
        "imblearn", "inference_schema", "joblib", "keras", "lightgbm", "matplotlib", "mlflow", "msal", "networkx",
        "nltk", "numba",
        "numpy", "onnx", "onnxruntime", "openai", "openpyxl", "pandas", "PIL", "plotly", "polars", "prophet",
        "psycopg2",
        "psutil", "pyarrow", "pydantic", "pymongo", "pyodbc", "redis", "requests", "scipy", "seaborn",
        "sentence_transformers", "shap",
        "skimage", "sklearn", "spacy", "sqlalchemy", "starlette", "statsmodels", "tensorflow", "tiktoken", "tokenizers",
        "torch",
        "torchvision", "tqdm", "transformers", "umap", "uvicorn", "xgboost", "yaml", "cloudpickle", "sympy", "werkzeug",
    ]

    /// Packages whose name people write in `import`: package name → import name.
    static let packageNames: [String: String] = [
        "scikit_learn": "sklearn", "scikitlearn": "sklearn", "pillow": "PIL", "Pillow": "PIL", "opencv": "cv2",
        "opencv_python": "cv2",
        "pyyaml": "yaml", "PyYAML": "yaml", "beautifulsoup4": "bs4", "beautifulsoup": "bs4", "scikit_image": "skimage",
        "python_dotenv": "dotenv", "pyjwt": "jwt", "PyJWT": "jwt", "imbalanced_learn": "imblearn",
        "protobuf": "google.protobuf",
        "python_dateutil": "dateutil", "pytorch": "torch", "umap_learn": "umap", "faiss_cpu": "faiss",
        "pyserial": "serial",
        "pycryptodome": "Crypto", "attrs": "attr", "gitpython": "git", "GitPython": "git", "pyzmq": "zmq",
        "grpcio": "grpc",
        "mysqlclient": "MySQLdb", "psycopg2_binary": "psycopg2", "pymupdf": "fitz", "PyMuPDF": "fitz",
    ]

    static func isStandard(_ module: String) -> Bool { standard.contains(String(module.prefix { $0 != "." })) }

    /// Modules of older Pythons, and what took their place.
    static let removedStandard: [String: (last: (Int, Int), instead: String)] = [
        "imp": ((3, 11), "`importlib`"),
        "distutils": ((3, 11), "`setuptools` (add it to the environment) or `sysconfig`"),
        "asyncore": ((3, 11), "`asyncio`"), "asynchat": ((3, 11), "`asyncio`"),
        "smtpd": ((3, 11), "the package `aiosmtpd`"),
        "cgi": ((3, 12), "`urllib.parse` or the package `legacy-cgi`"), "cgitb": ((3, 12), "`traceback`"),
        "crypt": ((3, 12), "the package `legacycrypt`"), "imghdr": ((3, 12), "the package `filetype`"),
        "sndhdr": ((3, 12), "the package `filetype`"), "pipes": ((3, 12), "`subprocess` and `shlex`"),
        "telnetlib": ((3, 12), "the package `telnetlib3`"), "uu": ((3, 12), "`base64`"),
        "xdrlib": ((3, 12), "`struct`"),
        "audioop": ((3, 12), "the package `audioop-lts`"), "nntplib": ((3, 12), "the package `nntplib`"),
        "parser": ((3, 9), "`ast`"), "symbol": ((3, 9), "`ast`"), "formatter": ((3, 9), "`string`"),
        "binhex": ((3, 10), "`base64`"), "aifc": ((3, 12), "the package `standard-aifc`"),
        "chunk": ((3, 12), "the package `standard-chunk`"),
        "sunau": ((3, 12), "the package `standard-sunau`"), "mailcap": ((3, 12), "`mimetypes`"),
        "spwd": ((3, 12), "`pwd`"),
        "cPickle": ((2, 7), "`pickle`"), "ConfigParser": ((2, 7), "`configparser`"), "Queue": ((2, 7), "`queue`"),
        "StringIO": ((2, 7), "`io.StringIO`"), "cStringIO": ((2, 7), "`io.BytesIO`"),
        "urllib2": ((2, 7), "`urllib.request`"),
        "urlparse": ((2, 7), "`urllib.parse`"), "httplib": ((2, 7), "`http.client`"),
        "commands": ((2, 7), "`subprocess`"),
        "__builtin__": ((2, 7), "`builtins`"), "copy_reg": ((2, 7), "`copyreg`"),
        "HTMLParser": ((2, 7), "`html.parser`"),
        "SocketServer": ((2, 7), "`socketserver`"), "BaseHTTPServer": ((2, 7), "`http.server`"),
        "thread": ((2, 7), "`_thread`"),
        "itertools.izip": ((2, 7), "`zip`"), "Tkinter": ((2, 7), "`tkinter`"),
        "cookielib": ((2, 7), "`http.cookiejar`"),
    ]

    /// Modules that a newer Python brought: name → first version.
    static let newStandard: [String: (Int, Int)] = [
        "tomllib": (3, 11), "zoneinfo": (3, 9), "graphlib": (3, 9), "importlib.metadata": (3, 8),
        "importlib.resources": (3, 7),
        "dataclasses": (3, 7), "contextvars": (3, 7), "secrets": (3, 6),
    ]

    /// Source: `sys.stdlib_module_names` of Python 3.8 to 3.13, without the private ones.
    static let standard: Set<String> = [
        "__future__", "abc", "argparse", "array", "ast", "asyncio", "atexit", "base64", "bdb", "binascii", "bisect",
        "builtins", "bz2", "calendar",
        "cmath", "cmd", "code", "codecs", "codeop", "collections", "colorsys", "compileall", "concurrent",
        "configparser",
        "contextlib", "contextvars", "copy", "copyreg", "cProfile", "csv", "ctypes", "curses", "dataclasses",
        "datetime", "dbm",
        "decimal", "difflib", "dis", "doctest", "email", "encodings", "ensurepip", "enum", "errno", "faulthandler",
        "fcntl", "filecmp",
        "fileinput", "fnmatch", "fractions", "ftplib", "functools", "gc", "genericpath", "getopt", "getpass", "gettext",
        "glob", "graphlib", "grp", "gzip",
        "hashlib", "heapq", "hmac", "html", "http", "idlelib", "imaplib", "importlib", "inspect", "io", "ipaddress",
        "itertools",
        "json", "keyword", "lib2to3", "linecache", "locale", "logging", "lzma", "mailbox", "marshal", "math",
        "mimetypes",
        "mmap", "modulefinder", "multiprocessing", "netrc", "ntpath", "nturl2path", "numbers", "opcode", "operator",
        "optparse",
        "os", "pathlib", "pdb", "pickle", "pickletools", "pkgutil", "platform", "plistlib", "poplib", "posix",
        "posixpath", "pprint", "profile", "pstats",
        "pty", "pwd", "py_compile", "pyclbr", "pydoc", "queue", "quopri", "random", "re", "readline", "reprlib",
        "resource",
        "rlcompleter", "runpy", "sched", "secrets", "select", "selectors", "shelve", "shlex", "shutil", "signal",
        "site", "smtplib",
        "socket", "socketserver", "sqlite3", "sre_compile", "sre_constants", "sre_parse", "ssl", "stat", "statistics",
        "string", "stringprep", "struct",
        "subprocess", "symtable", "sys", "sysconfig", "syslog", "tabnanny", "tarfile", "tempfile", "termios", "test",
        "textwrap", "this", "threading", "time", "timeit", "tkinter", "token", "tokenize", "tomllib", "trace",
        "traceback",
        "tracemalloc", "tty", "turtle", "types", "typing", "unicodedata", "unittest", "urllib", "uuid", "venv",
        "warnings",
        "wave", "weakref", "webbrowser", "wsgiref", "xml", "xmlrpc", "zipapp", "zipfile", "zipimport", "zlib",
        "zoneinfo",
    ]

    /// C extensions that a Python built without the system library lacks: module → Debian package of the library.
    static let optionalExtensions: [String: String] = [
        "_bz2": "libbz2-dev", "_lzma": "liblzma-dev", "_sqlite3": "libsqlite3-dev", "_ctypes": "libffi-dev",
        "_ssl": "libssl-dev",
        "_tkinter": "python3-tk", "tkinter": "python3-tk", "_curses": "libncurses-dev", "readline": "libreadline-dev",
        "_zoneinfo": "tzdata",
    ]
}
