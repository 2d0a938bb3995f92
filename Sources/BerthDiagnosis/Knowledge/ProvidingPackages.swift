/// Which package provides a module whose name is not the package's own.
enum ProvidingPackages {
    /// The package to install for `module`; the module's own name where it is not known to differ.
    static func package(for module: String) -> String {
        var name = module
        while true {
            if let package = table[name] { return package }
            guard let dot = name.lastIndex(of: ".") else { return name.contains("_") ? dashed(name) : name }
            name = String(name[..<dot])
        }
    }

    /// Names under which people look for a package and which are something else, or nothing, on the index.
    static func isMisleading(_ module: String) -> Bool { table[String(module.prefix { $0 != "." })] != nil }

    private static func dashed(_ name: String) -> String { String(name.map { $0 == "_" ? "-" : $0 }) }

    /// Source: the `top_level.txt` and module folders of the packages themselves.
    private static let table: [String: String] = [
        "Bio": "biopython", "Crypto": "pycryptodome", "Cryptodome": "pycryptodomex",
        "Levenshtein": "python-Levenshtein",
        "MeCab": "mecab-python3", "MySQLdb": "mysqlclient", "OpenGL": "PyOpenGL", "OpenSSL": "pyOpenSSL",
        "PIL": "pillow",
        "PyPDF2": "PyPDF2", "Xlib": "python-xlib", "_pytest": "pytest", "absl": "absl-py", "accelerate": "accelerate",
        "airflow": "apache-airflow", "apiclient": "google-api-python-client", "apt": "python-apt", "attr": "attrs",
        "attrs": "attrs", "azure.ai.ml": "azure-ai-ml", "azure.core": "azure-core", "azure.cosmos": "azure-cosmos",
        "azure.identity": "azure-identity", "azure.keyvault.secrets": "azure-keyvault-secrets",
        "azure.mgmt.resource": "azure-mgmt-resource", "azure.monitor.opentelemetry": "azure-monitor-opentelemetry",
        "azure.servicebus": "azure-servicebus", "azure.eventhub": "azure-eventhub",
        "azure.storage.blob": "azure-storage-blob", "azure.storage.filedatalake": "azure-storage-file-datalake",
        "azure.storage.queue": "azure-storage-queue", "azureml.ai.monitoring": "azureml-ai-monitoring",
        "azureml.contrib.services": "azureml-contrib-services", "azureml.core": "azureml-core",
        "azureml.dataprep": "azureml-dataprep", "azureml.mlflow": "azureml-mlflow",
        "azureml.train": "azureml-train-core", "bs4": "beautifulsoup4", "cairo": "pycairo",
        "category_encoders": "category-encoders",
        "cv2": "opencv-python-headless", "dateutil": "python-dateutil", "deepspeed": "deepspeed",
        "discord": "discord.py", "dns": "dnspython",
        "docx": "python-docx", "dotenv": "python-dotenv", "faiss": "faiss-cpu", "fitz": "PyMuPDF",
        "flask_cors": "flask-cors", "git": "GitPython", "github": "PyGithub", "google.auth": "google-auth",
        "google.cloud.bigquery": "google-cloud-bigquery", "google.cloud.storage": "google-cloud-storage",
        "google.generativeai": "google-generativeai", "google.protobuf": "protobuf",
        "googleapiclient": "google-api-python-client",
        "grpc": "grpcio", "haystack": "farm-haystack", "hydra": "hydra-core", "igraph": "python-igraph",
        "imblearn": "imbalanced-learn",
        "inference_schema": "inference-schema", "jose": "python-jose", "jwt": "PyJWT", "kafka": "kafka-python",
        "kneed": "kneed",
        "ldap": "python-ldap", "lightning": "lightning", "llama_cpp": "llama-cpp-python", "magic": "python-magic",
        "markdown": "Markdown", "matplotlib": "matplotlib", "memcache": "python-memcached", "mlxtend": "mlxtend",
        "mpl_toolkits": "matplotlib",
        "msal": "msal", "multipart": "python-multipart", "mx": "egenix-mx-base", "mysql": "mysql-connector-python",
        "nacl": "PyNaCl", "odf": "odfpy", "onnxruntime": "onnxruntime", "opentelemetry": "opentelemetry-api",
        "osgeo": "GDAL",
        "pandas_profiling": "ydata-profiling", "parso": "parso", "past": "future", "pgvector": "pgvector",
        "pkg_resources": "setuptools",
        "pmdarima": "pmdarima", "pptx": "python-pptx", "psycopg2": "psycopg2-binary", "pwiz": "peewee",
        "pydot": "pydot",
        "pylab": "matplotlib", "pymorphy2": "pymorphy2", "pymysql": "PyMySQL", "pynvml": "nvidia-ml-py",
        "pyodbc": "pyodbc",
        "pypdf": "pypdf", "pysqlite2": "pysqlite3-binary", "pythoncom": "pywin32",
        "pytorch_lightning": "pytorch-lightning",
        "pytz": "pytz", "qdrant_client": "qdrant-client", "ruamel.yaml": "ruamel.yaml", "seaborn": "seaborn",
        "sentence_transformers": "sentence-transformers", "serial": "pyserial", "setuptools": "setuptools",
        "shap": "shap",
        "skimage": "scikit-image", "sklearn": "scikit-learn", "skopt": "scikit-optimize", "sksurv": "scikit-survival",
        "slugify": "python-slugify", "snappy": "python-snappy", "snowflake": "snowflake-connector-python",
        "socks": "PySocks",
        "speech_recognition": "SpeechRecognition", "sqlalchemy": "SQLAlchemy", "tabula": "tabula-py",
        "telegram": "python-telegram-bot",
        "tensorflow_addons": "tensorflow-addons", "tensorflow_hub": "tensorflow-hub",
        "tensorflow_text": "tensorflow-text",
        "tflite_runtime": "tflite-runtime", "tlz": "toolz", "tree": "dm-tree", "typing_extensions": "typing_extensions",
        "umap": "umap-learn", "unidecode": "Unidecode", "usb": "pyusb", "vaderSentiment": "vaderSentiment",
        "vowpalwabbit": "vowpalwabbit",
        "wx": "wxPython", "yaml": "PyYAML", "zmq": "pyzmq", "zope": "zope.interface", "websocket": "websocket-client",
        "win32api": "pywin32", "win32com": "pywin32", "xgboost": "xgboost",
    ]
}
