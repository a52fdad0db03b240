/*
 * Leases: when they live and when they end.
 */
#include "keeper/lease.h"

void
lease_init(struct lease *lease, int64_t patience, int64_t longest, uint32_t tag, int64_t now)
{
	*lease = (struct lease){
		.state = LEASE_UNDECIDED,
		.until = now + patience,
		.longest = longest,
		.tag = tag,
	};
}

bool
lease_may_end(const struct lease *lease)
{
	return lease->state == LEASE_LIVE || lease->state == LEASE_UNDECIDED;
}

bool
lease_judge(struct lease *lease, int64_t now)
{
	if (!lease_may_end(lease) || now < lease->until)
		return false;
	lease->state = LEASE_EXPIRED;
	return true;
}

int
lease_renew(struct lease *lease, int64_t until, uint32_t tag, int64_t now)
{
	if (until <= now || until - now > lease->longest)
		return -1;
	if (lease->state != LEASE_LIVE || until > lease->until)
		lease->until = until;
	lease->state = LEASE_LIVE;
	lease->tag = tag;
	return 0;
}

void
lease_revoke(struct lease *lease)
{
	lease->state = LEASE_REVOKED;
	lease->until = 0;
}

void
lease_limit(struct lease *lease, int64_t longest, int64_t now)
{
	lease->longest = longest;
	if (lease->state == LEASE_LIVE && lease->until > now + longest)
		lease->until = now + longest;
}
