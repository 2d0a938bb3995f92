"""When a dead worker is started again, and when no more: values in, a decision out."""

# Deaths in a row after which the server gives up. A worker that has never been ready has little hope to become so.
MAX_BOOT_DEATHS = 3
MAX_DEATHS = 8
QUIET_SECONDS = 10.0
MAX_DELAY = 30.0

GIVE_UP = -1.0


def after_death(deaths, ready_seconds, answered, was_ready):
    """(new number of deaths in a row, delay until the restart or GIVE_UP).

    `ready_seconds` is how long the worker was ready (0 if it never was), `answered` how many requests it answered, and
    `was_ready` whether any worker of this place ever was.
    """
    if answered > 0 or ready_seconds >= QUIET_SECONDS:
        deaths = 0
    deaths += 1
    if deaths >= (MAX_DEATHS if was_ready else MAX_BOOT_DEATHS):
        return deaths, GIVE_UP
    # The first restart is at once: one bad request must not cost more than the init() that follows it.
    return deaths, 0.0 if deaths == 1 else min(MAX_DELAY, 0.5 * 2 ** (deaths - 2))
