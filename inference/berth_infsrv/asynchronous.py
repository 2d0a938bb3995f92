"""Runs coroutines and asynchronous generators of a script, on one event loop that lasts as long as the worker."""

import asyncio

# A cancelled task may tidy up for this long.
CANCEL_SECONDS = 0.2


class Runner:
    """One event loop, driven only while a request waits for it."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)

    def run(self, awaitable):
        task = asyncio.ensure_future(awaitable, loop=self._loop)
        try:
            return self._loop.run_until_complete(task)
        except BaseException:
            # Interrupted from outside: the task must not go on at the next request.
            if not task.done():
                task.cancel()
                self._loop.run_until_complete(asyncio.wait({task}, timeout=CANCEL_SECONDS))
            raise

    def iterate(self, generator):
        """An asynchronous generator as an ordinary one."""
        try:
            while True:
                try:
                    item = self.run(generator.__anext__())
                except StopAsyncIteration:
                    return
                yield item
        finally:
            self.run(generator.aclose())
