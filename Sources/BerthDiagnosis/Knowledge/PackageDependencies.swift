/// What comes with popular packages, so that an import can be judged before the environment is solved.
enum PackageDependencies {
    /// Whether one of `packages` (PyPI's normal form) may bring the module. A package that is not known may bring
    /// anything.
    static func mayBring(_ module: String, _ packages: [String]) -> Bool {
        let wanted = ProvidingPackages.package(for: module).normalizedPackage
        let top = String(module.prefix { $0 != "." }).normalizedPackage
        var seen: Set<String> = []
        var pending = packages.map(\.normalizedPackage)
        while let package = pending.popLast() {
            guard seen.insert(package).inserted else { continue }
            if same(package, wanted) || package == top { return true }
            guard let brought = table[package] else { return true }
            pending += brought
        }
        return false
    }

    /// Packages that bring the same modules under several names.
    private static func same(_ package: String, _ wanted: String) -> Bool {
        if package == wanted { return true }
        let families = [
            "opencv-python", "tensorflow", "psycopg2", "faiss", "onnxruntime", "pillow", "mysql-connector", "protobuf",
        ]
        return families.contains { package.hasPrefix($0) && wanted.hasPrefix($0) }
    }

    private static let science = ["numpy", "scipy", "joblib", "threadpoolctl"]
    private static let table: [String: [String]] = [
        "numpy": [], "joblib": [], "threadpoolctl": [], "six": [], "pytz": [], "tzdata": [], "packaging": [],
        "certifi": [], "idna": [], "charset-normalizer": [], "urllib3": [], "typing-extensions": [], "cloudpickle": [],
        "dill": [], "tqdm": [], "pyyaml": [], "pillow": [], "python-dateutil": ["six"], "markupsafe": [], "click": [],
        "blinker": [], "itsdangerous": [], "psutil": [], "lxml": [], "orjson": [], "ujson": [], "simplejson": [],
        "redis": [], "pymongo": ["dnspython"], "dnspython": [], "python-dotenv": [], "openpyxl": ["et-xmlfile"],
        "et-xmlfile": [], "xlrd": [], "protobuf": [], "flatbuffers": [], "coloredlogs": ["humanfriendly"],
        "humanfriendly": [], "mpmath": [], "sympy": ["mpmath"], "wrapt": [], "regex": [], "attrs": [],
        "nltk": ["click", "joblib", "regex", "tqdm"],
        "scipy": ["numpy"], "scikit-learn": science, "pandas": ["numpy", "python-dateutil", "pytz", "tzdata"],
        "xgboost": ["numpy", "scipy", "nvidia-nccl-cu12"], "nvidia-nccl-cu12": [], "lightgbm": ["numpy", "scipy"],
        "catboost": ["numpy", "pandas", "scipy", "matplotlib", "plotly", "graphviz", "six"], "graphviz": [],
        "plotly": ["packaging", "narwhals", "tenacity"], "narwhals": [], "tenacity": [],
        "matplotlib": [
            "numpy", "pillow", "packaging", "python-dateutil", "contourpy", "cycler", "fonttools", "kiwisolver",
            "pyparsing",
        ],
        "contourpy": ["numpy"], "cycler": [], "fonttools": [], "kiwisolver": [], "pyparsing": [],
        "seaborn": ["numpy", "pandas", "matplotlib"],
        "statsmodels": ["numpy", "scipy", "pandas", "patsy", "packaging"],
        "patsy": ["numpy", "six"], "imbalanced-learn": ["scikit-learn"] + science, "pyarrow": ["numpy"], "polars": [],
        "onnx": ["numpy", "protobuf", "typing-extensions"],
        "onnxruntime": ["numpy", "protobuf", "flatbuffers", "coloredlogs", "sympy", "packaging"],
        "requests": ["urllib3", "idna", "certifi", "charset-normalizer"],
        "httpx": ["anyio", "httpcore", "certifi", "idna", "sniffio"],
        "anyio": ["idna", "sniffio", "typing-extensions"], "httpcore": ["h11", "certifi"], "h11": [], "sniffio": [],
        "flask": ["werkzeug", "jinja2", "click", "itsdangerous", "blinker", "markupsafe", "importlib-metadata"],
        "werkzeug": ["markupsafe"], "jinja2": ["markupsafe"], "importlib-metadata": ["zipp"], "zipp": [],
        "pydantic": ["pydantic-core", "annotated-types", "typing-extensions", "typing-inspection"],
        "pydantic-core": ["typing-extensions"],
        "annotated-types": [], "typing-inspection": [],
        "inference-schema": ["python-dateutil", "pytz", "wrapt", "packaging"],
        "opencv-python": ["numpy"], "opencv-python-headless": ["numpy"], "numba": ["numpy", "llvmlite"], "llvmlite": [],
        "sqlalchemy": ["greenlet", "typing-extensions"], "greenlet": [], "psycopg2-binary": [], "pyodbc": [],
        "beautifulsoup4": ["soupsieve", "typing-extensions"], "soupsieve": [], "networkx": [], "h5py": ["numpy"],
        "azureml-defaults": ["inference-schema", "werkzeug", "flask"],
        "azureml-inference-server-http": ["inference-schema", "werkzeug", "flask"],
    ]
}
