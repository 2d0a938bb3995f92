#include "gateway_platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define T BERTH_BYTE_TOKEN
#define R BERTH_BYTE_TARGET
#define H BERTH_BYTE_HOST
#define I BERTH_BYTE_IDENTIFIER
const uint8_t berth_byte_classes[256] = {
    ['!'] = T | R | H, ['"'] = R, ['#'] = T, ['$'] = T | R | H, ['%'] = T | R | H, ['&'] = T | R | H,
    ['\''] = T | R | H, ['('] = R | H, [')'] = R | H, ['*'] = T | R | H, ['+'] = T | R | H, [','] = R | H,
    ['-'] = T | R | H | I, ['.'] = T | R | H, ['/'] = R, [':'] = R | H, [';'] = R | H, ['<'] = R, ['='] = R | H,
    ['>'] = R, ['?'] = R, ['@'] = R, ['['] = R | H, [']'] = R | H, ['^'] = T | R, ['_'] = T | R | H | I,
    ['`'] = T | R, ['{'] = R, ['|'] = T | R, ['}'] = R, ['~'] = T | R | H,
    ['0'...'9'] = T | R | H | I, ['A'...'Z'] = T | R | H | I, ['a'...'z'] = T | R | H | I,
};
#undef T
#undef R
#undef H
#undef I

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotate(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

static void sha256_block(uint32_t state[8], const uint8_t *block) {
    uint32_t schedule[64];
    for (int i = 0; i < 16; i++)
        schedule[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8
            | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = schedule[i - 15], b = schedule[i - 2];
        uint32_t s0 = rotate(a, 7) ^ rotate(a, 18) ^ a >> 3, s1 = rotate(b, 17) ^ rotate(b, 19) ^ b >> 10;
        schedule[i] = schedule[i - 16] + s0 + schedule[i - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25), choice = (e & f) ^ (~e & g);
        uint32_t first = h + s1 + choice + round_constants[i] + schedule[i];
        uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22), majority = (a & b) ^ (a & c) ^ (b & c);
        h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + s0 + majority;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void berth_sha256(const uint8_t *bytes, size_t count, uint8_t *digest) {
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    size_t left = count;
    for (; left >= 64; left -= 64, bytes += 64) sha256_block(state, bytes);
    uint8_t tail[128] = {0};
    if (left > 0) memcpy(tail, bytes, left);
    tail[left] = 0x80;
    size_t size = left < 56 ? 64 : 128;
    uint64_t bits = (uint64_t)count * 8;
    for (int i = 0; i < 8; i++) tail[size - 1 - (size_t)i] = (uint8_t)(bits >> (8 * i));
    for (size_t offset = 0; offset < size; offset += 64) sha256_block(state, tail + offset);
    for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

static int64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t berth_monotonic_ns(void) { return nanoseconds(CLOCK_MONOTONIC); }
int64_t berth_wall_ns(void) { return nanoseconds(CLOCK_REALTIME); }

int berth_random(void *bytes, size_t count) { return getrandom(bytes, count, 0) == (ssize_t)count ? 0 : -1; }

uint32_t berth_unix_address(const char *path, void *storage) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address.sun_path) return 0;
    memcpy(address.sun_path, path, length);
    memcpy(storage, &address, sizeof address);
    /* Up to the path's end: tables with many addresses keep no more than that. */
    return (uint32_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

uint32_t berth_tcp_address(const char *host, uint16_t port, void *storage) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (strcmp(host, "localhost") == 0) host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
        memcpy(storage, &v4, sizeof v4);
        return sizeof v4;
    }
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
        memcpy(storage, &v6, sizeof v6);
        return sizeof v6;
    }
    return 0;
}

static int bound_socket(const struct sockaddr *address, uint32_t size, int shared) {
    int one = 1;
    int socket_fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_fd < 0) return -errno;
    setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (address->sa_family == AF_INET6) setsockopt(socket_fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (shared) setsockopt(socket_fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    if (bind(socket_fd, address, size) != 0) {
        int error = errno;
        close(socket_fd);
        return -error;
    }
    return socket_fd;
}

int berth_listen_tcp(const char *host, uint16_t port, int shared, int backlog) {
    struct sockaddr_storage address;
    uint32_t size = berth_tcp_address(host, port, &address);
    if (size == 0) return -EINVAL;
    int socket_fd = bound_socket((const struct sockaddr *)&address, size, shared);
    if (socket_fd < 0) return socket_fd;
    if (listen(socket_fd, backlog) != 0) {
        int error = errno;
        close(socket_fd);
        return -error;
    }
    return socket_fd;
}

int berth_bound_port(int socket_fd) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(socket_fd, (struct sockaddr *)&address, &size) != 0) return -errno;
    if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

int berth_is_ipv6(int socket_fd) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    return getsockname(socket_fd, (struct sockaddr *)&address, &size) == 0 && address.ss_family == AF_INET6;
}

