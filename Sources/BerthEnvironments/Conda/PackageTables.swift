/// What is known about names: conda's and PyPI's differ, and some packages are older than NumPy 2.
enum PackageTables {
    /// conda name → PyPI name, where they differ. Both in PyPI's normal form (lower case, `-`).
    ///
    /// Source: the two registries' pages of each package. A package that is not here is called the same on both.
    static let renamed: [String: String] = [
        "pytorch": "torch", "pytorch-cpu": "torch", "pytorch-gpu": "torch", "torchvision-cpu": "torchvision",
        "opencv": "opencv-python", "py-opencv": "opencv-python", "libopencv": "opencv-python",
        "py-xgboost": "xgboost", "py-xgboost-cpu": "xgboost", "py-xgboost-gpu": "xgboost", "libxgboost": "xgboost",
        "liblightgbm": "lightgbm", "msgpack-python": "msgpack", "tensorflow-gpu": "tensorflow",
        "tensorflow-mkl": "tensorflow", "tensorflow-base": "tensorflow", "tensorflow-eigen": "tensorflow",
        "matplotlib-base": "matplotlib", "seaborn-base": "seaborn", "dask-core": "dask", "numpy-base": "numpy",
        "pyarrow-core": "pyarrow", "pyqt": "pyqt5", "pytables": "tables", "python-graphviz": "graphviz",
        "python-flatbuffers": "flatbuffers", "python-kafka": "kafka-python", "python-xxhash": "xxhash",
        "python-lmdb": "lmdb", "onnxruntime-cpu": "onnxruntime", "faiss": "faiss-cpu", "fbprophet": "prophet",
        "psycopg2": "psycopg2-binary", "ruamel-yaml": "ruamel.yaml", "spacy-model-en-core-web-sm": "en-core-web-sm",
        "gym-base": "gym", "pyspark-core": "pyspark",
    ]

    /// Belong to conda or to every environment of its own; left out without a word in the diagnostics.
    static let dropped: Set<String> = ["pip", "setuptools", "wheel", "conda", "mamba", "python-abi", "nomkl"]

    /// Libraries for run time that wheels bundle: left out where a setting or the environment's tag asks.
    static let bundledByWheels: Set<String> = [
        "mkl", "mkl-service", "mkl-fft", "mkl-random", "intel-openmp", "llvm-openmp", "libgomp", "libgcc", "libgcc-ng",
        "libstdcxx", "libstdcxx-ng", "libgfortran", "libgfortran-ng", "libgfortran5", "openblas", "libopenblas", "blas",
        "libblas", "libcblas", "liblapack", "cudatoolkit", "cudnn", "cuda", "cuda-toolkit", "cuda-runtime", "cuda-nvcc",
        "cuda-version", "cuda-cudart", "nccl", "pytorch-cuda", "pytorch-mutex", "cpuonly", "libcublas", "libcufft",
        "libcurand", "libcusolver", "libcusparse", "zlib", "libzlib", "libpng", "libjpeg-turbo", "jpeg", "libtiff",
        "openjpeg", "freetype", "lz4-c", "zstd", "snappy", "hdf5", "libprotobuf", "tbb", "ncurses", "readline", "tk",
        "sqlite", "libsqlite", "libffi", "xz", "bzip2", "expat", "libuv", "libwebp", "libwebp-base", "openssl",
        "ca-certificates", "ld-impl-linux-64", "-libgcc-mutex", "-openmp-mutex", "geos", "proj", "gdal-data",
    ]

    /// Programs and libraries of the system that no wheel holds.
    static let notPython: Set<String> = [
        "gcc", "gxx", "gcc-linux-64", "gxx-linux-64", "gfortran", "gfortran-linux-64", "binutils", "make", "cmake-bin",
        "compilers", "c-compiler", "cxx-compiler", "fortran-compiler", "nodejs", "openjdk", "java-jdk", "maven", "perl",
        "r", "ruby", "rust", "go", "julia", "ffmpeg", "libsndfile", "sox", "graphviz", "git", "git-lfs", "curl",
        "libcurl", "wget", "unzip", "zip", "tar", "unixodbc", "libxml2", "libxslt", "libiconv", "icu", "glib", "qt",
        "qt-main", "mesa", "libgl", "libglu", "libx11", "boost-cpp", "boost", "eigen", "openmpi", "mpich", "mpi",
        "horovod-mpi", "tesseract", "poppler", "imagemagick", "ghostscript", "pandoc", "pkg-config", "bash",
        "coreutils", "vim", "nvidia-driver", "sysroot-linux-64", "kernel-headers-linux-64", "swig-bin", "xorg-libx11",
        "libblasfeo", "mamba-org", "anaconda", "miniconda", "libclang", "llvmdev", "libspatialindex", "gdal", "grass",
    ]

    static func isRuntimeLibrary(_ name: String) -> Bool { bundledByWheels.contains(name) }

    /// Whether a conda name is surely no Python package (`r-*` are packages of R).
    static func isNotPython(_ name: String) -> Bool {
        isRuntimeLibrary(name) || notPython.contains(name) || name.hasPrefix("r-") || name.hasPrefix("xorg-")
            || name.hasPrefix("-") || name.hasSuffix("-linux-64") || name.hasPrefix("m2w64-") || name.hasPrefix("perl-")
    }

