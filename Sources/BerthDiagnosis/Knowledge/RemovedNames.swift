/// Names that a library once had: where they were, since which version they are gone, and what to write instead.
struct RemovedName: Sendable {
    /// The module or class as Python's message names it.
    let owner: String
    let name: String
    /// The package it belongs to; nil: the standard library.
    let package: String?
    let since: String
    let instead: String

    static func find(_ name: String, in owner: String) -> RemovedName? {
        all.first { $0.name == name && $0.owner == owner }
    }

    /// A module that is gone, by its dotted name or that of a package above it.
    static func module(_ dotted: String) -> RemovedName? {
        modules.first { dotted == $0.name || dotted.hasPrefix($0.name + ".") }
    }

    private static func names(
        _ owner: String,
        _ package: String?,
        _ since: String,
        _ pairs: KeyValuePairs<String, String>
    ) -> [RemovedName] {
        pairs.map { RemovedName(owner: owner, name: $0.key, package: package, since: since, instead: $0.value) }
    }

    private static let abstractClasses = [
        "Awaitable", "Callable", "Container", "Coroutine", "Generator", "Hashable", "ItemsView", "Iterable", "Iterator",
        "KeysView",
        "Mapping", "MappingView", "MutableMapping", "MutableSequence", "MutableSet", "Sequence", "Set", "Sized",
        "ValuesView",
    ]

    /// Source: the release notes of the libraries named.
    private static let all: [RemovedName] =
        abstractClasses.map {
            RemovedName(
                owner: "collections",
                name: $0,
                package: nil,
                since: "Python 3.10",
                instead: "collections.abc.\($0)"
            )
        } + (ofPackages + ofPython).flatMap(\.self)

