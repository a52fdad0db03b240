/*
 * Netlink sockets that never wait long: one that asks and reads the answer, one
 * that hears events. Knows no message's meaning.
 */
#ifndef ALIAS_NETLINK_H
#define ALIAS_NETLINK_H

#include <stddef.h>

struct nl_msg;
struct nl_sock;

/* One message, valid in the call only. */
typedef void netlink_fn(void *arg, const void *msg, size_t len);

/* For rtnetlink. groups: RTNLGRP_* to hear, ends with 0; NULL: a socket to ask with. */
struct nl_sock *netlink_open(const int *groups);
int netlink_fd(const struct nl_sock *);
void netlink_close(struct nl_sock *);

/*
 * Sends the message, frees it, and waits up to 1 s for each part of the answer: 0, or -1
 * with the kernel's errno; EINTR: a dump was interrupted by changes, ask again; ETIMEDOUT.
 * NULL as message is ENOMEM. fn (may be NULL) gets what a dump tells.
 */
int netlink_ask(struct nl_sock *, struct nl_msg *, netlink_fn *fn, void *arg);

/* Reads what there is without waiting. -1: events were lost (and all is read, too). */
int netlink_drain(struct nl_sock *, netlink_fn *fn, void *arg);

#endif
