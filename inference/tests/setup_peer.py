"""Installs the original with what its users' scripts import (`peer`), or MLflow (`mlflow`), into an environment of its own.

Prints the path of that environment's Python. Done once; a marker tells that the installation was complete.
"""

import os
import subprocess
import sys

PACKAGES = {
    "peer": ["azureml-inference-server-http==1.5.1", "inference-schema==1.8", "numpy", "pandas", "flask-cors"],
    "mlflow": ["mlflow-skinny", "numpy", "pandas", "scikit-learn"],
}
ROOT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), ".build-infsrv-peer")


def main(kind, python):
    version = subprocess.check_output([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], text=True)
    folder = os.path.join(ROOT, version.strip() + "-" + kind)
    mark = os.path.join(folder, "complete")
    installed = os.path.join(folder, "bin", "python")
    wanted = "\n".join(PACKAGES[kind])
    if not os.path.exists(mark) or open(mark).read() != wanted:
        subprocess.check_call([python, "-m", "venv", "--clear", folder], stdout=sys.stderr)
        pip = [installed, "-m", "pip", "--disable-pip-version-check", "-q", "install"]
        subprocess.check_call(pip + PACKAGES[kind], stdout=sys.stderr)
        with open(mark, "w") as file:
            file.write(wanted)
    print(installed)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