    private static let ofPackages: [[RemovedName]] = [
        names(
            "numpy",
            "numpy",
            "NumPy 1.24",
            [
                "float": "float", "int": "int", "bool": "bool", "object": "object", "str": "str", "complex": "complex",
                "long": "int", "unicode": "str",
            ]
        ),
        names(
            "numpy",
            "numpy",
            "NumPy 2.0",
            [
                "float_": "np.float64", "complex_": "np.complex128", "string_": "np.bytes_", "unicode_": "np.str_",
                "Inf": "np.inf", "Infinity": "np.inf", "NaN": "np.nan", "NAN": "np.nan", "PINF": "np.inf",
                "NINF": "-np.inf",
                "product": "np.prod", "cumproduct": "np.cumprod", "sometrue": "np.any", "alltrue": "np.all",
                "row_stack": "np.vstack", "in1d": "np.isin", "trapz": "np.trapezoid",
                "asfarray": "np.asarray(x, dtype=float)",
                "cast": "np.asarray(x, dtype=…)", "find_common_type": "np.result_type", "msort": "np.sort(a, axis=0)",
                "round_": "np.round", "issubclass_": "issubclass", "mat": "np.asmatrix",
                "set_string_function": "np.set_printoptions",
            ]
        ),
        names(
            "DataFrame",
            "pandas",
            "pandas 2.0",
            [
                "append": "pd.concat([df, other])", "iteritems": "df.items()", "ix": "df.loc or df.iloc",
                "mad": "(df - df.mean()).abs().mean()",
                "lookup": "df.loc with a list of labels", "as_matrix": "df.to_numpy()", "get_value": "df.at",
                "set_value": "df.at",
                "to_panel": "a MultiIndex",
            ]
        ),
        names(
            "Series",
            "pandas",
            "pandas 2.0",
            [
                "append": "pd.concat([s, other])", "iteritems": "s.items()", "ix": "s.loc or s.iloc",
                "mad": "(s - s.mean()).abs().mean()",
            ]
        ),
        names(
            "pandas",
            "pandas",
            "pandas 2.0",
            [
                "Int64Index": "pd.Index", "Float64Index": "pd.Index", "UInt64Index": "pd.Index",
                "Panel": "a MultiIndex",
                "datetime": "datetime from the standard library", "np": "import numpy as np",
                "TimeGrouper": "pd.Grouper",
            ]
        ),
        names(
            "scipy",
            "scipy",
            "SciPy 1.12",
            [
                "array": "numpy.array", "zeros": "numpy.zeros", "ones": "numpy.ones", "mean": "numpy.mean",
                "sqrt": "numpy.sqrt",
                "exp": "numpy.exp", "log": "numpy.log", "arange": "numpy.arange", "linspace": "numpy.linspace",
            ]
        ),
        names(
            "scipy.misc",
            "scipy",
            "SciPy 1.3",
            [
                "imread": "imageio.imread", "imresize": "PIL.Image.resize", "imsave": "imageio.imwrite",
                "comb": "scipy.special.comb",
                "factorial": "scipy.special.factorial", "logsumexp": "scipy.special.logsumexp",
            ]
        ),
        names(
            "scipy.integrate",
            "scipy",
            "SciPy 1.14",
            [
                "simps": "scipy.integrate.simpson", "trapz": "scipy.integrate.trapezoid",
                "cumtrapz": "scipy.integrate.cumulative_trapezoid",
            ]
        ),
        names(
            "scipy.signal",
            "scipy",
            "SciPy 1.13",
            [
                "hann": "scipy.signal.windows.hann", "hamming": "scipy.signal.windows.hamming",
                "gaussian": "scipy.signal.windows.gaussian",
            ]
        ),
        names(
            "sklearn.preprocessing",
            "scikit-learn",
            "scikit-learn 0.22",
            ["Imputer": "sklearn.impute.SimpleImputer"]
        ),
        names(
            "sklearn.metrics",
            "scikit-learn",
            "scikit-learn 1.2",
            [
                "plot_confusion_matrix": "ConfusionMatrixDisplay.from_estimator",
                "plot_roc_curve": "RocCurveDisplay.from_estimator",
                "SCORERS": "sklearn.metrics.get_scorer_names()",
            ]
        ),
        names("sklearn.datasets", "scikit-learn", "scikit-learn 1.2", ["load_boston": "fetch_california_housing"]),
        names("sklearn.utils", "scikit-learn", "scikit-learn 0.24", ["safe_indexing": "sklearn.utils._safe_indexing"]),
        names("OneHotEncoder", "scikit-learn", "scikit-learn 1.2", ["get_feature_names": "get_feature_names_out"]),
        names("TfidfVectorizer", "scikit-learn", "scikit-learn 1.2", ["get_feature_names": "get_feature_names_out"]),
        names("CountVectorizer", "scikit-learn", "scikit-learn 1.2", ["get_feature_names": "get_feature_names_out"]),
        names(
            "PIL.Image",
            "pillow",
            "Pillow 10",
            ["ANTIALIAS": "Image.LANCZOS", "LINEAR": "Image.BILINEAR", "CUBIC": "Image.BICUBIC"]
        ),
        names(
            "tensorflow",
            "tensorflow",
            "TensorFlow 2",
            [
                "Session": "eager execution, or tf.compat.v1.Session",
                "placeholder": "tf.keras.Input, or tf.compat.v1.placeholder",
                "get_default_graph": "tf.compat.v1.get_default_graph",
                "global_variables_initializer": "tf.compat.v1.global_variables_initializer",
                "ConfigProto": "tf.compat.v1.ConfigProto", "gfile": "tf.io.gfile",
                "contrib": "tensorflow-addons or tf.keras",
                "reset_default_graph": "tf.compat.v1.reset_default_graph", "logging": "tf.get_logger()",
            ]
        ),
        names("jinja2", "jinja2", "Jinja 3.1", ["Markup": "markupsafe.Markup", "escape": "markupsafe.escape"]),
        names("markupsafe", "markupsafe", "MarkupSafe 2.1", ["soft_unicode": "soft_str"]),
        names(
            "flask",
            "flask",
            "Flask 2.3",
            ["Markup": "markupsafe.Markup", "escape": "markupsafe.escape", "_app_ctx_stack": "flask.g"]
        ),
        names("werkzeug", "werkzeug", "Werkzeug 1.0", ["secure_filename": "werkzeug.utils.secure_filename"]),
        names("itsdangerous", "itsdangerous", "ItsDangerous 2.1", ["json": "json of the standard library"]),
        names(
            "networkx",
            "networkx",
            "NetworkX 3.0",
            ["info": "print(graph)", "write_gpickle": "pickle.dump", "read_gpickle": "pickle.load"]
        ),
        names("yaml", "pyyaml", "PyYAML 6", ["warnings": "warnings of the standard library"]),
        names(
            "openai",
            "openai",
            "openai 1.0",
            [
                "ChatCompletion": "OpenAI().chat.completions", "Completion": "OpenAI().completions",
                "Embedding": "OpenAI().embeddings",
                "error": "openai.OpenAIError",
            ]
        ),
    ]

