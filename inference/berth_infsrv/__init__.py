"""The inference server: runs a user's score.py and answers HTTP as azmlinfsrv does."""

# The release of azureml-inference-server-http whose contract this server answers. It is sent to clients and given to
# scripts as `azureml_inference_server_http.__version__`, because both compare it.
CONTRACT_VERSION = "1.5.1"

# Exit status of every failure to boot; the number that gunicorn's master gives, which supervisors test for.
EXIT_BOOT_FAILURE = 3
# Exit status of a worker whose run() could not be interrupted after its deadline.
EXIT_RUN_STUCK = 4
# Exit status of a worker whose master has died.
EXIT_MASTER_GONE = 5