int berth_listen_unix(const char *path, int backlog) {
    struct sockaddr_un address;
    char temporary[108];
    int length = snprintf(temporary, sizeof temporary, "%s.%d", path, (int)getpid());
    if (length < 0 || (size_t)length >= sizeof temporary || berth_unix_address(temporary, &address) == 0)
        return -ENAMETOOLONG;
    unlink(temporary);
    int socket_fd = bound_socket((const struct sockaddr *)&address, sizeof address, 0);
    if (socket_fd < 0) return socket_fd;
    if (chmod(temporary, 0600) != 0 || listen(socket_fd, backlog) != 0 || rename(temporary, path) != 0) {
        int error = errno;
        unlink(temporary);
        close(socket_fd);
        return -error;
    }
    return socket_fd;
}

int berth_accept(int listener, uint64_t *peer) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    int socket_fd = accept4(listener, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket_fd < 0) return -errno;
    *peer = 0;
    if (address.ss_family == AF_INET) {
        *peer = ((struct sockaddr_in *)&address)->sin_addr.s_addr;
    } else if (address.ss_family == AF_INET6) {
        /* The network part: one client may own a whole /64. */
        memcpy(peer, &((struct sockaddr_in6 *)&address)->sin6_addr, sizeof *peer);
    }
    if (address.ss_family == AF_INET || address.ss_family == AF_INET6) {
        int one = 1;
        setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    return socket_fd;
}

int berth_connect(const void *address, uint32_t address_size, int is_tcp, int *socket_out) {
    const struct sockaddr *target = address;
    int socket_fd = socket(target->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_fd < 0) return -errno;
    if (is_tcp) {
        int one = 1;
        setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    if (connect(socket_fd, target, address_size) == 0) {
        *socket_out = socket_fd;
        return 0;
    }
    if (errno == EINPROGRESS) {
        *socket_out = socket_fd;
        return 1;
    }
    int error = errno;
    close(socket_fd);
    return -error;
}

int berth_socket_error(int socket_fd) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(socket_fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

enum { max_descriptors = 250 };

long berth_send_descriptors(int socket_fd, const void *bytes, size_t count, const int *descriptors, int number) {
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * max_descriptors)];
    } control;
    if (number > max_descriptors) return -EINVAL;
    struct iovec vector = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (number > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.room;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)number);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)number);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * (size_t)number);
    }
    long sent = sendmsg(socket_fd, &message, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

long berth_receive_descriptors(int socket_fd, void *bytes, size_t room, int *descriptors, int *number) {
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * max_descriptors)];
    } control;
    struct iovec vector = {.iov_base = bytes, .iov_len = room};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    int capacity = *number;
    *number = 0;
    long received = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        int found = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < found; i++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + sizeof(int) * (size_t)i, sizeof descriptor);
            if (*number < capacity)
                descriptors[(*number)++] = descriptor;
            else
                close(descriptor);
        }
    }
    return received;
}

static sigset_t set_of(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
    return set;
}

int berth_signal_descriptor(const int *signals, int count) {
    sigset_t set = set_of(signals, count);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0) return -errno;
    int descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int berth_next_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

void berth_unblock_signals(const int *signals, int count) {
    sigset_t set = set_of(signals, count);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int berth_epoll_create(void) {
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    return epoll < 0 ? -errno : epoll;
}

int berth_epoll_add(int epoll, int descriptor, uint64_t token, int level) {
    struct epoll_event event = {
        .events = level ? EPOLLIN : (EPOLLIN | EPOLLRDHUP | EPOLLET), .data = {.u64 = token}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : -errno;
}

int berth_epoll_want_write(int epoll, int descriptor, uint64_t token, int wanted) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data = {.u64 = token}};
    if (wanted) event.events |= EPOLLOUT;
    return epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) == 0 ? 0 : -errno;
}

int berth_epoll_remove(int epoll, int descriptor) {
    return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL) == 0 ? 0 : -errno;
}

int berth_epoll_wait(int epoll, struct berth_event *events, int room, int milliseconds) {
    enum { most = 256 };
    struct epoll_event found[most];
    int count = epoll_wait(epoll, found, room < most ? room : most, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        uint32_t bits = 0;
        if (found[i].events & EPOLLIN) bits |= BERTH_READABLE;
        if (found[i].events & EPOLLOUT) bits |= BERTH_WRITABLE;
        if (found[i].events & EPOLLRDHUP) bits |= BERTH_PEER_CLOSED;
        if (found[i].events & (EPOLLERR | EPOLLHUP)) bits |= BERTH_BROKEN;
        events[i].token = found[i].data.u64;
        events[i].bits = bits;
    }
    return count;
}

int berth_eventfd(void) {
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

long berth_send(int socket_fd, const void *bytes, size_t count) {
    long sent = send(socket_fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? -errno : sent;
}

long berth_receive(int socket_fd, void *bytes, size_t room) {
    long received = recv(socket_fd, bytes, room, MSG_DONTWAIT);
    return received < 0 ? -errno : received;
}

int berth_is_quiet(int socket_fd) {
    char byte;
    return recv(socket_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void berth_trim_memory(void) { malloc_trim(0); }

void berth_acknowledge_now(int socket_fd) {
    int one = 1;
    setsockopt(socket_fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
}