    private static let ofPython: [[RemovedName]] = [
        names("time", nil, "Python 3.8", ["clock": "time.perf_counter()"]),
        names(
            "inspect",
            nil,
            "Python 3.11",
            ["getargspec": "inspect.getfullargspec", "formatargspec": "inspect.signature"]
        ),
        names("asyncio", nil, "Python 3.11", ["coroutine": "async def", "async": "asyncio.ensure_future"]),
        names("typing", nil, "Python 3.13", ["io": "typing.IO", "re": "typing.Pattern"]),
        names("math", nil, "Python 3", ["inf_": "math.inf"]),
        names("os", nil, "Python 3", ["getcwdu": "os.getcwd()", "errno": "import errno"]),
        names(
            "string",
            nil,
            "Python 3",
            [
                "letters": "string.ascii_letters", "maketrans": "str.maketrans", "join": "str.join",
                "lowercase": "string.ascii_lowercase",
            ]
        ),
        names(
            "itertools",
            nil,
            "Python 3",
            ["izip": "zip", "imap": "map", "ifilter": "filter", "izip_longest": "itertools.zip_longest"]
        ),
        names("fractions", nil, "Python 3.9", ["gcd": "math.gcd"]),
        names(
            "platform",
            nil,
            "Python 3.8",
            ["linux_distribution": "the package `distro`", "dist": "the package `distro`"]
        ),
        names("cgi", nil, "Python 3.8", ["escape": "html.escape"]),
        names(
            "base64",
            nil,
            "Python 3.9",
            ["encodestring": "base64.encodebytes", "decodestring": "base64.decodebytes"]
        ),
        names("gettext", nil, "Python 3.11", ["lgettext": "gettext.gettext"]),
        names("configparser", nil, "Python 3.12", ["SafeConfigParser": "configparser.ConfigParser"]),
        names("unittest", nil, "Python 3.13", ["makeSuite": "unittest.TestLoader"]),
        names(
            "ssl",
            nil,
            "Python 3.12",
            ["wrap_socket": "ssl.SSLContext.wrap_socket", "match_hostname": "ssl.SSLContext"]
        ),
        names("locale", nil, "Python 3.12", ["format": "locale.format_string"]),
        names("pkgutil", nil, "Python 3.12", ["ImpImporter": "importlib"]),
        names(
            "dict",
            nil,
            "Python 3",
            ["has_key": "key in d", "iteritems": "d.items()", "itervalues": "d.values()", "iterkeys": "d.keys()"]
        ),
        names("str", nil, "Python 3", ["decode": "the text itself, which is decoded already"]),
        names("array", nil, "Python 3.9", ["tostring": "array.tobytes()", "fromstring": "array.frombytes()"]),
        names("Thread", nil, "Python 3.9", ["isAlive": "Thread.is_alive()"]),
    ]

    private static let modules: [RemovedName] = moduleTable.map {
        RemovedName(
            owner: $0.name.parentModule,
            name: $0.name,
            package: $0.package,
            since: $0.since,
            instead: $0.instead
        )
    }