    /// The inference server is ours: these lines bring what a script may see of the original, not the original.
    static let inferenceServer: Set<String> = ["azureml-defaults", "azureml-inference-server-http"]

    /// Direct dependencies of the original that scripts import: `inference_schema` decorators, `AMLRequest` is
    /// Werkzeug's. Source: the package's own metadata, release 1.4.
    static let inferenceServerBrings = ["inference-schema", "werkzeug"]

    /// First release that runs with NumPy 2. Pinned below it, a package needs `numpy<2`, which old releases do not
    /// say in their metadata. Source: release notes and metadata of each package.
    static let firstWithNumPy2: [String: [Int]] = [
        "scikit-learn": [1, 4, 2], "pandas": [2, 2, 2], "scipy": [1, 13], "matplotlib": [3, 8, 4], "xgboost": [2, 1],
        "lightgbm": [4, 4], "catboost": [1, 2, 8], "numba": [0, 60], "pyarrow": [16], "h5py": [3, 11],
        "statsmodels": [0, 14, 2], "scikit-image": [0, 23], "tables": [3, 10], "shap": [0, 46], "onnxruntime": [1, 19],
        "onnx": [1, 17], "tensorflow": [2, 18], "torch": [2, 3], "torchvision": [0, 18], "gensim": [4, 4],
        "spacy": [3, 8], "opencv-python": [4, 10], "opencv-python-headless": [4, 10], "shapely": [2, 0, 4],
        "pywavelets": [1, 6], "numexpr": [2, 10], "bottleneck": [1, 4], "contourpy": [1, 2, 1],
        "hdbscan": [0, 8, 38], "pmdarima": [2, 1], "prophet": [1, 1, 6], "thinc": [8, 3], "astropy": [6, 1],
    ]

    /// Import name or common misspelling → package on PyPI.
    static let meantPackage: [String: String] = [
        "sklearn": "scikit-learn", "cv2": "opencv-python", "skimage": "scikit-image", "pil": "pillow",
        "yaml": "pyyaml", "bs4": "beautifulsoup4", "dateutil": "python-dateutil", "dotenv": "python-dotenv",
        "torch-vision": "torchvision", "tensorboard-x": "tensorboardx", "crypto": "pycryptodome", "jwt": "pyjwt",
        "attr": "attrs", "serial": "pyserial", "fitz": "pymupdf", "docx": "python-docx", "pptx": "python-pptx",
        "mysqldb": "mysqlclient", "magic": "python-magic", "azureml": "azureml-core", "faiss": "faiss-cpu",
        "osgeo": "gdal", "usb": "pyusb", "wx": "wxpython", "gi": "pygobject", "google-protobuf": "protobuf",
        "pytorch": "torch", "inference-schema-numpy": "inference-schema[numpy-support]",
        "azureml-interface-server-http": "azureml-inference-server-http", "imblearn": "imbalanced-learn",
        "umap": "umap-learn", "psycopg": "psycopg[binary]", "sentence-transformer": "sentence-transformers",
        "xgb": "xgboost", "lgbm": "lightgbm", "tf": "tensorflow", "np": "numpy", "pd": "pandas", "plt": "matplotlib",
    ]

    /// Names for «did you mean»: what is served most.
    static let wellKnown: [String] = [
        "numpy", "pandas", "scipy", "scikit-learn", "joblib", "matplotlib", "seaborn", "xgboost", "lightgbm",
        "catboost",
        "torch", "torchvision", "torchaudio", "tensorflow", "keras", "transformers", "tokenizers", "datasets",
        "accelerate", "sentence-transformers", "onnx", "onnxruntime", "mlflow", "flask", "fastapi", "uvicorn",
        "pydantic", "requests", "httpx", "pillow", "opencv-python", "opencv-python-headless", "scikit-image",
        "statsmodels", "prophet", "nltk", "spacy", "gensim", "shap", "lime", "imbalanced-learn", "category-encoders",
        "pyarrow", "polars", "dask", "numba", "cython", "h5py", "pyyaml", "inference-schema", "azureml-core",
        "azure-identity", "azure-storage-blob", "azure-ai-ml", "azure-keyvault-secrets", "psutil", "tqdm", "pyodbc",
        "sqlalchemy", "psycopg2-binary", "redis", "protobuf", "grpcio", "dill", "cloudpickle", "openpyxl", "xlrd",
        "beautifulsoup4", "lxml", "python-dateutil", "pytz", "werkzeug", "jinja2", "networkx", "sympy", "fasttext",
        "umap-learn", "hdbscan", "optuna", "ray", "lightning", "pytorch-lightning", "timm", "albumentations",
        "typing-extensions", "packaging", "setuptools", "wheel", "six", "attrs", "click", "rich", "openai",
        "langchain", "faiss-cpu", "bentoml", "skl2onnx", "tabulate", "simplejson", "orjson", "ujson", "msgpack",
    ]

    /// The name that was probably meant, or nil.
    static func nearest(to name: String, _ nearestName: (String, [String]) -> String?) -> String? {
        meantPackage[name] ?? nearestName(name, wellKnown)
    }

    /// PyPI's normal form: lower case, runs of `-`, `_` and `.` are one `-`.
    static func normalized(_ name: String) -> String {
        var result = ""
        for sign in name.lowercased() {
            if "-_.".contains(sign) {
                if result.last != "-" { result.append("-") }
            } else {
                result.append(sign)
            }
        }
        return result
    }
}
