"""The response that run() can return to decide status, headers and body itself."""

from berth_infsrv.rawresponse import AMLResponse

__all__ = ["AMLResponse"]