    private static let moduleTable: [(name: String, package: String, since: String, instead: String)] = [
        ("sklearn.externals.joblib", "scikit-learn", "scikit-learn 0.23", "import joblib"),
        ("sklearn.externals.six", "scikit-learn", "scikit-learn 0.23", "import six"),
        ("sklearn.externals", "scikit-learn", "scikit-learn 0.23", "import joblib"),
        ("sklearn.cross_validation", "scikit-learn", "scikit-learn 0.20", "sklearn.model_selection"),
        ("sklearn.grid_search", "scikit-learn", "scikit-learn 0.20", "sklearn.model_selection"),
        ("sklearn.learning_curve", "scikit-learn", "scikit-learn 0.20", "sklearn.model_selection"),
        ("sklearn.neighbors.base", "scikit-learn", "scikit-learn 0.24", "sklearn.neighbors"),
        ("sklearn.ensemble.forest", "scikit-learn", "scikit-learn 0.24", "sklearn.ensemble"),
        ("sklearn.ensemble.gradient_boosting", "scikit-learn", "scikit-learn 0.24", "sklearn.ensemble"),
        ("sklearn.tree.tree", "scikit-learn", "scikit-learn 0.24", "sklearn.tree"),
        ("sklearn.linear_model.base", "scikit-learn", "scikit-learn 0.24", "sklearn.linear_model"),
        ("sklearn.linear_model.logistic", "scikit-learn", "scikit-learn 0.24", "sklearn.linear_model"),
        ("sklearn.preprocessing.imputation", "scikit-learn", "scikit-learn 0.24", "sklearn.impute"),
        ("sklearn.preprocessing.label", "scikit-learn", "scikit-learn 0.24", "sklearn.preprocessing"),
        ("sklearn.svm.classes", "scikit-learn", "scikit-learn 0.24", "sklearn.svm"),
        ("sklearn.decomposition.pca", "scikit-learn", "scikit-learn 0.24", "sklearn.decomposition"),
        ("sklearn.cluster.k_means_", "scikit-learn", "scikit-learn 0.24", "sklearn.cluster"),
        (
            "sklearn.feature_extraction.stop_words", "scikit-learn", "scikit-learn 0.24",
            "sklearn.feature_extraction.text"
        ),
        ("pandas.tools", "pandas", "pandas 0.24", "pandas.plotting"),
        ("pandas.util.testing", "pandas", "pandas 2.0", "pandas.testing"),
        ("pandas.io.data", "pandas", "pandas 0.19", "the package `pandas-datareader`"),
        ("pandas.core.indexes.numeric", "pandas", "pandas 2.0", "pandas.Index"),
        ("pandas.indexes", "pandas", "pandas 1.0", "pandas.core.indexes"),
        ("scipy.misc", "scipy", "SciPy 1.15", "scipy.special, or the package `imageio`"),
        ("numpy.distutils", "numpy", "NumPy 1.26 on Python 3.12", "setuptools"),
        ("numpy.testing.decorators", "numpy", "NumPy 1.18", "numpy.testing"),
        ("tensorflow.contrib", "tensorflow", "TensorFlow 2", "tensorflow-addons or tf.keras"),
        ("tensorflow.examples", "tensorflow", "TensorFlow 2", "tf.keras.datasets"),
        ("keras.layers.merge", "keras", "Keras 2.6", "keras.layers"),
        ("keras.utils.np_utils", "keras", "Keras 2.13", "keras.utils"),
        ("keras.layers.core", "keras", "Keras 2.13", "keras.layers"),
        ("keras.backend.tensorflow_backend", "keras", "Keras 2.4", "tensorflow.keras.backend"),
        ("torch._six", "torch", "PyTorch 2.0", "the standard library"),
        ("werkzeug.contrib", "werkzeug", "Werkzeug 1.0", "the package `cachelib`"),
        ("flask.ext", "flask", "Flask 1.0", "the extension's own name"),
        ("flask.json.JSONEncoder", "flask", "Flask 2.3", "flask.json.provider"),
        ("langchain.llms", "langchain", "LangChain 0.2", "langchain_community.llms"),
        ("azureml.core.authentication", "azureml-core", "the v2 SDK", "azure.identity"),
    ]
}

extension String {
    /// `a.b` of `a.b.c`.
    var parentModule: String { lastIndex(of: ".").map { String(self[..<$0]) } ?? "" }
}
