/// CBerthPlatform: what Linux offers and Swift's Glibc module does not: Landlock, a fork-safe spawn, pidfds, epoll flags.
#ifndef CBERTHPLATFORM_H
#define CBERTHPLATFORM_H

#endif
