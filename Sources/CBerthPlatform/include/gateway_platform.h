/// What the gateway's hot path asks of C: byte scanning that the compiler turns into vector code, SHA-256, and the
/// socket calls that Swift's Glibc module cannot express (ancillary data, variadic ioctls, wide flag macros).
#ifndef BERTH_GATEWAY_PLATFORM_H
#define BERTH_GATEWAY_PLATFORM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// One bit for each class of byte, by RFC 9110 and RFC 3986.
enum {
    BERTH_BYTE_TOKEN = 1,
    BERTH_BYTE_TARGET = 2,
    BERTH_BYTE_HOST = 4,
    BERTH_BYTE_IDENTIFIER = 8,
};

extern const uint8_t berth_byte_classes[256];

/// How many leading bytes are in the class.
static inline size_t berth_bytes_in_class(const uint8_t *bytes, size_t count, uint8_t class_bit) {
    size_t index = 0;
    while (index < count && (berth_byte_classes[bytes[index]] & class_bit)) index++;
    return index;
}

/// 1 where every byte may stand in a field's value: no control character but the tab.
static inline int berth_is_field_value(const uint8_t *bytes, size_t count) {
    uint8_t bad = 0;
    for (size_t index = 0; index < count; index++) {
        uint8_t byte = bytes[index];
        bad |= (uint8_t)((byte < 0x20 && byte != 0x09) || byte == 0x7f);
    }
    return bad == 0;
}

/// 1 where `bytes` spells `lower` (lower case, same length) without regard to the case of ASCII letters.
static inline int berth_equals_ignoring_case(const uint8_t *bytes, const uint8_t *lower, size_t count) {
    uint8_t difference = 0;
    for (size_t index = 0; index < count; index++) {
        uint8_t byte = bytes[index];
        byte |= (uint8_t)((byte >= 'A' && byte <= 'Z') ? 0x20 : 0);
        difference |= (uint8_t)(byte ^ lower[index]);
    }
    return difference == 0;
}

/// 1 where both are equal; takes the same time wherever they differ.
static inline int berth_equals_in_constant_time(const uint8_t *left, const uint8_t *right, size_t count) {
    volatile uint8_t difference = 0;
    for (size_t index = 0; index < count; index++) difference |= (uint8_t)(left[index] ^ right[index]);
    return difference == 0;
}

/// SHA-256 by FIPS 180-4; `digest` has 32 bytes.
void berth_sha256(const uint8_t *bytes, size_t count, uint8_t *digest);

/// Nanoseconds of the monotonic clock, and of the wall clock since 1970.
int64_t berth_monotonic_ns(void);
int64_t berth_wall_ns(void);

/// Random bytes of the kernel; -1 where it has none.
int berth_random(void *bytes, size_t count);

/// A listening socket on host (`127.0.0.1`, `::1`, `0.0.0.0`) and port, non-blocking; a negative errno where it fails.
/// `shared` allows further sockets of this user on the same port (one per event loop).
int berth_listen_tcp(const char *host, uint16_t port, int shared, int backlog);
/// The port that a socket is bound to.
int berth_bound_port(int socket);
/// 1 where the socket is bound to an IPv6 address.
int berth_is_ipv6(int socket);
/// A listening unix socket, made under a temporary name and renamed, so that an old one is replaced at once.
int berth_listen_unix(const char *path, int backlog);
/// Accepts, non-blocking and close-on-exec; a negative errno where there is nothing. `peer` gets a hash of the address.
int berth_accept(int listener, uint64_t *peer);
/// Starts to connect: fills `*socket_out`; 0 connected, 1 under way, a negative errno where it fails.
int berth_connect(const void *address, uint32_t address_size, int is_tcp, int *socket_out);
/// The error that a connect under way ended with, 0 where it succeeded.
int berth_socket_error(int socket);

/// Sends up to 250 descriptors with `bytes`; returns what sendmsg does or a negative errno.
long berth_send_descriptors(int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count);
/// Receives bytes and descriptors; the number of descriptors is in `*descriptor_count` (in: room).
long berth_receive_descriptors(int socket, void *bytes, size_t room, int *descriptors, int *descriptor_count);

/// Fills a sockaddr for a unix path or a numeric host; returns its size, or 0 where it cannot be spelled.
uint32_t berth_unix_address(const char *path, void *storage);
uint32_t berth_tcp_address(const char *host, uint16_t port, void *storage);

/// A descriptor that can be read when one of the signals has come; they are blocked in this thread and its children.
int berth_signal_descriptor(const int *signals, int count);
/// The next signal of the descriptor, 0 where there is none.
int berth_next_signal(int descriptor);
/// Unblocks every signal that `berth_signal_descriptor` blocked.
void berth_unblock_signals(const int *signals, int count);

int berth_epoll_create(void);
/// Registers for reading and hang-up, edge-triggered; level-triggered reading only where `level` is 1.
int berth_epoll_add(int epoll, int descriptor, uint64_t token, int level);
/// Adds or removes writing to what is registered. Only wanted while there is something to send: the reader of a unix
/// socket would else wake the writer for every message.
int berth_epoll_want_write(int epoll, int descriptor, uint64_t token, int wanted);
int berth_epoll_remove(int epoll, int descriptor);

/// One readiness event: token and bits below.
struct berth_event {
    uint64_t token;
    uint32_t bits;
};
enum { BERTH_READABLE = 1, BERTH_WRITABLE = 2, BERTH_PEER_CLOSED = 4, BERTH_BROKEN = 8 };
/// Waits at most `milliseconds` (-1: for ever); returns the number of events.
int berth_epoll_wait(int epoll, struct berth_event *events, int room, int milliseconds);
int berth_eventfd(void);

/// 1 where a connection that nothing is expected from is still open and silent.
int berth_is_quiet(int socket);

/// Sends a TCP acknowledgement at once instead of after the usual delay.
void berth_acknowledge_now(int socket);

/// Gives freed memory back to the system.
void berth_trim_memory(void);

/// send and recv without signals; a negative errno where they fail.
long berth_send(int socket, const void *bytes, size_t count);
long berth_receive(int socket, void *bytes, size_t room);

#endif
