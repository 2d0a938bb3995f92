/// CBerthPlatform: what Linux offers and Swift's Glibc module does not: Landlock, a fork-safe spawn, pidfds, epoll flags.
#ifndef CBERTHPLATFORM_H
#define CBERTHPLATFORM_H

#include "berth_landlock.h"
#include "berth_process.h"
#include "berth_spawn.h"
#include "gateway_platform.h"
#if __has_include("epoll.h")
#include "epoll.h"
#endif

#endif
